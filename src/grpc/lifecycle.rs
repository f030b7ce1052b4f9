//! What this instance is doing: starting, serving, cut off from its store, or going away. Health,
//! readiness and open streams follow it.

use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;

/// A stream lives at most about so long; then its reader comes back, perhaps to another instance.
const STREAM_AGE_MAX: Duration = Duration::from_secs(60 * 60);
/// Readers of ended streams come back within this, not all at once.
const RECONNECT_SPREAD: Duration = Duration::from_secs(3);

/// What this instance is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not everything is loaded.
    Starting,
    /// Takes calls.
    Serving,
    /// Takes calls; part of the store does not answer.
    Degraded,
    /// Cut off from the store; the bot still answers, but new work should go elsewhere.
    Isolated,
    /// Finishes what it has and goes away. Final.
    Draining,
}

/// The phase, watched by health, readiness and streams.
pub struct Lifecycle {
    phase: watch::Sender<Phase>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle { phase: watch::Sender::new(Phase::Starting) }
    }
}

impl Lifecycle {
    /// Goes into another phase; out of [`Phase::Draining`] there is no way.
    pub fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|current| {
            let changes = *current != phase && *current != Phase::Draining;
            if changes {
                *current = phase;
            }
            changes
        });
    }

    /// The present phase.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Waits until it is cut off from its store, at most so long.
    pub async fn is_cut_off(&self, span: Duration) {
        let mut phase = self.watch();
        let _ = tokio::time::timeout(span, phase.wait_for(|phase| *phase == Phase::Isolated)).await;
    }

    /// For those who wait for a change.
    pub fn watch(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Ends when a stream that begins now should say `Moved` and end, because this instance
    /// drains or the stream is old; gives the time its reader should wait before coming back.
    pub fn stream_end(&self) -> impl Future<Output = Duration> + Send + 'static {
        let mut phase = self.watch();
        async move {
            let drained = phase.wait_for(|phase| *phase == Phase::Draining);
            // An hour and a little: streams that began together do not end together.
            let age = STREAM_AGE_MAX + jitter(STREAM_AGE_MAX / 10);
            // Either way the reader is told the same; a lifecycle that is gone is a drain too.
            let _ = tokio::time::timeout(age, drained).await;
            jitter(RECONNECT_SPREAD)
        }
    }
}

fn jitter(spread: Duration) -> Duration {
    spread.mul_f64(rand::random::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn streams_are_told_to_move_when_the_instance_drains() {
        let lifecycle = Lifecycle::default();
        lifecycle.enter(Phase::Serving);
        let end = tokio::spawn(lifecycle.stream_end());
        lifecycle.enter(Phase::Draining);
        assert!(end.await.unwrap() <= RECONNECT_SPREAD);
    }

    #[tokio::test]
    async fn a_drain_cannot_be_taken_back() {
        let lifecycle = Lifecycle::default();
        lifecycle.enter(Phase::Draining);
        lifecycle.enter(Phase::Serving);
        assert_eq!(lifecycle.phase(), Phase::Draining);
    }
}
