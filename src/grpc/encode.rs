//! From what the core knows to what is said on the wire. One direction, one place: proto types
//! are built here and nowhere else.

use super::encode_block;
use super::encode_customer;
use super::encode_eta;
pub use super::encode_kinds::*;
use super::encode_line;
pub use super::encode_line::{degraded, delay, queue_title};
use super::encode_on_call;
use super::encode_promise;
use super::encode_satisfaction;
use super::parts;
use super::pb;
use crate::app::App;
use crate::app::conversations::Logged;
use crate::domain::conversation::event::{Audience, Choice, Event, LoggedEvent};
use crate::domain::conversation::state::{Conversation, Proposer, State};
use crate::domain::detectors::Signal;
use crate::domain::handoff::Token;
use crate::domain::ids::AgentId;
use crate::domain::language::{self, Evidence, Language};
use crate::domain::routing::delay::DelayReason;
use crate::domain::routing::eta::{Eta, EtaUnknown};
use crate::domain::routing::opening;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// Who reads; decides what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// The customer.
    Customer,
    /// Agents.
    Agent,
    /// The agent who owns it, in their own time with it: what was said to an earlier one is not
    /// for them.
    Owner,
    /// Supervisors and admins.
    Examiner,
}

impl Reader {
    /// Whether an event is shown to this reader.
    pub fn sees(self, event: &Event) -> bool {
        match (self, event.audience()) {
            (_, Audience::Customer)
            | (Reader::Agent | Reader::Owner, Audience::Agents)
            | (Reader::Owner, Audience::Owner)
            | (Reader::Examiner, Audience::Agents | Audience::Owner | Audience::Internal) => true,
            (Reader::Customer, Audience::Agents | Audience::Owner | Audience::Internal)
            | (Reader::Agent, Audience::Owner | Audience::Internal)
            | (Reader::Owner, Audience::Internal) => false,
        }
    }
}

/// A point in time.
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    let millis = at.as_millis();
    prost_types::Timestamp {
        seconds: millis.div_euclid(1000),
        nanos: (millis.rem_euclid(1000) * 1_000_000) as i32,
    }
}

/// A span of time.
pub fn duration(span: Duration) -> prost_types::Duration {
    prost_types::Duration { seconds: span.as_secs() as i64, nanos: span.subsec_nanos() as i32 }
}

/// An ownership token.
pub fn token(token: Token) -> pb::OwnershipToken {
    pb::OwnershipToken { term: token.term as u64, attempt: token.attempt as u64 }
}

/// A text in a language.
pub fn text(text: impl Into<String>, language: Language) -> pb::LocalizedText {
    let direction = match language {
        Language::Ar => pb::Direction::Rtl,
        Language::En => pb::Direction::Ltr,
    };
    pb::LocalizedText {
        text: text.into(),
        language: language.tag().to_owned(),
        direction: direction.into(),
    }
}

/// A person's words: the language is read from their letters.
pub fn words(said: &str, otherwise: Language) -> pb::LocalizedText {
    text(said, language::language_of(said).unwrap_or(otherwise))
}

/// An agent as a participant.
pub fn agent(id: &AgentId, name: impl Into<String>) -> pb::Participant {
    let party = pb::Party::Agent.into();
    pb::Participant { party, agent_id: id.to_string(), name: name.into() }
}

fn party(party: pb::Party) -> pb::Participant {
    pb::Participant { party: party.into(), ..Default::default() }
}

