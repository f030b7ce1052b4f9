//! What a restart of Redis brings back where its user `default` is restricted: such servers are refused,
//! what they dropped is noticed, and the rights that the README names are enough.

use super::deployment::{Info, OpenError, Safety};
use super::*;
use crate::store::contract::SLOT;
use crate::store::redis::reloading::{self, RIGHTS};
use std::path::PathBuf;

/// The user `default`, shut: with the rights that the file needs, and without.
const WITH_RIGHTS: &str = "user default off ~* &* +@all";
const BARRED: &str = "user default off";
/// What lets Sanad see the difference.
const MAY_ASK: &str = " +acl|dryrun";

/// A server whose users stand in a file of their own. The tests are `admin` there, Sanad is `shop`.
struct Guarded {
    server: RedisServer,
    users: PathBuf,
    _folder: tempfile::TempDir,
}

impl Guarded {
    fn start() -> Guarded {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let users = folder.path().join("users.acl");
        write(&users, WITH_RIGHTS, RIGHTS);
        let file = users.to_string_lossy();
        let words = ["--appendonly", "yes", "--appendfsync", "always", "--aclfile", &file];
        let server = RedisServer::start_as("admin", &words);
        Guarded { server, users, _folder: folder }
    }

    fn address(&self) -> Address {
        let port = self.server.port();
        Address::parse(&format!("redis://shop:secret@127.0.0.1:{port}?prefix=shop")).expect("a URL")
    }

    /// From now on, or from the next start on.
    fn users(&self, default: &str, rights: &str) {
        write(&self.users, default, rights);
        assert_eq!(self.server.cli(&["ACL", "LOAD"]), "OK");
    }

    /// Ends it without warning and starts it with other rights of `default`.
    fn restart_with(&mut self, default: &str, rights: &str) {
        self.server.kill();
        write(&self.users, default, rights);
        self.server.restart();
    }

    /// Whether this server drops what `default` may not do; newer ones and descendants do not.
    fn drops(&self) -> bool {
        reloading::is_concerned(&Info::parse(&self.server.cli(&["INFO", "server"])))
    }

    async fn init(&self) -> Result<Deployment, OpenError> {
        deployment::init(self.address(), 4, patient()).await
    }

    async fn open(&self) -> Result<RedisStore, OpenError> {
        let options = Options { patience: patient(), ..Options::default() };
        RedisStore::open(self.address(), options).await
    }
}

fn write(file: &PathBuf, default: &str, rights: &str) {
    let rights = rights.replace("P:", "shop:");
    let admin = "user admin on >admin ~* &* +@all";
    let text = format!("{default}\n{admin}\nuser shop on >secret {rights}\n");
    std::fs::write(file, text).expect("a file of users");
}

fn without_asking() -> String {
    RIGHTS.replace(MAY_ASK, "")
}

async fn counts(store: &RedisStore, expected: i64) {
    back(|| count(store)).await;
    assert_eq!(counted(store).await, expected);
}

/// What is said where part of it was dropped.
async fn refused(store: &RedisStore) -> String {
    let refused = back(|| async {
        match store.load(&SLOT, &[], &[]).await {
            Err(StoreError::Unavailable { reason, .. }) if reason.contains("dropped") => Ok(reason),
            other => Err(format!("{other:?}")),
        }
    });
    let reason = refused.await;
    let health = store.health();
    assert_eq!(*health.borrow(), Health::Away(reason.clone()));
    reason
}

#[tokio::test]
async fn with_the_rights_of_the_readme_all_is_done_and_all_comes_back() {
    let readme = include_str!("../../../../README.md");
    assert!(readme.contains(RIGHTS) && readme.contains(WITH_RIGHTS));
    let mut guarded = Guarded::start();
    guarded.init().await.expect("a blessing");
    let store = guarded.open().await.expect("a store");
    assert_eq!(store.deployment().safety, Safety::Flushed);
    let mut bell = store.doorbell().await.expect("a bell");
    counts(&store, 1).await;
    assert!(bell.next().await.is_some());
    guarded.restart_with(WITH_RIGHTS, RIGHTS);
    counts(&store, 2).await;
    let fresh = guarded.open().await.expect("a store");
    assert_eq!(counted(&fresh).await, 2);
}

