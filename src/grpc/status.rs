//! Refusals: the situations in which a call does not get what it asked for, and how each one
//! looks on the wire. A refusal names its facts; its code tells a program what to do next, its
//! reason (`google.rpc.ErrorInfo`) tells which situation it is, its message tells a person.

use std::collections::HashMap;
use std::iter;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What a sentence about a refusal needs beside its reason, by name: `ErrorInfo.metadata`.
pub type Facts = Vec<(&'static str, String)>;

/// The domain of all reasons.
pub const DOMAIN: &str = "sanad";

/// A situation in which a call does not get what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No key or token came with the call.
    #[error("send `authorization: Bearer <key or customer token>` with this call")]
    NoCredentials,
    /// The key or token is not good.
    #[error("{why}")]
    BadCredentials {
        /// Why, and what to do.
        why: String,
    },
    /// The caller is known and may not make this call.
    #[error("{call} is not open to the role {role}")]
    NotAllowed {
        /// Who calls: a role or `customer`.
        role: &'static str,
        /// The call.
        call: String,
    },
    /// There is no such call.
    #[error("there is no call {call}")]
    NoSuchCall {
        /// The call.
        call: String,
    },
    /// The `Host` is not one this server answers to.
    #[error("this server does not answer to {host:?}; add it to the allowed hosts")]
    WrongHost {
        /// The host that was asked for.
        host: String,
    },
    /// A field of the request holds something that cannot be.
    #[error("{field}: {what}")]
    Field {
        /// Its path.
        field: &'static str,
        /// What is wrong and what to send instead.
        what: String,
        /// The same for whoever says it in another language: `problem`, and what it needs.
        facts: Facts,
    },
    /// The request id was used before, for something else.
    #[error("this request id was used before, with other contents; make a new one for a new thing")]
    RequestIdReused,
    /// It does not exist, or it is not the caller's: the two are told alike.
    #[error("there is no such {what}, or it is not yours")]
    NotFound {
        /// What: `conversation`, `agent`, `entry`.
        what: &'static str,
    },
    /// It is the caller's, and it has left the store.
    #[error("this conversation is no longer kept here; begin a new one")]
    NoLongerKept,
    /// It exists already.
    #[error("there is such a {what} already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// It cannot be done in this state.
    #[error("{what}")]
    WrongState {
        /// The state it is in.
        state: String,
        /// What the caller should know or do.
        what: String,
        /// The same for whoever says it in another language.
        facts: Facts,
    },
    /// The ownership token, or the offer it was for, no longer counts.
    #[error("{what}")]
    OwnershipLost {
        /// What happened.
        what: String,
        /// The token that counts, if it may be told: term and attempt.
        current: Option<(u64, u64)>,
    },
    /// A newer session of the agent has begun.
    #[error("a newer session of this agent has begun; this one is over")]
    Superseded,
    /// Too many calls or streams.
    #[error("too many {}; try again in {} ms", what.replace('_', " "), retry_after.as_millis())]
    TooMany {
        /// Of what, as a code.
        what: &'static str,
        /// When to try again.
        retry_after: Duration,
    },
    /// A message or its metadata is too large.
    #[error("the {what} of this call has more than {bytes_max} bytes")]
    TooLarge {
        /// Which.
        what: &'static str,
        /// The limit.
        bytes_max: usize,
    },
    /// It took longer than the caller or the server allows.
    #[error(
        "not done within {} ms; it may have happened all the same: repeat the call with the same \
         request id",
        given.as_millis()
    )]
    DeadlineExceeded {
        /// How long it was given.
        given: Duration,
    },
    /// It may work in a moment.
    #[error("{why}")]
    Unavailable {
        /// Why not now.
        why: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// An invariant broke; somebody must look at the logs.
    #[error("something is broken inside; it was logged and somebody must look")]
    Internal,
}

/// Makes the reasons and their names from one list, so that none can be without the other.
macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $name:literal,)*) => {
        /// Which situation it is. Whoever puts it into words has words for all.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Reason {
            $($(#[$doc])* $reason,)*
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Reason] = &[$(Reason::$reason,)*];

            /// Its name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Reason::$reason => $name,)*
                }
            }
        }
    };
}

