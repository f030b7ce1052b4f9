//! Reading a conversation's log.

use super::App;
use super::conversations::Logged;
use super::error::AppResult;
use super::keys;
use crate::domain::ids::ConversationId;
use crate::ports::store::{Record, StoreError, decode};

impl App {
    /// At most `limit` events after `after`, and the log's head.
    pub async fn read_log(
        &self,
        id: &ConversationId,
        after: u64,
        limit: usize,
    ) -> AppResult<(Vec<Logged>, u64)> {
        let page = self.store.read_log(&self.slot_of(id), &keys::log(id), after, limit).await?;
        Ok((decoded(id, &page.records)?, page.head))
    }

    /// The same after the record of this sequence and event id; `None` if the log has another
    /// there, or none: it lost its tail after the record was read.
    pub async fn read_log_on(
        &self,
        id: &ConversationId,
        (after, event_id): (u64, u128),
        limit: usize,
    ) -> AppResult<Option<(Vec<Logged>, u64)>> {
        let from = after.saturating_sub(1);
        let page = self.store.read_log(&self.slot_of(id), &keys::log(id), from, limit + 1).await?;
        match page.records.split_first() {
            Some((last, rest)) if (last.seq, last.event_id) == (after, event_id) => {
                Ok(Some((decoded(id, rest)?, page.head)))
            }
            // An erasure keeps none of what was read; what follows it still follows.
            Some((first, _)) if first.seq > after => {
                Ok(Some((decoded(id, &page.records)?, page.head)))
            }
            Some(_) | None => Ok(None),
        }
    }
}

fn decoded(id: &ConversationId, records: &[Record]) -> Result<Vec<Logged>, StoreError> {
    let one = |record: &Record| {
        let seq = record.seq;
        let logged = decode(format_args!("event {seq} of {id}"), &record.body)?;
        Ok(Logged { seq, event_id: record.event_id, logged })
    };
    records.iter().map(one).collect()
}