#[tokio::test]
async fn where_default_may_not_do_what_is_in_the_file_nobody_begins() {
    let guarded = Guarded::start();
    let drops = guarded.drops();
    let check = |told: Result<Safety, OpenError>| match told {
        Err(OpenError::DropsScripts { .. }) if drops => {
            let told = told.unwrap_err().to_string();
            assert!(told.contains(WITH_RIGHTS), "{told}");
        }
        Ok(Safety::Doubtful) if !drops => {}
        other => panic!("{other:?}"),
    };
    guarded.users(BARRED, RIGHTS);
    check(guarded.init().await.map(|deployment| deployment.safety));
    guarded.users(WITH_RIGHTS, RIGHTS);
    if drops {
        guarded.init().await.expect("a blessing");
    }
    for lacks in ["-select", "-xadd", "resetkeys ~other:*"] {
        guarded.users(&format!("{WITH_RIGHTS} {lacks}"), RIGHTS);
        check(guarded.open().await.map(|store| store.deployment().safety));
    }
}

#[tokio::test]
async fn a_user_that_may_not_do_everything_is_refused_with_what_is_missing() {
    let guarded = Guarded::start();
    guarded.users(WITH_RIGHTS, RIGHTS);
    guarded.init().await.expect("a blessing");
    // Also where the server may not be asked.
    for rights in [RIGHTS.to_owned(), without_asking()] {
        let lacks = |right: &str| format!("{rights} {right}");
        let elsewhere = rights.replace("&P:*", "&x");
        let checks = [(lacks("-hset"), "+hset"), (lacks("-publish"), "+publish")];
        for (rights, missing) in checks.into_iter().chain([(elsewhere, "(&shop:*)")]) {
            guarded.users(WITH_RIGHTS, &rights);
            let told = guarded.open().await.map(drop).expect_err(&rights);
            assert!(matches!(&told, OpenError::LacksRights { .. }), "{rights}: {told}");
            let told = told.to_string();
            assert!(told.contains(missing) && told.contains("~shop:* &shop:*"), "{told}");
        }
    }
    guarded.users(WITH_RIGHTS, RIGHTS);
    guarded.open().await.expect("nothing is missing");
}

#[tokio::test]
async fn where_nobody_may_ask_nothing_is_called_durable() {
    let guarded = Guarded::start();
    guarded.users(WITH_RIGHTS, &without_asking());
    guarded.init().await.expect("a blessing");
    let store = guarded.open().await.expect("a store");
    assert_eq!(store.deployment().safety, Safety::Doubtful);
    // Whoever is that user runs the scripts with its rights.
    let open = "user default on nopass ~* &* +@all -acl";
    guarded.users(open, &without_asking());
    let url = format!("{}?prefix=shop", guarded.server.url());
    let address = Address::parse(&url).expect("a URL");
    let store = RedisStore::open(address, Options::default()).await.expect("a store");
    assert_eq!(store.deployment().safety, Safety::Flushed);
}

#[tokio::test]
async fn what_a_restart_dropped_is_noticed_and_comes_back_with_the_rights() {
    let mut guarded = Guarded::start();
    guarded.init().await.expect("a blessing");
    let store = guarded.open().await.expect("a store");
    counts(&store, 1).await;
    guarded.restart_with(BARRED, &without_asking());
    if !guarded.drops() {
        return counts(&store, 2).await;
    }
    let reason = refused(&store).await;
    assert!(reason.contains(WITH_RIGHTS) && reason.contains("restart Redis"), "{reason}");
    // The record is gone with the rest; nobody takes the server for an empty one.
    let fresh = guarded.open().await.map(drop).unwrap_err();
    assert!(matches!(fresh, OpenError::Torn { .. }), "{fresh}");
    let anew = guarded.init().await.unwrap_err();
    assert!(matches!(anew, OpenError::Torn { .. }), "{anew}");
    guarded.restart_with(WITH_RIGHTS, RIGHTS);
    counts(&store, 2).await;
    let mut health = store.health();
    let well = health.wait_for(|health| *health == Health::Well);
    tokio::time::timeout(patient().call, well).await.expect("it was looked at").expect("a store");
}

#[tokio::test]
async fn it_is_noticed_too_where_the_file_was_rewritten_before() {
    let mut guarded = Guarded::start();
    guarded.init().await.expect("a blessing");
    let store = guarded.open().await.expect("a store");
    counts(&store, 1).await;
    assert!(guarded.server.cli(&["BGREWRITEAOF"]).contains("started"));
    guarded.server.cli_until(&["INFO", "persistence"], "aof_rewrite_in_progress:0");
    // Whoever comes new vouches for what it uses.
    let second = guarded.open().await.expect("a store");
    counts(&second, 2).await;
    guarded.restart_with(BARRED, &without_asking());
    if !guarded.drops() {
        return counts(&store, 3).await;
    }
    let fresh = guarded.open().await.expect("the record was rewritten, and is there");
    for store in [&store, &second, &fresh] {
        refused(store).await;
    }
}
