//! An instance of an earlier version, as Redis meets it: a wire that puts earlier scripts in the
//! place of those that an instance sends. They have other hashes and do a little less: they leave
//! what a later version sweeps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// The hashes of today's scripts and those of the earlier ones.
type Hashes = Arc<Mutex<BTreeMap<String, String>>>;

/// The wire.
pub struct Elder {
    port: u16,
    hashes: Hashes,
}

impl Elder {
    /// Begins to pass everything on to this port.
    pub async fn before(target: u16) -> Elder {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let hashes = Hashes::default();
        let known = Arc::clone(&hashes);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target, Arc::clone(&known)));
            }
        });
        Elder { port, hashes }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The hashes of scripts that were sent through it: today's, and what was sent instead.
    pub fn hashes(&self) -> Vec<(String, String)> {
        let hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        hashes.iter().map(|(new, old)| (new.clone(), old.clone())).collect()
    }
}

async fn pass(client: TcpStream, target: u16, hashes: Hashes) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
    let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asks = async {
        let (mut kept, mut chunk) = (Vec::new(), vec![0; 65_536]);
        while let Ok(count @ 1..) = from_client.read(&mut chunk).await {
            kept.extend_from_slice(&chunk[..count]);
            let mut asked = Vec::new();
            while let Some((words, rest)) = command(&kept) {
                asked.extend(written(&aged(words, &hashes)));
                kept = rest;
            }
            if to_server.write_all(&asked).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = asks => {}
        _ = copy(&mut from_server, &mut to_client) => {}
    }
}

/// The first whole command, as a list of words, and what comes after it.
fn command(bytes: &[u8]) -> Option<(Vec<Vec<u8>>, Vec<u8>)> {
    let (count, mut rest) = number(bytes, b'*')?;
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, after) = number(rest, b'$')?;
        words.push(after.get(..length)?.to_vec());
        rest = after.get(length + 2..)?;
    }
    Some((words, rest.to_vec()))
}

fn number(bytes: &[u8], mark: u8) -> Option<(usize, &[u8])> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    assert_eq!(bytes[0], mark, "clients send lists of words");
    let digits = std::str::from_utf8(&bytes[1..end]).expect("digits");
    Some((digits.parse().expect("a number"), &bytes[end + 2..]))
}

fn written(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.len()).into_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// The same command by an earlier version.
fn aged(mut words: Vec<Vec<u8>>, hashes: &Hashes) -> Vec<Vec<u8>> {
    let hash = |text: &str| ::redis::Script::new(text).get_hash().to_owned();
    let mut hashes = hashes.lock().unwrap_or_else(PoisonError::into_inner);
    if words[0].eq_ignore_ascii_case(b"EVAL") {
        let new = String::from_utf8(words[1].clone()).expect("a text");
        let old = new.replace("in ipairs(over) do", "in ipairs({}) do");
        let old = format!("{old}-- the version before\n");
        hashes.insert(hash(&new), hash(&old));
        words[1] = old.into_bytes();
    } else if words[0].eq_ignore_ascii_case(b"EVALSHA") {
        let new = String::from_utf8(words[1].clone()).expect("a hash");
        // What was never sent, nobody knows: the text follows.
        let unknown = || new.chars().rev().collect();
        words[1] = hashes.get(&new).cloned().unwrap_or_else(unknown).into_bytes();
    }
    words
}
