//! Carries a whole store into an empty one, of the same sort or another. Versions, numbers and event
//! ids are kept, so that readers go on where they were. Where the two hash conversations into
//! different numbers of buckets, everything of a conversation goes to the bucket where the other
//! looks for it.
//!
//! What arrived is counted and hashed, thing by thing, and compared with what was sent before the
//! copy becomes a store that can be opened. A copy that was cut off is gone on with, slot by slot.

use super::keys;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::whole::{Filling, Thing, Whole};
use crate::ports::store::{Slot, StoreError};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a store holds, counted and hashed; the order of things does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// Entities.
    pub entities: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Records of logs.
    pub records: u64,
    /// Members of ordered sets.
    pub members: u64,
    /// Counters.
    pub counters: u64,
    /// The sum of the hashes of all things.
    pub hash: u128,
}

/// Why nothing was copied, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the stores did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not known where this belongs.
    #[error("{what} of slot {slot} belongs to no conversation, and the buckets differ in number")]
    Homeless {
        /// What.
        what: String,
        /// Where it was found.
        slot: Slot,
    },
    /// The source was written to meanwhile.
    #[error("the source was written to while it was copied; stop all its instances and copy again")]
    Moved,
    /// What arrived is not what was sent.
    #[error(
        "what arrived is not what was sent; sent: {sent}; arrived: {arrived}; the copy is not used: \
         empty the target and copy again"
    )]
    Differs {
        /// What was sent.
        sent: Box<Sum>,
        /// What arrived.
        arrived: Box<Sum>,
    },
}

impl fmt::Display for Sum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sum { entities, tombstones, records, members, counters, hash } = self;
        write!(
            out,
            "{entities} entities, {records} log records, {members} list entries, {tombstones} \
             tombstones, {counters} counters, hash {hash:032x}"
        )
    }
}

impl Sum {
    fn add(&mut self, slot: &Slot, thing: &Thing) {
        let mut hasher = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(slot.to_string().as_bytes());
        match thing {
            Thing::Entity { name, version, body } => {
                self.entities += 1;
                part(b"entity");
                part(name.as_bytes());
                part(&[version.number.to_le_bytes(), version.tag.to_le_bytes()].concat());
                part(body);
            }
            Thing::Tombstone { name, version, until } => {
                self.tombstones += 1;
                part(b"tombstone");
                part(name.as_bytes());
                part(&[version.number.to_le_bytes(), version.tag.to_le_bytes()].concat());
                part(&until.as_millis().to_le_bytes());
            }
            Thing::Record { log, record } => {
                self.records += 1;
                part(b"record");
                part(log.as_bytes());
                part(&record.seq.to_le_bytes());
                part(&record.event_id.to_le_bytes());
                part(&record.body);
            }
            Thing::Member { index, member, score } => {
                self.members += 1;
                part(b"member");
                part(index.as_bytes());
                part(member.as_bytes());
                part(&score.to_le_bytes());
            }
            Thing::Counter { name, value } => {
                self.counters += 1;
                part(b"counter");
                part(name.as_bytes());
                part(&value.to_le_bytes());
            }
        }
        let digest = hasher.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        self.hash = self.hash.wrapping_add(u128::from_le_bytes(half));
    }
}

