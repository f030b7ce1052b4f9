//! A store as a whole, at rest: everything that is in it, with its versions, numbers and event ids,
//! so that it can be carried into another store. Apart from [`super::Store`], because nobody who
//! serves may see or write more than a transaction does.

use super::{Record, Slot, StoreError, Version};
use crate::domain::time::Timestamp;
use async_trait::async_trait;
use bytes::Bytes;

/// One thing of a slot. Names are as the stores write them: `c:<id>` an entity, `due` an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// An entity.
    Entity {
        /// Its kind and id.
        name: String,
        /// Its version, which is kept.
        version: Version,
        /// Its body.
        body: Bytes,
    },
    /// The memory of a deleted entity.
    Tombstone {
        /// Its kind and id.
        name: String,
        /// The version of the deletion.
        version: Version,
        /// It stays at least until then.
        until: Timestamp,
    },
    /// A record of a log; those of one log come in order.
    Record {
        /// The log.
        log: String,
        /// The record.
        record: Record,
    },
    /// A member of an ordered set.
    Member {
        /// The set.
        index: String,
        /// The member.
        member: String,
        /// Its score.
        score: i64,
    },
    /// A counter.
    Counter {
        /// Its name.
        name: String,
        /// Its value.
        value: i64,
    },
}

/// Where reading goes on; means something only to the store that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place(pub Vec<u8>);

/// A store that nobody else uses meanwhile, to be read whole.
#[async_trait]
pub trait Whole: Send + Sync {
    /// Which store it is: the same name for the same contents' home.
    fn name(&self) -> String;

    /// Into how many buckets its conversations are hashed.
    fn buckets(&self) -> u16;

    /// The slots that hold anything.
    async fn slots(&self) -> Result<Vec<Slot>, StoreError>;

    /// Things of a slot from a place on, and where to go on; `None` at the end.
    async fn read(
        &self,
        slot: &Slot,
        from: Option<Place>,
    ) -> Result<(Vec<Thing>, Option<Place>), StoreError>;

    /// How often the slot's bell rang.
    async fn rings(&self, slot: &Slot) -> Result<u64, StoreError>;

    /// The latest time it has issued.
    async fn last_time(&self) -> Result<Timestamp, StoreError>;
}

/// An empty store that is being filled, and that nobody can open before it is finished.
#[async_trait]
pub trait Filling: Whole {
    /// The slots of the source that are in it already, from an attempt that was cut off.
    async fn done(&self) -> Result<Vec<Slot>, StoreError>;

    /// Writes things of a slot. Writing the same again changes nothing.
    async fn write(&self, slot: &Slot, things: &[Thing]) -> Result<(), StoreError>;

    /// Notes that a slot of the source is in it, safely.
    async fn note_done(&self, source: &Slot) -> Result<(), StoreError>;

    /// Begins a slot of its own at this time and count of rings.
    async fn begin_slot(&self, slot: &Slot, at: Timestamp, rings: u64) -> Result<(), StoreError>;

    /// Makes it a store like any other.
    async fn finish(&self, at: Timestamp) -> Result<(), StoreError>;
}
