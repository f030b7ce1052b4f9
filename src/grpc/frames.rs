//! Frames on their way from the task that reads to the connection that writes.
//!
//! A channel makes room for dozens of items when it is made, and a frame is large where it lies.
//! In a box each takes a pointer's room, so that ten thousand idle streams are cheap.

use futures::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tonic::Status;

type Boxed<T> = Result<Box<T>, Status>;

/// A channel in which so many frames may wait for a slow reader; beyond, sending waits.
pub fn channel<T>(ahead: usize) -> (Sender<T>, Frames<T>) {
    let (sender, frames) = mpsc::channel(ahead);
    (Sender(sender), Frames(frames))
}

/// The client has gone: nobody reads any more.
#[derive(Debug)]
pub struct Gone;

/// Sends frames, and in the end perhaps why there are no more.
pub struct Sender<T>(mpsc::Sender<Boxed<T>>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.clone())
    }
}

impl<T> Sender<T> {
    /// Sends it as soon as there is room.
    pub async fn send(&self, frame: Result<T, Status>) -> Result<(), Gone> {
        self.0.send(frame.map(Box::new)).await.map_err(|_| Gone)
    }

    /// Sends it if there is room now; a frame that says nothing new need not wait.
    pub fn send_if_room(&self, frame: T) {
        self.0.try_send(Ok(Box::new(frame))).ok();
    }

    /// Comes back when the client has gone.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

/// What a stream sends.
pub struct Frames<T>(mpsc::Receiver<Boxed<T>>);

impl<T> Stream for Frames<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|next| next.map(|frame| frame.map(|boxed| *boxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    #[test]
    fn a_place_in_the_channel_is_small_however_large_the_frame() {
        assert!(size_of::<Boxed<[u8; 4096]>>() <= 2 * size_of::<usize>());
    }

    #[tokio::test]
    async fn frames_come_in_order_and_the_fault_last() {
        let (sender, frames) = channel(4);
        sender.send(Ok(1)).await.unwrap();
        sender.send_if_room(2);
        sender.send(Err(Status::unavailable("away"))).await.unwrap();
        drop(sender);
        let came: Vec<_> = frames.map(|frame| frame.map_err(|fault| fault.code())).collect().await;
        assert_eq!(came, [Ok(1), Ok(2), Err(tonic::Code::Unavailable)]);
    }

    #[tokio::test]
    async fn who_is_gone_is_noticed() {
        let (sender, frames) = channel(1);
        sender.send_if_room(1);
        sender.send_if_room(2);
        drop(frames);
        sender.closed().await;
        assert!(sender.send(Ok(3)).await.is_err());
    }
}
