//! What the customer does, in every state.

use super::after_end;
use super::block;
use super::bot_side::{bot_turn, say_again};
use super::command::{Decision, Input, Rejection};
use super::event::{Event, LeaveReason};
use super::ledger;
use super::meanwhile::answer_while_waiting;
use super::on_call;
use super::state::{CloseReason, Conversation, Proposal, Proposer, State};
use super::survey::{self, Pressed};
use super::turn::{Keeping, Turn};
use super::waiting::{self, WaitChoice};
use super::withdrawal::{self, Question};
use super::wordless;
use super::words::delay_sentence;
use crate::domain::bot::entry::FaqEntry;
use crate::domain::bot::ladder;
use crate::domain::bot::matcher::{Basis, Verdict};
use crate::domain::bot::outcome::Outcome;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::language::{Language, SocialAct, Span, Variety};
use crate::domain::parts;
use crate::domain::reading::Reading;
use crate::domain::routing::delay::DelayReason;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

type Decided = Result<Decision, Rejection>;

/// Tokens a message must have to change the conversation's language by itself.
const SWITCH_TOKENS_MIN: usize = 3;
/// More words than these, after a detail was asked for, are not about it alone.
const DETAIL_WORDS_MAX: usize = 8;
/// Messages in a row in the other language that change it however short they are.
const SWITCH_MESSAGES: u32 = 2;

pub(super) fn says(
    rules: &Rules,
    c: &Conversation,
    input: &Input,
    (reading, wait): (&Reading, Option<(u32, DelayReason)>),
    at: Timestamp,
) -> Decided {
    parts::check(&rules.bot.parts, input.parts())?;
    if let (Input::Parts { parts, .. }, None) = (input, input.words()) {
        return wordless::came(rules, c, parts, at);
    }
    if let Some(choice) = WaitChoice::of(input) {
        return waiting::press(rules, c, &choice, at);
    }
    if let Some(pressed) = Pressed::of(c, input) {
        return survey::press(rules, c, input, &pressed, at);
    }
    let mut turn = Turn::new(rules, c, at);
    let chosen = chosen_entry(rules, input)?;
    let withdrawal = Question::of(c, at);
    match &c.state {
        State::Bot => {
            record(&mut turn, input, chosen, reading);
            bot_turn(&mut turn, input, chosen, reading, true);
        }
        State::Queued | State::Pending { .. } if matches!(input, Input::SayAgain) => {
            record(&mut turn, input, chosen, reading);
            say_again(&mut turn);
        }
        State::Queued => {
            record(&mut turn, input, chosen, reading);
            queued_turn(&mut turn, chosen, reading, (withdrawal, wait));
        }
        State::Blocked => {
            record(&mut turn, input, chosen, reading);
            block::says(&mut turn, chosen, reading);
        }
        State::Pending { .. } => {
            record(&mut turn, input, chosen, reading);
            waiting::pending_turn(&mut turn, input, chosen, reading, withdrawal);
        }
        State::Human { .. } => {
            record(&mut turn, input, chosen, reading);
            alert_if_in_danger(&mut turn, reading);
        }
        State::Confirming(proposal) => {
            record(&mut turn, input, chosen, reading);
            confirming_turn(&mut turn, &proposal.clone(), input, chosen, reading);
        }
        State::Resolved { since } | State::Closed { since, .. } => {
            after_end::may_come_back(rules, *since, at)?;
            after_end::says(&mut turn, input, chosen, reading);
        }
    }
    Ok(turn.done())
}

pub(super) fn request_human(rules: &Rules, c: &Conversation, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    want_human(&mut turn)?;
    Ok(turn.done())
}

/// A person is wanted, by whichever button.
pub(super) fn want_human(turn: &mut Turn<'_>) -> Result<(), Rejection> {
    let c = turn.c.clone();
    match &c.state {
        State::Bot => turn.hand_off_with_words(HandoffReason::HumanRequest, None),
        // Asked for already; asking again costs nothing and changes nothing.
        State::Queued | State::Human { .. } => {}
        State::Blocked => block::still_blocked(turn),
        State::Pending { .. } => {
            turn.notice(TextKey::PromiseTime, &[]);
            ledger::come_back(turn, false);
        }
        State::Confirming(proposal) => {
            turn.happen(Event::ProposalDropped);
            match &proposal.by {
                Proposer::Bot => turn.hand_off_with_words(HandoffReason::HumanRequest, None),
                Proposer::Agent { held: true, .. } => {}
                Proposer::Agent { agent, held: false } => resume_with(turn, agent.clone()),
            }
        }
        State::Resolved { since } | State::Closed { since, .. } => {
            after_end::may_come_back(turn.rules, *since, turn.at)?;
            survey::came_back(turn, true);
            turn.happen(Event::Reopened);
            match c.preferred.clone() {
                _ if turn.c.state == State::Blocked => block::still_blocked(turn),
                Some(agent) => resume_with(turn, agent),
                None => turn.hand_off_with_words(HandoffReason::HumanRequest, None),
            }
        }
    }
    Ok(())
}

