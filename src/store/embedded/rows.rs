//! How things are laid out in the file: one table of byte rows. One table, because each table
//! costs every commit a page path of its own; the rows of a slot lie together.
//!
//! ```text
//! <slot> e <kind>:<id>                    version, tag, entity or tombstone, body
//! <slot> l <log> <seq>                    event id, body
//! <slot> m <index> <member>               score
//! <slot> s <index> <score> <member>       (nothing: the order is the information)
//! <slot> n <counter>                      value
//! <slot> r                                ring counter
//! <slot> t <forget after> <kind>:<id>     version, tag: which tombstone may go
//! x form | x last                         the form of this layout; the last time issued
//! ```
//! Numbers in keys are big-endian and scores have their sign flipped, so that bytes sort as they
//! do. Everything before the last part of a key has a fixed length or says its length.

use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Index, LogId, Record, Slot, Version};
use crate::store::stored::Stored;
use bytes::Bytes;
use redb::TableDefinition;

/// The one table.
pub const ROWS: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("rows");
/// The form of the layout; a file of another form is refused.
pub const FORM: u32 = 1;
/// The key of the form.
pub const FORM_ROW: &[u8] = b"xform";
/// The key of the last time that was issued with a write.
pub const LAST_ROW: &[u8] = b"xlast";

/// What is wrong with the bytes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow(pub &'static str);

/// The key of a row, built part by part.
struct RowKey(Vec<u8>);

impl RowKey {
    fn of(slot: &Slot, area: u8) -> Self {
        let mut bytes = Vec::with_capacity(64);
        match slot {
            Slot::Bucket(number) => {
                bytes.push(b'b');
                bytes.extend(number.to_be_bytes());
            }
            Slot::Pool(pool) => {
                bytes.push(b'p');
                // At most ID_BYTES_MAX, so it fits one byte.
                bytes.push(pool.as_str().len() as u8);
                bytes.extend(pool.as_str().as_bytes());
            }
            Slot::System => bytes.push(b's'),
        }
        bytes.push(area);
        RowKey(bytes)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    fn sized(mut self, text: &str) -> Self {
        self.0.extend((text.len() as u32).to_be_bytes());
        self.text(text)
    }

    fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }
}

fn sortable(score: i64) -> u64 {
    (score as u64) ^ (1 << 63)
}

/// The score of sortable bits.
pub fn unsortable(bits: u64) -> i64 {
    (bits ^ (1 << 63)) as i64
}

/// What all rows of a slot begin with.
pub fn slot_prefix(slot: &Slot) -> Vec<u8> {
    let mut key = RowKey::of(slot, 0).0;
    key.pop();
    key
}

/// Where an entity of this kind and id lies.
pub fn named(slot: &Slot, name: &str) -> Vec<u8> {
    RowKey::of(slot, b'e').text(name).0
}

/// Where the score of a member of an index of this name lies.
pub fn member_named(slot: &Slot, index: &str, member: &str) -> Vec<u8> {
    RowKey::of(slot, b'm').sized(index).text(member).0
}

/// Where a member of an index of this name lies in its order.
pub fn ordered_named(slot: &Slot, index: &str, score: i64, member: &str) -> Vec<u8> {
    RowKey::of(slot, b's').sized(index).number(sortable(score)).text(member).0
}

/// Where an entity lies.
pub fn entity(slot: &Slot, key: &EntityKey) -> Vec<u8> {
    RowKey::of(slot, b'e').text(key.kind.tag()).text(":").text(&key.id).0
}

/// Where a record lies.
pub fn record(slot: &Slot, log: &LogId, seq: u64) -> Vec<u8> {
    RowKey::of(slot, b'l').sized(&log.0).number(seq).0
}

/// Where the score of a member lies.
pub fn member(slot: &Slot, index: Index, member: &str) -> Vec<u8> {
    RowKey::of(slot, b'm').sized(index.0).text(member).0
}

/// Where a member lies in its order.
pub fn ordered(slot: &Slot, index: Index, score: i64, member: &str) -> Vec<u8> {
    RowKey::of(slot, b's').sized(index.0).number(sortable(score)).text(member).0
}

/// What all rows of an index in order begin with.
pub fn ordered_prefix(slot: &Slot, index: Index) -> Vec<u8> {
    RowKey::of(slot, b's').sized(index.0).0
}

/// Where a counter lies.
pub fn counter(slot: &Slot, counter: &str) -> Vec<u8> {
    RowKey::of(slot, b'n').text(counter).0
}

