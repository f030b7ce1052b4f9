//! The doorbell: one channel for the whole deployment, heard over a connection of its own. It
//! carries no data, and what it loses the ring counters repair.
//!
//! On a cluster too it is rung by `PUBLISH`, which the nodes pass on to each other, so that one
//! connection to any of the majority hears everything. Sharded channels (`SPUBLISH`) would spare the
//! nodes that traffic, a small message to each other node for each commit, and are not used: a
//! listener would need a subscription for each slot at whoever has it at the moment, the server ends
//! it when the slot moves or its master dies, and the client library begins it anew only when a
//! command on the same connection happens to notice. Rings would be lost just when things move, and
//! each second of that is a second of waiting for a customer. Instances of two versions would
//! besides not hear each other: neither sort of channel reaches the subscribers of the other. It
//! becomes worth its price with more masters than the three to ten this is made for.

use crate::ports::store::{Doorbell, Ring, Slot};
use async_trait::async_trait;
use futures::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use std::time::Duration;
use tokio::sync::watch;

/// After so much silence the connection is tested: a server that is gone without a word would
/// otherwise be listened to for ever.
const QUIET_MAX: Duration = Duration::from_secs(5);
/// A test that takes longer has failed.
const TEST_SPAN: Duration = Duration::from_secs(2);

/// What a listener says on the channel when it begins. It is no ring, and for that listener only.
const MARK: &str = "#";

/// What stands where a ring has its counter, if nothing changed.
pub const PASSED: &str = "~";

/// A word for a listener that begins, unlike all others.
pub fn mark() -> String {
    format!("{MARK}{:032x}", rand::random::<u128>())
}

/// Listens until the connection breaks, or another server takes over from whoever is listened to:
/// that one may go on answering, and nobody rings there any more.
pub struct Bell {
    sink: PubSubSink,
    rings: PubSubStream,
    takeovers: watch::Receiver<u64>,
}

impl Bell {
    /// Over a connection that has subscribed. `takeovers` was looked at before it was made.
    pub fn new(listening: redis::aio::PubSub, takeovers: watch::Receiver<u64>) -> Bell {
        let (sink, rings) = listening.split();
        Bell { sink, rings, takeovers }
    }

    /// Waits until the mark came from so many servers, and forgets what rang before. What a master
    /// of a cluster says goes to the others over a link that keeps its order: after its mark,
    /// nothing older can come from it.
    pub async fn begin(&mut self, mark: &str, servers: usize) -> Result<(), String> {
        let heard = async {
            let mut marks = 0;
            while marks < servers {
                let message = self.rings.next().await.ok_or("the connection broke")?;
                marks += usize::from(message.get_payload_bytes() == mark.as_bytes());
            }
            Ok(())
        };
        match tokio::time::timeout(TEST_SPAN, heard).await {
            Ok(heard) => heard,
            Err(_) => Err("what is said on the channel does not come back".to_owned()),
        }
    }
}

#[async_trait]
impl Doorbell for Bell {
    async fn next(&mut self) -> Option<Ring> {
        loop {
            let heard = tokio::select! {
                () = another_leads(&mut self.takeovers) => return None,
                heard = tokio::time::timeout(QUIET_MAX, self.rings.next()) => heard,
            };
            match heard {
                Ok(Some(message)) if message.get_payload_bytes().starts_with(MARK.as_bytes()) => {}
                Ok(Some(message)) => {
                    // What cannot be read may be anything.
                    return Some(parse(message.get_payload_bytes()).unwrap_or(Ring::Missed));
                }
                Ok(None) => return None,
                Err(_) => {
                    let test = self.sink.ping::<redis::Value>();
                    match tokio::time::timeout(TEST_SPAN, test).await {
                        Ok(Ok(_)) => {}
                        Ok(Err(_)) | Err(_) => return None,
                    }
                }
            }
        }
    }
}

async fn another_leads(takeovers: &mut watch::Receiver<u64>) {
    if takeovers.changed().await.is_err() {
        // The store is gone, and with it whoever would notice.
        std::future::pending::<()>().await;
    }
}

fn parse(payload: &[u8]) -> Option<Ring> {
    let mut words = std::str::from_utf8(payload).ok()?.split(' ');
    let slot = Slot::parse(words.next()?)?;
    let counter = words.next()?;
    if counter == PASSED {
        return Some(Ring::Passed { slot, topic: words.next()?.to_owned() });
    }
    let counter = counter.parse().ok()?;
    Some(Ring::Rang { slot, counter, topics: words.map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::store::Slot;

    #[test]
    fn a_ring_is_read_as_it_was_written() {
        let topics = vec!["l/x".to_owned(), "p/x".to_owned()];
        let expected = Ring::Rang { slot: Slot::Bucket(7), counter: 12, topics };
        assert_eq!(parse(b"b0007 12 l/x p/x"), Some(expected));
        let topic = "tc/x".to_owned();
        let passed = Ring::Passed { slot: Slot::Bucket(7), topic };
        assert_eq!(parse(b"b0007 ~ tc/x"), Some(passed));
        assert_eq!(parse(b"b0007 x"), None);
        assert_eq!(parse(&[0xff]), None);
    }
}
