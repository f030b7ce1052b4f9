//! A wire between the instances and Redis that the tests can spoil: cut it, slow it, let it hang, or
//! lose the replies to what was done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// As it should be.
    Whole,
    /// Everything takes so much longer, each way.
    Slow(Duration),
    /// Nothing arrives, and nobody says so.
    Dead,
    /// What is asked arrives and is done; the reply to a transaction is lost with the connection.
    Deaf,
    /// Nobody is connected.
    Cut,
}

/// The wire to one server.
pub struct Proxy {
    port: u16,
    wire: watch::Sender<Wire>,
}

impl Proxy {
    /// Begins to pass everything on to this port.
    pub async fn to(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let wire = watch::Sender::new(Wire::Whole);
        let seen = wire.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target, seen.clone()));
            }
        });
        Proxy { port, wire }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Spoils or mends it.
    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn pass(client: TcpStream, target: u16, wire: watch::Receiver<Wire>) {
    if *wire.borrow() == Wire::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
    let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_committing = Arc::new(AtomicBool::new(false));
    let mut cut = wire.clone();
    tokio::select! {
        () = pump(from_client, to_server, wire.clone(), &is_committing, true) => {}
        () = pump(from_server, to_client, wire, &is_committing, false) => {}
        () = is_cut(&mut cut) => {}
    }
}

async fn is_cut(wire: &mut watch::Receiver<Wire>) {
    // A proxy that is gone is a wire that is cut.
    let _ = wire.wait_for(|wire| *wire == Wire::Cut).await;
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
    is_committing: &AtomicBool,
    asks: bool,
) {
    let mut chunk = vec![0; 65_536];
    loop {
        let Ok(count @ 1..) = from.read(&mut chunk).await else { return };
        if asks && chunk[..count].windows(5).any(|word| word == b"once:") {
            is_committing.store(true, Ordering::SeqCst);
        }
        let state = *wire.borrow_and_update();
        match state {
            Wire::Whole => {}
            Wire::Slow(span) => tokio::time::sleep(span).await,
            Wire::Dead => {
                if wire.wait_for(|wire| *wire != Wire::Dead).await.is_err() {
                    return;
                }
            }
            Wire::Deaf if !asks && is_committing.load(Ordering::SeqCst) => return,
            Wire::Deaf => {}
            Wire::Cut => return,
        }
        if to.write_all(&chunk[..count]).await.is_err() {
            return;
        }
    }
}