/// Where a slot's ring counter lies.
pub fn rings(slot: &Slot) -> Vec<u8> {
    RowKey::of(slot, b'r').0
}

/// What all rows of a slot's queue of tombstones begin with.
pub fn tombstones_prefix(slot: &Slot) -> Vec<u8> {
    RowKey::of(slot, b't').0
}

/// What all rows of tombstones that may be forgotten after a time begin with.
pub fn tombstones_until(slot: &Slot, forget_after: Timestamp) -> Vec<u8> {
    RowKey::of(slot, b't').number(sortable(forget_after.as_millis())).0
}

/// Where the queue says that the tombstone of an entity may be forgotten after a time.
pub fn tombstone(slot: &Slot, forget_after: Timestamp, key: &EntityKey) -> Vec<u8> {
    RowKey(tombstones_until(slot, forget_after)).text(key.kind.tag()).text(":").text(&key.id).0
}

/// The entity's row that a row of the queue is about, given the length of the queue's prefix.
pub fn entity_of_tombstone(slot: &Slot, key: &[u8], prefix: usize) -> Result<Vec<u8>, BadRow> {
    let (_, name) = split_number(&key[prefix..])?;
    Ok(RowKey::of(slot, b'e').bytes(name).0)
}

/// The score and the member in a key of an index in order, given the length of its prefix.
pub fn split_ordered(key: &[u8], prefix: usize) -> Result<(i64, String), BadRow> {
    let (score, member) = split_number(&key[prefix..])?;
    let member = std::str::from_utf8(member).map_err(|_| BadRow("its member is not text"))?;
    Ok((unsortable(score), member.to_owned()))
}

/// The number of a record, which is the end of its key.
pub fn split_seq(key: &[u8]) -> Result<u64, BadRow> {
    key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes)).ok_or(BadRow("its key is too short"))
}

fn split_number(bytes: &[u8]) -> Result<(u64, &[u8]), BadRow> {
    let (number, rest) = bytes.split_first_chunk().ok_or(BadRow("its key is too short"))?;
    Ok((u64::from_be_bytes(*number), rest))
}

const ENTITY: u8 = 1;
const TOMBSTONE: u8 = 0;

/// A version as it is kept.
pub fn encode_version(version: Version) -> Vec<u8> {
    [version.number.to_le_bytes(), version.tag.to_le_bytes()].concat()
}

/// A version and what follows it.
pub fn decode_version(value: &[u8]) -> Result<(Version, &[u8]), BadRow> {
    let short = BadRow("it is too short for a version");
    let (number, rest) = value.split_first_chunk().ok_or(short)?;
    let (tag, rest) = rest.split_first_chunk().ok_or(short)?;
    Ok((Version { number: u64::from_le_bytes(*number), tag: u64::from_le_bytes(*tag) }, rest))
}

/// An entity or tombstone as it is kept.
pub fn encode_stored(stored: &Stored) -> Vec<u8> {
    let mut value = encode_version(stored.version);
    match &stored.body {
        Some(body) => {
            value.push(ENTITY);
            value.extend(body);
        }
        None => value.push(TOMBSTONE),
    }
    value
}

/// Reads what [`encode_stored`] wrote.
pub fn decode_stored(value: &[u8]) -> Result<Stored, BadRow> {
    let (version, rest) = decode_version(value)?;
    let body = match rest.split_first() {
        Some((&ENTITY, body)) => Some(Bytes::copy_from_slice(body)),
        Some((&TOMBSTONE, [])) => None,
        Some(_) | None => return Err(BadRow("it is neither an entity nor a tombstone")),
    };
    Ok(Stored { version, body })
}

/// A record as it is kept; its number is in the key.
pub fn encode_record(record: &Record) -> Vec<u8> {
    [&record.event_id.to_le_bytes()[..], &record.body[..]].concat()
}

/// Reads what [`encode_record`] wrote.
pub fn decode_record(seq: u64, value: &[u8]) -> Result<Record, BadRow> {
    let (event_id, body) =
        value.split_first_chunk().ok_or(BadRow("it is too short for a record"))?;
    let body = Bytes::copy_from_slice(body);
    Ok(Record { seq, event_id: u128::from_le_bytes(*event_id), body })
}

