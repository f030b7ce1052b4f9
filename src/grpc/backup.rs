//! A copy of the store on its way to an operator. A handler of `AdminService`.

use super::audit;
use super::auth::Principal;
use super::context::Context;
use super::encode;
use super::frames::{self, Frames};
use super::pb;
use super::pb::back_up_store_response::Piece;
use super::status::Refusal;
use crate::ports::backup::{NoBackup, StoreCopy};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::time::Duration;
use tonic::{Request, Response, Status};

/// Bytes of a chunk.
const CHUNK: usize = 256 << 10;
/// Chunks that may wait for a slow reader.
const CHUNKS_AHEAD: usize = 4;
/// A reader who takes nothing for so long is gone: the copy takes room on the server's disk.
const STALLED_MAX: Duration = Duration::from_secs(60);
/// When to ask again while another backup is made.
const BUSY_FOR: Duration = Duration::from_secs(10);

/// Copies the store and sends the copy.
pub async fn back_up(
    context: &Context,
    request: &Request<pb::BackUpStoreRequest>,
) -> Result<Response<Frames<pb::BackUpStoreResponse>>, Status> {
    let copy = context.backups.copy().await.map_err(refused)?;
    audit::changed(&Principal::of(request), "BackUpStore", "the store");
    Ok(Response::new(send(copy, STALLED_MAX)))
}

fn refused(why: NoBackup) -> Status {
    let what = why.to_string();
    let refusal = match why {
        NoBackup::NotHere(_) => {
            Refusal::WrongState { state: "not_embedded".to_owned(), what, facts: Vec::new() }
        }
        NoBackup::NoRoom { needed, free } => {
            let megabytes = |bytes: u64| (bytes >> 20).to_string();
            let facts = vec![("needed_mb", megabytes(needed)), ("free_mb", megabytes(free))];
            Refusal::WrongState { state: "disk_full".to_owned(), what, facts }
        }
        NoBackup::Busy => Refusal::TooMany { what: "backups_at_once", retry_after: BUSY_FOR },
        NoBackup::Failed(reason) => {
            tracing::error!(reason, "the store could not be copied");
            Refusal::Unavailable { why: what, retry_after: BUSY_FOR }
        }
    };
    refusal.into()
}

/// Sends it piece by piece, no faster than its reader takes them.
fn send(mut copy: StoreCopy, stalled_max: Duration) -> Frames<pb::BackUpStoreResponse> {
    let (sender, pieces) = frames::channel(CHUNKS_AHEAD);
    tokio::spawn(async move {
        let taken_at = Some(encode::timestamp(copy.taken_at));
        let begun = pb::BackupBegun { taken_at, bytes: copy.bytes, rows: copy.rows };
        let mut next = Some(Ok(Piece::Begun(begun)));
        let mut sum = Sha256::new();
        while let Some(piece) = next {
            let is_last = !matches!(piece, Ok(Piece::Begun(_) | Piece::Chunk(_)));
            let sending = sender.send(piece.map(answer));
            let is_sent = matches!(tokio::time::timeout(stalled_max, sending).await, Ok(Ok(())));
            if !is_sent || is_last {
                return;
            }
            let read = tokio::task::spawn_blocking(move || {
                let mut chunk = Vec::with_capacity(CHUNK);
                let read = (&mut copy.file).take(CHUNK as u64).read_to_end(&mut chunk);
                sum.update(&chunk);
                (copy, sum, read.map(|_| chunk))
            });
            let Ok((same_copy, same_sum, chunk)) = read.await else { return };
            (copy, sum) = (same_copy, same_sum);
            next = Some(match chunk {
                Ok(chunk) if chunk.is_empty() => {
                    let sha256 = sum.clone().finalize().to_vec();
                    Ok(Piece::Done(pb::BackupDone { sha256 }))
                }
                Ok(chunk) => Ok(Piece::Chunk(chunk)),
                Err(error) => Err(refused(NoBackup::Failed(error.to_string()))),
            });
        }
    });
    pieces
}

fn answer(piece: Piece) -> pb::BackUpStoreResponse {
    pb::BackUpStoreResponse { piece: Some(piece) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use futures::StreamExt;
    use std::io::{Seek, SeekFrom, Write};
    use tokio::sync::oneshot;

    /// A copy, and who learns that it is gone.
    fn copy(bytes: usize) -> (StoreCopy, oneshot::Receiver<()>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; bytes]).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let taken_at = Timestamp::from_millis(1);
        let (alone, gone) = oneshot::channel();
        let alone = Box::new(alone);
        (StoreCopy { file, bytes: bytes as u64, rows: 1, taken_at, alone }, gone)
    }

    #[tokio::test]
    async fn a_copy_comes_in_order_with_its_sum() {
        let (copy, _) = copy(CHUNK + 1);
        let pieces: Vec<_> =
            send(copy, STALLED_MAX).map(|piece| piece.unwrap().piece).collect().await;
        let [Some(Piece::Begun(begun)), Some(Piece::Chunk(one)), Some(Piece::Chunk(two)), done] =
            &pieces[..]
        else {
            panic!("{} pieces", pieces.len());
        };
        assert_eq!((begun.bytes, one.len(), two.len()), (CHUNK as u64 + 1, CHUNK, 1));
        let sha256 = Sha256::digest(vec![7; CHUNK + 1]).to_vec();
        assert_eq!(done, &Some(Piece::Done(pb::BackupDone { sha256 })));
    }

    #[tokio::test]
    async fn a_reader_who_takes_nothing_does_not_hold_the_copy_for_ever() {
        let (copy, gone) = copy(CHUNK * 20);
        let pieces = send(copy, Duration::from_millis(20));
        gone.await.expect_err("the copy is let go");
        let came = pieces.map(|piece| piece.unwrap().piece).collect::<Vec<_>>().await;
        assert!(!matches!(came.last(), Some(Some(Piece::Done(_)))), "it is no backup");
    }
}