/// Copies everything and makes the target a store; `told` hears of each slot of the source that is
/// safely in it.
pub async fn copy(
    source: &dyn Whole,
    target: &dyn Filling,
    mut told: impl FnMut(&Slot),
) -> Result<Sum, CopyError> {
    let done: BTreeSet<Slot> = target.done().await?.into_iter().collect();
    let slots = source.slots().await?;
    let mut sent = Sum::default();
    let mut rings: BTreeMap<Slot, u64> = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for slot in &slots {
        let rang = source.rings(slot).await?;
        seen.insert(slot.clone(), rang);
        let mut from = None;
        loop {
            let (things, next) = source.read(slot, from).await?;
            let mut by_home: BTreeMap<Slot, Vec<Thing>> = BTreeMap::new();
            for thing in things {
                let home = home(slot, &thing, source.buckets(), target.buckets())?;
                sent.add(&home, &thing);
                by_home.entry(home).or_default().push(thing);
            }
            for (home, things) in by_home {
                let most = rings.entry(home.clone()).or_default();
                *most = rang.max(*most);
                if !done.contains(slot) {
                    target.write(&home, &things).await?;
                }
            }
            match next {
                Some(_) => from = next,
                None => break,
            }
        }
        if !done.contains(slot) {
            target.note_done(slot).await?;
        }
        told(slot);
    }
    for (slot, rang) in &seen {
        if source.rings(slot).await? != *rang {
            return Err(CopyError::Moved);
        }
    }
    let at = source.last_time().await?;
    for (slot, rang) in &rings {
        target.begin_slot(slot, at, *rang).await?;
    }
    let arrived = sum(target).await?;
    if arrived != sent {
        return Err(CopyError::Differs { sent: Box::new(sent), arrived: Box::new(arrived) });
    }
    target.finish(at.max(Timestamp::ZERO)).await?;
    Ok(sent)
}

/// What a whole store holds.
pub async fn sum(store: &(impl Whole + ?Sized)) -> Result<Sum, StoreError> {
    let mut sum = Sum::default();
    for slot in store.slots().await? {
        let mut from = None;
        loop {
            let (things, next) = store.read(&slot, from).await?;
            things.iter().for_each(|thing| sum.add(&slot, thing));
            match next {
                Some(_) => from = next,
                None => break,
            }
        }
    }
    Ok(sum)
}

/// The slot where the target looks for a thing.
fn home(slot: &Slot, thing: &Thing, from: u16, to: u16) -> Result<Slot, CopyError> {
    match slot {
        Slot::Bucket(_) if from != to => {
            let (what, text) = conversation_in(thing);
            let id = text.and_then(|text| ConversationId::parse(text).ok());
            let id = id.ok_or_else(|| CopyError::Homeless { what, slot: slot.clone() })?;
            Ok(keys::bucket(keys::bucket_of(&id, to)))
        }
        Slot::Bucket(_) | Slot::Pool(_) | Slot::System => Ok(slot.clone()),
    }
}

/// What a thing is called, and the conversation in that name.
fn conversation_in(thing: &Thing) -> (String, Option<&str>) {
    // `c:<id>`, `r:<id>/<who>/<request>`, `l/<id>`, `c/<id>`, `<id>`, `<id>/<who>/<request>`; and
    // `k:<customer>`, which is hashed like a conversation's id.
    let first = |text: &str| text.split('/').next().map(str::len).unwrap_or(0);
    match thing {
        Thing::Entity { name, .. } | Thing::Tombstone { name, .. } => {
            let id = name.split_once(':').map(|(_, id)| &id[..first(id)]);
            (name.clone(), id)
        }
        Thing::Record { log, .. } => (log.clone(), log.split_once('/').map(|(_, id)| id)),
        Thing::Member { index, member, .. } if index == "due" => {
            (member.clone(), member.split_once('/').map(|(_, id)| id))
        }
        Thing::Member { member, .. } => (member.clone(), Some(&member[..first(member)])),
        Thing::Counter { name, .. } => (name.clone(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CustomerId;
    use crate::ports::store::Version;

    #[test]
    fn a_customers_record_goes_to_where_it_is_looked_for() {
        for number in 0..50 {
            let customer = CustomerId::parse(&format!("omar-{number}")).unwrap();
            let (name, version) =
                (keys::customer(&customer).to_string(), Version { number: 1, tag: 1 });
            let record = Thing::Entity { name, version, body: Default::default() };
            let old = keys::bucket(keys::bucket_of_customer(&customer, 64));
            let new = keys::bucket(keys::bucket_of_customer(&customer, 6));
            assert_eq!(home(&old, &record, 64, 6).unwrap(), new);
        }
    }
}
