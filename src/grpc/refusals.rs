//! How the application's situations look on the wire: one place, one direction.

use super::status::Refusal;
use crate::app::error::AppError;
use crate::domain::conversation::command::Rejection;
use crate::domain::directives::NotTaken;
use crate::domain::pool::command::PoolRefusal;
use crate::ports::store::StoreError;
use std::time::Duration;
use tonic::Status;

/// When a call that met contention or an absent store may be tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The status for an error of the application.
pub fn status(error: AppError) -> Status {
    if let AppError::Store(store) = &error {
        tracing::warn!(error = %store, "the store did not do what was asked");
    }
    if let AppError::Archive(archive) = &error {
        tracing::warn!(error = %archive, "the archive did not do what was asked");
    }
    if let AppError::Erasures(list) = &error {
        tracing::error!(error = %list, "what was to be erased stays");
    }
    Status::from(refusal(error))
}

/// The status for a customer whose token names the conversation: if it is not there, then because it
/// is no longer kept.
pub fn customer_status(error: AppError) -> Status {
    match error {
        AppError::NotFound { what: "conversation" } | AppError::Rejected(Rejection::NotFound) => {
            Refusal::NoLongerKept.into()
        }
        error => status(error),
    }
}

/// The refusal for an error of the application.
pub fn refusal(error: AppError) -> Refusal {
    let message = error.to_string();
    match error {
        AppError::NotFound { what } => Refusal::NotFound { what },
        AppError::Rejected(rejection) => rejected(rejection),
        AppError::Refused(refusal) => refused(refusal),
        AppError::OwnershipLost { current } => Refusal::OwnershipLost {
            what: message,
            current: Some((current.term as u64, current.attempt as u64)),
        },
        AppError::RequestMismatch => Refusal::RequestIdReused,
        AppError::TooLong { .. } | AppError::Empty => {
            Refusal::Field { field: "text", what: message }
        }
        AppError::NotReadable(_) => Refusal::Field { field: "through_sequence", what: message },
        AppError::Overloaded { .. } => {
            Refusal::TooMany { what: "waiting conversations", retry_after: RETRY_AFTER * 20 }
        }
        AppError::DeclaredInConfig => {
            Refusal::WrongState { state: "declared".to_owned(), what: message }
        }
        AppError::StillBusy { .. } => {
            Refusal::WrongState { state: "busy".to_owned(), what: message }
        }
        AppError::TooManyOfCustomer { .. } => {
            Refusal::TooMany { what: "conversations", retry_after: RETRY_AFTER * 20 }
        }
        AppError::NotTaken(why) => {
            let field = match why {
                NotTaken::Unknown { .. } | NotTaken::NoWords | NotTaken::TooMany => "what",
                NotTaken::BadEnd => "until",
            };
            Refusal::Field { field, what: message }
        }
        AppError::Contended => Refusal::Unavailable { why: message, retry_after: RETRY_AFTER },
        AppError::Erasures(_) => {
            let why = "what is to be erased cannot be noted; nothing more was erased".to_owned();
            Refusal::Unavailable { why, retry_after: RETRY_AFTER * 20 }
        }
        AppError::Archive(_) => {
            let why = "the archive cannot be reached".to_owned();
            Refusal::Unavailable { why, retry_after: RETRY_AFTER * 20 }
        }
        AppError::Store(store) => store_refusal(store),
    }
}

fn rejected(rejection: Rejection) -> Refusal {
    let what = rejection.to_string();
    match rejection {
        Rejection::NotFound => Refusal::NotFound { what: "conversation" },
        Rejection::Exists => Refusal::Exists { what: "conversation" },
        Rejection::WrongState { state } => Refusal::WrongState { state: state.to_owned(), what },
        Rejection::WaitsAlready => Refusal::WrongState { state: "waiting".to_owned(), what },
        Rejection::OwnershipLost { current } | Rejection::Stale { current } => {
            let current = Some((current.term as u64, current.attempt as u64));
            Refusal::OwnershipLost { what, current }
        }
        Rejection::PromiseOpen => Refusal::WrongState { state: "promise_open".to_owned(), what },
        Rejection::NotTransferable { .. } => {
            Refusal::WrongState { state: "not_transferable".to_owned(), what }
        }
        Rejection::NotBlockable { .. } => {
            Refusal::WrongState { state: "not_blockable".to_owned(), what }
        }
        Rejection::NothingToReview => {
            Refusal::WrongState { state: "nothing_to_review".to_owned(), what }
        }
        // Not "not found": that would say that the conversation is not the agent's.
        Rejection::NoSuchDestination { .. } => Refusal::Field { field: "to", what },
        Rejection::BadPart(_) => Refusal::Field { field: "parts", what },
        Rejection::UnknownChoice => Refusal::Field { field: "choice_id", what },
        Rejection::TimeNotPossible { .. } => Refusal::Field { field: "time", what },
        Rejection::OtherCustomer => Refusal::WrongState { state: "identified".to_owned(), what },
        Rejection::NoSuchAnswer => Refusal::Field { field: "sequence", what },
        Rejection::NotOnThisScale { .. } => Refusal::Field { field: "score", what },
        Rejection::TooLateToReopen { .. } => {
            Refusal::WrongState { state: "ended".to_owned(), what }
        }
        Rejection::NotDue => Refusal::WrongState { state: "not_due".to_owned(), what },
    }
}

fn refused(refusal: PoolRefusal) -> Refusal {
    let what = refusal.to_string();
    match refusal {
        PoolRefusal::Duplicate => Refusal::WrongState { state: "done".to_owned(), what },
        PoolRefusal::Stale { current } => {
            let current = Some((current.term as u64, current.attempt as u64));
            Refusal::OwnershipLost { what, current }
        }
        PoolRefusal::OfferGone { why } => {
            Refusal::WrongState { state: why.name().to_owned(), what }
        }
        PoolRefusal::TooLate | PoolRefusal::NotDue | PoolRefusal::NotEligible { .. } => {
            Refusal::WrongState { state: "not_now".to_owned(), what }
        }
        PoolRefusal::WrongState { state } => Refusal::WrongState { state: state.to_owned(), what },
        PoolRefusal::NoSuchAgent => Refusal::NotFound { what: "agent" },
        PoolRefusal::Superseded => Refusal::Superseded,
        PoolRefusal::Leaving => Refusal::WrongState { state: "leaving".to_owned(), what },
        PoolRefusal::NotSignedIn => Refusal::WrongState { state: "not_signed_in".to_owned(), what },
    }
}

/// What the store itself said, its address among it, stands in the log and is for operators.
fn store_refusal(error: StoreError) -> Refusal {
    let unavailable =
        |why: &str| Refusal::Unavailable { why: why.to_owned(), retry_after: RETRY_AFTER };
    match error {
        StoreError::Conflict { .. } | StoreError::Stale => {
            unavailable("others changed the same at the same time; nothing was done")
        }
        StoreError::Unavailable { maybe_applied: false, .. } => {
            unavailable("the store cannot be reached; nothing was done")
        }
        StoreError::Unavailable { maybe_applied: true, .. } => unavailable(
            "the store did not answer in time; it may be done or not: ask again under the same request_id",
        ),
        StoreError::LimitReached { .. } => {
            Refusal::TooMany { what: "entries", retry_after: RETRY_AFTER * 20 }
        }
        StoreError::Damaged { .. } | StoreError::TooLarge(_) => Refusal::Internal,
    }
}
