//! How the application's situations look on the wire: one place, one direction.

use super::facts;
use super::status::{Facts, Refusal};
use crate::app::error::AppError;
use crate::domain::conversation::command::Rejection;
use crate::domain::directives::NotTaken;
use crate::domain::pool::command::PoolRefusal;
use crate::ports::store::{StoreError, Why};
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
        AppError::TooLong { max, length } => field("text", message, facts::too_long(max, length)),
        AppError::Empty => field("text", message, facts::problem("empty")),
        AppError::NotReadable(_) => field("through_sequence", message, Facts::new()),
        AppError::Overloaded { .. } => {
            Refusal::TooMany { what: "waiting_conversations", retry_after: RETRY_AFTER * 20 }
        }
        AppError::DeclaredInConfig => state("declared", message),
        AppError::StillBusy { held } => {
            let facts = vec![("held", held.to_string())];
            Refusal::WrongState { state: "busy".to_owned(), what: message, facts }
        }
        AppError::TooManyOfCustomer { .. } => {
            Refusal::TooMany { what: "conversations_of_customer", retry_after: RETRY_AFTER * 20 }
        }
        AppError::NotTaken(why) => {
            let of = match why {
                NotTaken::Unknown { .. } | NotTaken::NoWords | NotTaken::TooMany => "what",
                NotTaken::BadEnd => "until",
            };
            field(of, message, facts::of_directive(&why))
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
        Rejection::WrongState { state } => self::state(state, what),
        Rejection::WaitsAlready => state("waiting", what),
        Rejection::OwnershipLost { current } | Rejection::Stale { current } => {
            let current = Some((current.term as u64, current.attempt as u64));
            Refusal::OwnershipLost { what, current }
        }
        Rejection::PromiseOpen => state("promise_open", what),
        Rejection::NotTransferable { why } => because("not_transferable", why.code(), what),
        Rejection::NotBlockable { why } => because("not_blockable", why.code(), what),
        Rejection::NothingToReview => state("nothing_to_review", what),
        // Not "not found": that would say that the conversation is not the agent's.
        Rejection::NoSuchDestination { what: sort, name } => {
            field("to", what, facts::unknown(sort, &name))
        }
        Rejection::BadPart(fault) => field("parts", what, facts::of_part(&fault)),
        Rejection::UnknownChoice => field("choice_id", what, Facts::new()),
        Rejection::TimeNotPossible { earliest, latest } => {
            let (from, to) = (facts::moment(earliest), facts::moment(latest));
            let what = format!("the time must lie between {from} and {to}");
            field("time", what, facts::between(earliest, latest))
        }
        Rejection::OtherCustomer => state("identified", what),
        Rejection::NoSuchAnswer => field("sequence", what, Facts::new()),
        Rejection::NotOnThisScale { least, most } => {
            field("score", what, facts::out_of_range(least, most))
        }
        Rejection::TooLateToReopen { ended } => {
            let facts = vec![("ended", facts::moment(ended))];
            Refusal::WrongState { state: "ended".to_owned(), what, facts }
        }
        Rejection::NotDue => state("not_due", what),
    }
}

fn refused(refusal: PoolRefusal) -> Refusal {
    let what = refusal.to_string();
    match refusal {
        PoolRefusal::Duplicate => state("done", what),
        PoolRefusal::Stale { current } => {
            let current = Some((current.term as u64, current.attempt as u64));
            Refusal::OwnershipLost { what, current }
        }
        PoolRefusal::OfferGone { why } => because("offer_gone", why.code(), what),
        PoolRefusal::TooLate | PoolRefusal::NotDue => state("not_now", what),
        PoolRefusal::NotEligible { why } => because("not_eligible", why.code(), what),
        PoolRefusal::WrongState { state } => self::state(state, what),
        PoolRefusal::NoSuchAgent => Refusal::NotFound { what: "agent" },
        PoolRefusal::Superseded => Refusal::Superseded,
        PoolRefusal::Leaving => state("leaving", what),
        PoolRefusal::NotSignedIn => state("not_signed_in", what),
    }
}

fn field(field: &'static str, what: String, facts: Facts) -> Refusal {
    Refusal::Field { field, what, facts }
}

fn state(state: &str, what: String) -> Refusal {
    Refusal::WrongState { state: state.to_owned(), what, facts: Facts::new() }
}

/// With the code of the reason behind it.
fn because(state: &str, why: &str, what: String) -> Refusal {
    let facts = vec![("why", why.to_owned())];
    Refusal::WrongState { state: state.to_owned(), what, facts }
}

/// What the store itself said, its address among it, stands in the log and is for operators.
fn store_refusal(error: StoreError) -> Refusal {
    let unavailable =
        |why: &str| Refusal::Unavailable { why: why.to_owned(), retry_after: RETRY_AFTER };
    match error {
        StoreError::Conflict { .. } | StoreError::Stale => {
            unavailable("others changed the same at the same time; nothing was done")
        }
        StoreError::Unavailable { maybe_applied: false, why, .. } => unavailable(match why {
            Why::Away => "the store cannot be reached; nothing was done",
            Why::Full => "the store is full; nothing was done",
            Why::Barred => "the store takes no writes; nothing was done",
            Why::Lost => "the store has lost what it held of this; nothing was done",
        }),
        StoreError::Unavailable { maybe_applied: true, .. } => unavailable(
            "the store did not answer in time; it may be done or not: ask again under the same request_id",
        ),
        StoreError::LimitReached { .. } => {
            Refusal::TooMany { what: "entries", retry_after: RETRY_AFTER * 20 }
        }
        StoreError::Damaged { .. } | StoreError::TooLarge(_) => Refusal::Internal,
    }
}
