//! An archive whose rows show whose they are and nothing else without the secret.

use super::readable::Form;
use super::seals::Seals;
use crate::ports::archive::{Archive, ArchiveError, Archived, ArchivedEvent, Whose};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What of a row's state stays readable: whose it is, so that it is found.
const OF_ROW: &[&str] = &["customer"];

/// The wrapper.
pub struct SealedArchive {
    inner: Arc<dyn Archive>,
    seals: Arc<Seals>,
}

/// What is sealed of a row.
#[derive(Serialize, Deserialize)]
struct Contents {
    customer: Value,
    state: Value,
    events: Vec<ArchivedEvent>,
}

fn form(row: &Archived) -> Form<'_> {
    let place = format!("archive/{}/{}/{}", row.conversation, row.generation, row.head);
    Form { subject: &row.conversation, place, readable: OF_ROW }
}

impl SealedArchive {
    /// Seals what is written to `inner` from now on.
    pub fn new(inner: Arc<dyn Archive>, seals: Arc<Seals>) -> Self {
        SealedArchive { inner, seals }
    }
}

/// Whether a row shows whose it is and nothing else.
pub fn is_sealed(row: &Archived) -> bool {
    row.state.get("sealed").is_some()
}

impl Seals {
    fn seal_row(&self, row: &Archived) -> Archived {
        let customer = row.state.get("customer").cloned().unwrap_or_default();
        let (state, events) = (row.state.clone(), row.events.clone());
        let contents = serde_json::to_vec(&Contents { customer, state, events });
        let body = self.seal(&form(row), &contents.expect("rows are made of JSON"));
        let state = serde_json::from_slice(&body).expect("what is sealed is an object");
        Archived { state, events: Vec::new(), ..row.clone() }
    }

    /// The row as it was before it was sealed; one that never was is returned as it is. The reason is
    /// for whoever looks after the deployment.
    pub fn open_row(&self, row: Archived) -> Result<Archived, String> {
        if !is_sealed(&row) {
            return Ok(row);
        }
        let stored = Bytes::from(row.state.to_string());
        let body = self.open(&form(&row), &stored).map_err(|error| error.to_string())?;
        let contents: Contents =
            serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        Ok(Archived { state: contents.state, events: contents.events, ..row })
    }
}

#[async_trait]
impl Archive for SealedArchive {
    async fn keep(&self, rows: &[Archived]) -> Result<(), ArchiveError> {
        let rows: Vec<Archived> = rows.iter().map(|row| self.seals.seal_row(row)).collect();
        self.inner.keep(&rows).await
    }

    async fn find(&self, whose: &Whose) -> Result<Vec<Archived>, ArchiveError> {
        let rows = self.inner.find(whose).await?.into_iter();
        let opened: Result<Vec<Archived>, String> =
            rows.map(|row| self.seals.open_row(row)).collect();
        opened
            .map_err(|reason| ArchiveError::NotSearched { place: "the archive".to_owned(), reason })
    }

    async fn forget(&self, whose: &Whose) -> Result<BTreeSet<String>, ArchiveError> {
        self.inner.forget(whose).await
    }
}
