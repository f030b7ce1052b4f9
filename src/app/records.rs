//! Many records of one slot, where one that is damaged hides none of the others.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use crate::ports::store::{EntityKey, Index, Slot, StoreError};
use serde::de::DeserializeOwned;

/// Read at once.
const PAGE: usize = 32;

/// What there is of the records that were asked for.
pub(super) struct Records<T> {
    /// Those that are there, in the order in which they were asked for.
    pub(super) found: Vec<T>,
    /// What is wrong with those that cannot be understood.
    pub(super) damaged: Vec<StoreError>,
}

impl<T: DeserializeOwned> Records<T> {
    /// Fails only by what concerns more than this record.
    fn take(&mut self, record: Result<Option<T>, StoreError>) -> AppResult<()> {
        match record {
            Ok(record) => self.found.extend(record),
            Err(error @ StoreError::Damaged { .. }) => self.damaged.push(error),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl App {
    /// The agents that the pool lists.
    pub(super) async fn agents_kept(&self, slot: &Slot) -> AppResult<Records<Agent>> {
        let listed = self.members(slot, Index::AGENTS).await?;
        let ids = listed.iter().filter_map(|(_, id)| AgentId::parse(id).ok());
        let keys: Vec<_> = ids.map(|id| keys::agent(&id)).collect();
        self.records(slot, &keys).await
    }

    /// The places that the pool lists.
    pub(super) async fn places_kept(&self, slot: &Slot) -> AppResult<Records<Place>> {
        let listed = self.members(slot, Index::ITEMS).await?;
        let ids = listed.iter().filter_map(|(_, id)| ConversationId::parse(id).ok());
        let keys: Vec<_> = ids.map(|id| keys::place(&id)).collect();
        self.records(slot, &keys).await
    }

    /// Reads records, passing over what is damaged.
    pub(super) async fn records<T: DeserializeOwned>(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
    ) -> AppResult<Records<T>> {
        let mut records = Records { found: Vec::new(), damaged: Vec::new() };
        for page in keys.chunks(PAGE) {
            match self.store.load(slot, page, &[]).await {
                Ok(snapshot) => {
                    for key in page {
                        records.take(snapshot.get(key))?;
                    }
                }
                // A store that seals what it keeps fails as a whole: each is asked for by itself.
                Err(StoreError::Damaged { .. }) => {
                    for key in page {
                        let seen = self.store.load(slot, std::slice::from_ref(key), &[]).await;
                        records.take(seen.and_then(|snapshot| snapshot.get(key)))?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(records)
    }
}

/// Goes on where a step failed by one damaged record: whoever walks over many does the others all
/// the same.
pub(super) fn pass_over_damaged(step: AppResult<()>) -> AppResult<()> {
    match step {
        Err(AppError::Store(StoreError::Damaged { .. })) => Ok(()),
        step => step,
    }
}
