//! Every key that Sanad keeps in Redis, in one place. Structure before code:
//!
//! `P` is the prefix (default `sanad`), `{S}` the slot: `{b0007}` a bucket of conversations,
//! `{p:main}` a pool, `{sys}` the deployment. The braces are Redis Cluster's hash tag, so that all
//! of a slot lies on one server and a transaction never touches two.
//!
//! | key | type | what |
//! |---|---|---|
//! | `P:{S}:c:<id>` … | hash `version`, `body` | an entity; the body is JSON. `c` conversation, `r` request record, `o` outbox entry, `i` place in a queue, `a` agent, `f` matcher's fence, `d` deployment |
//! | `P:{S}:log:l/<id>` | stream `event`, `body` | the log of a conversation; ids are `<seq>-0`, given by Sanad. `log:i/<agent>` is an agent's inbox |
//! | `P:{S}:index:due` … | sorted set | what is due, by time in ms. Also `leases`, `leader`, `items`, `agents`, `entangled`, `conversations`, `parked`, `promises`, `requests`, `served` |
//! | `P:{S}:counters` | hash | named counters |
//! | `P:{S}:head` | hash | `deployment`: whose slot this is; `now`: latest time in ms; `rings`: how often the bell rang; `far`: 1 if any score was ever beyond 2^53; `waits`: 1, written by whoever waits for replicas; `together` and `alone`: what vouches for the slot, see `reloading.rs` |
//! | `P:{S}:gone` | hash | versions of deleted entities (tombstones), kept for an hour |
//! | `P:{S}:gone:until` | sorted set | until when a tombstone is kept at least |
//! | `P:{S}:far` | hash | scores beyond 2^53, which a sorted set cannot hold exactly, as sortable text |
//! | `P:{S}:once:<id>` | string, expires | the receipt of one transaction, so that sending it twice does it once |
//! | `P:{sys}:deployment` | hash `id`, `layout`, `buckets`, `made` | written once by `sanad init`; if it is missing the server was emptied |
//! | `P:{sys}:slots` | set | every slot that was ever used; one that is listed and has no head was lost |
//! | `P:{sys}:copying` | hash `source`, `id`, `buckets`, `done:<slot>` | while `sanad store copy` fills the server: nobody serves or begins it |
//! | channel `P:bell` | | `<slot> <counter> <topics…>`: says that something changed, carries no data |
//!
//! Nothing but `once` expires by itself, and nothing depends on that it does.

use crate::ports::store::{EntityKey, Index, LogId, Slot};

/// The layout written here; a server with another one is refused.
pub const LAYOUT: u32 = 1;
/// The numbers that a double holds exactly lie strictly within plus and minus this.
const EXACT: i64 = 1 << 53;

/// Makes names under one prefix.
#[derive(Debug, Clone)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// Names under `prefix`, which holds no braces (see [`super::address`]).
    pub fn new(prefix: impl Into<String>) -> Keys {
        Keys { prefix: prefix.into() }
    }

    fn of(&self, slot: &Slot, rest: &str) -> String {
        format!("{}:{{{slot}}}:{rest}", self.prefix)
    }

    /// The slot's head.
    pub fn head(&self, slot: &Slot) -> String {
        self.of(slot, "head")
    }

    /// The versions of deleted entities.
    pub fn gone(&self, slot: &Slot) -> String {
        self.of(slot, "gone")
    }

    /// Until when they are kept.
    pub fn gone_until(&self, slot: &Slot) -> String {
        self.of(slot, "gone:until")
    }

    /// Named counters.
    pub fn counters(&self, slot: &Slot) -> String {
        self.of(slot, "counters")
    }

    /// Scores that are not exact.
    pub fn far(&self, slot: &Slot) -> String {
        self.of(slot, "far")
    }

    /// The receipt of one transaction.
    pub fn once(&self, slot: &Slot, id: u128) -> String {
        self.of(slot, &format!("once:{id:032x}"))
    }

    /// An entity.
    pub fn entity(&self, slot: &Slot, key: &EntityKey) -> String {
        self.of(slot, &key.to_string())
    }

    /// A log.
    pub fn log(&self, slot: &Slot, log: &LogId) -> String {
        self.of(slot, &format!("log:{}", log.0))
    }

    /// An ordered set.
    pub fn index(&self, slot: &Slot, index: Index) -> String {
        self.of(slot, &format!("index:{}", index.0))
    }

    /// The deployment's own record.
    pub fn deployment(&self) -> String {
        self.of(&Slot::System, "deployment")
    }

    /// Every slot that was ever used.
    pub fn slots(&self) -> String {
        self.of(&Slot::System, "slots")
    }

    /// What is being copied into this deployment, while it is.
    pub fn copying(&self) -> String {
        self.of(&Slot::System, "copying")
    }

    /// A key by what follows the slot in it.
    pub fn named(&self, slot: &Slot, name: &str) -> String {
        self.of(slot, name)
    }

    /// An ordered set by its name.
    pub fn index_named(&self, slot: &Slot, index: &str) -> String {
        self.of(slot, &format!("index:{index}"))
    }

    /// The pattern that all keys under the prefix follow.
    pub fn everything(&self) -> String {
        format!("{}:{{*", self.prefix)
    }

    /// The slot of a key and what follows it; `None` if it is not a key of this prefix.
    pub fn split(&self, key: &str) -> Option<(Slot, String)> {
        let rest = key.strip_prefix(&self.prefix)?.strip_prefix(":{")?;
        let (slot, name) = rest.split_once("}:")?;
        Some((Slot::parse(slot)?, name.to_owned()))
    }

    /// The channel of the doorbell.
    pub fn bell(&self) -> String {
        format!("{}:bell", self.prefix)
    }
}

