//! What agents' desks are shown of the pool: agents, offers, assignments and the packet. One
//! direction, one place.

use super::encode::{self, Reader};
use super::encode_customer;
use super::encode_promise;
use super::pb;
use crate::app::App;
use crate::app::packet::Packet;
use crate::app::sessions::HeldWork;
use crate::domain::bot::suggest::{Source, Suggestion};
use crate::domain::conversation::headline::remembered;
use crate::domain::conversation::standing::{self, NextStep};
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Holding, Lease, Presence};
use crate::domain::pool::command::{OfferEnd, UnassignReason};
use crate::domain::pool::item::Item;
use crate::domain::routing::attendance::Attendance;
use crate::domain::routing::claim::Claimable;
use crate::domain::time::Timestamp;
use std::time::Duration;

/// An agent as they are now.
pub fn agent(app: &App, agent: &Agent) -> pb::Agent {
    let rules = app.rules();
    let name = |language| Some((rules.routing.agent_name(&agent.id, language)?, language));
    let names = Language::ALL.into_iter().filter_map(name);
    let profile = &agent.profile;
    let languages = profile.languages.iter();
    let skills = profile.skills.iter();
    let owned = agent.held.iter().filter(|(_, held)| match held.how {
        Holding::Owned => true,
        Holding::Offer | Holding::WrapUp { .. } => false,
    });
    let source = match profile.declared {
        true => pb::AgentSource::Declared,
        false => pb::AgentSource::Registered,
    };
    pb::Agent {
        profile: Some(pb::AgentProfile {
            agent_id: agent.id.to_string(),
            name: profile.name.clone(),
            languages: languages
                .map(|(of, level)| (of.tag().to_owned(), (*level).into()))
                .collect(),
            skills: skills.map(|(of, level)| (of.to_string(), (*level).into())).collect(),
            capacity: profile.capacity,
        }),
        source: source.into(),
        presence: presence(&agent.presence).into(),
        away_reason: away_reason(&agent.presence),
        lease: lease(agent).into(),
        load: agent.load(),
        conversation_ids: owned.map(|(id, _)| id.to_string()).collect(),
        names: names.map(|(name, language)| encode::text(name, language)).collect(),
    }
}

/// What an agent chose to be.
pub fn presence(presence: &Presence) -> pb::Presence {
    match presence {
        Presence::Available => pb::Presence::Available,
        Presence::Away { .. } => pb::Presence::Away,
        Presence::Draining => pb::Presence::Draining,
        Presence::Offline => pb::Presence::Offline,
    }
}

/// Why they are away; empty if they are not.
pub fn away_reason(presence: &Presence) -> String {
    match presence {
        Presence::Away { reason } => reason.clone(),
        Presence::Available | Presence::Draining | Presence::Offline => String::new(),
    }
}

fn lease(agent: &Agent) -> pb::LeaseState {
    match agent.lease {
        _ if agent.incarnation == 0 => pb::LeaseState::Unspecified,
        Lease::Live => pb::LeaseState::Live,
        Lease::Suspect { .. } => pb::LeaseState::Suspect,
        Lease::Lost => pb::LeaseState::Lost,
    }
}

/// Whether the customer is there, as far as is known.
pub fn attendance(app: &App, id: &ConversationId) -> pb::Attendance {
    match app.attendance(id) {
        Attendance::Unknown => pb::Attendance::Unspecified,
        Attendance::Attached => pb::Attendance::Attached,
        Attendance::Away => pb::Attendance::Away,
        Attendance::Gone => pb::Attendance::Gone,
    }
}

fn also_language(agreed: Option<Language>) -> String {
    agreed.map_or_else(String::new, |language| language.tag().to_owned())
}

