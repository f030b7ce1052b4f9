//! Which customers' pages are open. Each instance counts the streams that are attached to it and, from
//! time to time, moves a score in an ordered set of the pool, many in one transaction: like the leases of
//! agents, but nothing ends with it. What is not renewed lapses by itself, so that an instance that dies
//! leaves nothing behind. No turn costs a commit for it.
//!
//! From the same knowledge the matcher's picture is told who stands aside because they are gone, and
//! whoever did for as long as they may has their question kept.

use super::App;
use super::error::{AppError, AppResult};
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::ids::ConversationId;
use crate::domain::pool::item::ItemState;
use crate::domain::routing::attendance::{Aside, Attendance, AttendanceRules, may_stand_aside};
use crate::domain::time::Timestamp;
use crate::ports::store::Index;
use std::collections::{BTreeMap, BTreeSet};
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
/// Questions of those who are gone that are kept in one round.
const KEPT_AT_ONCE: usize = 20;

/// What this process knows of open pages.
#[derive(Default)]
pub(super) struct Pages {
    here: Arc<Mutex<Here>>,
    /// Up to when each customer's page is known to be open, as all instances say.
    seen: Mutex<Seen>,
    /// The stays, by term, whose question was kept already, or cannot be.
    kept: Mutex<BTreeMap<ConversationId, i64>>,
}

/// Streams attached to this process.
#[derive(Default)]
struct Here {
    /// How many, by conversation.
    streams: BTreeMap<ConversationId, u32>,
    /// Who was there since the last round, however shortly.
    lately: BTreeSet<ConversationId>,
}

#[derive(Default)]
struct Seen {
    open_until: BTreeMap<ConversationId, Timestamp>,
    /// Up to when nobody had or awaited them, although something is still known of their pages. Nothing
    /// is said of an open page meanwhile.
    unsaid_until: BTreeMap<ConversationId, Timestamp>,
    /// The store's time at the last look.
    now: Timestamp,
    /// The store's time when this process first said or read anything of pages.
    since: Option<Timestamp>,
}

impl Seen {
    /// Up to when this page is known to be open; `None` if nothing is known of it.
    fn known(&self, id: &ConversationId) -> Option<Timestamp> {
        let until = self.open_until.get(id).copied()?;
        // Whoever is back in a queue is as new here as everybody is to a server that has just begun.
        let since = self.since?.max(self.unsaid_until.get(id).copied().unwrap_or_default());
        if until >= since + OPEN_SPAN {
            return Some(until);
        }
        // It was said before we listened, and not again since: perhaps it closed while nobody could
        // notice, and when is not known.
        (self.now >= since + SETTLING_SPAN).then_some(until.max(since))
    }

    /// Takes what all instances say, and whom nobody has or awaits at this moment.
    fn look(
        &mut self,
        open_until: BTreeMap<ConversationId, Timestamp>,
        outside: Vec<ConversationId>,
    ) {
        self.open_until = open_until;
        self.unsaid_until.extend(outside.into_iter().map(|id| (id, self.now)));
        let known = &self.open_until;
        self.unsaid_until.retain(|id, _| known.contains_key(id));
    }

    /// Who stands aside, and who did for as long as they may.
    fn gone(&self, rules: &AttendanceRules) -> (BTreeSet<ConversationId>, Vec<ConversationId>) {
        let (mut aside, mut passed_by) = (BTreeSet::new(), Vec::new());
        for id in self.open_until.keys() {
            match Aside::of(rules, self.known(id), self.now) {
                Aside::No => {}
                Aside::Until(_) => drop(aside.insert(id.clone())),
                Aside::Over => passed_by.push(id.clone()),
            }
        }
        (aside, passed_by)
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
        if let Some(count) = here.streams.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                here.streams.remove(&self.id);
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
        {
            let mut here = lock(&here);
            *here.streams.entry(id.clone()).or_default() += 1;
            here.lately.insert(id.clone());
        }
        Attached { here, id: id.clone() }
    }

    /// Whoever writes is there, whatever is known of their page. Of whom no page was ever seen nothing
    /// becomes known by it: they may be on a line that holds no stream.
    pub fn is_heard(&self, id: &ConversationId) {
        if lock(&self.pages.seen).open_until.contains_key(id) {
            lock(&self.pages.here).lately.insert(id.clone());
        }
    }

