//! Taking connections: one clear error for a port that cannot be had, at most so many connections
//! at a time, and no spinning when the system has no more sockets to give.

use futures::Stream;
use futures::stream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::transport::server::Connected;

/// How long to wait after the system refused to give a socket.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else has it.
    #[error("{address} is taken by another process; stop that one, or choose another address")]
    Taken {
        /// The address.
        address: SocketAddr,
    },
    /// The port is reserved to the system's own services.
    #[error("{address} needs more rights than this process has; choose a port above 1023")]
    NotAllowed {
        /// The address.
        address: SocketAddr,
    },
    /// This machine has no such address.
    #[error("{address} is not an address of this machine; 0.0.0.0 and [::] stand for all of them")]
    NotHere {
        /// The address.
        address: SocketAddr,
    },
    /// Something else.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// Listens on an address; port 0 takes any free one.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { address },
        io::ErrorKind::PermissionDenied => BindError::NotAllowed { address },
        io::ErrorKind::AddrNotAvailable => BindError::NotHere { address },
        _ => BindError::Other { address, source },
    })
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
}

/// The connections that come in, at most `connections_max` at a time; more wait in the system's
/// own queue until one ends.
pub fn connections(
    listener: TcpListener,
    connections_max: usize,
) -> impl Stream<Item = io::Result<Connection>> {
    let places = Arc::new(Semaphore::new(connections_max.clamp(1, Semaphore::MAX_PERMITS)));
    stream::unfold((listener, places), |(listener, places)| async move {
        let accepted = accept(&listener, Arc::clone(&places)).await;
        Some((accepted, (listener, places)))
    })
}

async fn accept(listener: &TcpListener, places: Arc<Semaphore>) -> io::Result<Connection> {
    let place = places.acquire_owned().await.map_err(io::Error::other)?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Small frames should leave at once; a system that cannot do so is only slower.
            let _ = stream.set_nodelay(true);
            Ok(Connection { stream, peer: Peer { address }, _place: place })
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            Err(error)
        }
    }
}

/// One connection, with its place among all.
pub struct Connection {
    stream: TcpStream,
    peer: Peer,
    _place: OwnedSemaphorePermit,
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    fn any_port() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    #[tokio::test]
    async fn a_taken_port_is_one_clear_error() {
        let first = bind(any_port()).await.unwrap();
        let error = bind(first.local_addr().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::Taken { .. }), "{error}");
    }

    #[tokio::test]
    async fn connections_over_the_limit_wait_for_one_to_end() {
        let listener = bind(any_port()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut incoming = Box::pin(connections(listener, 1));
        let _one = TcpStream::connect(address).await.unwrap();
        let _two = TcpStream::connect(address).await.unwrap();
        let first = incoming.next().await.unwrap().unwrap();
        assert!(incoming.next().now_or_never().is_none(), "no place is free");
        drop(first);
        assert!(incoming.next().await.unwrap().is_ok());
    }

    use futures::FutureExt;
}