/// A live offer.
pub fn offer(app: &App, item: &Item, until: Timestamp) -> pb::Offer {
    let needs = &item.handoff.needs;
    pb::Offer {
        conversation_id: item.conversation.to_string(),
        token: Some(encode::token(item.token)),
        reason: encode::reason(item.handoff.reason).into(),
        headline: Some(encode::text(&item.headline, needs.language)),
        language: needs.language.tag().to_owned(),
        also_language: also_language(needs.also),
        queue_id: needs.queue.to_string(),
        queue_title: encode::queue_title(app, &needs.queue),
        priority: encode::priority(item.handoff.priority).into(),
        waiting_since: Some(encode::timestamp(item.waits_since())),
        expires_at: Some(encode::timestamp(until)),
        cost: item.cost,
        attendance: attendance(app, &item.conversation).into(),
    }
}

/// A waiting conversation that could be taken by hand.
pub fn waiting(app: &App, work: Claimable) -> pb::WaitingConversation {
    let (item, ahead) = (work.item, work.ahead);
    let needs = &item.handoff.needs;
    pb::WaitingConversation {
        conversation_id: item.conversation.to_string(),
        reason: encode::reason(item.handoff.reason).into(),
        headline: Some(encode::text(&item.headline, needs.language)),
        language: needs.language.tag().to_owned(),
        also_language: also_language(needs.also),
        queue_id: needs.queue.to_string(),
        queue_title: encode::queue_title(app, &needs.queue),
        priority: encode::priority(item.handoff.priority).into(),
        waiting_since: Some(encode::timestamp(item.waits_since())),
        cost: item.cost,
        ahead,
        attendance: attendance(app, &item.conversation).into(),
    }
}

/// The end of an offer that was not taken.
pub fn offer_ended(conversation: &ConversationId, token: Token, how: OfferEnd) -> pb::OfferEnded {
    let how = match how {
        OfferEnd::Declined => pb::OfferEnd::Declined,
        OfferEnd::Expired => pb::OfferEnd::Expired,
        OfferEnd::Rescinded => pb::OfferEnd::Rescinded,
    };
    pb::OfferEnded {
        conversation_id: conversation.to_string(),
        token: Some(encode::token(token)),
        how: how.into(),
    }
}

/// A conversation that is somebody's.
pub fn assignment(
    app: &App,
    c: &Conversation,
    token: Token,
    since: Option<Timestamp>,
) -> pb::Assignment {
    let asked = c.handoff.as_ref();
    let headline = asked.map(|asked| {
        let handoff = &asked.handoff;
        let told = remembered(&app.rules(), c, handoff.reason, handoff.entry.as_ref());
        encode::text(told, c.language)
    });
    pb::Assignment {
        conversation: Some(encode::conversation(app, c)),
        token: Some(encode::token(token)),
        reason: asked.map_or(0, |asked| encode::reason(asked.handoff.reason).into()),
        headline,
        assigned_at: since.map(encode::timestamp),
        standing: standing(app, c),
    }
}

/// How a conversation stands for its agent; `None` if no agent owns it.
pub fn standing(app: &App, c: &Conversation) -> Option<pb::Standing> {
    let standing = standing::standing(&app.rules(), c)?;
    let next = standing.next.map(|(_, step)| match step {
        NextStep::Nudge => pb::NextStep::Nudge,
        NextStep::TellSupervisors => pb::NextStep::TellSupervisors,
        NextStep::TakeBack => pb::NextStep::TakeBack,
        NextStep::AskCustomer => pb::NextStep::AskCustomer,
        NextStep::EndHold => pb::NextStep::EndHold,
        NextStep::Remind => pb::NextStep::Remind,
        NextStep::Close => pb::NextStep::Close,
    });
    Some(pb::Standing {
        waiting_since: standing.waiting_since.map(encode::timestamp),
        unanswered: standing.unanswered,
        next_step: next.unwrap_or_default().into(),
        next_at: standing.next.map(|(at, _)| encode::timestamp(at)),
        attendance: attendance(app, &c.id).into(),
    })
}

