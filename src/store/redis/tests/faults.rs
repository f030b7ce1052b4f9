//! What goes wrong with a real server, and what the callers of the store are told: replies that
//! are lost, servers that stand still, that are full, busy, restarted or emptied. No call may hang.

use super::*;
use crate::ports::store::Kind;
use crate::store::contract::{SLOT, key};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Much longer than any call may take: who is not back by then hangs.
const BOUND: Duration = Duration::from_secs(20);

fn unavailable_of<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (bool, String) {
    match result {
        Err(StoreError::Unavailable { maybe_applied, reason, .. }) => (maybe_applied, reason),
        other => panic!("it should be away: {other:?}"),
    }
}

/// Stands between the store and the server, and cuts the connection in place of the first reply to
/// each transaction.
async fn cutting_proxy(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut cuts = 0_u32;
        loop {
            let Ok((mut client, _)) = listener.accept().await else { return };
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
            // Cut the first two connections, each at its first transaction.
            let cut = cuts < 2;
            cuts += 1;
            tokio::spawn(async move {
                let (mut asked, mut told) = (vec![0; 65_536], vec![0; 65_536]);
                loop {
                    tokio::select! {
                        read = client.read(&mut asked) => {
                            let Ok(count @ 1..) = read else { return };
                            if server.write_all(&asked[..count]).await.is_err() { return }
                            let is_commit = String::from_utf8_lossy(&asked[..count]).contains("once:");
                            if cut && is_commit {
                                // The server does it, and nobody hears of it.
                                let _ = server.read(&mut told).await;
                                return;
                            }
                        }
                        read = server.read(&mut told) => {
                            let Ok(count @ 1..) = read else { return };
                            if client.write_all(&told[..count]).await.is_err() { return }
                        }
                    }
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_transaction_whose_reply_is_lost_happens_once() {
    let server = RedisServer::start();
    let address = blessed_at(&server.url()).await;
    let plain = RedisStore::open(address, Options::default()).await.expect("a store");
    count(&plain).await.expect("the scripts are known, the slot is in use");
    let port = cutting_proxy(server.port()).await;
    let prefix = &plain.link.address().prefix;
    let through = format!("redis://127.0.0.1:{port}?prefix={prefix}");
    let through = Address::parse(&through).expect("a URL");
    let options = Options { patience: patient(), ..Options::default() };
    let store = RedisStore::open(through, options).await.expect("a store");
    let receipt = count(&store).await.expect("the second or third try gets the receipt");
    assert_eq!(counted(&plain).await, 2, "sent up to three times, done once");
    let rings = plain.ring_counters(&[SLOT]).await.expect("a counter");
    assert_eq!(rings, [receipt.counter], "and the receipt is that of the first time");
}

#[tokio::test]
async fn a_server_that_stands_still_costs_one_call_its_time_and_the_rest_nothing() {
    let server = RedisServer::start();
    let patience = Patience { breaker: Duration::from_secs(5), ..Patience::default() };
    let store = opened_with(&server.url(), patience).await;
    let seen = store.load(&SLOT, &[], &[]).await.expect("a load");
    let health = store.health();
    assert_eq!(*health.borrow(), Health::Well);

    server.signal("STOP");
    let began = Instant::now();
    let mut change = seen.change(1);
    change.count("n", 1, None);
    let (maybe, _) = unavailable_of(store.commit(change).await);
    assert!(maybe, "it may be done when the server goes on");
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    assert!(matches!(*health.borrow(), Health::Away(_)));
    let began = Instant::now();
    let (maybe, _) = unavailable_of(store.load(&SLOT, &[], &[]).await);
    assert!(!maybe, "what is only read is not done");
    assert!(began.elapsed() < patience.attempt, "nobody asked: {:?}", began.elapsed());

    server.signal("CONT");
    back(|| store.load(&SLOT, &[], &[])).await;
    assert_eq!(*health.borrow(), Health::Well);
    assert!(counted(&store).await <= 1, "done once or not at all");
}

#[tokio::test]
async fn a_connection_that_is_killed_is_made_again_unnoticed() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    for round in 1..=5 {
        count(&store).await.expect("a commit");
        server.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
        assert_eq!(counted(&store).await, round);
    }
}

#[tokio::test]
async fn a_restart_from_the_append_only_file_loses_nothing() {
    let mut server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    assert_eq!(store.deployment().safety, deployment::Safety::Flushed);
    for _ in 0..5 {
        count(&store).await.expect("a commit");
    }
    server.kill();
    let (maybe, reason) = unavailable_of(store.load(&SLOT, &[], &[]).await);
    assert!(!maybe && reason.contains("127.0.0.1"), "{reason}");
    server.restart();
    back(|| store.load(&SLOT, &[], &[])).await;
    assert_eq!(counted(&store).await, 5);
    count(&store).await.expect("it goes on");
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_sent_again() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    server.cli(&["SCRIPT", "FLUSH"]);
    count(&store).await.expect("a commit");
    assert_eq!(counted(&store).await, 2);
}

#[tokio::test]
async fn a_server_that_is_busy_with_a_script_did_nothing() {
    let server = RedisServer::start_with(&["--appendonly", "yes", "--busy-reply-threshold", "50"]);
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    let seen = store.load(&SLOT, &[], &[]).await.expect("a load");
    let port = server.port().to_string();
    let mut busy = std::process::Command::new("redis-cli")
        .args(["-p", &port, "EVAL", "while true do end", "0"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("redis-cli");
    // It is busy when it says so.
    server.cli_until(&["PING"], "BUSY");
    let mut change = seen.change(2);
    change.count("n", 1, None);
    let began = Instant::now();
    let (maybe, reason) = unavailable_of(store.commit(change).await);
    // On a slow machine the last try may still be on its way when the time is up.
    assert!(reason.contains("BUSY") != maybe, "{maybe} {reason}");
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    server.cli_until(&["SCRIPT", "KILL"], "OK");
    busy.wait().expect("an end");
    back(|| store.load(&SLOT, &[], &[])).await;
    let counted = counted(&store).await;
    assert!(counted == 1 || (maybe && counted == 2), "{maybe} {counted}");
}

#[tokio::test]
async fn a_full_server_refuses_what_is_new_and_lets_the_rest_end() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    let agent = EntityKey::new(Kind::Agent, "sara");
    let change_of = async |key: &EntityKey| {
        let seen = store.load(&SLOT, std::slice::from_ref(key), &[]).await.expect("a load");
        let mut change = seen.change(rand::random());
        change.put(key.clone(), &1);
        change.append(LogId(key.id.clone()), 1, 1, &1, None);
        store.commit(change).await
    };
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let (maybe, reason) = unavailable_of(change_of(&key("new")).await);
    assert!(!maybe && reason.contains("OOM"), "{maybe} {reason}");
    change_of(&agent).await.expect("what is there already goes on");
    let due = store.claim_due(&SLOT, 9, Duration::ZERO).await;
    assert_eq!(due, Ok(vec![]), "and is looked after");
    let mut health = store.health();
    let told = health.borrow().clone();
    assert!(matches!(&told, Health::Full(reason) if reason.contains("OOM")), "{told:?}");
    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    // Without anybody who has something new.
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(BOUND, well).await.expect("in time").expect("it is there");
    change_of(&key("new")).await.expect("there is room again");
}

/// The store takes nothing, whatever it still answers, and says why and what to do; and once it is
/// mended, that is noticed without anybody who writes.
async fn takes_nothing_for_a_while(
    server: &RedisServer,
    bar: &[&str],
    mend: &[&str],
    says: &[&str],
) {
    let url = format!("redis://shop:shop@127.0.0.1:{}", server.port());
    let store = opened_at(&url).await;
    count(&store).await.expect("a commit");
    let mut health = store.health();
    assert_eq!(server.cli(bar), "OK");
    let refused = match store.load(&SLOT, &[], &[]).await {
        Ok(seen) => {
            let mut change = seen.change(7);
            change.count("n", 1, None).ring("n");
            unavailable_of(store.commit(change).await).1
        }
        Err(error) => error.to_string(),
    };
    let told = health.borrow_and_update().clone();
    let Health::Barred(reason) = &told else { panic!("{bar:?}: {told:?}") };
    for word in ["refuses writes"].iter().chain(says) {
        assert!(reason.contains(word) && refused.contains(word), "{word}: {reason} / {refused}");
    }
    // That it answers heals nothing.
    let _ = store.counter(&SLOT, "n").await;
    assert!(matches!(&*health.borrow(), Health::Barred(_)), "{bar:?}");
    assert_eq!(server.cli(mend), "OK");
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(BOUND, well).await.expect("in time").expect("it is there");
    count(&store).await.expect("it goes on");
}

#[tokio::test]
async fn a_server_that_refuses_writes_is_not_well_whatever_it_answers() {
    let server = RedisServer::start();
    let user = ["ACL", "SETUSER", "shop", "on", ">shop"];
    assert_eq!(server.cli(&[&user[..], &["~*", "&*", "+@all"]].concat()), "OK");
    let set = |name: &'static str, value: &'static str| ["CONFIG", "SET", name, value];
    let replicas = "min-replicas-to-write";
    let is = [replicas, "INFO replication"];
    takes_nothing_for_a_while(&server, &set(replicas, "1"), &set(replicas, "0"), &is).await;
    let acl = |right: &'static str| ["ACL", "SETUSER", "shop", right];
    for (takes, gives) in [("-hset", "+hset"), ("-evalsha", "+evalsha"), ("resetchannels", "&*")] {
        takes_nothing_for_a_while(&server, &acl(takes), &acl(gives), &["lacks a right"]).await;
    }
}

#[tokio::test]
async fn a_server_whose_disk_fails_says_so_and_what_to_do() {
    let server = RedisServer::start();
    let user = ["ACL", "SETUSER", "shop", "on", ">shop", "~*", "&*", "+@all"];
    assert_eq!(server.cli(&user), "OK");
    // A folder stands where the file should.
    let file = server.folder().join("dump.rdb");
    std::fs::create_dir(&file).expect("a folder");
    server.cli(&["BGSAVE"]);
    server.cli_until(&["INFO", "persistence"], "rdb_last_bgsave_status:err");
    // Writes are refused from then on where Redis is to save by itself.
    let (bar, mend) = (["CONFIG", "SET", "save", "3600 1"], ["CONFIG", "SET", "save", ""]);
    takes_nothing_for_a_while(&server, &bar, &mend, &["MISCONF", "BGSAVE"]).await;
}

/// Why a change was refused; `None` if it was done.
async fn refusal(store: &RedisStore, put: EntityKey, frees: bool) -> Option<Why> {
    loop {
        let seen = store.load(&SLOT, std::slice::from_ref(&put), &[]).await.expect("a load");
        let mut change = seen.change(rand::random());
        change.put(put.clone(), &1).frees_if(frees);
        match store.commit(change).await {
            Ok(_) => return None,
            // On a busy machine a moment may be long; nothing was done.
            Err(StoreError::Stale) => {}
            Err(StoreError::Unavailable { maybe_applied: false, why, .. }) => return Some(why),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_frees_something_is_never_refused_and_what_begins_is_refused_first() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    let of = |kind, id: &str| EntityKey::new(kind, id.to_owned());
    // So much that what the server itself takes and gives back is little beside it.
    server.cli(&["SETRANGE", "pad", "40000000", "x"]);
    assert_eq!(refusal(&store, of(Kind::Conversation, "old"), false).await, None);
    let used = || -> u64 {
        let told = server.cli(&["INFO", "memory"]);
        let line = told.lines().find_map(|line| line.strip_prefix("used_memory:"));
        line.and_then(|text| text.trim().parse().ok()).expect("a number")
    };
    let limit = |bytes: u64| {
        assert_eq!(server.cli(&["CONFIG", "SET", "maxmemory", &bytes.to_string()]), "OK");
    };
    limit(used() / 97 * 100);
    let full = Some(Why::Full);
    assert_eq!(refusal(&store, of(Kind::Conversation, "new"), false).await, full, "it would grow");
    assert!(matches!(&*store.health().borrow(), Health::Full(_)));
    assert_eq!(refusal(&store, of(Kind::Request, "old/a"), false).await, None, "it goes on");
    limit(1);
    assert_eq!(refusal(&store, of(Kind::Request, "old/b"), false).await, full);
    assert_eq!(refusal(&store, of(Kind::Request, "old/c"), true).await, None, "it ends something");
    limit(0);
    let mut health = store.health();
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(BOUND, well).await.expect("in time").expect("it is there");
    assert_eq!(refusal(&store, of(Kind::Conversation, "new"), false).await, None);
}

#[tokio::test]
async fn a_server_that_was_emptied_is_noticed_and_not_written_to() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    let seen = store.load(&SLOT, &[], &[]).await.expect("a load");
    server.cli(&["FLUSHALL"]);
    let mut change = seen.change(2);
    change.count("n", 1, None);
    let (maybe, reason) = unavailable_of(store.commit(change).await);
    assert!(!maybe && reason.contains("emptied"), "{reason}");
    let (_, reason) = unavailable_of(store.load(&Slot::Bucket(3), &[], &[]).await);
    assert!(reason.contains("emptied"), "a slot that was never used says it too: {reason}");
    assert!(
        matches!(&*store.health().borrow(), Health::Away(reason) if reason.contains("emptied"))
    );
    assert_eq!(server.cli(&["DBSIZE"]), "0", "nothing was written");
    let again = RedisStore::open(store.link.address().clone(), Options::default()).await;
    assert!(matches!(again, Err(OpenError::Empty { .. })), "nor does another instance begin anew");
}

#[tokio::test]
async fn a_slot_that_was_lost_alone_is_not_begun_anew() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    server.cli(&["DEL", &store.keys.head(&SLOT)]);
    let (maybe, reason) = unavailable_of(count(&store).await);
    assert!(!maybe && reason.contains("lost"), "{reason}");
    store.load(&Slot::System, &[], &[]).await.expect("other slots go on");
    assert_eq!(*store.health().borrow(), Health::Lost(vec![SLOT]), "and nothing else is away");
}

#[tokio::test]
async fn a_slot_of_another_deployment_is_not_touched() {
    let server = RedisServer::start();
    let store = opened_at(&server.url()).await;
    count(&store).await.expect("a commit");
    server.cli(&["HSET", &store.keys.head(&SLOT), "deployment", "another"]);
    let (maybe, reason) = unavailable_of(count(&store).await);
    assert!(!maybe && reason.contains("another deployment"), "{reason}");
}

#[tokio::test]
async fn two_instances_hear_each_other_and_a_broken_bell_says_so() {
    let mut server = RedisServer::start();
    let first = opened_at(&server.url()).await;
    let second = RedisStore::open(first.link.address().clone(), Options::default()).await;
    let mut bell = second.expect("a store").doorbell().await.expect("a bell");
    let mut change = first.load(&SLOT, &[], &[]).await.expect("a load").change(1);
    change.ring("l/x");
    first.commit(change).await.expect("a commit");
    let topics = vec!["l/x".to_owned()];
    assert_eq!(bell.next().await, Some(Ring::Rang { slot: SLOT, counter: 1, topics }));
    server.kill();
    assert_eq!(bell.next().await, None);
}
