//! The checkers of safety: they look at every commit that took effect, at once, and compare it with
//! what was there before.

use super::model::{Invariant, Known, Line, Model, hash_of};
use crate::app::stored::Owed;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::event::{Event, LoggedEvent};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::{
    EntityKey, Index, Kind, LogId, Record, SNAPSHOT_SPAN, Slot, Transaction, Write,
};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

impl Model {
    /// A change took effect at this time of the store.
    pub(super) fn committed(&mut self, change: &Transaction, at: Timestamp) {
        self.check(Invariant::Fenced, at <= change.valid_until(), || {
            format!("a change of {} was made at {at}, which was too late", change.slot())
        });
        match change.slot() {
            Slot::Bucket(_) => self.bucket_changed(change),
            Slot::Pool(_) => self.pool_changed(change),
            Slot::System => {}
        }
    }

    fn bucket_changed(&mut self, change: &Transaction) {
        let mut next: Option<Conversation> = None;
        let mut records: Vec<(&LogId, &Record)> = Vec::new();
        for write in change.writes() {
            match write {
                Write::Append { log, record, .. } => records.push((log, record)),
                Write::Put { key, body } => match key.kind {
                    Kind::Conversation => next = self.decode(key, body),
                    Kind::Request => {
                        let fresh = self.requests.insert(key.id.clone());
                        self.check(Invariant::Once, fresh, || {
                            format!("request {key} had a second effect")
                        });
                    }
                    Kind::Outbox => self.owes(key, body, true),
                    Kind::Item | Kind::Agent | Kind::Fence | Kind::Deployment => {}
                },
                Write::Delete { key } if key.kind == Kind::Outbox => {
                    if let Ok(id) = ConversationId::parse(&key.id)
                        && self.owed_to_pool.remove(&id).is_some()
                    {
                        self.settled_with_pool(&id);
                    }
                }
                Write::DropLog { log } => {
                    self.check(Invariant::Gapless, false, || format!("the log {} is gone", log.0));
                }
                Write::Delete { .. }
                | Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::CounterAdd { .. } => {}
            }
        }
        let Some(next) = next else {
            self.check(Invariant::Fold, records.is_empty(), || {
                "events were logged without the conversation".to_owned()
            });
            return;
        };
        let id = next.id.clone();
        self.conversation_changed(next, &records, handled_at(change));
        self.both_sides(&id);
    }

    fn conversation_changed(
        &mut self,
        next: Conversation,
        records: &[(&LogId, &Record)],
        at: Timestamp,
    ) {
        let id = next.id.clone();
        let before = self.conversations.remove(&id);
        let (folded, mut known) = match before {
            Some(known) => (Some(known.conversation.clone()), known),
            None => {
                let (log, answers) = (Vec::new(), BTreeSet::new());
                (None, Known { conversation: next.clone(), log, answers, heard: 0 })
            }
        };
        let token_before = folded.as_ref().map(|c| c.token).unwrap_or_default();
        let reply_due = folded.as_ref().and_then(|c| c.memory.reply_due);
        let mut turn = TurnSeen { reply_due, at, ..TurnSeen::default() };
        let folded = self.fold(&id, folded, records, &mut known, Some(&mut turn));
        self.judge_turn(&id, &turn, folded.as_ref());
        self.check(Invariant::Fold, folded.as_ref() == Some(&next), || {
            format!("{id}: the log folds into\n{folded:?}\nbut stored is\n{next:?}")
        });
        self.check(Invariant::Fenced, next.token >= token_before, || {
            format!("{id}: the token fell from {token_before:?} to {:?}", next.token)
        });
        let said = self.deeds.get(&id).map_or(0, |deeds| deeds.said);
        let heard = known.heard;
        self.check(Invariant::Once, heard <= said, || {
            format!("{id}: the customer spoke {said} times, the log says {heard}")
        });
        known.conversation = next;
        self.conversations.insert(id, known);
    }

