//! What runs again and again while the service runs: each loop calls one method of the application,
//! says once when it begins to fail and once when it works again, and never gives up.

use crate::app::App;
use crate::app::audit::Audited;
use crate::app::erasure::Left;
use crate::app::error::AppError;
use crate::app::retention::Retention;
use crate::ports::archive::Archive;
use crate::ports::store::Slot;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

/// How often due entries are looked for.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// How often leases are looked at.
const LEASES_EVERY: Duration = Duration::from_secs(1);
/// How often offers are planned even if nothing rang.
const MATCH_EVERY: Duration = Duration::from_millis(500);
/// How often lost rings are looked for.
const REPAIR_EVERY: Duration = Duration::from_secs(1);
/// How often it is read what other instances have noted.
const LEARN_EVERY: Duration = Duration::from_secs(1);
/// How often it is said which customers' pages are open, and how often that is read.
const RENEW_PAGES_EVERY: Duration = Duration::from_secs(5);
const LEARN_PAGES_EVERY: Duration = Duration::from_secs(2);
/// How often both sides of every conversation are compared.
const AUDIT_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether supervisors must be alerted.
const ALERTS_EVERY: Duration = Duration::from_secs(5);
/// How often ended conversations are let go.
const RETIRE_EVERY: Duration = Duration::from_secs(60);
/// What came of a ring is told again after these, when the store was away.
const TELL_AGAIN: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];
/// After a doorbell broke.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// Starts all loops. They end with the runtime. `came_back` says that the store was away, wholly or
/// in part.
pub fn start(app: &Arc<App>, came_back: &Arc<Notify>, retention: Option<Retention>) {
    let archive = retention.as_ref().and_then(|retention| retention.archive.clone());
    if let Some(retention) = retention {
        tokio::spawn(retire(Arc::clone(app), retention));
    }
    let trouble = Arc::new(Mutex::new(Shared::new("sweeping")));
    for slot in app.slots() {
        tokio::spawn(sweep(Arc::clone(app), slot, Arc::clone(&trouble)));
    }
    every(app, LEASES_EVERY, "watching leases", |app| async move {
        if let Some(vanished) = app.watch_leases().await? {
            tracing::error!(
                agents.vanished = vanished.ended,
                agents.of = vanished.of,
                "so many agents vanished at once that the line must be broken; they keep their \
                 conversations for leases.outage_grace: look at the network and the load balancer"
            );
        }
        Ok(())
    });
    let heard = Arc::new(Notify::new());
    tokio::spawn(match_when_heard(Arc::clone(app), Arc::clone(&heard)));
    every(app, REPAIR_EVERY, "looking for lost rings", |app| async move {
        app.repair_rings().await?;
        app.repair_view().await
    });
    every(app, ALERTS_EVERY, "watching alerts", |app| async move { app.watch_alerts().await });
    every(app, LEARN_EVERY, "learning what is in force", |app| async move {
        app.learn_directives().await
    });
    every(app, LEARN_EVERY, "learning how fast people work", |app| async move {
        app.learn_pace().await
    });
    every(app, RENEW_PAGES_EVERY, "telling which pages are open", |app| async move {
        app.renew_pages().await
    });
    every(app, LEARN_PAGES_EVERY, "learning which pages are open", |app| async move {
        app.learn_pages().await
    });
    every(app, AUDIT_EVERY, "the audit", |app| async move {
        let Audited { repairs, passed_over } = app.audit().await?;
        if repairs > 0 {
            tracing::error!(audit.repairs = repairs, "conversation and pool did not agree");
        }
        if passed_over > 0 {
            tracing::error!(
                audit.passed_over = passed_over,
                "the audit could not look at what is lost or damaged; `sanad doctor` tells what it is"
            );
        }
        Ok(())
    });
    tokio::spawn(ring(Arc::clone(app)));
    tokio::spawn(listen(Arc::clone(app), Arc::clone(came_back), heard));
    let restored = Arc::new(Notify::new());
    // This may be an earlier copy of the store.
    restored.notify_one();
    tokio::spawn(erase_again(Arc::clone(app), archive, Arc::clone(&restored)));
    tokio::spawn(make_good(Arc::clone(app), Arc::clone(came_back), restored));
}

