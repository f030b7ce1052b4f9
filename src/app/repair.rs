//! Repair of one conversation: what the audit, the sweeper and the leases would mend by themselves
//! sooner or later, found on demand, shown first, and mended by the same code as theirs. Nothing
//! is decided here; where both sides differ, the larger token wins as ever.

use super::App;
use super::deadlines::VISIBILITY;
use super::diagnosis::damaged;
use super::error::{AppError, AppResult};
use super::findings::{Code, Finding};
use super::keys::{self, Due};
use super::stored::Owed;
use crate::domain::conversation::deadline::next_deadline;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Lease};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Slot, Snapshot, StoreError};
use std::time::Duration;

/// What is older than this was not done by the call that made it, nor by a sweep after it.
const OWED_AT_MOST: Duration = Duration::from_secs(30);

/// What was mended may bring to light what it hid: a place that was given back is not yet held by whom
/// the conversation names. Looked at again so often at most.
const PASSES_MAX: usize = 4;

/// One thing that keeps a conversation from going on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// A delivery that one side owes the other is parked, late, or without a due entry.
    Delivery { slot: Slot, parked: bool, owed: Owed, age: Duration },
    /// An offer that has ended is still there.
    Offer { agent: AgentId, over: Duration },
    /// An agent who holds it has no lease that could end.
    Lease { agent: AgentId },
    /// Conversation and pool say different things.
    Sides(super::audit::Difference),
    /// The conversation's deadline has no due entry.
    Timer { due: Timestamp, late_ms: i64 },
    /// The place's deadline has no due entry.
    PlaceTimer { due: Timestamp, late_ms: i64 },
    /// It is missing in a list.
    List { slot: Slot, index: Index, score: i64 },
}

/// What a repair found and what it left.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// What was wrong.
    pub found: Vec<Finding>,
    /// What is wrong now; as found if nothing was to be applied.
    pub left: Vec<Finding>,
    /// What could not be done, for whoever looks after it.
    pub failed: Vec<String>,
}

impl App {
    /// Finds what is wrong with one conversation and mends it if `apply` says so.
    pub async fn repair(&self, id: &ConversationId, apply: bool) -> AppResult<Repaired> {
        let mut faults = match self.faults(id).await {
            // Nothing of it can be decided; which key it is, a person can be told.
            Err(AppError::Store(StoreError::Damaged { what, reason })) => {
                let found = vec![damaged(&what, &reason)];
                return Ok(Repaired { left: found.clone(), found, failed: Vec::new() });
            }
            faults => faults?,
        };
        let found: Vec<Finding> = faults.iter().map(Fault::finding).collect();
        let mut failed = Vec::new();
        for _ in 0..PASSES_MAX {
            if !apply || faults.is_empty() {
                break;
            }
            failed.clear();
            for fault in &faults {
                match self.mend(id, fault).await {
                    // Somebody else mended it meanwhile.
                    Ok(()) | Err(AppError::Contended) => {}
                    Err(AppError::Store(error)) => return Err(error.into()),
                    Err(error) => failed.push(error.to_string()),
                }
            }
            self.match_now().await;
            let left = self.faults(id).await?;
            let is_done = left == faults;
            faults = left;
            if is_done {
                break;
            }
        }
        let left = faults.iter().map(Fault::finding).collect();
        Ok(Repaired { found, left, failed })
    }