    /// Folds records into a conversation, looking at each event; `turn` is `None` when history is
    /// only read again.
    pub(super) fn fold(
        &mut self,
        id: &ConversationId,
        mut c: Option<Conversation>,
        records: &[(&LogId, &Record)],
        known: &mut Known,
        mut turn: Option<&mut TurnSeen>,
    ) -> Option<Conversation> {
        for (log, record) in records {
            let expected = known.log.len() as u64 + 1;
            let holds = record.seq == expected && **log == crate::app::keys::log(id);
            self.check(Invariant::Gapless, holds, || {
                format!("{id}: record {} of {} follows {}", record.seq, log.0, expected - 1)
            });
            let decoded = serde_json::from_slice::<LoggedEvent>(&record.body);
            let Ok(LoggedEvent { at, event }) = decoded else {
                self.check(Invariant::Gapless, false, || format!("{id}: a damaged record"));
                continue;
            };
            match turn.as_deref_mut() {
                Some(turn) => self.judge_event(id, c.as_ref(), &event, known, turn),
                None => remember(known, &event),
            }
            c = apply(c, &event, at);
            known.log.push(Line {
                event_id: record.event_id,
                hash: hash_of(&record.body),
                token: c.as_ref().map(|c| c.token).unwrap_or_default(),
            });
        }
        c
    }

    fn judge_event(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        event: &Event,
        known: &mut Known,
        turn: &mut TurnSeen,
    ) {
        match event {
            Event::Started { .. } => turn.started = true,
            Event::CustomerSaid { .. } => {
                turn.heard_by_bot |= c.is_some_and(|c| c.state == State::Bot);
                turn.heard = true;
            }
            Event::FragmentKept { .. } => turn.kept = true,
            Event::BotSaid { outcome, text, .. } => {
                turn.bot_said += 1;
                let owner = c.and_then(Conversation::owner);
                self.check(Invariant::SilentBot, owner.is_none(), || {
                    format!("{id}: the bot spoke while {owner:?} owned it: {text}")
                });
                let asked = turn.heard || c.is_none_or(|c| c.state != State::Queued);
                self.check(Invariant::SilentBot, asked, || {
                    format!("{id}: the bot spoke unasked while a human is awaited: {text}")
                });
                if *outcome == Outcome::Answer {
                    let fresh = !known.answers.contains(text);
                    self.check(Invariant::NeverTwice, fresh, || {
                        format!("{id}: the same answer came twice: {text}")
                    });
                }
            }
            Event::HandoffRequested { .. } => {
                self.handoffs += 1;
                turn.left_bot = true;
            }
            Event::AgentSaid { agent, .. } => {
                let owner = c.and_then(Conversation::owner);
                self.check(Invariant::OneOwner, owner == Some(agent), || {
                    format!("{id}: {agent} spoke while {owner:?} owned it")
                });
            }
            Event::ResolutionConfirmed => {
                self.resolved += 1;
                self.judge_end(id, c);
            }
            Event::ResolutionDenied
            | Event::Closed { .. }
            | Event::ResolutionProposed { .. }
            | Event::Understood { .. }
            | Event::SlotFilled { .. }
            | Event::Notice { .. }
            | Event::Queued { .. }
            | Event::PositionTold { .. }
            | Event::LongWaitTold
            | Event::HandoffCancelled
            | Event::AgentJoined { .. }
            | Event::AgentLeft { .. }
            | Event::TokenAdvanced { .. }
            | Event::Noted { .. }
            | Event::AgentNudged { .. }
            | Event::SupervisorAlerted { .. }
            | Event::ProposalDropped
            | Event::HoldEnded
            | Event::Reminded
            | Event::Reopened => {}
        }
        remember(known, event);
    }