/// A conversation as it is now, with its place in line if it waits. How far it was read is not part of
/// it: whoever tells that asks for it (`seen.rs`).
pub fn conversation(app: &App, c: &Conversation) -> pb::Conversation {
    let state = match &c.state {
        State::Bot => pb::ConversationState::Bot,
        State::Queued => pb::ConversationState::Queued,
        State::Pending { .. } => pb::ConversationState::Pending,
        State::Human { .. } => pb::ConversationState::Human,
        State::Confirming(_) => pb::ConversationState::Confirming,
        State::Resolved { .. } => pb::ConversationState::Resolved,
        State::Closed { .. } => pb::ConversationState::Closed,
        State::Blocked => pb::ConversationState::Blocked,
    };
    let owner = match (c.owner(), &c.state) {
        (Some(id), _) => agent(id, name_in(app, id, c.language)),
        (None, State::Bot | State::Blocked | State::Confirming(_)) => party(pb::Party::Bot),
        (None, _) => party(pb::Party::System),
    };
    let close_reason = match &c.state {
        State::Closed { reason, .. } => self::close_reason(*reason),
        State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. } => pb::CloseReason::Unspecified,
    };
    let reopen_until = c.has_ended().map(|end| end + app.rules().bot.ends.reopen_window);
    pb::Conversation {
        conversation_id: c.id.to_string(),
        state: state.into(),
        owner: Some(owner),
        language: c.language.tag().to_owned(),
        close_reason: close_reason.into(),
        queue_status: queue_status(app, c),
        head_sequence: c.seq,
        reopen_until: reopen_until.map(timestamp),
        promise: c.promise.as_ref().map(|open| encode_promise::promise(app, open)),
        blocked_until: encode_block::until(c),
        read_marks: None,
        time_zone: opening::zone(
            &app.rules().routing,
            c.handoff.as_ref().map(|it| &it.handoff.needs.queue),
        ),
    }
}

/// Whether what was said in it is erased.
pub fn was_erased(c: &pb::Conversation) -> bool {
    c.close_reason() == pb::CloseReason::Erased
}

/// The place in line; `None` unless it waits.
pub fn queue_status(app: &App, c: &Conversation) -> Option<pb::QueueStatus> {
    line(app, c, None).map(|(status, _)| status)
}

/// The place in line with its estimate, which stays the one that was `told` as long as that one is
/// still good: a figure that flickers helps nobody.
pub fn line(app: &App, c: &Conversation, told: Option<&Eta>) -> Option<(pb::QueueStatus, Eta)> {
    let asked = match &c.state {
        State::Queued => c.handoff.as_ref()?,
        State::Bot
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => return None,
    };
    // Before the pool has it there is no place to tell of, and no delay but our own, if there is one:
    // the usual moment between asking and the place is none.
    let (place, delay, eta) = if asked.confirmed {
        let at = c.last_event_at;
        let (_, why) = app.waiting_status(&c.id, at);
        let mut shown = encode_line::delay(&why);
        if let DelayReason::OutsideHours { opens: Some(opens) } = why {
            let queue = Some(&asked.handoff.needs.queue);
            let opens = opening::tell(&app.rules().routing, queue, opens, c.language);
            shown.opens_text = Some(text(opens, c.language));
        }
        (app.place_in_line(&c.id), shown, app.eta(&c.id, at))
    } else {
        let in_vain = app.is_asked_in_vain(&c.id);
        let delay = if in_vain { degraded() } else { pb::Delay::default() };
        (None, delay, Eta::unknown(EtaUnknown::NotWaiting))
    };
    let eta = told.filter(|told| !told.is_moved_by(&eta)).copied().unwrap_or(eta);
    let rules = app.rules();
    let queue = rules.routing.queues.get(&asked.handoff.needs.queue);
    let status = pb::QueueStatus {
        registered: asked.confirmed,
        position: place.map_or(0, |(position, _)| position),
        rise: place
            .and_then(|(_, rise)| rise)
            .map_or(pb::PositionRise::Unspecified, encode_line::rise)
            .into(),
        delay: Some(delay),
        waiting_since: c.waits_since().map(timestamp),
        queue_title: queue.map(|queue| text(queue.title.get(c.language).clone(), c.language)),
        eta: Some(encode_eta::eta(&eta)),
        in_danger: c.is_in_danger(),
        aside: app.aside_until(&c.id).is_some(),
    };
    Some((status, eta))
}

/// The name customers see.
pub fn name_of(app: &App, id: &AgentId) -> String {
    let known = app.router().agent(id);
    known.map_or_else(|| id.to_string(), |agent| agent.profile.name)
}

/// The name that customers of this language see.
pub fn name_in(app: &App, id: &AgentId, language: Language) -> String {
    let rules = app.rules();
    let declared = rules.routing.agent_name(id, language);
    declared.map_or_else(|| name_of(app, id), str::to_owned)
}