    /// Everything that is wrong, in the order in which it is mended.
    async fn faults(&self, id: &ConversationId) -> AppResult<Vec<Fault>> {
        let bucket = keys::bucket(keys::bucket_of(id, self.settings.buckets));
        let pool = self.pool_slot();
        let ours =
            self.look(&bucket, id, &[Index::CONVERSATIONS, Index::ENTANGLED, Index::PROMISES]);
        let theirs = self.look(&pool, id, &[Index::ITEMS]);
        let (ours, theirs) = (ours.await?, theirs.await?);
        let c: Option<Conversation> = ours.get(&keys::conversation(id))?;
        let place: Option<Place> = theirs.get(&keys::place(id))?;
        if c.is_none() && place.is_none() {
            return Err(AppError::NotFound { what: "conversation" });
        }
        let mut faults = Vec::new();
        faults.extend(delivery(&bucket, id, &ours)?);
        faults.extend(delivery(&pool, id, &theirs)?);
        if let Some(Place::Here(item)) = &place {
            faults.extend(stuck_offer(item, theirs.at()));
            faults.extend(self.lost_lease(&pool, item).await?);
        }
        // What is being delivered differs until it is delivered.
        let on_its_way = |snapshot: &Snapshot| snapshot.get::<Owed>(&keys::outbox(id));
        if !faults.is_empty() || (on_its_way(&ours)?.is_none() && on_its_way(&theirs)?.is_none()) {
            faults.extend(self.compare(id).await?.map(Fault::Sides));
        }
        if let Some(c) = &c {
            let due = next_deadline(&self.rules(), c);
            let timer = lost_timer(due, &Due::Conversation(id.clone()), &ours);
            faults.extend(timer.map(|(due, late_ms)| Fault::Timer { due, late_ms }));
            faults.extend(unlisted(&bucket, c, &ours));
        }
        if let Some(place) = &place {
            let timer = lost_timer(place.next_deadline(), &Due::Place(id.clone()), &theirs);
            faults.extend(timer.map(|(due, late_ms)| Fault::PlaceTimer { due, late_ms }));
            if let Place::Here(item) = place
                && theirs.score(Index::ITEMS, id.as_str()).is_none()
            {
                let (slot, score) = (pool, item.virtual_time());
                faults.push(Fault::List { slot, index: Index::ITEMS, score });
            }
        }
        Ok(faults)
    }

    /// Everything one slot has of a conversation.
    async fn look(&self, slot: &Slot, id: &ConversationId, lists: &[Index]) -> AppResult<Snapshot> {
        let keys = [keys::conversation(id), keys::place(id), keys::outbox(id)];
        let dues = [Due::Conversation(id.clone()), Due::Outbox(id.clone()), Due::Place(id.clone())];
        let mut scores: Vec<(Index, String)> =
            dues.iter().map(|due| (Index::DUE, due.member())).collect();
        scores.push((Index::PARKED, id.to_string()));
        scores.extend(lists.iter().map(|list| (*list, id.to_string())));
        Ok(self.store.load(slot, &keys, &scores).await?)
    }

    async fn lost_lease(&self, pool: &Slot, item: &Item) -> AppResult<Option<Fault>> {
        let Some(holder) = item.holder() else { return Ok(None) };
        let key = keys::agent(holder);
        let scores = [(Index::LEASES, holder.to_string())];
        let snapshot = self.store.load(pool, std::slice::from_ref(&key), &scores).await?;
        let agent: Option<Agent> = snapshot.get(&key)?;
        let may_end = agent.is_some_and(|agent| match agent.lease {
            Lease::Live | Lease::Suspect { .. } => true,
            Lease::Lost => !agent.held.is_empty(),
        });
        let lost = may_end && snapshot.score(Index::LEASES, holder.as_str()).is_none();
        Ok(lost.then(|| Fault::Lease { agent: holder.clone() }))
    }

    /// Mends one fault, by the code that would have kept it from arising.
    async fn mend(&self, id: &ConversationId, fault: &Fault) -> AppResult<()> {
        let pool = self.pool_slot();
        match fault {
            Fault::Delivery { slot, .. } => {
                self.unpark(slot, id).await?;
                match slot {
                    Slot::Bucket(bucket) => self.deliver_to_pool(*bucket, id).await,
                    Slot::Pool(_) | Slot::System => self.deliver_to_conversation(id).await,
                }
            }
            Fault::Offer { .. } => self.place_due(id).await,
            Fault::Lease { agent } => {
                // It ends now: the watch over leases does the rest, unless the agent is there.
                self.list_again(&pool, Index::LEASES, agent.as_str(), None).await?;
                self.watch_leases().await.map(|_| ())
            }
            Fault::Sides(_) => self.audit_one(id).await.map(|_| ()),
            Fault::Timer { .. } => {
                let slot = keys::bucket(keys::bucket_of(id, self.settings.buckets));
                self.rearm(&slot, id).await
            }
            Fault::PlaceTimer { due, .. } => {
                // The place may be used until its deadline, so it is over only after it.
                let (member, score) = (Due::Place(id.clone()).member(), due.as_millis() + 1);
                self.list_again(&pool, Index::DUE, &member, Some(score)).await
            }
            Fault::List { slot, index, score } => {
                self.list_again(slot, *index, id.as_str(), Some(*score)).await
            }
        }
    }

