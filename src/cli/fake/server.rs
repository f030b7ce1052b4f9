//! A server of a fake: real sockets, and a death like a crash.

use std::net::SocketAddr;
use tonic::transport::server::{Router, TcpIncoming};

/// A server that runs until it is dropped.
pub struct Running {
    pub address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Running {
    /// Serves at `address`; port 0 takes any free one.
    pub fn start(address: SocketAddr, services: impl FnOnce() -> Router) -> Running {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let guard = runtime.enter();
        // A port that was just given back may be lent to somebody's connection for a moment.
        let mut tries = 0;
        let incoming = loop {
            match TcpIncoming::bind(address) {
                Ok(incoming) => break incoming,
                Err(error) if tries == 1_000 => panic!("{address}: {error}"),
                Err(_) => std::thread::yield_now(),
            }
            tries += 1;
        };
        let address = incoming.local_addr().unwrap();
        runtime.spawn(services().serve_with_incoming(incoming));
        drop(guard);
        Running { address, runtime: Some(runtime) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Running {
    /// Like a crash: every connection is cut.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}