/// Makes good what an absence of the store has left: whoever answers now may lack the last moments
/// of whoever answered before, on one side only, and agents could not be heard of.
async fn make_good(app: Arc<App>, came_back: Arc<Notify>, restored: Arc<Notify>) {
    let mut trouble = Trouble::new("making an absence of the store good");
    loop {
        came_back.notified().await;
        app.distrust_view();
        while let Err(error) = app.recover().await {
            trouble.note(Err(error));
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
        trouble.note(Ok::<(), AppError>(()));
        restored.notify_one();
    }
}

/// Erases what was noted as erased and is there all the same.
async fn erase_again(app: Arc<App>, archive: Option<Arc<dyn Archive>>, restored: Arc<Notify>) {
    let mut trouble = Trouble::new("erasing what was noted as erased");
    let (mut is_store_due, mut is_archive_due) = (false, false);
    let mut pause = AUDIT_EVERY;
    loop {
        let is_restored = tokio::select! {
            // One that cannot be ended does not keep a restored store waiting.
            () = restored.notified() => true,
            // Whoever asked may have given up amid it.
            () = tokio::time::sleep(pause) => false,
        };
        (is_store_due, is_archive_due) =
            (is_store_due || is_restored, is_archive_due || is_restored);
        let erased = match is_store_due {
            true => app.erase_again().await,
            false => Ok(app.erase_given_up().await),
        };
        if let Ok((1.., _)) = erased {
            tracing::warn!(
                conversations.erased = erased.as_ref().map_or(0, |(count, _)| *count),
                "what was noted as erased was still in the store, and is erased now"
            );
        }
        let left = erased.map(|(_, left)| left);
        is_store_due &= !matches!(left, Ok(None));
        pause = erase_again_after(&left);
        let is_calm = pause == AUDIT_EVERY;
        let archived = match &archive {
            Some(archive) if is_archive_due && (is_restored || is_calm) => {
                app.erase_archived_again(archive.as_ref()).await.map(|_| is_archive_due = false)
            }
            Some(_) | None => Ok(()),
        };
        match left {
            Err(error) => trouble.note(Err(error)),
            Ok(Some(left)) if left.why == AppError::Contended => {}
            Ok(Some(left)) => trouble.note(Err(left)),
            Ok(None) => trouble.note(archived),
        }
    }
}

/// When what could not be erased is tried again: soon where it may succeed then, as when the pool has yet
/// to let go of a conversation that was open; else at leisure.
fn erase_again_after(left: &Result<Option<Left>, AppError>) -> Duration {
    match left {
        Ok(Some(left)) if left.is_passing => LISTEN_AGAIN,
        Ok(_) | Err(_) => AUDIT_EVERY,
    }
}

/// Lets go what ended long ago. One instance does it, the one that matches: two would only write
/// rows twice.
async fn retire(app: Arc<App>, retention: Retention) {
    let mut ticks = tokio::time::interval(RETIRE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !app.router().leads() {
            continue;
        }
        match app.retire(&retention).await {
            Ok(0) => {}
            Ok(left) => {
                tracing::info!(conversations.left = left, "ended conversations left the store")
            }
            Err(error) => tracing::error!(%error, "ended conversations stay; it is tried again"),
        }
    }
}

/// Rings whoever is on call, each ring beside the others: one that takes long must not hold up the
/// next.
async fn ring(app: Arc<App>) {
    loop {
        let owed = app.next_ring().await;
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let answer = match app.ring(&owed).await {
                Ok(Some(answer)) => answer,
                // Whether somebody answers will be seen, or somebody has it by now.
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "somebody on call was not rung; the next ring is due");
                    return;
                }
            };
            for wait in TELL_AGAIN {
                match app.on_call_answered(&owed, answer.clone()).await {
                    Err(AppError::Store(_) | AppError::Contended) => tokio::time::sleep(wait).await,
                    Ok(_) | Err(_) => return,
                }
            }
            tracing::error!("what came of a ring could not be stored");
        });
    }
}

async fn sweep(app: Arc<App>, slot: Slot, trouble: Arc<Mutex<Shared>>) {
    let mut failing = false;
    loop {
        let swept = app.sweep(&slot).await;
        // As long as there is work there is no need to wait.
        let again = matches!(swept, Ok(count) if count > 0);
        trouble.lock().unwrap_or_else(PoisonError::into_inner).note(&mut failing, swept.err());
        if !again {
            tokio::time::sleep(SWEEP_EVERY).await;
        }
    }
}