    /// Resolved is said only after a yes of the customer to this proposal.
    fn judge_end(&mut self, id: &ConversationId, c: Option<&Conversation>) {
        let since = c.and_then(|c| match &c.state {
            State::Confirming(proposal) => Some(proposal.since),
            State::Bot
            | State::Queued
            | State::Human { .. }
            | State::Resolved { .. }
            | State::Closed { .. } => None,
        });
        let yes = self.deeds.get(id).and_then(|deeds| deeds.yes);
        // A yes on its way may have been given shortly before a newer proposal was written down.
        let holds = since.zip(yes).is_some_and(|(since, yes)| yes + YES_SPAN >= since);
        self.check(Invariant::HonestEnd, holds, || {
            format!("{id}: resolved, proposed at {since:?}, the last yes was at {yes:?}")
        });
    }

    /// Each message to the bot gets one reply, or the bot waits for the rest of it.
    fn judge_turn(&mut self, id: &ConversationId, turn: &TurnSeen, after: Option<&Conversation>) {
        let asked = turn.heard || turn.started || turn.left_bot;
        let due = turn.reply_due.is_some_and(|due| due <= turn.at);
        self.check(Invariant::Answered, turn.bot_said == 0 || asked || due, || {
            format!("{id}: the bot replied although nothing was asked")
        });
        self.check(Invariant::Answered, turn.bot_said <= 1, || {
            format!("{id}: the bot replied {} times at once", turn.bot_said)
        });
        if turn.heard_by_bot {
            let answered = turn.bot_said == 1 || turn.kept || turn.left_bot;
            self.check(Invariant::Answered, answered, || {
                format!("{id}: the bot left a message without a reply: {after:?}")
            });
        }
    }

    fn pool_changed(&mut self, change: &Transaction) {
        let at = handled_at(change);
        let mut place: Option<(ConversationId, Option<Place>)> = None;
        let mut agents: Vec<Agent> = Vec::new();
        let mut settled = None;
        for write in change.writes() {
            match write {
                Write::Put { key, body } => match key.kind {
                    Kind::Item => {
                        let next: Option<Place> = self.decode(key, body);
                        place = ConversationId::parse(&key.id).ok().map(|id| (id, next));
                    }
                    Kind::Agent => agents.extend(self.decode::<Agent>(key, body)),
                    Kind::Outbox => self.owes(key, body, false),
                    Kind::Conversation | Kind::Request | Kind::Fence | Kind::Deployment => {}
                },
                Write::Delete { key } => match key.kind {
                    Kind::Item => {
                        place = ConversationId::parse(&key.id).ok().map(|id| (id, None));
                    }
                    Kind::Outbox => settled = ConversationId::parse(&key.id).ok(),
                    Kind::Agent
                    | Kind::Conversation
                    | Kind::Request
                    | Kind::Fence
                    | Kind::Deployment => {}
                },
                Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::Append { .. }
                | Write::DropLog { .. }
                | Write::CounterAdd { .. } => {}
            }
        }
        let owes = change
            .writes()
            .iter()
            .any(|write| matches!(write, Write::Put { key, .. } if key.kind == Kind::Outbox));
        let mut adopts = false;
        if let Some((id, next)) = &place {
            adopts = self.judge_place(id, next.as_ref(), at, owes);
        }
        self.place_and_agents(place, agents, adopts);
        self.remember_leases(change);
        if let Some(id) = settled
            && self.owed_to_conversations.remove(&id).is_some()
        {
            self.settled_with_conversation(&id);
        }
    }

    fn remember_leases(&mut self, change: &Transaction) {
        for write in change.writes() {
            match write {
                Write::IndexPut { index: Index::LEASES, member, score } => {
                    self.leases.insert(member.clone(), *score);
                }
                Write::IndexRemove { index: Index::LEASES, member } => {
                    self.leases.remove(member);
                }
                Write::IndexPut { .. }
                | Write::IndexRemove { .. }
                | Write::Put { .. }
                | Write::Delete { .. }
                | Write::Append { .. }
                | Write::DropLog { .. }
                | Write::CounterAdd { .. } => {}
            }
        }
    }