pub(super) fn cancel_human_request(rules: &Rules, c: &Conversation, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    match &c.state {
        State::Queued | State::Pending { .. } => {
            withdrawal::cancel(&mut turn);
            Ok(turn.done())
        }
        State::Bot
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => Err(Rejection::WrongState { state: c.state.name() }),
    }
}

pub(super) fn respond(rules: &Rules, c: &Conversation, resolved: bool, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    match &c.state {
        State::Confirming(proposal) => {
            let proposal = proposal.clone();
            if resolved {
                confirm(&mut turn, &proposal)
            } else {
                deny(&mut turn, &proposal)
            }
            Ok(turn.done())
        }
        State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Resolved { .. }
        | State::Closed { .. } => Err(Rejection::WrongState { state: c.state.name() }),
    }
}

pub(super) fn leave(rules: &Rules, c: &Conversation, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    let reason = match &c.state {
        State::Bot | State::Pending { .. } | State::Blocked => CloseReason::Left,
        State::Queued => {
            turn.release();
            CloseReason::Abandoned
        }
        State::Human { agent } => {
            turn.release();
            let (agent, token) = (agent.clone(), c.token);
            turn.agent_leaves(agent, LeaveReason::Ended, token);
            CloseReason::Left
        }
        State::Confirming(Proposal { by, .. }) => {
            if let Proposer::Agent { held: true, .. } = by {
                turn.release();
            }
            CloseReason::Left
        }
        State::Resolved { .. } | State::Closed { .. } => {
            return Err(Rejection::WrongState { state: c.state.name() });
        }
    };
    turn.happen(Event::Closed { reason });
    turn.notice(TextKey::ClosedLeft, &[]);
    let waited = match &c.state {
        State::Queued | State::Pending { .. } => true,
        State::Blocked
        | State::Bot
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => false,
    };
    if !waited {
        survey::ask_after_end(&mut turn);
    }
    Ok(turn.done())
}

/// While a human is awaited the bot answers only what it is asked, and says that it is the
/// machine who answers.
fn queued_turn(
    turn: &mut Turn<'_>,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
    (withdrawal, wait): (Question, Option<(u32, DelayReason)>),
) {
    let reason = reading.assessment.fired.as_ref().map(ladder::reason_of);
    if let Some(danger) = reason.filter(|reason| reason.is_emergency()) {
        if !turn.c.is_in_danger() {
            return turn.hand_off_with_words(danger, None);
        }
        if !turn.was_told_what_to_do(danger) {
            // The place is as urgent as any; but what to do in this danger was not said yet.
            return turn.say_what_to_do(danger);
        }
    } else if withdrawal::hears(turn, withdrawal, reading) {
        return;
    }
    if reason == Some(HandoffReason::HumanRequest) && !is_question(reading) {
        return match wait {
            _ if turn.c.is_in_danger() => on_call::hear(turn),
            Some((_, closed @ DelayReason::OutsideHours { .. })) => {
                let text = delay_sentence(turn, &closed);
                turn.notice_text(TextKey::DelayOutsideHours, text);
            }
            Some(_) | None => turn.notice(TextKey::AlreadyQueued, &[]),
        };
    }
    answer_while_waiting(turn, chosen, reading, wait);
}

/// "Are you a robot?" sounds like the wish for a person and is a question that has an answer; "I
/// want a human" is none, whatever topic it resembles.
pub(super) fn is_question(reading: &Reading) -> bool {
    match (&reading.matched.verdict, reading.matched.basis) {
        (Verdict::Sure(_), Basis::Exact | Basis::Pattern) => true,
        (Verdict::Sure(_) | Verdict::Unsure(_) | Verdict::Unknown, _) => false,
    }
}

fn alert_if_in_danger(turn: &mut Turn<'_>, reading: &Reading) {
    if let Some(reason) = danger(reading) {
        turn.happen(Event::SupervisorAlerted { what: super::event::Alert::Emergency(reason) });
    }
}

/// The emergency that these words speak of, if they do.
fn danger(reading: &Reading) -> Option<HandoffReason> {
    let fired = reading.assessment.fired.as_ref()?;
    Some(ladder::reason_of(fired)).filter(|reason| reason.is_emergency())
}