/// A score as a sorted set holds it. Beyond 2^53 a double is not exact: such a member is stored as
/// `~<sortable score>:<member>`, so that members of one double are in the order of their scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The double, as text.
    pub number: String,
    /// The exact score as sortable text, if the double is not exact.
    pub text: Option<String>,
}

impl Score {
    /// The form of `score`.
    pub fn of(score: i64) -> Score {
        if -EXACT < score && score < EXACT {
            return Score { number: score.to_string(), text: None };
        }
        let sortable = score.abs_diff(i64::MIN);
        Score { number: format!("{}", score as f64), text: Some(format!("{sortable:020}")) }
    }

    /// The name under which `member` is stored.
    pub fn member(&self, member: &str) -> String {
        match &self.text {
            None => member.to_owned(),
            Some(text) => format!("~{text}:{member}"),
        }
    }

    /// A name behind every member of this very score and before any of the next; empty if the
    /// double says it all.
    pub fn end(&self) -> String {
        // ';' is the byte after ':'.
        self.text.as_ref().map_or_else(String::new, |text| format!("~{text};"))
    }
}

/// Reads a score back from the double and the stored name: the score and the member.
pub fn parse_score(number: &str, stored: &str) -> Option<(i64, String)> {
    let number: f64 = number.parse().ok()?;
    if number.abs() < EXACT as f64 {
        return Some((number as i64, stored.to_owned()));
    }
    let (text, member) = stored.strip_prefix('~')?.split_once(':')?;
    Some((parse_far(text)?, member.to_owned()))
}

/// Reads a sortable text back.
pub fn parse_far(text: &str) -> Option<i64> {
    let sortable: u64 = text.parse().ok()?;
    Some(i64::MIN.wrapping_add_unsigned(sortable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_back_exactly_and_sort_as_numbers() {
        let scores = [
            i64::MIN,
            i64::MIN + 1,
            -EXACT - 1,
            -EXACT,
            1 - EXACT,
            -1,
            0,
            1_700_000_000_000,
            EXACT - 1,
            EXACT,
            EXACT + 1,
            i64::MAX - 1,
            i64::MAX,
        ];
        let forms: Vec<(f64, String)> = scores
            .iter()
            .map(|score| {
                let form = Score::of(*score);
                let stored = form.member("m");
                assert_eq!(parse_score(&form.number, &stored), Some((*score, "m".to_owned())));
                (form.number.parse().unwrap(), stored)
            })
            .collect();
        assert!(forms.is_sorted(), "{forms:?}");
    }

    /// A server that an earlier build has written to has these keys; one with others has another
    /// [`LAYOUT`].
    #[test]
    fn the_keys_of_a_server_are_in_their_stored_form() {
        use crate::ports::store::Kind;
        let keys = Keys::new("sanad");
        let (bucket, pool) = (Slot::Bucket(7), Slot::parse("p:main").unwrap());
        let key = EntityKey::new(Kind::Conversation, "c1");
        let far = Score::of(EXACT);
        let told = [
            keys.entity(&bucket, &key),
            keys.log(&bucket, &LogId("l/c1".to_owned())),
            keys.index(&pool, Index::DUE),
            keys.counters(&bucket),
            keys.head(&pool),
            keys.gone(&bucket),
            keys.gone_until(&bucket),
            keys.far(&pool),
            keys.once(&pool, 0xabc),
            keys.deployment(),
            keys.slots(),
            keys.copying(),
            keys.bell(),
            format!("{LAYOUT}"),
            far.number.clone(),
            far.member("a/sara"),
        ];
        let kept = [
            "sanad:{b0007}:c:c1",
            "sanad:{b0007}:log:l/c1",
            "sanad:{p:main}:index:due",
            "sanad:{b0007}:counters",
            "sanad:{p:main}:head",
            "sanad:{b0007}:gone",
            "sanad:{b0007}:gone:until",
            "sanad:{p:main}:far",
            "sanad:{p:main}:once:00000000000000000000000000000abc",
            "sanad:{sys}:deployment",
            "sanad:{sys}:slots",
            "sanad:{sys}:copying",
            "sanad:bell",
            "1",
            "9007199254740992",
            "~09232379236109516800:a/sara",
        ];
        assert_eq!(told, kept);
    }

    #[test]
    fn a_slot_is_one_hash_tag() {
        let keys = Keys::new("shop");
        let pool = Slot::parse("p:main").unwrap();
        assert_eq!(keys.index(&pool, Index::AGENTS), "shop:{p:main}:index:agents");
        for slot in [Slot::System, Slot::Bucket(7), pool] {
            assert_eq!(Slot::parse(&slot.to_string()), Some(slot));
        }
        assert_eq!(Slot::parse("x"), None);
        let key = keys.named(&Slot::Bucket(7), "log:l/c}:1");
        assert_eq!(keys.split(&key), Some((Slot::Bucket(7), "log:l/c}:1".to_owned())));
        assert_eq!(keys.split("other:{b0007}:head"), None);
    }
}