    /// Whether this step of a place is allowed; returns whether it is an adoption.
    fn judge_place(
        &mut self,
        id: &ConversationId,
        next: Option<&Place>,
        at: Timestamp,
        owes: bool,
    ) -> bool {
        let before = self.places.get(id).cloned();
        let Some(next) = next else {
            let gone = !matches!(before, Some(Place::Here(_)));
            self.check(Invariant::OneQueue, gone, || format!("the place of {id} was deleted"));
            return false;
        };
        let token = before.as_ref().map(Place::token).unwrap_or_default();
        self.check(Invariant::Fenced, next.token() >= token, || {
            format!("{id}: the pool's token fell from {token:?} to {:?}", next.token())
        });
        let Place::Here(item) = next else { return false };
        if let Some(Place::Gone { token, .. }) = &before {
            self.check(Invariant::Fenced, item.token.term > token.term, || {
                format!("{id}: a place of term {} came back after it was gone", token.term)
            });
        }
        let old = match &before {
            Some(Place::Here(old)) => Some(old),
            Some(Place::Gone { .. }) | None => None,
        };
        match (&item.state, old.map(|old| &old.state)) {
            (ItemState::Waiting, Some(ItemState::Assigned { .. })) => {
                let newer = old.is_some_and(|old| item.token > old.token);
                self.check(Invariant::Fenced, newer, || {
                    format!("{id}: taken from its agent without a new token")
                });
                false
            }
            (ItemState::Waiting, _) => false,
            (ItemState::Offered { agent, .. }, Some(ItemState::Waiting)) => {
                self.judge_offer(id, item, agent, at);
                false
            }
            (ItemState::Offered { .. }, _) => {
                self.check(Invariant::OneOwner, false, || format!("{id}: offered while taken"));
                false
            }
            (ItemState::Assigned { agent }, Some(ItemState::Offered { agent: asked, until }))
                // The conversation must be told of it; of what it says itself it need not.
                if owes && old.is_some_and(|old| old.token == item.token) =>
            {
                let holds = agent == asked && at <= *until;
                self.check(Invariant::Fenced, holds, || {
                    format!("{id}: {agent} accepted at {at} what {asked} had until {until}")
                });
                false
            }
            (ItemState::Assigned { .. }, _) => true,
        }
    }

    fn judge_offer(&mut self, id: &ConversationId, item: &Item, agent: &AgentId, at: Timestamp) {
        self.offers += 1;
        let key = (id.clone(), item.token);
        let holder = self.offered.entry(key).or_insert_with(|| agent.clone()).clone();
        self.check(Invariant::Fenced, holder == *agent, || {
            format!("{id}: token {:?} was offered to {holder} and to {agent}", item.token)
        });
        let lease = self.leases.get(agent.as_str()).copied().unwrap_or(0);
        let live = lease >= at.as_millis();
        self.check(Invariant::Fenced, live, || {
            format!("{id}: offered at {at} to {agent} whose lease ended at {lease}ms")
        });
        let known = self.agents.get(agent).cloned();
        let takes = known.as_ref().is_some_and(|agent| {
            agent.takes_offers() && !agent.has_live_offer() && agent.room() >= item.cost
        });
        self.check(Invariant::Load, takes, || {
            format!("{id}: offered to {agent} who takes nothing: {known:?}")
        });
    }

    /// Puts the changes down and compares what agents hold with who holds the place.
    fn place_and_agents(
        &mut self,
        place: Option<(ConversationId, Option<Place>)>,
        agents: Vec<Agent>,
        adopts: bool,
    ) {
        let mut touched: Vec<AgentId> = Vec::new();
        for agent in agents {
            let before = self.agents.get(&agent.id).map_or(0, Agent::load);
            let (load, capacity) = (agent.load(), agent.profile.capacity);
            self.check(Invariant::Load, load <= capacity.max(before) || adopts, || {
                format!("{} holds {load} of {capacity} units: {:?}", agent.id, agent.held)
            });
            touched.push(agent.id.clone());
            self.agents.insert(agent.id.clone(), agent);
        }
        if let Some((id, next)) = place {
            match next {
                Some(place) => self.places.insert(id.clone(), place),
                None => self.places.remove(&id),
            };
            self.place_is_held(&id);
            self.both_sides(&id);
        }
        for agent in touched {
            self.agent_holds(&agent);
        }
    }