    /// Until when those who are there go before this one, whose customer is gone; `None` if they do not.
    pub fn aside_until(&self, id: &ConversationId) -> Option<Timestamp> {
        let rules = self.rules();
        let seen = lock(&self.pages.seen);
        match Aside::of(&rules.routing.attendance, seen.known(id), seen.now) {
            Aside::Until(end) => self.router.with_view(|view| view.stands_aside(id)).then_some(end),
            Aside::No | Aside::Over => None,
        }
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
        let open: BTreeSet<ConversationId> = {
            let mut here = lock(&self.pages.here);
            let lately = std::mem::take(&mut here.lately);
            here.streams.keys().cloned().chain(lately).collect()
        };
        let open: Vec<ConversationId> = self
            .router
            .with_view(|view| open.into_iter().filter(|id| view.item(id).is_some()).collect());
        for page in open.chunks(RENEWED_AT_ONCE) {
            let snapshot = self.store().load(&self.pool_slot(), &[], &[]).await?;
            // What is said here is known here, although the first look follows a moment later.
            lock(&self.pages.seen).since.get_or_insert(snapshot.at());
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
        let (mut over, mut outside) = (Vec::new(), Vec::new());
        for (score, name) in members {
            let Ok(id) = ConversationId::parse(&name) else { continue };
            let until = Timestamp::from_millis(score);
            // What left the pool, or has not been heard of here yet: only what is long over goes.
            let is_outside = self.router.with_view(|view| view.item(&id).is_none());
            if is_outside && now.since(until) > rules.routing.attendance.gone_after {
                over.push(id);
                continue;
            }
            if is_outside {
                outside.push(id.clone());
            }
            open_until.insert(id, until);
        }
        let (aside, passed_by) = {
            let mut seen = lock(&self.pages.seen);
            seen.now = seen.now.max(now);
            seen.since.get_or_insert(now);
            seen.look(open_until, outside);
            seen.gone(&rules.routing.attendance)
        };
        self.router.set_asides(aside);
        if self.router.leads() {
            over.truncate(REMOVED_AT_ONCE);
            self.forget_pages(&over).await?;
            self.keep_questions(passed_by).await?;
        }
        Ok(())
    }

    /// Keeps what was asked by those who are gone and were passed by for as long as may be.
    async fn keep_questions(&self, ids: Vec<ConversationId>) -> AppResult<()> {
        let terms: BTreeMap<ConversationId, i64> = self.router.with_view(|view| {
            let waiting = ids.iter().filter_map(|id| view.item(id));
            let waiting = waiting.filter(|item| item.state == ItemState::Waiting);
            let those = waiting.filter(|item| may_stand_aside(item));
            those.map(|item| (item.conversation.clone(), item.token.term)).collect()
        });
        let fresh: Vec<(ConversationId, i64)> = {
            let mut kept = lock(&self.pages.kept);
            kept.retain(|id, term| terms.get(id) == Some(term));
            terms.into_iter().filter(|(id, _)| !kept.contains_key(id)).take(KEPT_AT_ONCE).collect()
        };
        for (id, term) in fresh {
            match self.command(&id, None, Command::KeepQuestion).await {
                // Kept now, or something is promised already, or the queue is not known to open again.
                Ok(_)
                | Err(AppError::Rejected(Rejection::PromiseOpen | Rejection::UnknownChoice)) => {
                    lock(&self.pages.kept).insert(id, term);
                }
                // The two sides do not agree yet, or nobody was told of a place: the next round.
                Err(AppError::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
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
            Seen { open_until, now: at(now), since: Some(at(1_000)), ..Seen::default() }.known(&id)
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

    #[test]
    fn after_a_long_outage_nobody_is_passed_by_for_pages_that_could_not_say_that_they_are_open() {
        let id = ConversationId::parse("c1").unwrap();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let rules = AttendanceRules::default();
        let gone = |now: i64| {
            let open_until = BTreeMap::from([(id.clone(), at(1))]);
            Seen { open_until, now: at(now), since: Some(at(10_000)), ..Seen::default() }
                .gone(&rules)
        };
        assert_eq!(gone(10_001), (BTreeSet::new(), Vec::new()));
        // Still closed when it had time to come back: passed by, but counted from our beginning.
        let later = 10_000 + rules.gone_after.as_secs() as i64 + 31;
        assert_eq!(gone(later), (BTreeSet::from([id.clone()]), Vec::new()));
        let much_later = later + rules.aside_for.as_secs() as i64;
        assert_eq!(gone(much_later), (BTreeSet::new(), vec![id.clone()]));
    }

    #[test]
    fn whoever_comes_back_to_a_queue_is_not_said_to_have_left_before_their_page_can_be_counted() {
        let id = ConversationId::parse("c1").unwrap();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let mut seen = Seen { since: Some(at(0)), ..Seen::default() };
        let mut known = |now: i64, until: i64, is_outside: bool| {
            seen.now = at(now);
            let outside = Vec::from_iter(is_outside.then(|| id.clone()));
            seen.look(BTreeMap::from([(id.clone(), at(until))]), outside);
            seen.known(&id)
        };
        assert_eq!(known(1_000, 1_010, false), Some(at(1_010)));
        // Promised for later: nobody awaits them, so nobody says that their page is open.
        assert_eq!(known(1_100, 1_010, true), None);
        // Back in the queue, and not counted yet.
        assert_eq!(known(1_102, 1_010, false), None);
        assert_eq!(known(1_104, 1_116, false), Some(at(1_116)), "counted");
        // Or the page is closed indeed, and had time to say otherwise.
        assert_eq!(known(1_130, 1_010, false), Some(at(1_100)));
        seen.look(BTreeMap::new(), Vec::new());
        assert!(seen.unsaid_until.is_empty(), "nothing is left behind");
    }
}