/// Words while a proposal is open: only a yes is a yes and only a no is a no.
fn confirming_turn(
    turn: &mut Turn<'_>,
    proposal: &Proposal,
    input: &Input,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
) {
    let is_words = input.words().is_some();
    if is_words && danger(reading).is_none() {
        // A plain yes or no counts like the button, however often it was said before.
        if reading.affirms {
            return confirm(turn, proposal);
        }
        if reading.denies {
            return deny_in_words(turn, proposal, reading);
        }
    }
    // Whoever answers "is it solved?" with an angry face is not at peace with it.
    let is_pleasantry = reading.social.is_some_and(|act| act != SocialAct::Anger);
    let is_small_talk = is_pleasantry || reading.declines;
    if is_words && is_small_talk && reading.assessment.fired.is_none() {
        // Neither yes nor no, and the question stays open: asking another one now ("anything
        // else?") would make the next yes or no mean something else. The bot says so only where no
        // human is in it.
        if proposal.by == Proposer::Bot {
            let text = turn.text(TextKey::SocialWhileConfirming, None, &[]);
            turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
        }
        return;
    }
    turn.happen(Event::ProposalDropped);
    match &proposal.by {
        Proposer::Bot => bot_turn(turn, input, chosen, reading, true),
        Proposer::Agent { held: true, .. } => alert_if_in_danger(turn, reading),
        Proposer::Agent { agent, held: false } => resume_or_rescue(turn, agent.clone(), reading),
    }
}

/// A no in words that the detectors were alarmed by as well: whoever denies the bot and has lost
/// patience is not asked what is missing, but gets a person.
fn deny_in_words(turn: &mut Turn<'_>, proposal: &Proposal, reading: &Reading) {
    let fired = reading.assessment.fired.as_ref().map(ladder::reason_of);
    match (&proposal.by, fired) {
        (Proposer::Bot, Some(reason)) if turn.c.denied_bot == 0 => {
            turn.happen(Event::ResolutionDenied);
            turn.hand_off_with_words(reason, None);
        }
        (Proposer::Bot | Proposer::Agent { .. }, Some(_) | None) => deny(turn, proposal),
    }
}

fn confirm(turn: &mut Turn<'_>, proposal: &Proposal) {
    if let Proposer::Agent { held: true, .. } = proposal.by {
        turn.release();
    }
    turn.happen(Event::ResolutionConfirmed);
    turn.notice(TextKey::ResolutionConfirmed, &[]);
    survey::ask_after_end(turn);
}

fn deny(turn: &mut Turn<'_>, proposal: &Proposal) {
    turn.happen(Event::ResolutionDenied);
    match &proposal.by {
        Proposer::Bot if turn.c.denied_bot < 2 => {
            turn.notice(TextKey::ResolutionDeniedBotFirst, &[]);
        }
        Proposer::Bot => turn.hand_off_with_words(HandoffReason::DeniedTwice, None),
        Proposer::Agent { held, agent } if turn.c.denied_agent < 2 => {
            turn.notice(TextKey::ResolutionDeniedAgentFirst, &[]);
            if !held {
                back_to(turn, agent.clone());
            }
        }
        Proposer::Agent { held, agent } => {
            // Never again to the one who insisted.
            if *held {
                let (agent, token) = (agent.clone(), turn.c.token);
                turn.agent_leaves(agent, LeaveReason::DeniedTwice, token);
            }
            turn.notice(TextKey::ResolutionDeniedAgentSecond, &[]);
            let keeping = Keeping { returned: true, preferred: None, exclude: Some(agent.clone()) };
            turn.hand_off(HandoffReason::DeniedTwice, None, keeping);
        }
    }
}

/// Back to the human who knows the matter; but danger waits for nobody: then the customer is told
/// at once what to do, and whoever is free first is sought.
pub(super) fn resume_or_rescue(
    turn: &mut Turn<'_>,
    agent: crate::domain::ids::AgentId,
    reading: &Reading,
) {
    match danger(reading) {
        Some(reason) => turn.hand_off_with_words(reason, None),
        None => resume_with(turn, agent),
    }
}

/// Back to the human who knows the matter, with a word to the customer.
pub(super) fn resume_with(turn: &mut Turn<'_>, agent: crate::domain::ids::AgentId) {
    turn.notice(TextKey::HandoffAcknowledgeReopened, &[]);
    back_to(turn, agent);
}

fn back_to(turn: &mut Turn<'_>, agent: crate::domain::ids::AgentId) {
    let keeping = Keeping { returned: true, preferred: Some(agent), exclude: None };
    turn.hand_off(HandoffReason::Reopened, None, keeping);
}

fn chosen_entry<'r>(rules: &'r Rules, input: &Input) -> Result<Option<&'r FaqEntry>, Rejection> {
    match input {
        Input::Text(_) | Input::Parts { .. } | Input::SayAgain => Ok(None),
        Input::Choice(id) => EntryId::parse(id)
            .ok()
            .and_then(|id| rules.bot.entries.get(&id))
            .map(Some)
            .ok_or(Rejection::UnknownChoice),
    }
}