    /// Exactly its holder holds a place, under its very token, at its very cost.
    pub(super) fn place_is_held(&mut self, id: &ConversationId) {
        let item = match self.places.get(id) {
            Some(Place::Here(item)) => Some(item.clone()),
            Some(Place::Gone { .. }) | None => None,
        };
        let holders: Vec<AgentId> = self
            .agents
            .values()
            .filter(|agent| agent.held.get(id).is_some_and(|held| is_live(&held.how)))
            .map(|agent| agent.id.clone())
            .collect();
        let expected: Vec<AgentId> =
            item.as_ref().and_then(Item::holder).cloned().into_iter().collect();
        self.check(Invariant::Load, holders == expected, || {
            format!("{id}: held by {holders:?}, the place says {expected:?}")
        });
        let (Some(item), Some(holder)) = (item, expected.first()) else { return };
        let Some(held) = self.agents.get(holder).and_then(|agent| agent.held.get(id)) else {
            return;
        };
        let same = held.token == item.token
            && held.cost == item.cost
            && match item.state {
                ItemState::Offered { .. } => held.how == Holding::Offer,
                ItemState::Assigned { .. } => held.how == Holding::Owned,
                ItemState::Waiting => false,
            };
        let held = held.clone();
        self.check(Invariant::Load, same, || {
            format!("{id}: {holder} holds {held:?}, the place says {item:?}")
        });
    }

    fn agent_holds(&mut self, id: &AgentId) {
        let Some(agent) = self.agents.get(id) else { return };
        let held: Vec<ConversationId> = agent
            .held
            .iter()
            .filter(|(_, held)| is_live(&held.how))
            .map(|(conversation, _)| conversation.clone())
            .collect();
        for conversation in held {
            self.place_is_held(&conversation);
        }
    }

    fn owes(&mut self, key: &EntityKey, body: &[u8], to_pool: bool) {
        let (Ok(id), Some(owed)) = (ConversationId::parse(&key.id), self.decode::<Owed>(key, body))
        else {
            return;
        };
        let since = owed.since;
        match to_pool {
            true => self.owed_to_pool.insert(id, since),
            false => self.owed_to_conversations.insert(id, since),
        };
    }

    pub(super) fn decode<T: DeserializeOwned>(
        &mut self,
        key: &EntityKey,
        body: &[u8],
    ) -> Option<T> {
        let decoded = serde_json::from_slice(body);
        self.check(Invariant::Durable, decoded.is_ok(), || format!("{key} cannot be read again"));
        decoded.ok()
    }
}

/// What was seen in one transaction of a conversation.
#[derive(Default)]
pub(super) struct TurnSeen {
    reply_due: Option<Timestamp>,
    at: Timestamp,
    started: bool,
    heard: bool,
    heard_by_bot: bool,
    kept: bool,
    left_bot: bool,
    bot_said: u32,
}

/// A yes may be so long on its way.
const YES_SPAN: std::time::Duration = std::time::Duration::from_secs(20 * 60);

/// The time at which the change was decided.
fn handled_at(change: &Transaction) -> Timestamp {
    change.valid_until() - SNAPSHOT_SPAN
}

fn is_live(how: &Holding) -> bool {
    match how {
        Holding::Offer | Holding::Owned => true,
        Holding::WrapUp { .. } => false,
    }
}

/// Keeps what later events are compared with.
fn remember(known: &mut Known, event: &Event) {
    if let Event::CustomerSaid { .. } = event {
        known.heard += 1;
    }
    if let Event::BotSaid { outcome: Outcome::Answer, text, .. } = event {
        known.answers.insert(text.clone());
    }
    if *event == Event::Reopened {
        known.answers.clear();
    }
}
