//! Which customers' pages are open. Each instance counts the streams that are attached to it and, from
//! time to time, moves a score in an ordered set of the pool, many in one transaction: like the leases of
//! agents, but nothing ends with it. What is not renewed lapses by itself, so that an instance that dies
//! leaves nothing behind. No turn costs a commit for it.

use super::App;
use super::error::AppResult;
use crate::domain::ids::ConversationId;
use crate::domain::routing::attendance::Attendance;
use crate::domain::time::Timestamp;
use crate::ports::store::Index;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A page counts as open for so long after it was last said to be. More than twice the time between
/// two rounds of renewing, so that one round may fail.
const OPEN_SPAN: Duration = Duration::from_secs(12);
/// Whoever begins to listen has missed what was said of pages before, and streams that broke with a
/// server are attached again within this time: until then nobody is said to have left.
const SETTLING_SPAN: Duration = Duration::from_secs(30);
/// Scores moved in one transaction.
const RENEWED_AT_ONCE: usize = 200;
/// Scores of what nobody waits for any more that are removed at once.
const REMOVED_AT_ONCE: usize = 200;

/// What this process knows of open pages.
#[derive(Default)]
pub(super) struct Pages {
    here: Arc<Mutex<Here>>,
    /// Up to when each customer's page is known to be open, as all instances say.
    seen: Mutex<Seen>,
}

/// Streams attached to this process, by conversation.
type Here = BTreeMap<ConversationId, u32>;

#[derive(Default)]
struct Seen {
    open_until: BTreeMap<ConversationId, Timestamp>,
    /// The store's time at the last look.
    now: Timestamp,
    /// The store's time at the first look.
    since: Option<Timestamp>,
}

impl Seen {
    /// Up to when this page is known to be open; `None` if nothing is known of it.
    fn known(&self, id: &ConversationId) -> Option<Timestamp> {
        let until = self.open_until.get(id).copied()?;
        let since = self.since?;
        if until >= since + OPEN_SPAN {
            return Some(until);
        }
        // It was said before we listened, and not again since: perhaps it closed while nobody could
        // notice, and when is not known.
        (self.now >= since + SETTLING_SPAN).then_some(until.max(since))
    }
}

/// A stream of a customer is attached for as long as this lives.
pub struct Attached {
    here: Arc<Mutex<Here>>,
    id: ConversationId,
}

impl Drop for Attached {
    fn drop(&mut self) {
        let mut here = lock(&self.here);
        if let Some(count) = here.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                here.remove(&self.id);
            }
        }
    }
}

/// Nothing panics while it holds the lock; were it so, the maps would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// A stream of this conversation's customer is attached to this process.
    pub fn attach(&self, id: &ConversationId) -> Attached {
        let here = Arc::clone(&self.pages.here);
        *lock(&here).entry(id.clone()).or_default() += 1;
        Attached { here, id: id.clone() }
    }

    /// Whether the customer is there, as far as is known.
    pub fn attendance(&self, id: &ConversationId) -> Attendance {
        let rules = self.rules();
        let seen = lock(&self.pages.seen);
        Attendance::of(&rules.routing.attendance, seen.known(id), seen.now)
    }

    /// Says of the pages that are attached here, and whose owners people have or await, that they are
    /// open. To be called about every five seconds.
    pub async fn renew_pages(&self) -> AppResult<()> {
        let open: Vec<ConversationId> = lock(&self.pages.here).keys().cloned().collect();
        let open: Vec<ConversationId> = self
            .router
            .with_view(|view| open.into_iter().filter(|id| view.item(id).is_some()).collect());
        for page in open.chunks(RENEWED_AT_ONCE) {
            let snapshot = self.store().load(&self.pool_slot(), &[], &[]).await?;
            let until = (snapshot.at() + OPEN_SPAN).as_millis();
            let mut change = snapshot.change(self.tag());
            for id in page {
                change.index_put(Index::PAGES, id.as_str(), until);
            }
            self.store().commit(change).await?;
        }
        Ok(())
    }

    /// Reads what all instances say. To be called every second or two.
    pub async fn learn_pages(&self) -> AppResult<()> {
        let now = self.store_now().await?;
        let members = self.members(&self.pool_slot(), Index::PAGES).await?;
        let rules = self.rules();
        let mut open_until = BTreeMap::new();
        let mut over = Vec::new();
        for (score, name) in members {
            let Ok(id) = ConversationId::parse(&name) else { continue };
            let until = Timestamp::from_millis(score);
            // What left the pool, or has not been heard of here yet: only what is long over goes.
            let is_over = now.since(until) > rules.routing.attendance.gone_after
                && self.router.with_view(|view| view.item(&id).is_none());
            match is_over {
                true => over.push(id),
                false => drop(open_until.insert(id, until)),
            }
        }
        {
            let mut seen = lock(&self.pages.seen);
            seen.now = seen.now.max(now);
            seen.since.get_or_insert(now);
            seen.open_until = open_until;
        }
        if self.router.leads() {
            over.truncate(REMOVED_AT_ONCE);
            self.forget_pages(&over).await?;
        }
        Ok(())
    }

    async fn forget_pages(&self, ids: &[ConversationId]) -> AppResult<()> {
        for page in ids.chunks(RENEWED_AT_ONCE) {
            let snapshot = self.store().load(&self.pool_slot(), &[], &[]).await?;
            let mut change = snapshot.change(self.tag());
            for id in page {
                change.index_remove(Index::PAGES, id.as_str());
            }
            self.store().commit(change).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_a_page_before_we_listened_tells_nothing_until_it_had_time_to_come_back() {
        let id = ConversationId::parse("c1").unwrap();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let known = |until: i64, now: i64| {
            let open_until = BTreeMap::from([(id.clone(), at(until))]);
            Seen { open_until, now: at(now), since: Some(at(1_000)) }.known(&id)
        };
        // Open when the server before us stopped: nobody has left until the page had time to return.
        for until in [1, 990, 1_011] {
            assert_eq!(known(until, 1_029), None, "{until}");
        }
        // It did not come back: it has been closed since we listen, at the latest.
        assert_eq!(known(990, 1_030), Some(at(1_000)));
        assert_eq!(known(1_011, 1_030), Some(at(1_011)));
        // What was said while we listened counts at once.
        assert_eq!(known(1_012, 1_013), Some(at(1_012)));
        assert_eq!(Seen::default().known(&id), None);
    }
}