/// Writes down what was said and what was understood of it.
pub(super) fn record(
    turn: &mut Turn<'_>,
    input: &Input,
    chosen: Option<&FaqEntry>,
    reading: &Reading,
) {
    let (text, choice) = match (input, chosen) {
        (Input::Text(text) | Input::Parts { text, .. }, _) => (text.clone(), None),
        (Input::Choice(id), Some(entry)) => {
            (entry.title.get(turn.c.language).clone(), Some(id.clone()))
        }
        (Input::Choice(id), None) => (id.clone(), Some(id.clone())),
        (Input::SayAgain, _) => (String::new(), Some("say_again".to_owned())),
    };
    let (language, other_language) = match input {
        Input::Text(_) | Input::Parts { .. } => heard(turn.rules, &turn.c, reading),
        Input::Choice(_) | Input::SayAgain => (turn.c.language, false),
    };
    // The reading is of the whole burst; its evidence is noted where it stands in this message.
    let fragments = turn.c.memory.burst.iter();
    let offset = fragments.map(|fragment| fragment.text.len() + 1).sum();
    let parts = input.parts().to_vec();
    turn.happen(Event::CustomerSaid { text, choice, language, other_language, parts });
    understood(turn, reading, Some(offset), chosen.is_some_and(|entry| entry.is_need));
}

/// Writes down what was understood, and by which rules. Evidence keeps its place only where it
/// stands in the message just written down, which begins at `offset` of the text that was read.
pub(super) fn understood(
    turn: &mut Turn<'_>,
    reading: &Reading,
    offset: Option<usize>,
    is_choice: bool,
) {
    let mut signals = reading.assessment.signals.clone();
    for evidence in signals.iter_mut().flat_map(|signal| &mut signal.evidence) {
        let shifted = offset.and_then(|offset| {
            let offset = u32::try_from(offset).ok()?;
            Some(Span {
                start: evidence.span.start.checked_sub(offset)?,
                end: evidence.span.end.checked_sub(offset)?,
            })
        });
        evidence.span = shifted.unwrap_or(Span { start: 0, end: 0 });
    }
    let answered = turn.c.memory.last_outcome == Some(Outcome::Answer)
        || matches!(turn.c.state, State::Confirming(_));
    let refused = reading.denies && answered && turn.c.memory.last_answer.is_some();
    let is_detail = ladder::fill_slot(&turn.rules.bot, &turn.c.memory, reading).is_some();
    // Whoever is in danger needs nothing more urgent, however they put it and whatever they ask then.
    let danger =
        reading.assessment.fired.as_ref().is_some_and(|f| ladder::reason_of(f).is_emergency());
    // "I do not know the number", when we have just asked for it, is no need of its own.
    let is_about_detail = goes_on_about_the_detail(&turn.c, reading);
    let states_need = is_choice || reading.states_need && !is_detail && !is_about_detail;
    let candidates = reading.matched.candidates.iter();
    let event = Event::Understood {
        rules: turn.rules.version.clone(),
        variety: reading.variety,
        candidates: candidates.map(|found| (found.entry.clone(), found.score)).collect(),
        signals,
        levels: reading.assessment.levels.clone(),
        refused,
        need: danger || states_need && !turn.c.is_in_danger(),
    };
    turn.happen(event);
}

/// Whether these words only go on about the detail that was asked for: they name no other topic.
fn goes_on_about_the_detail(c: &Conversation, reading: &Reading) -> bool {
    let Some(asking) = &c.memory.asking else { return false };
    match &reading.matched.verdict {
        Verdict::Sure(entry) => *entry == asking.entry,
        Verdict::Unsure(_) | Verdict::Unknown => reading.tokens <= DETAIL_WORDS_MAX,
    }
}

/// The language we answer these words in, and whether they were in another one than ours.
pub fn heard(rules: &Rules, c: &Conversation, reading: &Reading) -> (Language, bool) {
    match spoken_language(rules, reading.variety) {
        Some(spoken) if spoken != c.language && switches(c, reading) => (spoken, true),
        Some(spoken) => (c.language, spoken != c.language),
        None => (c.language, false),
    }
}

/// The language that this is answered in, if the words tell.
pub fn spoken_language(rules: &Rules, variety: Variety) -> Option<Language> {
    match variety {
        Variety::Arabic => Some(Language::Ar),
        Variety::Arabizi => Some(rules.bot.arabizi),
        Variety::English => Some(Language::En),
        Variety::Mixed | Variety::Unknown => None,
    }
}

/// A first message decides; later a short one in the other language does not, two in a row do.
fn switches(c: &Conversation, reading: &Reading) -> bool {
    let first = !c
        .memory
        .window
        .turns
        .iter()
        .any(|turn| turn.by == crate::domain::detectors::Speaker::Customer);
    first || reading.tokens >= SWITCH_TOKENS_MIN || c.other_language + 1 >= SWITCH_MESSAGES
}
