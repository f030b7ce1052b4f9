//! What ops decide at once: kept in the store, so that it survives restarts, and read by every
//! instance each second, so that it works on all of them.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::requests::Once;
use crate::domain::directives::{Directive, Directives, What};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::store::StoreError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What this process knows is in force, and the rules as they are under it.
#[derive(Default)]
pub(super) struct InForce {
    inner: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    directives: Directives,
    /// The store's time at the last look.
    now: Timestamp,
    /// The rules they were laid over, what came of it, and until when that holds.
    laid: Option<(Arc<Rules>, Arc<Rules>, Timestamp)>,
}

impl InForce {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules under all that is in force.
    pub(super) fn over(&self, rules: Arc<Rules>) -> Arc<Rules> {
        let mut known = self.lock();
        let at = known.now;
        if let Some((of, laid, until)) = &known.laid
            && Arc::ptr_eq(of, &rules)
            && at < *until
        {
            return Arc::clone(laid);
        }
        let laid = known.directives.over(&rules, at);
        let until = known.directives.next_end(at).unwrap_or(Timestamp::FAR);
        known.laid = Some((rules, Arc::clone(&laid), until));
        laid
    }

    /// The store said at this time that this is in force.
    pub(super) fn learn(&self, directives: Directives, at: Timestamp) {
        let mut known = self.lock();
        known.now = known.now.max(at);
        if known.directives != directives {
            known.directives = directives;
            known.laid = None;
        }
    }
}

impl App {
    /// Puts something in force; returns it. The same request does so once.
    pub async fn direct(
        &self,
        what: What,
        until: Timestamp,
        (author, note): (String, String),
        once: &Once,
    ) -> AppResult<Directive> {
        let rules = self.rules.current();
        self.change_directives(once, |directives, at| {
            let by = (author.clone(), note.clone());
            let number = directives.take(&rules, (what.clone(), until), by, at)?;
            Ok(number)
        })
        .await?
        .ok_or(AppError::NotFound { what: "directive" })
    }

    /// Ends something before its time.
    pub async fn lift(&self, number: u64, once: &Once) -> AppResult<()> {
        let lifted = self.change_directives(once, |directives, at| {
            let known = directives.lift(number, at);
            known.map(|known| known.number).ok_or(AppError::NotFound { what: "directive" })
        });
        lifted.await.map(|_| ())
    }

    /// Reads what is in force. To be called about once a second.
    pub async fn learn_directives(&self) -> AppResult<()> {
        let key = keys::directives();
        let snapshot = self.store.load(&self.pool_slot(), std::slice::from_ref(&key), &[]).await?;
        self.in_force.learn(snapshot.get(&key)?.unwrap_or_default(), snapshot.at());
        Ok(())
    }

    /// What is in force now, the oldest first.
    pub async fn directives(&self) -> AppResult<Vec<Directive>> {
        let key = keys::directives();
        let snapshot = self.store.load(&self.pool_slot(), std::slice::from_ref(&key), &[]).await?;
        let known: Directives = snapshot.get(&key)?.unwrap_or_default();
        Ok(known.in_force(snapshot.at()).cloned().collect())
    }

    /// Returns the one that it is about, as it is or was; `None` where a repeated request finds it over.
    async fn change_directives(
        &self,
        once: &Once,
        change: impl Fn(&mut Directives, Timestamp) -> AppResult<u64>,
    ) -> AppResult<Option<Directive>> {
        let key = keys::directives();
        let to_load = [key.clone(), once.key()];
        for _ in 0..super::TRIES_MAX {
            let snapshot = self.store.load(&self.pool_slot(), &to_load, &[]).await?;
            let mut known: Directives = snapshot.get(&key)?.unwrap_or_default();
            let at = snapshot.at();
            let find = |known: &Directives, number| {
                known.in_force(at).find(|it| it.number == number).cloned()
            };
            if let Some(number) = once.seen(&snapshot)? {
                return Ok(find(&known, number));
            }
            let before = known.clone();
            let number = change(&mut known, at)?;
            let mut write = snapshot.change(self.tag());
            write.put(key.clone(), &known);
            once.remember(&snapshot, &mut write, number)?;
            match self.store.commit(write).await {
                Ok(_) => {
                    let found = find(&known, number).or_else(|| find(&before, number));
                    self.in_force.learn(known, at);
                    return Ok(found);
                }
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }
}
