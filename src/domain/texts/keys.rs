//! The closed list of system texts.

use crate::domain::detectors::{EmergencyKind, Hazard};

macro_rules! text_keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The name of one system text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TextKey { $($(#[$doc])* $variant),+ }

        impl TextKey {
            /// All of them, in the order of the text files.
            pub const ALL: &'static [TextKey] = &[$(TextKey::$variant),+];

            /// The key in `texts/*.yaml`, and the key of the notice on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(TextKey::$variant => $name),+ }
            }

            /// The key of that name.
            pub fn from_name(name: &str) -> Option<TextKey> {
                TextKey::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}

impl TextKey {
    /// What whoever is in this danger must do first.
    pub const fn safety(kind: EmergencyKind, hazard: Option<Hazard>) -> TextKey {
        match (kind, hazard) {
            (EmergencyKind::Life, None) => TextKey::EmergencyLife,
            (EmergencyKind::Life, Some(Hazard::SelfHarm)) => TextKey::EmergencySelfHarm,
            (EmergencyKind::Life, Some(Hazard::Swallowed)) => TextKey::EmergencySwallowed,
            (EmergencyKind::Life, Some(Hazard::Gas)) => TextKey::EmergencyGas,
            (EmergencyKind::Life, Some(Hazard::Fire)) => TextKey::EmergencyFire,
            (EmergencyKind::Money, _) => TextKey::EmergencyMoney,
            (EmergencyKind::Property, _) => TextKey::EmergencyProperty,
        }
    }
}

text_keys! {
    /// The first words: who speaks, and that it is a machine.
    Greeting = "greeting",
    /// Answers a greeting.
    SocialGreeting = "social_greeting",
    /// Answers thanks.
    SocialThanks = "social_thanks",
    /// Answers a goodbye.
    SocialGoodbye = "social_goodbye",
    /// Answers an "ok".
    SocialAcknowledgement = "social_acknowledgement",
    /// Answers «؟؟؟» and "hello??".
    SocialAttention = "social_attention",
    /// Answers a lone emoji.
    SocialEmoji = "social_emoji",
    /// Answers a lone angry face: asks what went wrong.
    SocialAnger = "social_anger",
    /// Says that the question whether it is settled stays open, to thanks or a goodbye.
    SocialWhileConfirming = "social_while_confirming",
    /// Answers a "yes" to "anything else?".
    AskNeed = "ask_need",
    /// Answers a "yes" to "could you say it differently, or do you want a person?".
    AskNeedOrPerson = "ask_need_or_person",
    /// Answers a "no, thanks" to "anything else?".
    NothingElse = "nothing_else",
    /// Stands before the choices of a clarification.
    ClarifyAsk = "clarify_ask",
    /// The same before a single one.
    ClarifyOne = "clarify_one",
    /// Asks what is wanted instead of the topic that the customer says they do not want.
    ClarifyRefused = "clarify_refused",
    /// Not understood for the first time.
    NotKnownFirst = "not_known_first",
    /// Acknowledges the request for a person.
    HandoffAcknowledgeHumanRequest = "handoff_acknowledge_human_request",
    /// Acknowledges that the customer has lost patience.
    HandoffAcknowledgeFrustration = "handoff_acknowledge_frustration",
    /// Acknowledges that the customer is lost.
    HandoffAcknowledgeConfusion = "handoff_acknowledge_confusion",
    /// Admits that the bot does not understand.
    HandoffAcknowledgeNotUnderstood = "handoff_acknowledge_not_understood",
    /// Admits that the answer did not help.
    HandoffAcknowledgeRepetition = "handoff_acknowledge_repetition",
    /// Stays polite towards insults.
    HandoffAcknowledgeAbuse = "handoff_acknowledge_abuse",
    /// After the second denial.
    HandoffAcknowledgeDeniedTwice = "handoff_acknowledge_denied_twice",
    /// A topic for people, where the entry has no words of its own.
    HandoffAcknowledgeHumanFirst = "handoff_acknowledge_human_first",
    /// After a reopening.
    HandoffAcknowledgeReopened = "handoff_acknowledge_reopened",
    /// The bot could not do its work.
    HandoffAcknowledgeBotFailed = "handoff_acknowledge_bot_failed",
    /// "I am connecting you": only from the durable receipt of the queue.
    HandoffConfirmed = "handoff_confirmed",
    /// The same while something stands between: what it is follows.
    HandoffRegistered = "handoff_registered",
    /// The position, by `{count}`.
    QueuePosition = "queue_position",
    /// All agents are busy.
    DelayAllBusy = "delay_all_busy",
    /// An agent with room for it is being asked about somebody else.
    DelayOthersAsked = "delay_others_asked",
    /// The agent who is meant for it is waited for.
    DelayPreferredBusy = "delay_preferred_busy",
    /// Those who are there have tried; somebody else is needed.
    DelayAnotherNeeded = "delay_another_needed",
    /// Nobody who is there speaks the language.
    DelayNoLanguage = "delay_no_language",
    /// Nobody who is there has the skill.
    DelayNoSkill = "delay_no_skill",
    /// Closed until `{opens}`.
    DelayOutsideHours = "delay_outside_hours",
    /// Emergencies go first.
    DelayEmergenciesAhead = "delay_emergencies_ahead",
    /// Nobody is signed in.
    DelayNobodySignedIn = "delay_nobody_signed_in",
    /// Agents were asked and have not answered.
    DelayOffersNotTaken = "delay_offers_not_taken",
    /// No delay is known.
    DelayNone = "delay_none",
    /// `{agent}` is here.
    AgentJoined = "agent_joined",
    /// Another agent, `{agent}`, has taken over.
    AgentChanged = "agent_changed",
    /// The agent's line is gone; the place is kept.
    AgentLost = "agent_lost",
    /// The agent does not answer; somebody else is sought.
    AgentSilentRequeued = "agent_silent_requeued",
    /// The agent gave the conversation back.
    AgentReleased = "agent_released",
    /// The queue is closed, and when it opens is not known.
    DelayClosedUnknown = "delay_closed_unknown",
    /// `{agent}` has the conversation and works on it.
    DelayWithAgent = "delay_with_agent",
    /// Stands before the choices of someone who waits.
    WaitOptions = "wait_options",
    /// The choice to wait.
    WaitOptionWait = "wait_option_wait",
    /// The choice to be called back.
    WaitOptionCallback = "wait_option_callback",
    /// The choice to leave the question.
    WaitOptionLeaveQuestion = "wait_option_leave_question",
    /// The choice to be helped in the other language.
    WaitOptionOtherLanguage = "wait_option_other_language",
    /// The choice to wait no longer and want no person.
    WaitOptionCancel = "wait_option_cancel",
    /// Asks whether the person who is awaited is still wanted.
    WithdrawalAsked = "withdrawal_asked",
    /// The same, of somebody who spoke of danger.
    WithdrawalAskedInDanger = "withdrawal_asked_in_danger",
    /// They are: it stays as it was.
    WithdrawalRefused = "withdrawal_refused",
    /// The customer chose to wait.
    WaitChosen = "wait_chosen",
    /// The customer chose to wait until it opens: `{opens}`.
    WaitChosenClosed = "wait_chosen_closed",
    /// A callback was promised: `{from}`, `{due}`.
    CallbackPromised = "callback_promised",
    /// The same, where the time asked for was in closed hours: `{wanted}`, `{from}`, `{due}`.
    CallbackMoved = "callback_moved",
    /// The same, where no time was asked for and the next one is an opening: `{from}`, `{due}`.
    CallbackAtOpening = "callback_at_opening",
    /// A question was left: `{due}`.
    QuestionKept = "question_kept",
    /// The page was closed for long while waiting, and the question is kept: `{due}`.
    QuestionKeptPageClosed = "question_kept_page_closed",
    /// `{agent}` promised `{what}` by `{due}`.
    FollowUpPromised = "follow_up_promised",
    /// The customer agreed to the other language.
    OtherLanguageAgreed = "other_language_agreed",
    /// What was promised is being asked for now.
    PromiseTime = "promise_time",
    /// It will be late: `{due}`, `{why}`.
    PromiseLate = "promise_late",
    /// It was not kept.
    PromiseBroken = "promise_broken",
    /// The agent asks a colleague, `{agent}`, to take over.
    TransferredToAgent = "transferred_to_agent",
    /// The agent passes the conversation on to `{queue}`.
    TransferredToQueue = "transferred_to_queue",
    /// The agent asks for somebody who knows more about it.
    TransferredToSkill = "transferred_to_skill",
    /// The agent gives the conversation back to the machine.
    TransferredToBot = "transferred_to_bot",
    /// The customer no longer wants a person.
    HandoffCancelled = "handoff_cancelled",
    /// The customer asks for a person while already waiting for one.
    AlreadyQueued = "already_queued",
    /// "Are you there?" of whoever waits; where they stand follows.
    StillWaiting = "still_waiting",
    /// The same of whoever was promised something: `{due}`.
    StillPromised = "still_promised",
    /// What was written while waiting is kept for whoever comes.
    HeardWhileWaiting = "heard_while_waiting",
    /// The same, where something is promised: `{due}`.
    HeardWhilePromised = "heard_while_promised",
    /// The same, to somebody who spoke of danger.
    HeardInDanger = "heard_in_danger",
    /// Marks an answer given while waiting as the machine's.
    QueuedBotAnswerPrefix = "queued_bot_answer_prefix",
    /// The same to somebody who is blocked, for whom nobody comes.
    BlockedBotAnswerPrefix = "blocked_bot_answer_prefix",
    /// The bot asks whether that settled it.
    BotProposesResolution = "bot_proposes_resolution",
    /// The agent asks whether that settled it.
    AgentProposedResolution = "agent_proposed_resolution",
    /// The customer said yes.
    ResolutionConfirmed = "resolution_confirmed",
    /// The first no to the bot.
    ResolutionDeniedBotFirst = "resolution_denied_bot_first",
    /// The first no to an agent.
    ResolutionDeniedAgentFirst = "resolution_denied_agent_first",
    /// The second no to an agent.
    ResolutionDeniedAgentSecond = "resolution_denied_agent_second",
    /// Reminds of an unanswered proposal.
    ReminderUnconfirmed = "reminder_unconfirmed",
    /// Ends without an answer; never called resolved.
    ClosedUnconfirmed = "closed_unconfirmed",
    /// Ends because nothing was said for long.
    ClosedIdle = "closed_idle",
    /// Ends because the customer left.
    ClosedLeft = "closed_left",
    /// It goes on.
    Reopened = "reopened",
    /// A stray number or sign after the end: nothing goes on.
    StrayAfterEnd = "stray_after_end",
    /// Says that a detail told before is used: `{value}`.
    SlotRemembered = "slot_remembered",
    /// Something came without words: the machine cannot look into it.
    PartsKept = "parts_kept",
    /// Safety text: life.
    EmergencyLife = "emergency_life",
    /// Safety text: somebody speaks of harming themselves.
    EmergencySelfHarm = "emergency_self_harm",
    /// Safety text: something was swallowed.
    EmergencySwallowed = "emergency_swallowed",
    /// Safety text: gas escapes.
    EmergencyGas = "emergency_gas",
    /// Safety text: something burns.
    EmergencyFire = "emergency_fire",
    /// Safety text: money.
    EmergencyMoney = "emergency_money",
    /// Safety text: property.
    EmergencyProperty = "emergency_property",
    /// A person is being sought before everything else.
    EmergencyConnecting = "emergency_connecting",
    /// Whoever is in danger learns that nobody is signed in.
    EmergencyNobody = "emergency_nobody",
    /// Whoever is in danger comes first, and all colleagues are busy.
    EmergencyWaiting = "emergency_waiting",
    /// The same: colleagues were asked and have not answered.
    EmergencyNotTaken = "emergency_not_taken",
    /// The same: nobody is there who could take it.
    EmergencyNobodyAble = "emergency_nobody_able",
    /// Whoever is in danger learns that somebody on call is being rung.
    OnCallRinging = "on_call_ringing",
    /// The one before has not answered: the next one is being rung.
    OnCallRingingNext = "on_call_ringing_next",
    /// `{name}`, who is on call, knows of it.
    OnCallReached = "on_call_reached",
    /// Nobody on call was reached: `{contacts}`.
    OnCallMissed = "on_call_missed",
    /// Whoever is in danger writes while those on call are rung `{since}` then.
    HeardWhileRinging = "heard_while_ringing",
    /// The same when `{name}`, who is on call, knows of it.
    HeardWhenReached = "heard_when_reached",
    /// The same when nobody on call was reached: `{contacts}`.
    HeardWhenMissed = "heard_when_missed",
    /// What was given is not what was asked for.
    AskSlotAgain = "ask_slot_again",
    /// Quotes the earlier message.
    SayAgain = "say_again",
    /// Marks what could not be saved.
    NotSaved = "not_saved",
    /// The request for a person could not be registered yet.
    NotYetRegistered = "not_yet_registered",
    /// Nobody is there, told at once.
    HumanRequestNobody = "human_request_nobody",
    /// Waited as long as we ask anyone to wait.
    MaxWaitReached = "max_wait_reached",
    /// The first line of an agent's packet: `{need}`, `{why}`, `{tried}`.
    PacketHeadline = "packet_headline",
    /// The same where the customer has not said what it is about: `{why}`, `{tried}`.
    PacketHeadlineNoNeed = "packet_headline_no_need",
    /// Stands for what there is none of, in a packet.
    PacketNothing = "packet_nothing",
    /// How long the customer waits, or waited, in a packet: `{count}` minutes.
    PacketWaiting = "packet_waiting",
    /// Tells the agent that the customer is in danger, where they were asked for something else.
    MoodInDanger = "mood_in_danger",
    /// The same: angry.
    MoodAngry = "mood_angry",
    /// The same: lost.
    MoodLost = "mood_lost",
    /// A first sentence the agent may send: `{agent}`, `{need}`.
    PacketOpening = "packet_opening",
    /// The same where no need is known: `{agent}`.
    PacketOpeningNoNeed = "packet_opening_no_need",
    /// An opening for an agent, to somebody who spoke of danger.
    PacketOpeningDanger = "packet_opening_danger",
    /// Tells the agent the reason: asked for a person.
    ReasonHumanRequest = "reason_human_request",
    /// Tells the agent the reason: angry or out of patience.
    ReasonFrustration = "reason_frustration",
    /// Tells the agent the reason: lost.
    ReasonConfusion = "reason_confusion",
    /// Tells the agent the reason: not understood by the bot.
    ReasonNotUnderstood = "reason_not_understood",
    /// Tells the agent the reason: the answer did not help.
    ReasonRepetition = "reason_repetition",
    /// Tells the agent the reason: insults.
    ReasonAbuse = "reason_abuse",
    /// Tells the agent the reason: danger to life.
    ReasonEmergencyLife = "reason_emergency_life",
    /// Tells the agent the reason: money is being lost.
    ReasonEmergencyMoney = "reason_emergency_money",
    /// Tells the agent the reason: property is being damaged.
    ReasonEmergencyProperty = "reason_emergency_property",
    /// Tells the agent the reason: denied twice.
    ReasonDeniedTwice = "reason_denied_twice",
    /// Tells the agent the reason: a topic for people.
    ReasonHumanFirst = "reason_human_first",
    /// Tells the agent the reason: came back.
    ReasonReopened = "reason_reopened",
    /// Tells the agent the reason: the bot failed.
    ReasonBotFailed = "reason_bot_failed",
    /// The button that says that an answer helped.
    RateHelpful = "rate_helpful",
    /// The button that says that it did not.
    RateNotHelpful = "rate_not_helpful",
    /// Answers the first of them.
    AnswerHelpful = "answer_helpful",
    /// An answer did not help: stands before other topics and a person.
    AnswerNotHelpful = "answer_not_helpful",
    /// The choice to speak to a person.
    ChoicePerson = "choice_person",
    /// How satisfied with the machine.
    AskCsatBot = "ask_csat_bot",
    /// How satisfied with `{agent}`.
    AskCsatHuman = "ask_csat_human",
    /// How easy it was.
    AskCes = "ask_ces",
    /// Whether they would recommend us.
    AskNps = "ask_nps",
    /// Thanks for a score.
    SurveyThanks = "survey_thanks",
    /// The choice is not one of those offered.
    ChoiceUnknown = "choice_unknown",
    /// The message is longer than `{max}` characters.
    MessageTooLong = "message_too_long",
    /// A supervisor asks `{agent}` to go on.
    ReassignedToAgent = "reassigned_to_agent",
    /// The wait: from `{low}` to `{count}` minutes.
    EtaMinutes = "eta_minutes",
    /// The wait: at most `{count}` minutes.
    EtaWithinMinutes = "eta_within_minutes",
    /// The wait: from `{low}` to `{count}` hours.
    EtaHours = "eta_hours",
    /// The wait: at most `{count}` hours.
    EtaWithinHours = "eta_within_hours",
    /// Nobody can say how long it takes.
    EtaUnknown = "eta_unknown",
    /// An agent has blocked the customer `{until}`; `{otherwise}` is how somebody is reached all the same.
    CustomerBlocked = "customer_blocked",
    /// They still are: `{until}`, `{otherwise}`.
    StillBlocked = "still_blocked",
    /// The time of a block is over.
    BlockOver = "block_over",
    /// The same, where the customer has written meanwhile and goes back to people.
    BlockOverQueued = "block_over_queued",
    /// A supervisor has lifted the block.
    BlockLifted = "block_lifted",
    /// No supervisor has looked at the block in time.
    BlockLapsed = "block_lapsed",
}
