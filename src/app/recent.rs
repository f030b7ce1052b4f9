//! The conversations this process wrote last, beside the bytes they were written as. Most turns of
//! a conversation come to the process that did the one before; what a load returns is then what
//! was written, byte for byte, and need not be decoded again. The store stays the only authority:
//! bytes that differ in anything, because another process was faster or an old state came back,
//! are decoded as ever.

use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::ports::store::{EntityKey, Observed, Snapshot, StoreError, Transaction, Write};
use bytes::Bytes;
use std::collections::VecDeque;

/// So many are kept in each of the application's stripes. A conversation is a few kilobytes.
const KEPT_MAX: usize = 16;

/// What was written last, the newest last.
#[derive(Debug, Default)]
pub(super) struct Recent {
    kept: VecDeque<(Bytes, Conversation)>,
}

impl Recent {
    /// The conversation as a snapshot has it; `None` if it was absent. It is no longer kept: what
    /// comes of it is kept in its place.
    pub(super) fn take(
        &mut self,
        snapshot: &Snapshot,
        key: &EntityKey,
        id: &ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        let place = self.kept.iter().position(|(_, kept)| kept.id == *id);
        let kept = place.and_then(|place| self.kept.remove(place));
        let found = match snapshot.observed(key) {
            Observed::Present { body, .. } => kept.filter(|(written, _)| written == body),
            Observed::Absent { .. } => None,
        };
        match found {
            Some((_, conversation)) => {
                debug_assert_eq!(
                    snapshot.get::<Conversation>(key).ok(),
                    Some(Some(conversation.clone()))
                );
                Ok(Some(conversation))
            }
            None => snapshot.get(key),
        }
    }

    /// Forgets a conversation that has left the store.
    pub(super) fn forget(&mut self, id: &ConversationId) {
        self.kept.retain(|(_, kept)| kept.id != *id);
    }

    /// What was written last under this id, if it is still kept.
    pub(super) fn last(&self, id: &ConversationId) -> Option<Conversation> {
        let kept = self.kept.iter().rev().find(|(_, kept)| kept.id == *id);
        kept.map(|(_, conversation)| conversation.clone())
    }

    /// Keeps what was committed.
    pub(super) fn keep(&mut self, written: Option<Bytes>, conversation: &Conversation) {
        let Some(written) = written else { return };
        self.kept.push_back((written, conversation.clone()));
        let too_many = self.kept.len().saturating_sub(KEPT_MAX);
        self.kept.drain(..too_many);
    }
}

/// The bytes that a change writes under a key, if it does.
pub(super) fn written(change: &Transaction, key: &EntityKey) -> Option<Bytes> {
    change.writes().iter().find_map(|write| match write {
        Write::Put { key: put, body } => (put == key).then(|| body.clone()),
        Write::Delete { .. }
        | Write::Append { .. }
        | Write::DropLog { .. }
        | Write::IndexPut { .. }
        | Write::IndexRemove { .. }
        | Write::CounterAdd { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::apply::apply;
    use crate::domain::conversation::event::Event;
    use crate::domain::ids::{CustomerId, PoolId};
    use crate::domain::language::Language;
    use crate::domain::time::Timestamp;
    use crate::ports::store::{Slot, Version, encode};
    use std::collections::BTreeMap;

    fn conversation(id: &str, language: Language) -> Conversation {
        let started = Event::Started {
            conversation: ConversationId::parse(id).unwrap(),
            bucket: 1,
            pool: PoolId::parse("main").unwrap(),
            customer: CustomerId::parse("omar").unwrap(),
            language,
            channel: None,
        };
        apply(None, &started, Timestamp::from_millis(1)).unwrap()
    }

    fn take(recent: &mut Recent, id: &str, stored: Option<&Conversation>) -> Option<Conversation> {
        let id = ConversationId::parse(id).unwrap();
        let key = crate::app::keys::conversation(&id);
        let observed = match stored {
            None => Observed::Absent { tombstone: None },
            Some(c) => {
                Observed::Present { version: Version { number: 1, tag: 1 }, body: encode(c) }
            }
        };
        let entities = BTreeMap::from([(key.clone(), observed)]);
        let slot = Slot::System;
        let snapshot = Snapshot::new(slot, Timestamp::from_millis(2), entities, BTreeMap::new());
        recent.take(&snapshot, &key, &id).unwrap()
    }

    #[test]
    fn what_the_store_has_counts_and_not_what_is_kept() {
        let (ours, theirs) = (conversation("c1", Language::Ar), conversation("c1", Language::En));
        let check = |stored: Option<&Conversation>| {
            let mut recent = Recent::default();
            recent.keep(Some(encode(&ours)), &ours);
            assert_eq!(take(&mut recent, "c1", stored).as_ref(), stored);
        };
        check(Some(&ours));
        check(Some(&theirs));
        check(None);
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut recent = Recent::default();
        for number in 0..=KEPT_MAX {
            let c = conversation(&format!("c{number}"), Language::Ar);
            recent.keep(Some(encode(&c)), &c);
        }
        let kept: Vec<&str> = recent.kept.iter().map(|(_, c)| c.id.as_str()).collect();
        assert_eq!((kept.len(), kept[0]), (KEPT_MAX, "c1"));
    }
}
