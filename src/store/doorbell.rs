//! The doorbell of stores that live in this process: one hub, any number of listeners. A listener
//! that does not keep up loses rings and is told so; nobody ever waits for a listener.

use crate::ports::store::{Doorbell, Ring, Slot};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many rings a listener may be behind before it misses some.
pub const RINGS_MAX: usize = 4_096;

/// Takes rings from a store and hands them to all listeners.
pub struct Hub {
    sender: broadcast::Sender<Arc<Ring>>,
}

impl Hub {
    /// A hub without listeners.
    pub fn new() -> Self {
        Hub::with_capacity(RINGS_MAX)
    }

    /// A hub whose listeners may be `rings` behind.
    pub fn with_capacity(rings: usize) -> Self {
        Hub { sender: broadcast::Sender::new(rings) }
    }

    /// Tells all listeners that these topics of `slot` changed. Without topics there is nothing
    /// to tell.
    pub fn ring(&self, slot: &Slot, counter: u64, topics: &[String]) {
        if topics.is_empty() || self.sender.receiver_count() == 0 {
            return;
        }
        let ring = Ring::Rang { slot: slot.clone(), counter, topics: topics.to_vec() };
        // It fails only when the last listener has just left.
        let _ = self.sender.send(Arc::new(ring));
    }

    /// Tells all listeners of something that passes by.
    pub fn pass(&self, slot: &Slot, topic: &str) {
        let passed = Ring::Passed { slot: slot.clone(), topic: topic.to_owned() };
        // It fails only when nobody listens, and then nobody need be told.
        let _ = self.sender.send(Arc::new(passed));
    }

    /// Starts listening.
    pub fn listen(&self) -> Box<dyn Doorbell> {
        Box::new(Listener { receiver: self.sender.subscribe() })
    }
}

impl Default for Hub {
    fn default() -> Self {
        Hub::new()
    }
}

struct Listener {
    receiver: broadcast::Receiver<Arc<Ring>>,
}

#[async_trait]
impl Doorbell for Listener {
    async fn next(&mut self) -> Option<Ring> {
        match self.receiver.recv().await {
            Ok(ring) => Some((*ring).clone()),
            Err(RecvError::Lagged(_)) => Some(Ring::Missed),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rang(counter: u64) -> Ring {
        Ring::Rang { slot: Slot::System, counter, topics: vec!["t".to_owned()] }
    }

    #[tokio::test]
    async fn a_listener_that_lags_is_told_that_it_missed_rings() {
        let hub = Hub::with_capacity(2);
        let mut bell = hub.listen();
        for counter in 1..=5 {
            hub.ring(&Slot::System, counter, &["t".to_owned()]);
        }
        assert_eq!(bell.next().await, Some(Ring::Missed));
        assert_eq!(bell.next().await, Some(rang(4)));
    }

    #[tokio::test]
    async fn a_listener_learns_that_the_store_is_gone() {
        let hub = Hub::new();
        let mut bell = hub.listen();
        hub.ring(&Slot::System, 1, &["t".to_owned()]);
        drop(hub);
        assert_eq!(bell.next().await, Some(rang(1)));
        assert_eq!(bell.next().await, None);
    }
}
