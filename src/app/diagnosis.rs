//! What can be said of a deployment through the store port alone: who matches, what is owed, what
//! is overdue, what is parked, whether both sides agree, how much is kept. Everything is read and
//! nothing changed, so that it may be asked at any time, with or without instances that serve.

use super::App;
use super::error::{AppError, AppResult};
use super::findings::{Code, Finding};
use super::keys::{self, Due};
use super::stored::{MatcherFence, Owed};
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Slot, StoreError, Why};
use std::time::Duration;

/// The sweeper takes what is due within a moment; what it took and could not do it takes again
/// after its time of hiding.
const OVERDUE_AFTER: Duration = Duration::from_secs(15);
/// A step that is owed longer than this is looked at …
const OWED_LONG: Duration = Duration::from_secs(30);
/// … and longer than this harms somebody.
const OWED_TOO_LONG: Duration = Duration::from_secs(10 * 60);
/// Entries of one slot that are looked at.
const ENTRIES_MAX: usize = 1_000;
/// Conversations that are compared with the pool.
const COMPARED_MAX: usize = 5_000;
/// Buckets whose conversations are counted; the others have as many, because ids are hashed.
const COUNTED_BUCKETS: u16 = 4;
/// Conversations of one bucket that are counted.
const COUNTED_MAX: usize = 20_000;
/// Damaged records of the pool that are named.
const NAMED_MAX: usize = 20;
/// Members read at once.
const PAGE: usize = 1_000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Which key cannot be understood.
pub(super) fn damaged(what: &str, reason: &str) -> Finding {
    Finding::trouble(Code::Damaged).with("what", what).with("reason", reason)
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Conversations in the store.
    pub conversations: u64,
    /// Those in which something happened within the last day.
    pub last_day: u64,
}

impl App {
    /// Everything the port can tell. If some slots do not answer, the rest is told of the others.
    pub async fn diagnose(&self) -> Vec<Finding> {
        let (mut findings, there) = self.reach_slots().await;
        if there.is_empty() {
            return findings;
        }
        let damaged_there = self.damaged_in_pool().await;
        let is_told = |what: &str| damaged_there.iter().any(|told| told.facts["what"] == what);
        let checks = [
            self.matcher_found().await,
            self.outbox_found(&there).await,
            self.overdue_found(&there).await,
            self.parked_found().await,
            self.drift_found().await,
            self.danger_found().await,
        ];
        for check in checks {
            match check {
                Ok(finding) => findings.push(finding),
                // The slots told it already.
                Err(AppError::Store(StoreError::Unavailable { why: Why::Lost, .. })) => {}
                Err(AppError::Store(StoreError::Damaged { what, reason })) => {
                    findings.push(damaged(&what, &reason));
                }
                Err(error) => {
                    findings.push(Finding::trouble(Code::StoreAway).with("reason", error));
                }
            }
        }
        findings
            .retain(|finding| finding.code != Code::Damaged || !is_told(&finding.facts["what"]));
        [findings, damaged_there].concat()
    }

    /// How many conversations there are: counted in a few buckets and taken for all of them.
    pub async fn kept(&self) -> AppResult<Kept> {
        let mut kept = Kept { conversations: 0, last_day: 0 };
        let counted = COUNTED_BUCKETS.min(self.settings.buckets).max(1);
        for number in 0..counted {
            let slot = keys::bucket(number);
            let since = self.store.load(&slot, &[], &[]).await?.at() - DAY;
            let mut after = None;
            for _ in 0..COUNTED_MAX / PAGE {
                let range = self.store.range(&slot, Index::CONVERSATIONS, after, i64::MAX, PAGE);
                let page = range.await?;
                kept.conversations += page.len() as u64;
                let lately = page.iter().filter(|(score, _)| -score >= since.as_millis());
                kept.last_day += lately.count() as u64;
                if page.len() < PAGE {
                    break;
                }
                after = page.last().cloned();
            }
        }
        let times = u64::from(self.settings.buckets);
        let whole = |number: u64| number * times / u64::from(counted);
        Ok(Kept { conversations: whole(kept.conversations), last_day: whole(kept.last_day) })
    }

