//! Requests about a pool: the same id has one effect and gets the first answer. What was asked
//! lately is remembered in one small entity for each caller, written in the same transaction as
//! the effect; it is bounded, so that nothing has to be swept.

use super::conversations::Request;
use super::error::{AppError, AppResult};
use crate::domain::ids::{AgentId, RequestId};
use crate::ports::store::{EntityKey, Kind, Snapshot, Transaction};
use serde::{Deserialize, Serialize};

/// So many requests of one caller are remembered; a retry comes within a few.
const REMEMBERED_MAX: usize = 64;

/// A request whose effect must happen once.
#[derive(Debug, Clone)]
pub struct Once {
    caller: String,
    request: Request,
}

/// What one caller asked lately, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    requests: Vec<Asked>,
}

/// One request that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    id: RequestId,
    fingerprint: u64,
    /// The session it began or belonged to; 0 where that says nothing.
    session: u64,
}

impl Once {
    /// A request of an agent, or of a platform on their behalf.
    pub fn of_agent(agent: &AgentId, request: Request) -> Once {
        Once { caller: format!("a/{agent}"), request }
    }

    /// A request of somebody who looks after agents or deliveries; `subject` names their key.
    pub fn of_staff(role: &str, subject: &str, request: Request) -> Once {
        Once { caller: format!("s/{role}/{subject}"), request }
    }

    /// Where it is remembered. Must be part of the load.
    pub(super) fn key(&self) -> EntityKey {
        EntityKey::new(Kind::Request, self.caller.clone())
    }

    /// Where an agent's requests are remembered.
    pub(super) fn key_of(agent: &AgentId) -> EntityKey {
        EntityKey::new(Kind::Request, format!("a/{agent}"))
    }

    /// The session of the first time, if this request was followed before.
    pub(super) fn seen(&self, snapshot: &Snapshot) -> AppResult<Option<u64>> {
        let remembered: Option<Remembered> = snapshot.get(&self.key())?;
        let asked = remembered.into_iter().flat_map(|remembered| remembered.requests);
        match asked.into_iter().find(|asked| asked.id == self.request.id) {
            None => Ok(None),
            Some(asked) if asked.fingerprint == self.request.fingerprint => Ok(Some(asked.session)),
            Some(_) => Err(AppError::RequestMismatch),
        }
    }

    /// Writes down that it is followed by this change.
    pub(super) fn remember(
        &self,
        snapshot: &Snapshot,
        change: &mut Transaction,
        session: u64,
    ) -> AppResult<()> {
        let mut remembered: Remembered = snapshot.get(&self.key())?.unwrap_or_default();
        let (id, fingerprint) = (self.request.id.clone(), self.request.fingerprint);
        remembered.requests.push(Asked { id, fingerprint, session });
        let too_many = remembered.requests.len().saturating_sub(REMEMBERED_MAX);
        remembered.requests.drain(..too_many);
        change.put(self.key(), &remembered);
        Ok(())
    }
}