fn every<F>(
    app: &Arc<App>,
    span: Duration,
    what: &'static str,
    run: impl Fn(Arc<App>) -> F + Send + 'static,
) where
    F: Future<Output = Result<(), AppError>> + Send,
{
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(span);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut trouble = Trouble::new(what);
        loop {
            ticks.tick().await;
            trouble.note(run(Arc::clone(&app)).await);
        }
    });
}

/// Plans offers when a ring of another instance brought something new, and now and then all the same.
/// What rings meanwhile is planned for together.
async fn match_when_heard(app: Arc<App>, heard: Arc<Notify>) {
    loop {
        app.match_now().await;
        tokio::select! {
            () = heard.notified() => {}
            () = tokio::time::sleep(MATCH_EVERY) => {}
        }
    }
}

/// Passes rings on to readers and to the matcher.
async fn listen(app: Arc<App>, came_back: Arc<Notify>, heard: Arc<Notify>) {
    let mut was_heard = false;
    loop {
        if let Ok(mut doorbell) = app.store().doorbell().await {
            // A line that broke may have led to another server, or to what this one was before.
            if std::mem::replace(&mut was_heard, true) {
                came_back.notify_one();
            }
            while let Some(ring) = doorbell.next().await {
                app.hub().ring(&ring);
                if app.hear(&ring).await.is_err() {
                    app.distrust_view();
                }
                if app.router().has_work() {
                    heard.notify_one();
                }
            }
        }
        // What rang meanwhile was not heard.
        app.distrust_view();
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// Says once when something begins to fail and once when it works again.
struct Trouble {
    what: &'static str,
    failing: bool,
}

impl Trouble {
    fn new(what: &'static str) -> Self {
        Trouble { what, failing: false }
    }

    fn note(&mut self, result: Result<(), impl fmt::Display>) {
        match result {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!(task = self.what, "works again");
            }
            Ok(()) => {}
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::warn!(task = self.what, %error, "fails; it is tried again");
            }
            Err(_) => {}
        }
    }
}

/// The same for one task in many places, which mostly fail together: said once when the first begins to
/// fail, and once, with how many did, when all work again.
struct Shared {
    what: &'static str,
    /// How many fail now, and how many have failed since all worked.
    failing: usize,
    failed: usize,
}

impl Shared {
    fn new(what: &'static str) -> Self {
        Shared { what, failing: 0, failed: 0 }
    }

    /// What came of it in the place whose state is `failing`.
    fn note(&mut self, failing: &mut bool, error: Option<AppError>) {
        let before = std::mem::replace(failing, error.is_some());
        match error {
            Some(error) if !before => {
                self.failing += 1;
                self.failed += 1;
                if self.failed == 1 {
                    tracing::warn!(task = self.what, %error, "fails; it is tried again");
                }
            }
            None if before => {
                self.failing -= 1;
                if self.failing == 0 {
                    let places = std::mem::take(&mut self.failed);
                    tracing::info!(task = self.what, failed.times = places, "works again");
                }
            }
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Log;
        fn make_writer(&'a self) -> Log {
            self.clone()
        }
    }

    #[test]
    fn what_is_lost_is_erased_again_at_leisure_and_what_is_held_soon() {
        let left = |is_passing| Left { conversations: 2, why: AppError::Contended, is_passing };
        assert_eq!(erase_again_after(&Ok(Some(left(true)))), LISTEN_AGAIN);
        for calm in [Ok(Some(left(false))), Ok(None), Err(AppError::Empty)] {
            assert_eq!(erase_again_after(&calm), AUDIT_EVERY, "{calm:?}");
        }
    }

    #[test]
    fn what_fails_in_many_places_is_told_once_and_counted_when_it_is_over() {
        let log = Log::default();
        let writer = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
        let said = || String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        tracing::subscriber::with_default(writer, || {
            let mut shared = Shared::new("sweeping");
            let mut places = [false; 64];
            for _ in 0..3 {
                for place in &mut places {
                    shared.note(place, Some(AppError::Contended));
                }
            }
            assert_eq!(said().lines().count(), 1, "{}", said());
            let (last, others) = places.split_last_mut().unwrap();
            for place in others {
                shared.note(place, None);
            }
            assert_eq!(said().lines().count(), 1, "not all work: {}", said());
            shared.note(last, None);
            shared.note(last, None);
            assert_eq!(said().lines().count(), 2, "{}", said());
            assert!(said().contains("failed.times=64"), "{}", said());
            shared.note(last, Some(AppError::Contended));
            assert_eq!(said().lines().count(), 3, "the next absence is told again: {}", said());
        });
    }
}