    /// Asks every slot for the time; those that answer, with their time.
    async fn reach_slots(&self) -> (Vec<Finding>, Vec<(Slot, Timestamp)>) {
        let slots = self.slots();
        let (mut there, mut away, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for slot in &slots {
            match self.store.load(slot, &[], &[]).await {
                Ok(snapshot) => there.push((slot.clone(), snapshot.at())),
                Err(StoreError::Unavailable { why: Why::Lost, reason, .. }) => {
                    lost.push((slot, reason));
                }
                Err(error) => away.push((slot, error.to_string())),
            }
        }
        let gone = lost.first().map(|(slot, reason)| {
            Finding::trouble(Code::SlotsLost)
                .with("lost", lost.len())
                .with("slots", slots.len())
                .with("first", slot)
                .with("reason", reason)
        });
        if away.is_empty() && !lost.is_empty() {
            return (gone.into_iter().collect(), there);
        }
        let finding = match away.first() {
            None => Finding::fine(Code::SlotsReached).with("slots", slots.len()),
            Some((_, reason)) if there.is_empty() => {
                Finding::trouble(Code::StoreAway).with("reason", reason)
            }
            Some((slot, reason)) => Finding::trouble(Code::SlotsAway)
                .with("away", away.len())
                .with("slots", slots.len())
                .with("first", slot)
                .with("reason", reason),
        };
        (gone.into_iter().chain([finding]).collect(), there)
    }

    /// Agents and places that cannot be understood; the checks pass over them. Where the pool does not
    /// answer, they tell that.
    async fn damaged_in_pool(&self) -> Vec<Finding> {
        let slot = self.pool_slot();
        let agents = self.agents_kept(&slot).await.map(|agents| agents.damaged);
        let places = self.places_kept(&slot).await.map(|places| places.damaged);
        let errors = agents.into_iter().chain(places).flatten();
        let named = errors.filter_map(|error| match error {
            StoreError::Damaged { what, reason } => {
                let finding = Finding::trouble(Code::DamagedInPool).with("what", what);
                Some(finding.with("reason", reason))
            }
            _ => None,
        });
        named.take(NAMED_MAX).collect()
    }

    async fn matcher_found(&self) -> AppResult<Finding> {
        let slot = self.pool_slot();
        let member = keys::fence().id;
        let scores = [(Index::LEADER, member.clone())];
        let snapshot = self.store.load(&slot, &[keys::fence()], &scores).await?;
        let fence: Option<MatcherFence> = snapshot.get(&keys::fence())?;
        let until = snapshot.score(Index::LEADER, &member).unwrap_or(0);
        let left = until - snapshot.at().as_millis();
        Ok(match fence {
            Some(fence) if left > 0 => Finding::fine(Code::Leader)
                .with("instance", &fence.leader)
                .with("left_ms", left)
                .with("fence", fence.fence),
            Some(fence) => Finding::attention(Code::NoLeader)
                .with("last", &fence.leader)
                .with("since_s", -left / 1_000),
            None => Finding::attention(Code::NeverLed),
        })
    }

    /// The oldest step that is owed and not parked.
    async fn outbox_found(&self, slots: &[(Slot, Timestamp)]) -> AppResult<Finding> {
        let mut owed = 0_usize;
        let mut oldest: Option<(Duration, &Slot)> = None;
        for (slot, at) in slots {
            // A fresh step is due soon, one that was just tried a little later.
            let soon = (*at + OVERDUE_AFTER).as_millis();
            let due = self.store.range(slot, Index::DUE, None, soon, ENTRIES_MAX).await?;
            for (_, member) in due {
                let Some(Due::Outbox(id)) = Due::parse(&member) else { continue };
                let key = keys::outbox(&id);
                let seen = self.store.load(slot, std::slice::from_ref(&key), &[]).await?;
                let Some(entry) = seen.get::<Owed>(&key)? else { continue };
                owed += 1;
                let age = seen.at().since(entry.since);
                if oldest.is_none_or(|(known, _)| age > known) {
                    oldest = Some((age, slot));
                }
            }
        }
        let Some((age, slot)) = oldest else { return Ok(Finding::fine(Code::OutboxEmpty)) };
        let finding = match age {
            age if age > OWED_TOO_LONG => Finding::trouble(Code::Outbox),
            age if age > OWED_LONG => Finding::attention(Code::Outbox),
            _ => Finding::fine(Code::Outbox),
        };
        Ok(finding.with("owed", owed).with("oldest_s", age.as_secs()).with("slot", slot))
    }

    async fn overdue_found(&self, slots: &[(Slot, Timestamp)]) -> AppResult<Finding> {
        let mut entries = 0;
        let mut oldest: Option<(Duration, &Slot)> = None;
        for (slot, at) in slots {
            let until = (*at - OVERDUE_AFTER).as_millis();
            let due = self.store.range(slot, Index::DUE, None, until, ENTRIES_MAX).await?;
            entries += due.len();
            let first = due.first().map(|(score, _)| at.since(Timestamp::from_millis(*score)));
            if let Some(late) = first
                && oldest.is_none_or(|(known, _)| late > known)
            {
                oldest = Some((late, slot));
            }
        }
        let Some((late, slot)) = oldest else { return Ok(Finding::fine(Code::DueInTime)) };
        Ok(Finding::trouble(Code::DueOverdue)
            .with("entries", entries)
            .with("oldest_s", late.as_secs())
            .with("slot", slot))
    }

    async fn parked_found(&self) -> AppResult<Finding> {
        let parked = self.parked().await?;
        let Some((_, first, owed)) = parked.first() else {
            return Ok(Finding::fine(Code::NothingParked));
        };
        Ok(Finding::trouble(Code::Parked)
            .with("entries", parked.len())
            .with("first", first)
            .with("because", owed.refused_because.as_deref().unwrap_or("-")))
    }

    /// The audit, without its repairs. What is on its way between the sides is not a difference:
    /// only those count that still differ at a second look.
    async fn drift_found(&self) -> AppResult<Finding> {
        let concerned = self.concerned().await?;
        let mut suspects = Vec::new();
        // What is lost the slots told already.
        let mut broken = concerned.passed_over.into_iter().find_map(|error| match error {
            StoreError::Damaged { what, reason } => Some(damaged(&what, &reason)),
            _ => None,
        });
        let concerned: Vec<ConversationId> = concerned.ids.into_iter().take(COMPARED_MAX).collect();
        for id in &concerned {
            match self.compare(id).await {
                Ok(None) => {}
                Ok(Some(_)) => suspects.push(id),
                // The others are compared all the same; so are those of other slots.
                Err(AppError::Store(StoreError::Damaged { what, reason })) => {
                    broken.get_or_insert(damaged(&what, &reason));
                }
                Err(AppError::Store(StoreError::Unavailable { why: Why::Lost, .. })) => {}
                Err(error) => return Err(error),
            }
        }
        let mut differ = Vec::new();
        for id in suspects {
            if !self.is_on_its_way(id).await? && self.compare(id).await?.is_some() {
                differ.push(id);
            }
        }
        let Some(first) = differ.first() else {
            if let Some(broken) = broken {
                return Ok(broken);
            }
            return Ok(Finding::fine(Code::SidesAgree).with("compared", concerned.len()));
        };
        Ok(Finding::trouble(Code::SidesDrift)
            .with("differ", differ.len())
            .with("compared", concerned.len())
            .with("first", first))
    }

    /// Whether somebody in danger waits for longer than supervisors are to hear of.
    async fn danger_found(&self) -> AppResult<Finding> {
        let (board, rules) = (self.board().await?, self.rules());
        let limit = rules.routing.alerts.emergency_wait;
        let queues = &board.overview.queues;
        let oldest = queues.iter().filter_map(|queue| queue.emergencies.1).min();
        let waiting: usize = queues.iter().map(|queue| queue.emergencies.0 as usize).sum();
        let Some(since) = oldest.filter(|since| board.at.since(*since) >= limit) else {
            let finding = Finding::fine(Code::NobodyInDanger).with("waiting", waiting);
            return Ok(finding.with("limit_s", limit.as_secs()));
        };
        Ok(Finding::trouble(Code::InDanger)
            .with("waiting", waiting)
            .with("oldest_s", board.at.since(since).as_secs()))
    }

    /// Whether one side owes the other a delivery that is not parked.
    async fn is_on_its_way(&self, id: &ConversationId) -> AppResult<bool> {
        let bucket = keys::bucket(keys::bucket_of(id, self.settings.buckets));
        for slot in [bucket, self.pool_slot()] {
            let (key, parked) = (keys::outbox(id), [(Index::PARKED, id.to_string())]);
            let seen = self.store.load(&slot, std::slice::from_ref(&key), &parked).await?;
            let owed = seen.get::<Owed>(&key)?.is_some();
            if owed && seen.score(Index::PARKED, id.as_str()).is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