    /// Puts a member into an index at `score`, or at the present.
    async fn list_again(
        &self,
        slot: &Slot,
        index: Index,
        member: &str,
        score: Option<i64>,
    ) -> AppResult<()> {
        let snapshot = self.store.load(slot, &[], &[]).await?;
        let mut change = snapshot.change(self.tag());
        let score = score.unwrap_or(snapshot.at().as_millis() - 1);
        change.index_put(index, member, score);
        match self.store.commit(change).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict { .. } | StoreError::Stale) => Err(AppError::Contended),
            Err(error) => Err(error.into()),
        }
    }
}

/// What one side owes the other and does not deliver.
fn delivery(slot: &Slot, id: &ConversationId, seen: &Snapshot) -> AppResult<Option<Fault>> {
    let Some(owed) = seen.get::<Owed>(&keys::outbox(id))? else { return Ok(None) };
    let parked = seen.score(Index::PARKED, id.as_str()).is_some();
    let has_timer = seen.score(Index::DUE, &Due::Outbox(id.clone()).member()).is_some();
    let age = seen.at().since(owed.since);
    let is_late = age > OWED_AT_MOST || !has_timer;
    let slot = slot.clone();
    Ok((parked || is_late).then_some(Fault::Delivery { slot, parked, owed, age }))
}

fn stuck_offer(item: &Item, at: Timestamp) -> Option<Fault> {
    match &item.state {
        ItemState::Offered { agent, until } if at.since(*until) > VISIBILITY => {
            Some(Fault::Offer { agent: agent.clone(), over: at.since(*until) })
        }
        ItemState::Offered { .. } | ItemState::Waiting | ItemState::Assigned { .. } => None,
    }
}

/// A deadline without a due entry, or with one that comes too late. One that was just taken by a
/// sweeper lies a little in the future.
fn lost_timer(due: Option<Timestamp>, entry: &Due, seen: &Snapshot) -> Option<(Timestamp, i64)> {
    let due = due?;
    let latest = due.max(seen.at()) + VISIBILITY;
    let score = seen.score(Index::DUE, &entry.member());
    let lost = score.is_none_or(|score| score > latest.as_millis() + 1);
    lost.then(|| (due, seen.at().as_millis() - due.as_millis()))
}

/// The lists of its bucket that miss it.
fn unlisted(slot: &Slot, c: &Conversation, seen: &Snapshot) -> Vec<Fault> {
    let at = c.last_event_at.as_millis();
    let entangled = c.is_entangled().then_some((Index::ENTANGLED, at));
    let promise = c.promise.as_ref().map(|promise| (Index::PROMISES, promise.due.as_millis()));
    // Minus the time, so that the latest comes first.
    let wanted = [Some((Index::CONVERSATIONS, -at)), entangled, promise];
    let missing = wanted.into_iter().flatten();
    let missing = missing.filter(|(index, _)| seen.score(*index, c.id.as_str()).is_none());
    missing.map(|(index, score)| Fault::List { slot: slot.clone(), index, score }).collect()
}

impl Fault {
    fn finding(&self) -> Finding {
        match self {
            Fault::Delivery { slot, parked: true, owed, .. } => {
                Finding::trouble(Code::ParkedDelivery)
                    .with("side", side(slot))
                    .with("refusals", owed.refusals)
                    .with("because", owed.refused_because.as_deref().unwrap_or("-"))
            }
            Fault::Delivery { slot, parked: false, age, .. } => {
                Finding::trouble(Code::OwedDelivery)
                    .with("side", side(slot))
                    .with("age_s", age.as_secs())
            }
            Fault::Offer { agent, over } => Finding::trouble(Code::OfferStuck)
                .with("agent", agent)
                .with("over_s", over.as_secs()),
            Fault::Lease { agent } => Finding::trouble(Code::LeaseLost).with("agent", agent),
            Fault::Sides(differ) => Finding::trouble(Code::SidesDiffer)
                .with("conversation", &differ.conversation)
                .with("pool", &differ.pool)
                .with("mend", differ.mend),
            Fault::Timer { late_ms, .. } => Finding::trouble(Code::TimerLost)
                .with("of", "conversation")
                .with("late_s", late_ms / 1_000),
            Fault::PlaceTimer { late_ms, .. } => Finding::trouble(Code::TimerLost)
                .with("of", "place")
                .with("late_s", late_ms / 1_000),
            Fault::List { index, .. } => Finding::attention(Code::Unlisted).with("list", index.0),
        }
    }
}

fn side(slot: &Slot) -> &'static str {
    match slot {
        Slot::Bucket(_) => "conversation",
        Slot::Pool(_) | Slot::System => "pool",
    }
}
