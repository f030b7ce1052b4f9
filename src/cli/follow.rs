//! Following a stream that breaks now and then: it is opened again from the last resume token, after
//! growing pauses, for as long as that can help. What a frame means is told by the [`Subscription`].

use super::connect::{Backoff, retry_after, transient};
use std::future::Future;
use std::time::Duration;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

/// Streams say something at least every 15 seconds; after twice that the line is dead.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// One failure is a hiccup that nobody need read of.
const TRIES_QUIET: u32 = 2;

/// What is heard from a stream.
#[derive(Debug)]
pub enum Heard<F> {
    /// A frame that says something.
    Frame(F),
    /// The line is away; it is being tried again.
    Disturbed,
    /// The line is back.
    Restored,
    /// It makes no sense to try again.
    Over(Status),
}

/// What to do with a frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Hand it on.
    Forward,
    /// Something was missed: open the stream again where the last token points.
    Reopen,
    /// The instance goes away: open the stream again after this pause.
    ReopenAfter(Duration),
}

/// A stream that can be taken up again.
pub trait Subscription: Send + 'static {
    /// What it brings.
    type Frame: Send + 'static;
    /// Opens it where the last frame left off.
    fn open(
        &mut self,
    ) -> impl Future<Output = Result<tonic::Response<Streaming<Self::Frame>>, Status>> + Send;
    /// Remembers where a frame stands, and says what to do with it.
    fn take(&mut self, frame: &Self::Frame) -> Next;
}

/// Follows a stream until nobody listens or it makes no sense to try again.
pub async fn follow<S: Subscription>(mut stream: S, heard: mpsc::Sender<Heard<S::Frame>>) {
    let mut backoff = Backoff::default();
    loop {
        let pause = match attend(&mut stream, &heard, &mut backoff).await {
            Err(Gone) => return,
            Ok(End::Moved(pause)) => pause,
            Ok(End::Missed) => backoff.pause(None),
            Ok(End::Failed(status)) if transient(&status) => backoff.pause(retry_after(&status)),
            Ok(End::Failed(status)) => {
                let _ = heard.send(Heard::Over(status)).await;
                return;
            }
        };
        if backoff.tries() == TRIES_QUIET && heard.send(Heard::Disturbed).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

enum End {
    Moved(Duration),
    Missed,
    Failed(Status),
}

/// Nobody listens any more.
struct Gone;

async fn attend<S: Subscription>(
    stream: &mut S,
    heard: &mpsc::Sender<Heard<S::Frame>>,
    backoff: &mut Backoff,
) -> Result<End, Gone> {
    let mut frames = match stream.open().await {
        Ok(response) => response.into_inner(),
        Err(status) => return Ok(End::Failed(status)),
    };
    loop {
        let message = tokio::select! {
            () = heard.closed() => return Err(Gone),
            message = tokio::time::timeout(SILENCE_MAX, frames.message()) => message,
        };
        let frame = match message {
            Ok(Ok(Some(frame))) => frame,
            // An end without an error is how a server lets go of a stream it held for long.
            Ok(Ok(None)) | Err(_) => return Ok(End::Missed),
            Ok(Err(status)) => return Ok(End::Failed(status)),
        };
        match stream.take(&frame) {
            Next::Reopen => return Ok(End::Missed),
            Next::ReopenAfter(pause) => return Ok(End::Moved(pause)),
            Next::Forward => {}
        }
        if backoff.tries() >= TRIES_QUIET {
            heard.send(Heard::Restored).await.map_err(|_| Gone)?;
        }
        *backoff = Backoff::default();
        heard.send(Heard::Frame(frame)).await.map_err(|_| Gone)?;
    }
}
