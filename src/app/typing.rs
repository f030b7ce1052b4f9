//! Who is typing: passed on to whoever reads at this moment, on any instance, and never stored. A
//! sign counts for a short time and is given again while it goes on; one that is lost costs nothing.

use super::App;
use super::error::{AppError, AppResult};
use super::keys::{self, Topic};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For so long a sign counts; a client gives it again while somebody goes on typing.
pub const TYPING_SPAN: Duration = Duration::from_secs(6);
/// Signs about the same thing that come sooner are dropped: nobody sees the difference.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// So many are remembered; whoever is forgotten may give a sign too soon.
const REMEMBERED_MAX: usize = 10_000;

/// When each sign was passed on last, by this process.
#[derive(Default)]
pub(super) struct Typing(Mutex<BTreeMap<Topic, Timestamp>>);

impl Typing {
    /// Whether a sign about this is due again at `at`; if so it counts as given.
    fn is_due(&self, topic: &Topic, at: Timestamp) -> bool {
        // Nothing panics while it holds the lock; were it so, the map would still be whole.
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if given.get(topic).is_some_and(|last| at.since(*last) < AGAIN_AFTER) {
            return false;
        }
        if given.len() >= REMEMBERED_MAX {
            given.retain(|_, last| at.since(*last) < AGAIN_AFTER);
        }
        if given.len() < REMEMBERED_MAX {
            given.insert(topic.clone(), at);
        }
        true
    }
}

impl App {
    /// The customer of this conversation is typing. Returns whether it was passed on.
    pub async fn customer_types(&self, id: &ConversationId, at: Timestamp) -> AppResult<bool> {
        self.pass_on(id, Topic::CustomerTypes(id.clone()), at).await
    }

    /// The agent who owns this conversation under this token is typing; nobody else says so.
    /// Returns whether it was passed on.
    pub async fn agent_types(
        &self,
        id: &ConversationId,
        agent: &AgentId,
        token: Token,
        at: Timestamp,
    ) -> AppResult<bool> {
        let c = self.conversation(id).await?;
        if c.owner() != Some(agent) || c.token != token {
            return Err(AppError::OwnershipLost { current: c.token });
        }
        self.pass_on(id, Topic::AgentTypes(id.clone()), at).await
    }

    async fn pass_on(&self, id: &ConversationId, topic: Topic, at: Timestamp) -> AppResult<bool> {
        if !self.typing.is_due(&topic, at) {
            return Ok(false);
        }
        let slot = keys::bucket(keys::bucket_of(id, self.settings.buckets));
        self.store.pass(&slot, &topic.name()).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(number: usize) -> Topic {
        Topic::CustomerTypes(ConversationId::parse(&format!("c{number}")).unwrap())
    }

    #[test]
    fn the_same_sign_is_passed_on_once_in_a_while_and_others_at_once() {
        let (typing, at) = (Typing::default(), Timestamp::from_millis(1_000_000));
        assert!(typing.is_due(&topic(1), at));
        assert!(!typing.is_due(&topic(1), at + Duration::from_millis(1_999)));
        assert!(typing.is_due(&topic(2), at));
        assert!(typing.is_due(&topic(1), at + AGAIN_AFTER));
    }

    #[test]
    fn it_remembers_no_more_than_it_may() {
        let (typing, at) = (Typing::default(), Timestamp::from_millis(1_000_000));
        for number in 0..REMEMBERED_MAX + 10 {
            assert!(typing.is_due(&topic(number), at));
        }
        assert_eq!(typing.0.lock().unwrap().len(), REMEMBERED_MAX);
        assert!(typing.is_due(&topic(REMEMBERED_MAX + 20), at + AGAIN_AFTER));
        assert_eq!(typing.0.lock().unwrap().len(), 1, "what is over is forgotten first");
    }
}
