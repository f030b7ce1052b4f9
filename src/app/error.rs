//! Why a call on the application did not do what was asked: situations with their facts. How they
//! look on the wire is decided at the edge.

use crate::domain::conversation::command::Rejection;
use crate::domain::conversation::seen::NotReadable;
use crate::domain::directives::NotTaken;
use crate::domain::handoff::Token;
use crate::domain::pool::command::PoolRefusal;
use crate::ports::archive::ArchiveError;
use crate::ports::erasures::ErasuresError;
use crate::ports::store::StoreError;

/// The situation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AppError {
    /// There is no such conversation, agent or queue.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The conversation does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The pool does not allow it.
    #[error(transparent)]
    Refused(#[from] PoolRefusal),
    /// Somebody else owns the conversation now.
    #[error("ownership was lost; the token ({}, {}) counts now", current.term, current.attempt)]
    OwnershipLost {
        /// The token that counts.
        current: Token,
    },
    /// The request id was used before with other contents.
    #[error("this request id was used before with other contents; use a fresh one")]
    RequestMismatch,
    /// The text is too long.
    #[error("a message has at most {max} characters, this one has {length}")]
    TooLong {
        /// The limit.
        max: usize,
        /// What came.
        length: usize,
    },
    /// This cannot have been read.
    #[error(transparent)]
    NotReadable(#[from] NotReadable),
    /// The text is empty.
    #[error("a message must not be empty")]
    Empty,
    /// So many wait already that no new conversation is begun.
    #[error("{waiting} conversations wait already; new ones are refused for the moment")]
    Overloaded {
        /// How many wait.
        waiting: usize,
    },
    /// An agent who is declared in the config cannot be changed through the API.
    #[error("this agent is declared in the config and can only be changed there")]
    DeclaredInConfig,
    /// An agent who still holds conversations cannot be removed.
    #[error("the agent still holds {held} conversations; set them draining first")]
    StillBusy {
        /// How many.
        held: usize,
    },
    /// A customer has as many conversations as one may have.
    #[error("this customer has {most} conversations, the most there may be: erase old ones")]
    TooManyOfCustomer {
        /// The limit.
        most: usize,
    },
    /// The archive did not do what was asked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What was to be erased could not be noted, or what was noted not read.
    #[error(transparent)]
    Erasures(#[from] ErasuresError),
    /// What ops wanted to put in force cannot be.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// Others changed the same thing again and again.
    #[error("too many changes at once; try the same call again")]
    Contended,
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } | StoreError::Stale => AppError::Contended,
            StoreError::LimitReached { .. }
            | StoreError::Unavailable { .. }
            | StoreError::Damaged { .. }
            | StoreError::TooLarge(_) => AppError::Store(error),
        }
    }
}

/// The result of a call on the application.
pub type AppResult<T> = Result<T, AppError>;