/// Reads a number of eight bytes.
pub fn decode_number(value: &[u8]) -> Result<i64, BadRow> {
    let bytes = value.try_into().map_err(|_| BadRow("it is not a number of eight bytes"))?;
    Ok(i64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PoolId;
    use crate::ports::store::Kind;

    #[test]
    fn scores_sort_as_their_bytes() {
        let scores = [i64::MIN, -256, -255, -1, 0, 1, 255, 256, i64::MAX];
        for pair in scores.windows(2) {
            let row = |score| ordered(&Slot::System, Index::DUE, score, "m");
            assert!(row(pair[0]) < row(pair[1]), "{pair:?}");
        }
        for score in scores {
            assert_eq!(unsortable(sortable(score)), score);
        }
    }

    #[test]
    fn no_two_things_share_a_row() {
        let pool = |id: &str| Slot::Pool(PoolId::parse(id).expect("an id"));
        // The second pool is named so that it could be mistaken for what lies in the first.
        let slots = [Slot::System, Slot::Bucket(0), Slot::Bucket(1), pool("p"), pool("pe")];
        let mut rows = vec![FORM_ROW.to_vec(), LAST_ROW.to_vec()];
        for slot in &slots {
            for id in ["", "a", "a/b", "s"] {
                let key = EntityKey::new(Kind::Item, id);
                rows.push(entity(slot, &key));
                let queued = tombstone(slot, Timestamp::from_millis(1), &key);
                let prefix = tombstones_prefix(slot).len();
                assert_eq!(entity_of_tombstone(slot, &queued, prefix), Ok(entity(slot, &key)));
                rows.push(queued);
                rows.push(record(slot, &LogId(id.to_owned()), 1));
                rows.push(member(slot, Index::DUE, id));
                rows.push(ordered(slot, Index::DUE, 1, id));
                rows.push(counter(slot, id));
            }
            rows.push(rings(slot));
        }
        let count = rows.len();
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), count);
    }

    /// A file of an earlier build has this layout; one that is laid out differently has another
    /// [`FORM`].
    #[test]
    fn the_layout_of_the_file_is_in_its_stored_form() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let version = Version { number: 1_700_000_000_000, tag: 0xfeed };
        let key = EntityKey::new(Kind::Conversation, "c1");
        let body = Some(Bytes::from_static(b"{}"));
        let record = Record { seq: 7, event_id: 0xabc, body: Bytes::from_static(b"{}") };
        let log = LogId("l/c1".to_owned());
        let (bucket, pool) = (Slot::Bucket(259), Slot::Pool(PoolId::parse("main").expect("an id")));
        let rows = [
            ("entity", entity(&bucket, &key), encode_stored(&Stored { version, body })),
            ("tombstone", entity(&pool, &key), encode_stored(&Stored { version, body: None })),
            ("its end", tombstone(&Slot::System, at, &key), encode_version(version)),
            ("record", super::record(&bucket, &log, record.seq), encode_record(&record)),
            ("member", member(&pool, Index::DUE, "a/sara"), (-5_i64).to_le_bytes().to_vec()),
            ("in order", ordered(&pool, Index::DUE, -5, "a/sara"), Vec::new()),
            ("counter", counter(&bucket, "held"), 5_i64.to_le_bytes().to_vec()),
            ("rings", rings(&pool), 5_u64.to_le_bytes().to_vec()),
            ("form", FORM_ROW.to_vec(), FORM.to_le_bytes().to_vec()),
            ("last", LAST_ROW.to_vec(), at.as_millis().to_le_bytes().to_vec()),
        ];
        let line = |(what, key, value): &(&str, Vec<u8>, Vec<u8>)| {
            format!("| {what} | `{}` | `{}` |\n", key.escape_ascii(), value.escape_ascii())
        };
        let lines: String = rows.iter().map(line).collect();
        let table = format!("# Rows of the file\n\n| what | key | value |\n|---|---|---|\n{lines}");
        crate::domain::tests::document::check("src/store/embedded/rows.md", &table);
    }

    #[test]
    fn a_damaged_value_is_named_and_not_believed() {
        let whole = Stored { version: Version { number: 1, tag: 2 }, body: None };
        let mut value = encode_stored(&whole);
        assert_eq!(decode_stored(&value), Ok(whole));
        value.push(0);
        assert!(decode_stored(&value).is_err(), "a tombstone has no body");
        for end in 0..16 {
            assert!(decode_stored(&value[..end]).is_err());
        }
        assert!(decode_record(1, &[0; 15]).is_err());
        assert!(decode_number(&[0; 7]).is_err());
        assert!(split_seq(&[0; 7]).is_err());
        assert!(split_ordered(&[b's', 0, 0, 0, 0, 0, 0, 0, 0, 0xff], 1).is_err());
    }
}
