//! What may be called durable where the server flushes its file at its own pace: only what is
//! flushed (`?aof=wait`). Where the installed server is older than `WAITAOF`, something stands
//! before it that gives itself out for a newer one and answers this one command as it is told.

use super::deployment::{Info, OpenError, TELLS_FLUSHED};
use super::*;
use crate::store::contract::SLOT;
use std::sync::atomic::AtomicBool;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A server whose file is not flushed unless this says so.
struct Lazy {
    _server: RedisServer,
    url: String,
    is_flushed: Arc<AtomicBool>,
}

impl Lazy {
    async fn start() -> Lazy {
        let words = ["--appendonly", "yes", "--appendfsync", "no"];
        let server = RedisServer::start_with(&words);
        let is_flushed = Arc::new(AtomicBool::new(false));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("redis://{}", listener.local_addr().expect("an address"));
        let (port, told) = (server.port(), Arc::clone(&is_flushed));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(between(client, port, Arc::clone(&told)));
            }
        });
        Lazy { _server: server, url, is_flushed }
    }

    fn is_flushed(&self, is: bool) {
        self.is_flushed.store(is, Ordering::SeqCst);
    }
}

/// Carries commands and answers until one side ends.
async fn between(client: TcpStream, port: u16, is_flushed: Arc<AtomicBool>) -> Option<()> {
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) =
        TcpStream::connect(("127.0.0.1", port)).await.ok()?.into_split();
    let (mut from_client, mut from_server) =
        (BufReader::new(from_client), BufReader::new(from_server));
    loop {
        let command = value(&mut from_client).await?;
        if holds(&command, b"WAITAOF") {
            let here = u8::from(is_flushed.load(Ordering::SeqCst));
            to_client.write_all(format!("*2\r\n:{here}\r\n:0\r\n").as_bytes()).await.ok()?;
            continue;
        }
        to_server.write_all(&command).await.ok()?;
        let answer = value(&mut from_server).await?;
        let told = String::from_utf8_lossy(&answer);
        if told.contains("redis_version:7.0") {
            let newer = told.replace("redis_version:7.0", "redis_version:7.2");
            to_client.write_all(newer.as_bytes()).await.ok()?;
        } else {
            to_client.write_all(&answer).await.ok()?;
        }
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// One command or answer, as it is sent.
async fn value(from: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let (mut all, mut open) = (Vec::new(), 1_usize);
    while open > 0 {
        let begin = all.len();
        if from.read_until(b'\n', &mut all).await.ok()? == 0 {
            return None;
        }
        let kind = all[begin];
        let count = std::str::from_utf8(&all[begin + 1..]).ok()?.trim().parse::<usize>();
        open -= 1;
        match (kind, count) {
            (b'$' | b'=', Ok(bytes)) => {
                let end = all.len();
                all.resize(end + bytes + 2, 0);
                from.read_exact(&mut all[end..]).await.ok()?;
            }
            (b'*' | b'~' | b'>', Ok(parts)) => open += parts,
            (b'%', Ok(pairs)) => open += pairs * 2,
            _ => {}
        }
    }
    Some(all)
}

#[tokio::test]
async fn what_is_not_flushed_is_not_called_durable() {
    let lazy = Lazy::start().await;
    let hasty = Patience { flush: Duration::from_millis(100), ..patient() };
    let store = opened_with(&format!("{}?aof=wait", lazy.url), hasty).await;
    assert_eq!(store.deployment().safety, deployment::Safety::Flushed, "it is asked each time");
    let log = LogId("l/x".to_owned());
    let mut change = store.load(&SLOT, &[], &[]).await.expect("a load").change(1);
    change.append(log.clone(), 1, 8, &1, None);
    store.commit(change).await.expect("a commit");
    assert!(!store.is_replicated(&SLOT, &log, 1, 8).await);
    let health = store.health();
    assert!(
        matches!(&*health.borrow(), Health::Thin(reason) if reason.contains("not flushed")),
        "{:?}",
        *health.borrow()
    );
    lazy.is_flushed(true);
    back(|| async { store.is_replicated(&SLOT, &log, 1, 8).await.then_some(()).ok_or("thin") })
        .await;
    assert_eq!(*health.borrow(), Health::Well);
    assert!(!store.is_replicated(&SLOT, &log, 1, 9).await, "another history");
}

#[tokio::test]
async fn a_server_that_can_tell_is_asked_itself() {
    let server = RedisServer::start_with(&["--appendonly", "yes", "--appendfsync", "everysec"]);
    let url = format!("{}?aof=wait", server.url());
    if Info::parse(&server.cli(&["INFO", "server"])).version() < TELLS_FLUSHED {
        let refused = deployment::init(Address::parse(&url).expect("a URL"), 4, patient()).await;
        let refused = refused.map(drop).unwrap_err();
        return assert!(matches!(refused, OpenError::CannotWait { .. }), "{refused}");
    }
    let store = opened_with(&url, Patience { flush: Duration::from_secs(3), ..patient() }).await;
    let log = LogId("l/x".to_owned());
    let appends = |seq: u64| {
        let (store, log) = (&store, log.clone());
        async move {
            let mut change = store.load(&SLOT, &[], &[]).await.expect("a load").change(1);
            change.append(log.clone(), seq, 8, &1, None);
            store.commit(change).await.expect("a commit");
            store.is_replicated(&SLOT, &log, seq, 8).await
        }
    };
    assert!(appends(1).await, "flushed within the second");
    server.cli(&["CONFIG", "SET", "appendfsync", "no"]);
    assert!(!appends(2).await, "nobody flushes");
    server.cli(&["CONFIG", "SET", "appendfsync", "everysec"]);
    back(|| async { store.is_replicated(&SLOT, &log, 2, 8).await.then_some(()).ok_or("thin") })
        .await;
}
