//! An export on its way: read piece by piece, no faster than its reader takes them.

use super::frames::{self, Frames};
use super::refusals::status;
use crate::app::App;
use crate::app::export::Export;
use std::sync::Arc;

/// Pieces that may wait for a slow reader.
const PIECES_AHEAD: usize = 4;

/// Sends an export, each piece in its message. A reader that goes away ends it, and so does a fault.
pub fn send<T: Send + 'static>(
    app: Arc<App>,
    mut export: Export,
    message: impl Fn(String) -> T + Send + 'static,
) -> Frames<T> {
    let (sender, pieces) = frames::channel(PIECES_AHEAD);
    tokio::spawn(async move {
        while let Some(piece) = app.next_piece(&mut export).await.transpose() {
            let piece = piece.map(&message).map_err(status);
            let failed = piece.is_err();
            if sender.send(piece).await.is_err() || failed {
                return;
            }
        }
    });
    pieces
}
