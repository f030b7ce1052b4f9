//! Notices that files of the config folder have changed.
//!
//! The folder is watched and not its files, because editors and mounted ConfigMaps replace a file by
//! renaming another over it. Several changes in a row are one.

use super::{LiveRules, Reload};
use notify_debouncer_full::notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the files must be quiet before they are read: an editor that saves several files, or a
/// deployment that copies a folder, is one change.
const QUIET: Duration = Duration::from_millis(300);

/// Watches a folder for as long as it lives.
pub struct Watcher {
    changes: mpsc::Receiver<()>,
    _debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
}

impl Watcher {
    /// Begins to watch a folder and the folders in it.
    pub fn start(folder: &Path) -> Result<Watcher, notify_debouncer_full::notify::Error> {
        // One waiting change is enough: it makes everything be read.
        let (change, changes) = mpsc::channel(1);
        let mut debouncer = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
            if is_change(&result) {
                let _ = change.try_send(());
            }
        })?;
        debouncer.watch(folder, RecursiveMode::Recursive)?;
        Ok(Watcher { changes, _debouncer: debouncer })
    }

    /// Returns after the next change.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            // Cannot be while the debouncer lives; a future that never ends is the honest answer.
            std::future::pending::<()>().await;
        }
    }
}

/// Reading the files is told, too; it is no change, and taking it for one would never end.
fn is_change(result: &DebounceEventResult) -> bool {
    match result {
        Ok(events) => events.iter().any(|event| !matches!(event.kind, EventKind::Access(_))),
        // Something was missed: better look once too often.
        Err(_) => true,
    }
}

/// Reloads after each change, for ever; `told` hears what came of it. Whoever runs it ends it by
/// dropping it.
pub async fn follow(live: Arc<LiveRules>, mut watcher: Watcher, told: impl Fn(&Reload)) {
    loop {
        watcher.changed().await;
        let reloading = live.clone();
        // A gate that panics is an error of ours and refuses the change, nothing more.
        if let Ok(outcome) = tokio::task::spawn_blocking(move || reloading.reload()).await {
            told(&outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_renamed_over_another_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("faq")).unwrap();
        let file = folder.path().join("faq/a.yaml");
        std::fs::write(&file, "old").unwrap();
        let mut watcher = Watcher::start(folder.path()).unwrap();
        std::fs::write(folder.path().join("faq/.a.new"), "new").unwrap();
        std::fs::rename(folder.path().join("faq/.a.new"), &file).unwrap();
        tokio::time::timeout(Duration::from_secs(20), watcher.changed()).await.unwrap();
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // The event wants a moment; which one does not matter.
    fn reading_is_no_change() {
        use notify_debouncer_full::DebouncedEvent;
        use notify_debouncer_full::notify::Event;
        use notify_debouncer_full::notify::event::{AccessKind, ModifyKind};
        let event = |kind| DebouncedEvent::new(Event::new(kind), std::time::Instant::now());
        let read = event(EventKind::Access(AccessKind::Read));
        let written = event(EventKind::Modify(ModifyKind::Any));
        assert!(!is_change(&Ok(vec![read.clone()])));
        assert!(is_change(&Ok(vec![read, written])));
    }
}