reasons! {
    /// No key or token came.
    CredentialsMissing = "CREDENTIALS_MISSING",
    /// The key or token is not good.
    CredentialsInvalid = "CREDENTIALS_INVALID",
    /// Not for this role.
    RoleNotAllowed = "ROLE_NOT_ALLOWED",
    /// There is no such call.
    NoSuchCall = "NO_SUCH_CALL",
    /// Not under this host.
    HostNotAllowed = "HOST_NOT_ALLOWED",
    /// A field holds something that cannot be.
    FieldInvalid = "FIELD_INVALID",
    /// The request id stands for something else.
    RequestIdReused = "REQUEST_ID_REUSED",
    /// It is not there, or not the caller's.
    NotFound = "NOT_FOUND",
    /// The conversation has left the store.
    ConversationNotKept = "CONVERSATION_NOT_KEPT",
    /// It is there already.
    Exists = "EXISTS",
    /// Not in this state.
    WrongState = "WRONG_STATE",
    /// Somebody else has the right to it.
    OwnershipLost = "OWNERSHIP_LOST",
    /// A newer session has begun.
    SessionSuperseded = "SESSION_SUPERSEDED",
    /// Too many calls or streams.
    TooMany = "TOO_MANY",
    /// More than a call may carry.
    TooLarge = "TOO_LARGE",
    /// It took too long.
    DeadlineExceeded = "DEADLINE_EXCEEDED",
    /// It may work in a moment.
    Unavailable = "UNAVAILABLE",
    /// Something is broken.
    Internal = "INTERNAL",
}

impl Reason {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|reason| reason.name() == name)
    }
}

impl Refusal {
    /// What a program should do next.
    pub fn code(&self) -> Code {
        match self {
            Refusal::NoCredentials | Refusal::BadCredentials { .. } => Code::Unauthenticated,
            Refusal::NotAllowed { .. } | Refusal::WrongHost { .. } => Code::PermissionDenied,
            Refusal::NoSuchCall { .. } => Code::Unimplemented,
            Refusal::Field { .. } | Refusal::RequestIdReused => Code::InvalidArgument,
            Refusal::NotFound { .. } | Refusal::NoLongerKept => Code::NotFound,
            Refusal::Exists { .. } => Code::AlreadyExists,
            Refusal::WrongState { .. } => Code::FailedPrecondition,
            Refusal::OwnershipLost { .. } | Refusal::Superseded => Code::Aborted,
            Refusal::TooMany { .. } | Refusal::TooLarge { .. } => Code::ResourceExhausted,
            Refusal::DeadlineExceeded { .. } => Code::DeadlineExceeded,
            Refusal::Unavailable { .. } => Code::Unavailable,
            Refusal::Internal => Code::Internal,
        }
    }

    /// Which situation it is.
    pub fn situation(&self) -> Reason {
        match self {
            Refusal::NoCredentials => Reason::CredentialsMissing,
            Refusal::BadCredentials { .. } => Reason::CredentialsInvalid,
            Refusal::NotAllowed { .. } => Reason::RoleNotAllowed,
            Refusal::NoSuchCall { .. } => Reason::NoSuchCall,
            Refusal::WrongHost { .. } => Reason::HostNotAllowed,
            Refusal::Field { .. } => Reason::FieldInvalid,
            Refusal::RequestIdReused => Reason::RequestIdReused,
            Refusal::NotFound { .. } => Reason::NotFound,
            Refusal::NoLongerKept => Reason::ConversationNotKept,
            Refusal::Exists { .. } => Reason::Exists,
            Refusal::WrongState { .. } => Reason::WrongState,
            Refusal::OwnershipLost { .. } => Reason::OwnershipLost,
            Refusal::Superseded => Reason::SessionSuperseded,
            Refusal::TooMany { .. } => Reason::TooMany,
            Refusal::TooLarge { .. } => Reason::TooLarge,
            Refusal::DeadlineExceeded { .. } => Reason::DeadlineExceeded,
            Refusal::Unavailable { .. } => Reason::Unavailable,
            Refusal::Internal => Reason::Internal,
        }
    }

