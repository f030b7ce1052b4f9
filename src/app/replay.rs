//! A conversation decided again: each recorded message of the customer, and each burst that time
//! answered, by the rules that decided it then or by others. The state before each is folded from
//! the events before it, so that every turn is judged on what really happened and not on what an
//! earlier difference would have led to. Nothing is changed.

use super::App;
use super::conversations::Logged;
use super::error::AppResult;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::command::{Command, Input};
use crate::domain::conversation::event::{Event, LoggedEvent};
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{ConversationId, RulesVersion};
use crate::domain::parts::Part;
use crate::domain::reading;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use std::sync::Arc;

/// Events read at once.
const PAGE: usize = 500;

/// One turn, decided again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The event it begins with.
    pub seq: u64,
    /// What the customer said; of a burst, all of it.
    pub said: String,
    /// The rules that decided it then.
    pub recorded_by: RulesVersion,
    /// What became of it.
    pub outcome: TurnOutcome,
}

/// What became of deciding a turn again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnOutcome {
    /// Decided, by these rules; what was done then and what would be done, where they differ.
    Decided {
        /// The rules.
        by: RulesVersion,
        /// Lines that were done then and would not be, `-`, and the other way round, `+`.
        differs: Vec<(char, String)>,
    },
    /// It cannot be decided again.
    Missing {
        /// What is missing.
        what: String,
    },
}

impl App {
    /// Everything that happened in a conversation, to be decided again.
    pub async fn recorded(&self, id: &ConversationId) -> AppResult<Vec<Logged>> {
        let c = self.conversation(id).await?;
        let (mut events, mut known): (Vec<Logged>, u64) = (Vec::new(), 0);
        while known < c.seq {
            // What was erased begins late.
            let (page, _) = self.read_log(id, known, PAGE).await?;
            let Some(last) = page.last() else { break };
            known = last.seq;
            events.extend(page);
        }
        Ok(events)
    }
}

/// Decides recorded events again. `rules_of` gives the rules of a version, those recorded with each
/// turn; with `by` all are decided by those instead.
pub fn decide_again(
    events: &[Logged],
    mut rules_of: impl FnMut(&RulesVersion) -> Option<Arc<Rules>>,
    by: Option<Arc<Rules>>,
) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut c: Option<Conversation> = None;
    for (place, logged) in events.iter().enumerate() {
        if let Some(before) = &c
            && let Some(begun) = Begun::at(events, place, before)
        {
            let rules = match &by {
                Some(rules) => Some(Arc::clone(rules)),
                None => rules_of(&begun.recorded_by),
            };
            let outcome = match rules {
                Some(rules) => decide(&rules, before, &begun, logged.logged.at),
                None => TurnOutcome::Missing { what: format!("rules {}", begun.recorded_by) },
            };
            let (said, recorded_by) = (begun.said, begun.recorded_by);
            turns.push(Turn { seq: logged.seq, said, recorded_by, outcome });
        }
        c = apply(c, &logged.logged.event, logged.logged.at);
    }
    turns
}

/// A turn as it was recorded.
struct Begun<'e> {
    said: String,
    /// `None` for a burst that time answered.
    input: Option<Input>,
    recorded_by: RulesVersion,
    done: Vec<&'e Event>,
}

impl Begun<'_> {
    /// The turn that begins at this place, if one does.
    fn at<'e>(events: &'e [Logged], place: usize, before: &Conversation) -> Option<Begun<'e>> {
        let first = &events[place].logged;
        let decided = events[place..].iter().map(|logged| &logged.logged);
        let same = decided.take_while(|logged| logged.at == first.at).map(|logged| &logged.event);
        let done: Vec<&Event> = one_decision(same);
        let recorded_by = done.iter().find_map(|event| understood_by(event))?.clone();
        let earlier = place.checked_sub(1).map(|before| &events[before].logged);
        if is_words(&first.event) || first.event == Event::Reopened {
            // What reopened it begins the turn; the message right after it does not.
            let begins =
                |earlier: &LoggedEvent| earlier.event != Event::Reopened || earlier.at != first.at;
            let (text, choice, parts) = done.iter().find_map(|event| words(event))?;
            let input = match choice {
                Some("say_again") => Input::SayAgain,
                Some(choice) => Input::Choice(choice.to_owned()),
                None if parts.is_empty() => Input::Text(text.to_owned()),
                None => Input::Parts { text: text.to_owned(), parts: parts.to_vec() },
            };
            let (said, input) = (text.to_owned(), Some(input));
            return earlier.is_none_or(begins).then_some(Begun { said, input, recorded_by, done });
        }
        let said = before.memory.joined("");
        let by_time = understood_by(&first.event).is_some()
            && !said.is_empty()
            && !earlier.is_some_and(|earlier| is_words(&earlier.event));
        by_time.then_some(Begun { said, input: None, recorded_by, done })
    }
}