/// An event as this reader sees it; `None` if it is not shown to them.
pub fn event(
    app: &App,
    logged: &Logged,
    before: Option<&str>,
    reader: Reader,
) -> Option<pb::Event> {
    let LoggedEvent { at, event } = &logged.logged;
    if !reader.sees(event) {
        return None;
    }
    let audience = match event.audience() {
        Audience::Customer => pb::Audience::Customer,
        Audience::Agents => pb::Audience::Agents,
        Audience::Owner => pb::Audience::Owner,
        Audience::Internal => pb::Audience::Internal,
    };
    Some(pb::Event {
        sequence: logged.seq,
        event_id: logged.event_id.to_be_bytes().to_vec(),
        at: Some(timestamp(*at)),
        author: Some(author(app, event)),
        audience: audience.into(),
        body: Some(body(app, event, logged.seq, before, reader)),
    })
}

/// The events of a page as this reader sees them.
pub fn events(app: &App, page: &[Logged], reader: Reader) -> Vec<pb::Event> {
    let mut said: Option<&str> = None;
    let mut shown = Vec::with_capacity(page.len());
    for logged in page {
        shown.extend(event(app, logged, said, reader));
        if let Event::CustomerSaid { text, .. } = &logged.logged.event {
            said = Some(text);
        }
    }
    shown
}

fn author(app: &App, event: &Event) -> pb::Participant {
    match event {
        Event::CustomerSaid { .. }
        | Event::OtherLanguageAgreed { .. }
        | Event::HandoffCancelled
        | Event::ResolutionConfirmed
        | Event::ResolutionDenied
        | Event::AnswerRated { .. }
        | Event::ConversationRated { .. }
        | Event::Reopened => party(pb::Party::Customer),
        Event::BotSaid { .. } | Event::SurveyAsked { .. } => party(pb::Party::Bot),
        Event::AgentJoined { agent: id, name, .. } => agent(id, name.clone()),
        Event::AgentSaid { agent: id, name: Some(name), .. } => agent(id, name.clone()),
        Event::AgentSaid { agent: id, name: None, .. }
        | Event::Noted { agent: Some(id), .. }
        | Event::Claimed { agent: id, .. }
        | Event::TakenOver { agent: id, .. }
        | Event::AgentNudged { agent: id } => agent(id, name_of(app, id)),
        Event::AgentLeft { agent: id, name, .. }
        | Event::ResolutionProposed { by: Proposer::Agent { agent: id, .. }, name, .. } => {
            agent(id, name.clone().unwrap_or_else(|| name_of(app, id)))
        }
        Event::ResolutionProposed { by: Proposer::Bot, .. } => party(pb::Party::Bot),
        Event::Started { .. }
        | Event::Understood { .. }
        | Event::FragmentKept { .. }
        | Event::SlotFilled { .. }
        | Event::Notice { .. }
        | Event::HandoffRequested { .. }
        | Event::Queued { .. }
        | Event::PositionTold { .. }
        | Event::LongWaitTold
        | Event::TokenAdvanced { .. }
        | Event::SupervisorAlerted { .. }
        | Event::ProposalDropped
        | Event::HoldEnded
        | Event::Reminded
        | Event::WaitOptionsOffered { .. }
        | Event::PromiseMade { .. }
        | Event::PromiseLate { .. }
        | Event::PromiseEnded { .. }
        | Event::ClosedFalsely { .. }
        | Event::OnCallRung { .. }
        | Event::OnCallFailed { .. }
        | Event::OnCallReached { .. }
        | Event::OnCallMissed { .. }
        | Event::CustomerIdentified { .. }
        | Event::FactsTold { .. }
        | Event::Erased
        | Event::CustomerBlocked { .. }
        | Event::BlockReviewed { .. }
        | Event::BlockEnded { .. }
        | Event::Noted { agent: None, .. }
        | Event::Whispered { .. }
        | Event::Closed { .. } => party(pb::Party::System),
    }
}

