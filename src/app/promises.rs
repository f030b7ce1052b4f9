//! The ledger over all conversations: what is promised and not yet kept or broken.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::listing::unless_lost;
use crate::domain::conversation::promise::Promise;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::ports::store::{Index, Slot};
use futures::future::try_join_all;

impl App {
    /// Open promises, the one due first at the top; `only_late` lists those whose customer was told
    /// that it takes longer.
    pub async fn list_promises(
        &self,
        limit: usize,
        only_late: bool,
    ) -> AppResult<Vec<(Conversation, Promise)>> {
        let slots: Vec<Slot> = (0..self.settings().buckets).map(keys::bucket).collect();
        // Whether a promise is late is not in the index: any of them may be one that is wanted.
        let all =
            slots.iter().map(async |slot| unless_lost(self.members(slot, Index::PROMISES).await));
        let mut due: Vec<(i64, String)> = try_join_all(all).await?.into_iter().flatten().collect();
        due.sort();
        let mut open = Vec::new();
        for id in due.iter().filter_map(|(_, id)| ConversationId::parse(id).ok()) {
            if open.len() >= limit {
                break;
            }
            match self.conversation(&id).await {
                Ok(c) => {
                    let promise = c.promise.clone().filter(|it| it.late || !only_late);
                    open.extend(promise.map(|promise| (c, promise)));
                }
                // Removed since the index was read.
                Err(AppError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(open)
    }
}