    /// Its name: the reason in `ErrorInfo`, also the label in the metrics.
    pub fn reason(&self) -> &'static str {
        self.situation().name()
    }

    /// The facts a program may need, beside the reason.
    fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Refusal::NotAllowed { role, call } => {
                vec![("role", (*role).to_owned()), ("call", call.clone())]
            }
            Refusal::NoSuchCall { call } => vec![("call", call.clone())],
            Refusal::Field { field, facts, .. } => {
                iter::once(("field", (*field).to_owned())).chain(facts.clone()).collect()
            }
            Refusal::NotFound { what } | Refusal::Exists { what } => {
                vec![("what", (*what).to_owned())]
            }
            Refusal::TooMany { what, retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1000);
                vec![("what", (*what).to_owned()), ("seconds", seconds.to_string())]
            }
            Refusal::WrongState { state, facts, .. } => {
                iter::once(("state", state.clone())).chain(facts.clone()).collect()
            }
            Refusal::WrongHost { host } => vec![("host", host.clone())],
            Refusal::DeadlineExceeded { given } => {
                vec![("given_ms", given.as_millis().to_string())]
            }
            Refusal::OwnershipLost { current: Some((term, attempt)), .. } => {
                vec![("current_term", term.to_string()), ("current_attempt", attempt.to_string())]
            }
            Refusal::TooLarge { what, bytes_max } => {
                vec![("what", (*what).to_owned()), ("bytes_max", bytes_max.to_string())]
            }
            Refusal::NoCredentials
            | Refusal::BadCredentials { .. }
            | Refusal::RequestIdReused
            | Refusal::NoLongerKept
            | Refusal::OwnershipLost { current: None, .. }
            | Refusal::Superseded
            | Refusal::Unavailable { .. }
            | Refusal::Internal => Vec::new(),
        }
    }

    /// The field that is wrong, for `BadRequest`.
    fn wrong_field(&self) -> Option<(&'static str, String)> {
        if let Refusal::Field { field, what, .. } = self {
            Some((field, what.clone()))
        } else if self == &Refusal::RequestIdReused {
            Some(("request_id", self.to_string()))
        } else {
            None
        }
    }

    /// When to try again, for `RetryInfo`.
    fn retry_after(&self) -> Option<Duration> {
        if let Refusal::TooMany { retry_after, .. } | Refusal::Unavailable { retry_after, .. } =
            self
        {
            Some(*retry_after)
        } else {
            None
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let facts: HashMap<String, String> =
            refusal.facts().into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
        let mut details = ErrorDetails::with_error_info(refusal.reason(), DOMAIN, facts);
        if let Some((field, what)) = refusal.wrong_field() {
            details.add_bad_request_violation(field, what);
        }
        if refusal.retry_after().is_some() {
            details.set_retry_info(refusal.retry_after());
        }
        Status::with_error_details(refusal.code(), refusal.to_string(), details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second() -> Duration {
        Duration::from_secs(1)
    }

    #[test]
    fn every_refusal_carries_its_code_its_reason_and_what_helps() {
        let check =
            |refusal: Refusal, code: Code, reason: &str, field: Option<&str>, retry: bool| {
                let status = Status::from(refusal);
                let details = status.get_error_details();
                let info = details.error_info().expect("every refusal carries ErrorInfo");
                assert_eq!((status.code(), info.reason.as_str()), (code, reason));
                assert_eq!(info.domain, DOMAIN);
                assert!(!status.message().is_empty());
                let violation =
                    details.bad_request().map(|bad| bad.field_violations[0].field.as_str());
                assert_eq!(violation, field, "{reason}");
                assert_eq!(details.retry_info().is_some(), retry, "{reason}");
            };
        let text = String::new;
        let why = || "the store is away".to_owned();
        check(Refusal::NoCredentials, Code::Unauthenticated, "CREDENTIALS_MISSING", None, false);
        let field = Refusal::Field { field: "session.agent_id", what: text(), facts: vec![] };
        check(field, Code::InvalidArgument, "FIELD_INVALID", Some("session.agent_id"), false);
        let reused = Refusal::RequestIdReused;
        check(reused, Code::InvalidArgument, "REQUEST_ID_REUSED", Some("request_id"), false);
        let many = Refusal::TooMany { what: "calls_of_caller", retry_after: second() };
        check(many, Code::ResourceExhausted, "TOO_MANY", None, true);
        let away = Refusal::Unavailable { why: why(), retry_after: second() };
        check(away, Code::Unavailable, "UNAVAILABLE", None, true);
        let lost = Refusal::OwnershipLost { what: why(), current: Some((7, 2)) };
        check(lost, Code::Aborted, "OWNERSHIP_LOST", None, false);
    }

    #[test]
    fn a_lost_owner_learns_the_token_that_counts() {
        let lost = Refusal::OwnershipLost { what: "gone".to_owned(), current: Some((7, 2)) };
        let status = Status::from(lost);
        let details = status.get_error_details();
        let facts = &details.error_info().unwrap().metadata;
        assert_eq!((facts["current_term"].as_str(), facts["current_attempt"].as_str()), ("7", "2"));
    }
}
