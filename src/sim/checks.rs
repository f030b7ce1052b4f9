//! The checkers of safety: they look at every commit that took effect, at once, and compare it with
//! what was there before. Here those of conversations; [`super::pool_checks`] has the pool's.

use super::blocks;
use super::directives::Heard;
use super::model::{Invariant, Known, Line, Model, hash_of};
use crate::app::stored::Owed;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::event::{Event, LoggedEvent};
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::{
    EntityKey, Kind, LogId, Record, SNAPSHOT_SPAN, Slot, Transaction, Write,
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
        self.judge_marks(change);
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
                    Kind::Customer => {
                        let record = self.decode(key, body);
                        self.record_changed(key, record);
                    }
                    Kind::Item
                    | Kind::Agent
                    | Kind::Fence
                    | Kind::Deployment
                    | Kind::Alerts
                    | Kind::Directives
                    | Kind::ReadMarks => {}
                },
                Write::Delete { key } if key.kind == Kind::Outbox => {
                    if let Ok(id) = ConversationId::parse(&key.id)
                        && self.owed_to_pool.remove(&id).is_some()
                    {
                        self.settled_with_pool(&id);
                    }
                }
                Write::Delete { key } if key.kind == Kind::Customer => {
                    self.record_changed(key, None);
                }
                // Only erasure takes them out.
                Write::Delete { key } if key.kind == Kind::Request => {
                    self.requests.remove(&key.id);
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
                let (conversation, heard, endangered) = (next.clone(), 0, false);
                (None, Known { conversation, log, forgotten: 0, answers, heard, endangered })
            }
        };
        let token_before = folded.as_ref().map(|c| c.token).unwrap_or_default();
        let reply_due = folded.as_ref().and_then(|c| c.memory.reply_due);
        let mut turn = TurnSeen { reply_due, at, ..TurnSeen::default() };
        let folded = self.fold(&id, folded, records, &mut known, Some(&mut turn));
        self.judge_turn(&id, &turn, folded.as_ref());
        self.judge_heard(&id, (&turn.told, turn.started), at);
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
        self.judge_ledger(&next);
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
            let expected = known.forgotten + known.log.len() as u64 + 1;
            let holds = record.seq == expected && **log == crate::app::keys::log(id);
            self.check(Invariant::Gapless, holds, || {
                format!("{id}: record {} of {} follows {}", record.seq, log.0, expected - 1)
            });
            let decoded = serde_json::from_slice::<LoggedEvent>(&record.body);
            let Ok(logged) = decoded else {
                self.check(Invariant::Gapless, false, || format!("{id}: a damaged record"));
                continue;
            };
            // Of the event alone: a record also says which request made it.
            let hash = hash_of(&serde_json::to_vec(&logged).unwrap_or_default());
            let LoggedEvent { at, event } = logged;
            match turn.as_deref_mut() {
                Some(turn) => self.judge_event(id, c.as_ref(), (&event, at), known, turn),
                None => remember(known, &event),
            }
            c = apply(c, &event, at);
            if event == Event::Erased {
                // What is erased is gone from the log too; the numbers go on.
                known.log.clear();
                known.forgotten = expected - 1;
            }
            known.log.push(Line {
                event_id: record.event_id,
                hash,
                token: c.as_ref().map(|c| c.token).unwrap_or_default(),
            });
        }
        c
    }

    fn judge_event(
        &mut self,
        id: &ConversationId,
        c: Option<&Conversation>,
        (event, at): (&Event, Timestamp),
        known: &mut Known,
        turn: &mut TurnSeen,
    ) {
        self.judge_block(id, c, known.endangered, (event, at));
        self.judge_told(id, c, event);
        turn.told.hears(event);
        match event {
            Event::Started { .. } => turn.started = true,
            Event::CustomerSaid { text, .. } => {
                turn.danger_blocked |= blocks::danger_is_blocked(c, text);
                turn.heard_by_bot |= c.is_some_and(|c| c.state == State::Bot);
                turn.heard = true;
            }
            Event::FragmentKept { .. } => turn.kept = true,
            Event::BotSaid { outcome, text, entry, .. } => {
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
                    if let Some(entry) = entry {
                        self.judge_answered(id, entry, at);
                    }
                    let fresh = !known.answers.contains(text);
                    self.check(Invariant::NeverTwice, fresh, || {
                        format!("{id}: the same answer came twice: {text}")
                    });
                }
            }
            Event::HandoffRequested { handoff, .. } => {
                self.handoffs += 1;
                let open = self.is_open(&handoff.needs.queue, at);
                self.after_hours += u64::from(!open);
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
            Event::PromiseMade { promise } => self.promise_made(id, c, promise, at),
            Event::PromiseLate { number, due } => self.promise_late(id, c, *number, *due),
            Event::PromiseEnded { number, fate } => {
                self.promise_ended(id, c, (*number, *fate), at);
            }
            Event::Queued { eta, .. } => self.wait_told(id, eta, at),
            Event::AgentJoined { .. } => self.wait_met(id, at),
            Event::HandoffCancelled | Event::Closed { .. } => self.wait_ended(id),
            Event::SurveyAsked { survey, .. } => {
                self.survey_asked(c, survey.measure);
                let may = c.is_some_and(|c| {
                    let told = &c.satisfaction;
                    c.has_ended().is_some() && !told.asked && !told.spared
                });
                self.check(Invariant::HonestEnd, may, || format!("{id}: asked in {c:?}"));
            }
            Event::AnswerRated { .. } => turn.rated = true,
            Event::OnCallRung { ring, .. } => self.on_call_rung(id, c, *ring),
            Event::OnCallReached { ring, name } => self.on_call_reached(id, *ring, name),
            Event::Notice { key, .. } => {
                self.pages.told(key);
                self.notice_told(id, c, key);
            }
            Event::CustomerIdentified { .. }
            | Event::FactsTold { .. }
            | Event::Erased
            | Event::ConversationRated { .. }
            | Event::ClosedFalsely { .. }
            | Event::ResolutionDenied
            | Event::ResolutionProposed { .. }
            | Event::Understood { .. }
            | Event::SlotFilled { .. }
            | Event::OnCallFailed { .. }
            | Event::OnCallMissed { .. }
            | Event::PositionTold { .. }
            | Event::LongWaitTold
            | Event::WaitOptionsOffered { .. }
            | Event::OtherLanguageAgreed { .. }
            | Event::Claimed { .. }
            | Event::AgentLeft { .. }
            | Event::TokenAdvanced { .. }
            | Event::Noted { .. }
            | Event::TakenOver { .. }
            | Event::Whispered { .. }
            | Event::AgentNudged { .. }
            | Event::SupervisorAlerted { .. }
            | Event::ProposalDropped
            | Event::HoldEnded
            | Event::Reminded
            | Event::CustomerBlocked { .. }
            | Event::BlockReviewed { .. }
            | Event::BlockEnded { .. }
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
            | State::Pending { .. }
            | State::Blocked
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
        let blocked = after.is_some_and(|c| c.state == State::Blocked);
        self.check(Invariant::Block, !(turn.danger_blocked && blocked), || {
            format!("{id}: danger did not end the block: {after:?}")
        });
        let asked = turn.heard || turn.rated || turn.started || turn.left_bot;
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

    pub(super) fn owes(&mut self, key: &EntityKey, body: &[u8], to_pool: bool) {
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
    rated: bool,
    heard_by_bot: bool,
    kept: bool,
    left_bot: bool,
    bot_said: u32,
    danger_blocked: bool,
    told: Heard,
}

/// A yes may be so long on its way.
const YES_SPAN: std::time::Duration = std::time::Duration::from_secs(20 * 60);

/// The time at which the change was decided.
pub(super) fn handled_at(change: &Transaction) -> Timestamp {
    change.valid_until() - SNAPSHOT_SPAN
}

/// Keeps what later events are compared with.
fn remember(known: &mut Known, event: &Event) {
    if let Event::CustomerSaid { .. } = event {
        known.heard += 1;
    }
    if let Event::BotSaid { outcome: Outcome::Answer, text, .. } = event {
        known.answers.insert(text.clone());
    }
    known.endangered |= blocks::tells_of_danger(event);
    if *event == Event::Reopened {
        known.answers.clear();
        known.endangered = false;
    }
}
