//! It is a store like the others, and what it writes shows nothing of what was said.

use super::*;
use crate::ports::archive::{Archive, Archived, ArchivedEvent, Whose};
use crate::store::archive::FolderArchive;
use crate::store::contract::{ManualClock, Subject};
use crate::store::memory::MemoryStore;
use serde_json::{Value, json};

const WORDS: &str = "my grandmother's blue teapot";

fn seals(bytes: &[u8]) -> Arc<Seals> {
    let secrets: Vec<[u8; SECRET_BYTES]> = bytes.iter().map(|byte| [*byte; SECRET_BYTES]).collect();
    Arc::new(Seals::new(&secrets).expect("a secret"))
}

async fn subject() -> Subject {
    let clock = ManualClock::start();
    let inner = Arc::new(MemoryStore::new(clock.clone()));
    Subject::new(Arc::new(SealedStore::new(inner, seals(&[1]))), clock, ())
}

crate::contract! { sealed_store, subject }

/// A store beneath and the same one through seals.
struct Pair {
    beneath: Arc<MemoryStore>,
}

impl Pair {
    fn new() -> Pair {
        Pair { beneath: Arc::new(MemoryStore::new(ManualClock::start())) }
    }

    fn through(&self, secrets: &[u8]) -> SealedStore {
        SealedStore::new(self.beneath.clone(), seals(secrets))
    }
}

fn slot() -> Slot {
    Slot::Bucket(0)
}

fn conversation(id: &str) -> EntityKey {
    EntityKey::new(Kind::Conversation, id)
}

async fn put(store: &dyn Store, key: &EntityKey, value: &Value) {
    let snapshot = store.load(&slot(), std::slice::from_ref(key), &[]).await.unwrap();
    let mut change = snapshot.change(7);
    change.put(key.clone(), value);
    store.commit(change).await.unwrap();
}

async fn get(store: &dyn Store, key: &EntityKey) -> Result<Value, StoreError> {
    let snapshot = store.load(&slot(), std::slice::from_ref(key), &[]).await?;
    Ok(snapshot.get(key)?.expect("it is there"))
}

/// What everything that holds customers' words looks like.
fn samples() -> Vec<(EntityKey, Value, &'static [&'static str])> {
    let item = json!({"place": "here", "conversation": "c1", "headline": WORDS, "cost": 1});
    vec![
        (
            conversation("c1"),
            json!({"id": "c1", "state": {"is": "bot"}, "memory": {"fragment": WORDS}, "seq": 3}),
            &["id", "state", "seq"],
        ),
        (EntityKey::new(Kind::Item, "c1"), item, &["place", "conversation", "cost"]),
        (
            EntityKey::new(Kind::Request, "c1/customer/r1"),
            json!({"fingerprint": 4_711_471_147_114_711_u64, "from_seq": 1, "to_seq": 2}),
            &["from_seq", "to_seq"],
        ),
    ]
}

#[tokio::test]
async fn what_was_said_is_not_seen_beneath_and_what_is_needed_to_look_around_is() {
    let pair = Pair::new();
    let store = pair.through(&[1]);
    for (key, value, readable) in samples() {
        put(&store, &key, &value).await;
        assert_eq!(get(&store, &key).await.unwrap(), value);
        let beneath = get(pair.beneath.as_ref(), &key).await.unwrap();
        let mut fields: Vec<&str> =
            beneath.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields.pop(), Some("sealed"));
        assert_eq!(fields, readable);
        assert!(fields.iter().all(|field| beneath[field] == value[field]));
        let text = beneath.to_string();
        assert!(!text.contains("teapot") && !text.contains("4711471147114711"), "{text}");
    }
}

#[tokio::test]
async fn a_log_is_sealed_and_an_inbox_is_not() {
    let pair = Pair::new();
    let store = pair.through(&[1]);
    let (log, inbox) = (LogId("l/c1".into()), LogId("i/sara".into()));
    let event =
        json!({"at": 5, "event": {"event": "customer_said", "text": WORDS}, "request": "r1"});
    let mut change = store.load(&slot(), &[], &[]).await.unwrap().change(1);
    change.append(log.clone(), 1, 77, &event, None);
    change.append(inbox.clone(), 1, 78, &json!({"event": "offered"}), None);
    store.commit(change).await.unwrap();
    let read = async |store: &dyn Store, log: &LogId| -> Value {
        let page = store.read_log(&slot(), log, 0, 10).await.unwrap();
        serde_json::from_slice(&page.records[0].body).unwrap()
    };
    assert_eq!(read(&store, &log).await, event);
    let beneath = read(pair.beneath.as_ref(), &log).await;
    assert_eq!((&beneath["at"], &beneath["request"]), (&event["at"], &event["request"]));
    assert!(!beneath.to_string().contains("teapot") && beneath.get("event").is_none());
    assert_eq!(read(pair.beneath.as_ref(), &inbox).await["event"], "offered");
}