/// The end of an assignment.
pub fn unassigned(conversation: &ConversationId, why: UnassignReason) -> pb::Unassigned {
    let reason = match why {
        UnassignReason::Ended => pb::UnassignReason::Ended,
        UnassignReason::Requeued => pb::UnassignReason::Requeued,
        UnassignReason::Lost => pb::UnassignReason::Lost,
        UnassignReason::TakenOver => pb::UnassignReason::TakenOver,
    };
    pb::Unassigned { conversation_id: conversation.to_string(), reason: reason.into() }
}

/// What an agent is offered and owns.
pub fn work(app: &App, work: &HeldWork) -> (Vec<pb::Offer>, Vec<pb::Assignment>) {
    let offers = work.offers.iter().map(|(item, until)| offer(app, item, *until));
    let owned = work.owned.iter();
    let owned = owned.map(|(item, c)| assignment(app, c, item.token, Some(item.waiting_since)));
    (offers.collect(), owned.collect())
}

/// All that the next agent must know.
pub fn packet(app: &App, packet: Packet) -> pb::HandoffPacket {
    let (c, handoff) = (&packet.conversation, &packet.asked.handoff);
    let (language, screen) = (c.language, packet.screen);
    let tried = packet.tried.into_iter().map(|(sequence, entry, title)| pb::TriedAnswer {
        sequence,
        entry_id: entry.to_string(),
        title: Some(encode::text(title, screen)),
    });
    let signals = packet.signals.iter();
    let waits = c.owner().is_none();
    pb::HandoffPacket {
        conversation_id: c.id.to_string(),
        headline: Some(encode::text(packet.headline, screen)),
        opening: Some(encode::text(packet.opening, language)),
        reason: encode::reason(handoff.reason).into(),
        signals: signals.map(|(at, said, found)| encode::signal(found, *at, Some(said))).collect(),
        tried: tried.collect(),
        open_question: packet.open_question.map(|said| encode::words(&said, language)),
        language: language.tag().to_owned(),
        also_language: also_language(c.languages().beside()),
        waiting_since: c.waits_since().map(encode::timestamp),
        waited: (!waits).then(|| encode::duration(waited(c))),
        queue_id: handoff.needs.queue.to_string(),
        queue_title: encode::queue_title(app, &handoff.needs.queue),
        channel: c.channel.as_ref().map(ToString::to_string).unwrap_or_default(),
        priority: encode::priority(handoff.priority).into(),
        earlier_handoffs: packet.earlier_handoffs,
        suggestions: packet.suggestions.into_iter().filter_map(suggestion).collect(),
        transcript: encode::events(app, &packet.events, Reader::Agent),
        note: packet.note.unwrap_or_default(),
        promise: c.promise.as_ref().map(|open| encode_promise::promise(app, open)),
        facts: encode_customer::facts(&c.facts),
        known_customer: c.customer.is_known(),
        attendance: attendance(app, &c.id).into(),
    }
}

fn waited(c: &Conversation) -> Duration {
    Duration::from_millis(u64::try_from(c.waited_ms).unwrap_or(0))
}

fn suggestion(suggestion: Suggestion) -> Option<pb::SuggestedAnswer> {
    let Source::Entry(entry) = suggestion.source else { return None };
    Some(pb::SuggestedAnswer {
        entry_id: entry.to_string(),
        title: Some(encode::text(suggestion.title, suggestion.language)),
        text: Some(encode::text(suggestion.text, suggestion.language)),
        score: suggestion.score,
    })
}

/// What might be answered next.
pub fn reply(suggestion: Suggestion) -> pb::SuggestedReply {
    let (source, entry_id, sequence) = match suggestion.source {
        Source::Opening => (pb::ReplySource::Opening, String::new(), 0),
        Source::Conversation(sequence) => (pb::ReplySource::Conversation, String::new(), sequence),
        Source::Entry(entry) => (pb::ReplySource::Entry, entry.to_string(), 0),
    };
    let title = (!suggestion.title.is_empty())
        .then(|| encode::words(&suggestion.title, suggestion.language));
    pb::SuggestedReply {
        source: source.into(),
        entry_id,
        sequence,
        title,
        text: Some(encode::text(suggestion.text, suggestion.language)),
        score: suggestion.score,
    }
}