fn understood_by(event: &Event) -> Option<&RulesVersion> {
    if let Event::Understood { rules, .. } = event { Some(rules) } else { None }
}

fn words(event: &Event) -> Option<(&str, Option<&str>, &[Part])> {
    let Event::CustomerSaid { text, choice, parts, .. } = event else { return None };
    Some((text, choice.as_deref(), parts))
}

fn is_words(event: &Event) -> bool {
    words(event).is_some()
}

/// The events of one decision: up to the next message, or to the pool's receipt.
fn one_decision<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<&'e Event> {
    let mut taken: Vec<&Event> = Vec::new();
    for event in events {
        let is_more_words = is_words(event) && taken.iter().any(|event| is_words(event));
        if is_more_words || matches!(event, Event::Queued { .. } | Event::AgentJoined { .. }) {
            break;
        }
        taken.push(event);
    }
    taken
}

fn decide(rules: &Rules, before: &Conversation, begun: &Begun<'_>, at: Timestamp) -> TurnOutcome {
    let text = begun.input.as_ref().and_then(Input::words).unwrap_or_default();
    let whole = before.memory.joined(text);
    let reading = Box::new(reading::read(rules, &whole, &before.memory.earlier(), at));
    let command = match &begun.input {
        Some(input) => Command::CustomerSays { input: input.clone(), reading, wait: None },
        None => Command::Tick { reading: Some(reading), wait: None },
    };
    match handle(rules, Some(before), &command, at) {
        Ok(decision) => {
            let was = lines(begun.done.iter().copied());
            let is = lines(decision.events.iter());
            let gone = was.iter().filter(|line| !is.contains(line)).map(|line| ('-', line.clone()));
            let new = is.iter().filter(|line| !was.contains(line)).map(|line| ('+', line.clone()));
            let differs = gone.chain(new).collect();
            TurnOutcome::Decided { by: rules.version.clone(), differs }
        }
        Err(rejection) => {
            TurnOutcome::Missing { what: format!("these rules refuse it: {rejection}") }
        }
    }
}

/// What a decision did, in lines that can be compared: no tokens, no times, no versions.
fn lines<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<String> {
    events.filter_map(line).collect()
}

fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Understood { candidates, signals, refused, .. } => {
            let best = candidates.first().map_or("-", |(entry, _)| entry.as_str());
            let signals: Vec<&str> = signals.iter().map(|signal| signal.kind.name()).collect();
            let refused = if *refused { ", refused the last answer" } else { "" };
            format!("understood: {best}; signals: {}{refused}", signals.join(", "))
        }
        Event::FragmentKept { .. } => "waits for the rest".to_owned(),
        Event::BotSaid { outcome, entry, text, .. } => {
            let entry = entry.as_ref().map_or("-", |entry| entry.as_str());
            format!("bot: {} ({entry}): {text}", outcome.name())
        }
        Event::SlotFilled { slot, .. } => format!("slot filled: {slot}"),
        Event::Notice { key, .. } => format!("notice: {key}"),
        Event::HandoffRequested { handoff, .. } => {
            let needs = &handoff.needs;
            format!("handoff: {} to {}", handoff.reason.name(), needs.queue)
        }
        Event::ResolutionProposed { .. } => "proposes the end".to_owned(),
        Event::ResolutionConfirmed => "resolved".to_owned(),
        Event::ResolutionDenied => "not resolved".to_owned(),
        Event::SupervisorAlerted { .. } => "supervisor alerted".to_owned(),
        Event::BlockEnded { why } => format!("block over: {}", why.name()),
        Event::Started { .. }
        | Event::CustomerSaid { .. }
        | Event::Queued { .. }
        | Event::PositionTold { .. }
        | Event::LongWaitTold
        | Event::HandoffCancelled
        | Event::WaitOptionsOffered { .. }
        | Event::OtherLanguageAgreed { .. }
        | Event::PromiseMade { .. }
        | Event::PromiseLate { .. }
        | Event::PromiseEnded { .. }
        | Event::AgentJoined { .. }
        | Event::Claimed { .. }
        | Event::AgentLeft { .. }
        | Event::TokenAdvanced { .. }
        | Event::AgentSaid { .. }
        | Event::Noted { .. }
        | Event::AgentNudged { .. }
        | Event::ProposalDropped
        | Event::HoldEnded
        | Event::Reminded
        | Event::Closed { .. }
        | Event::AnswerRated { .. }
        | Event::SurveyAsked { .. }
        | Event::ConversationRated { .. }
        | Event::ClosedFalsely { .. }
        | Event::Whispered { .. }
        | Event::OnCallRung { .. }
        | Event::OnCallFailed { .. }
        | Event::OnCallReached { .. }
        | Event::OnCallMissed { .. }
        | Event::CustomerIdentified { .. }
        | Event::FactsTold { .. }
        | Event::Erased
        | Event::TakenOver { .. }
        | Event::CustomerBlocked { .. }
        | Event::BlockReviewed { .. }
        | Event::Reopened => return None,
    })
}