#[tokio::test]
async fn what_was_written_before_is_read_and_sealed_when_it_is_next_written() {
    let pair = Pair::new();
    let (key, value) = (conversation("c1"), json!({"id": "c1", "memory": WORDS}));
    put(pair.beneath.as_ref(), &key, &value).await;
    let store = pair.through(&[1]);
    assert_eq!(get(&store, &key).await.unwrap(), value);
    put(&store, &key, &value).await;
    assert!(get(pair.beneath.as_ref(), &key).await.unwrap().get("memory").is_none());
    // Under a newer secret the older one still opens; without it nothing does, and it is named.
    assert_eq!(get(&pair.through(&[2, 1]), &key).await.unwrap(), value);
    let told = get(&pair.through(&[2]), &key).await.unwrap_err().to_string();
    assert!(told.contains("c:c1 is damaged: it is sealed under"), "{told}");
}

#[tokio::test]
async fn a_seal_is_good_only_where_it_was_made_and_only_whole() {
    let pair = Pair::new();
    let store = pair.through(&[1]);
    let (ours, theirs) = (conversation("c1"), conversation("c2"));
    put(&store, &ours, &json!({"id": "c1", "memory": WORDS})).await;
    let sealed = get(pair.beneath.as_ref(), &ours).await.unwrap();
    put(pair.beneath.as_ref(), &theirs, &sealed).await;
    let told = get(&store, &theirs).await.unwrap_err().to_string();
    assert!(told.contains("belongs elsewhere"), "{told}");
    // Nor in another thing of the same conversation, though the key is the same.
    let place = EntityKey::new(Kind::Item, "c1");
    put(pair.beneath.as_ref(), &place, &sealed).await;
    let told = get(&store, &place).await.unwrap_err().to_string();
    assert!(told.contains("belongs elsewhere"), "{told}");

    let whole = sealed["sealed"].as_str().unwrap();
    let last = if whole.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{last}", &whole[..whole.len() - 1]);
    for cut in [&changed, &whole[..whole.len() - 8], &whole[..12], &whole[..4], ""] {
        put(pair.beneath.as_ref(), &ours, &json!({"sealed": cut})).await;
        assert!(matches!(get(&store, &ours).await, Err(StoreError::Damaged { .. })), "{cut}");
    }
}

#[test]
fn the_same_words_never_look_the_same_twice() {
    let seals = seals(&[1]);
    let key = conversation("c1");
    let form = || Form::of_entity(&key).unwrap();
    let body = json!({"memory": WORDS}).to_string();
    assert_ne!(seals.seal(&form(), body.as_bytes()), seals.seal(&form(), body.as_bytes()));
}

#[tokio::test]
async fn archived_rows_show_whose_they_are_and_are_found_and_erased_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let beneath = Arc::new(FolderArchive::new(folder.path()));
    let archive = SealedArchive::new(beneath.clone(), seals(&[1]));
    let record = json!({"at": 1, "event": {"event": "customer_said", "text": WORDS}});
    let row = Archived {
        conversation: "c1".into(),
        generation: "g".into(),
        head: 1,
        archived_at: crate::domain::time::Timestamp::from_millis(5),
        state: json!({"id": "c1", "customer": "x-1", "facts": WORDS}),
        events: vec![ArchivedEvent { seq: 1, event_id: "e".into(), record }],
    };
    archive.keep(std::slice::from_ref(&row)).await.unwrap();
    let whose = Whose {
        customer: Some(crate::domain::ids::CustomerId::parse("x-1").unwrap()),
        ..Whose::default()
    };
    let found = archive.find(&whose).await.unwrap();
    assert_eq!(json!(found), json!([row]));
    let rows = beneath.find(&whose).await.unwrap();
    assert!(is_sealed(&rows[0]) && !json!(rows).to_string().contains("teapot"));
    let other = SealedArchive::new(beneath, seals(&[2]));
    assert!(other.find(&whose).await.unwrap_err().to_string().contains("sealed under"));
    assert_eq!(archive.forget(&whose).await.unwrap().len(), 1);
    assert!(archive.find(&whose).await.unwrap().is_empty());
}
