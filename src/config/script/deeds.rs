//! What customers, agents and supervisors do in a step.

use crate::domain::conversation::transfer::Wanted;
use crate::domain::ids::AgentId;
use crate::domain::parts::Part;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// What a customer does besides writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerAction {
    /// Says that it is solved.
    Confirm,
    /// Says that it is not.
    Deny,
    /// Presses the button for a human.
    RequestHuman,
    /// No longer wants one.
    CancelRequest,
    /// Leaves.
    Leave,
    /// Comes back to what had ended.
    Reopen,
    /// Asks for the last words again.
    SayAgain,
    /// Chooses to be called back.
    Callback,
    /// Chooses to be called back then.
    CallbackAt(Moment),
    /// Leaves the question.
    LeaveQuestion,
    /// Accepts the other language.
    OtherLanguage,
    /// Chooses to wait.
    KeepWaiting,
    /// Presses a button, from 1.
    Choose(u32),
    /// Says that the bot's last answer helped.
    Helpful,
    /// Says that it did not.
    NotHelpful,
    /// Opens the page.
    OpenPage,
    /// Closes it.
    ClosePage,
    /// Scores the conversation, on the scale of the question.
    Score(u32),
    /// Goes on at another device: reads what the host's key for them opens there.
    OtherDevice,
    /// Begins another conversation.
    BeginAnew,
    /// Asks for all that is kept of them.
    Export,
    /// Has all of it erased.
    Erase,
}

/// A time that the customer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long from now.
    In(Duration),
    /// Then.
    At(Timestamp),
}

impl CustomerAction {
    /// Those without a number, by the names of the files.
    pub const NAMES: [(&str, CustomerAction); 19] = [
        ("confirm", CustomerAction::Confirm),
        ("deny", CustomerAction::Deny),
        ("request_human", CustomerAction::RequestHuman),
        ("cancel_request", CustomerAction::CancelRequest),
        ("leave", CustomerAction::Leave),
        ("reopen", CustomerAction::Reopen),
        ("say_again", CustomerAction::SayAgain),
        ("callback", CustomerAction::Callback),
        ("leave_question", CustomerAction::LeaveQuestion),
        ("other_language", CustomerAction::OtherLanguage),
        ("keep_waiting", CustomerAction::KeepWaiting),
        ("helpful", CustomerAction::Helpful),
        ("not_helpful", CustomerAction::NotHelpful),
        ("open_page", CustomerAction::OpenPage),
        ("close_page", CustomerAction::ClosePage),
        ("other_device", CustomerAction::OtherDevice),
        ("begin_anew", CustomerAction::BeginAnew),
        ("export", CustomerAction::Export),
        ("erase", CustomerAction::Erase),
    ];
}

/// What an agent does.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentAction {
    /// Comes.
    SignIn,
    /// Goes.
    SignOut,
    /// Takes offers again.
    Available,
    /// Takes no offers.
    Away,
    /// Finishes what they have and takes nothing new.
    Drain,
    /// Takes the offer.
    Accept,
    /// Declines it.
    Decline,
    /// Takes it from the queue by hand.
    Claim,
    /// Has read all that is written.
    Read,
    /// Has finished writing up.
    EndWrapUp,
    /// Gives the conversation back.
    Release,
    /// Stops sending heartbeats.
    Vanish,
    /// Blocks the customer.
    Block,
    /// Writes, and sends something with it.
    Says(String, Vec<Part>),
    /// Leaves a note for colleagues.
    Notes(String),
    /// Reports that the customer abuses them.
    ReportsAbuse(String),
    /// Looks for an answer to this.
    LooksUp(String),
    /// Promises something by so long from now.
    Promises(String, Duration),
    /// Proposes that it is solved, with a disposition.
    Proposes(String),
    /// Passes it on.
    Transfers(Wanted),
}

impl AgentAction {
    /// Those without words, by the names of the files.
    pub const NAMES: [(&str, AgentAction); 13] = [
        ("sign_in", AgentAction::SignIn),
        ("sign_out", AgentAction::SignOut),
        ("available", AgentAction::Available),
        ("away", AgentAction::Away),
        ("drain", AgentAction::Drain),
        ("accept", AgentAction::Accept),
        ("decline", AgentAction::Decline),
        ("claim", AgentAction::Claim),
        ("read", AgentAction::Read),
        ("end_wrap_up", AgentAction::EndWrapUp),
        ("release", AgentAction::Release),
        ("vanish", AgentAction::Vanish),
        ("block", AgentAction::Block),
    ];
}

/// What a supervisor does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupervisorAction {
    /// Takes it over, whoever has it.
    TakeOver,
    /// Puts it back into its queue.
    Requeue,
    /// Upholds the block.
    Uphold,
    /// Lifts the block.
    Lift,
    /// Looks what a repair would mend, and mends nothing.
    LookForRepair,
    /// Repairs it.
    Repair,
    /// Says something to the agent who has it.
    Whispers(String),
    /// Gives it to another agent.
    Reassigns(AgentId),
}

impl SupervisorAction {
    /// Those without words, by the names of the files.
    pub const NAMES: [(&str, SupervisorAction); 6] = [
        ("take_over", SupervisorAction::TakeOver),
        ("requeue", SupervisorAction::Requeue),
        ("uphold", SupervisorAction::Uphold),
        ("lift", SupervisorAction::Lift),
        ("look_for_repair", SupervisorAction::LookForRepair),
        ("repair", SupervisorAction::Repair),
    ];
}