fn body(
    app: &App,
    event: &Event,
    seq: u64,
    before: Option<&str>,
    reader: Reader,
) -> pb::event::Body {
    use pb::event::Body;
    let internal = |name: &str| Body::Internal(pb::Internal { name: name.to_owned() });
    match event {
        Event::Started { language, .. } => {
            Body::Started(pb::Started { language: language.tag().to_owned() })
        }
        Event::CustomerSaid { text, choice, language, parts, .. } => {
            Body::MessageSent(pb::MessageSent {
                text: Some(words(text, *language)),
                choice_id: choice.clone().unwrap_or_default(),
                parts: parts::shown(parts),
                ..Default::default()
            })
        }
        Event::Understood { signals, levels, .. } => {
            let rules = app.rules();
            let shown = signals.iter().filter(|found| rules.detectors.is_shown(found, levels));
            let signals: Vec<_> = shown.map(|found| signal(found, seq - 1, before)).collect();
            match signals.is_empty() {
                true => internal("understood"),
                false => Body::SignalRaised(pb::SignalRaised { signals }),
            }
        }
        Event::FragmentKept { .. } => internal("fragment_kept"),
        Event::SlotFilled { .. } => internal("slot_filled"),
        Event::PositionTold { .. } => internal("position_told"),
        Event::LongWaitTold => internal("long_wait_told"),
        Event::TokenAdvanced { .. } => internal("token_advanced"),
        Event::ProposalDropped => internal("proposal_dropped"),
        Event::HoldEnded => internal("hold_ended"),
        Event::BotSaid { outcome, text: said, language, entry, choices, rules, .. } => {
            Body::MessageSent(pb::MessageSent {
                text: Some(text(said, *language)),
                outcome: self::outcome(*outcome).into(),
                entry_id: entry.as_ref().map(ToString::to_string).unwrap_or_default(),
                choices: choices.iter().map(|offered| choice(offered, *language)).collect(),
                rules_version: rules.to_string(),
                ..Default::default()
            })
        }
        Event::Notice { key, text: said, language } => {
            Body::Notice(pb::Notice { key: key.clone(), text: Some(text(said, *language)) })
        }
        Event::HandoffRequested { handoff, headline, returned, .. } => {
            // The sentence for the agent is about the customer, not for them.
            let language = handoff.needs.language;
            let headline = (reader != Reader::Customer).then(|| text(headline, language));
            Body::HandoffRequested(pb::HandoffRequested {
                reason: reason(handoff.reason).into(),
                queue_id: handoff.needs.queue.to_string(),
                priority: priority(handoff.priority).into(),
                headline,
                returned: *returned,
            })
        }
        Event::Queued { queue, position, delay, eta, .. } => Body::Queued(pb::Queued {
            eta: Some(encode_eta::eta(eta)),
            position: *position,
            delay: Some(encode_line::delay(delay)),
            queue_id: queue.to_string(),
        }),
        Event::WaitOptionsOffered { text, language, options } => {
            encode_promise::options(text, *language, options)
        }
        Event::OtherLanguageAgreed { language } => encode_promise::agreed(*language),
        Event::PromiseMade { promise } => encode_promise::made(app, promise),
        Event::PromiseLate { number, due } => encode_promise::late(*number, *due),
        Event::PromiseEnded { number, fate } => encode_promise::ended(*number, *fate),
        Event::HandoffCancelled => Body::HandoffCancelled(pb::HandoffCancelled {}),
        Event::AgentJoined { waited_ms, .. } => {
            let waited = Duration::from_millis((*waited_ms).max(0) as u64);
            Body::AgentJoined(pb::AgentJoined { waited: Some(duration(waited)) })
        }
        Event::Claimed { overtaken, .. } => Body::Claimed(pb::Claimed {
            overtaken_conversation_ids: overtaken.iter().map(ToString::to_string).collect(),
        }),
        Event::AgentLeft { why, .. } => {
            Body::AgentLeft(pb::AgentLeft { reason: left(*why).into() })
        }
        Event::AgentSaid { text, parts, .. } => Body::MessageSent(pb::MessageSent {
            text: Some(words(text, Language::En)),
            parts: parts::shown(parts),
            ..Default::default()
        }),
        Event::Noted { text, .. } => Body::Noted(pb::Noted { text: text.clone() }),
        Event::Whispered { by, to, text } => Body::Whispered(pb::Whispered {
            supervisor: by.clone(),
            agent_id: to.to_string(),
            text: text.clone(),
        }),
        Event::TakenOver { from, .. } => Body::TakenOver(pb::TakenOver {
            from: from.as_ref().map(|from| agent(from, name_of(app, from))),
        }),
        Event::AgentNudged { .. } => Body::AgentNudged(pb::AgentNudged {}),
        Event::SupervisorAlerted { what } => {
            Body::SupervisorAlerted(pb::SupervisorAlerted { alert: alert(*what).into() })
        }
        Event::ResolutionProposed { by, disposition, .. } => {
            let by = match by {
                Proposer::Bot => pb::Party::Bot,
                Proposer::Agent { .. } => pb::Party::Agent,
            };
            Body::ResolutionProposed(pb::ResolutionProposed {
                by: by.into(),
                disposition: disposition.clone().unwrap_or_default(),
            })
        }
        Event::ResolutionConfirmed => Body::ResolutionConfirmed(pb::ResolutionConfirmed {}),
        Event::ResolutionDenied => Body::ResolutionDenied(pb::ResolutionDenied {}),
        Event::Reminded => Body::Reminded(pb::Reminded {}),
        Event::Closed { reason } => {
            Body::Closed(pb::Closed { reason: close_reason(*reason).into() })
        }
        Event::Reopened => Body::Reopened(pb::Reopened {}),
        Event::AnswerRated { answer, entry, helpful } => {
            encode_satisfaction::rated(*answer, entry, *helpful)
        }
        Event::SurveyAsked { survey, text, language, choices } => {
            encode_satisfaction::asked(survey, text, *language, choices)
        }
        Event::ConversationRated { measure, part, score, comment } => {
            encode_satisfaction::scored((*measure, *part), *score, comment)
        }
        Event::OnCallRung { kind, target, attempt, .. } => {
            encode_on_call::rung(*kind, target, *attempt)
        }
        Event::OnCallFailed { why, .. } => encode_on_call::failed(why),
        Event::OnCallReached { name, .. } => encode_on_call::reached(name),
        Event::OnCallMissed { attempts } => encode_on_call::nobody_reached(*attempts),
        Event::CustomerIdentified { .. } => Body::CustomerIdentified(pb::CustomerIdentified {}),
        Event::FactsTold { facts } => {
            Body::FactsTold(pb::FactsTold { facts: encode_customer::facts(facts) })
        }
        Event::Erased => Body::Erased(pb::Erased {}),
        Event::CustomerBlocked { agent, reason, until, review_by } => {
            encode_block::blocked((agent, reason), *until, *review_by, reader)
        }
        Event::BlockReviewed { by, upheld, reason } => encode_block::reviewed(by, *upheld, reason),
        Event::BlockEnded { why } => encode_block::ended(*why),
        Event::ClosedFalsely { agent, entry } => {
            encode_satisfaction::closed_falsely(app, agent.as_ref(), entry.as_ref())
        }
    }
}

/// A choice the customer has.
pub fn choice(choice: &Choice, language: Language) -> pb::Choice {
    pb::Choice { id: choice.id.clone(), title: Some(text(&choice.title, language)) }
}

/// One finding, with the words it was read from where they stand in the message at `sequence`.
pub fn signal(signal: &Signal, sequence: u64, said: Option<&str>) -> pb::Signal {
    pb::Signal {
        kind: signal_kind(signal.kind).into(),
        strength: signal.strength,
        emergency: signal.emergency.map_or(0, |kind| emergency(kind).into()),
        evidence: signal.evidence.iter().map(|found| evidence(found, sequence, said)).collect(),
    }
}

/// What a finding was read from.
pub fn evidence(found: &Evidence, sequence: u64, said: Option<&str>) -> pb::Evidence {
    let (start, end) = (found.span.start, found.span.end);
    let quote = said.and_then(|said| said.get(start as usize..end as usize)).unwrap_or_default();
    let what = found.what.clone();
    pb::Evidence { sequence, start, end, quote: quote.to_owned(), what, weight: found.weight }
}
