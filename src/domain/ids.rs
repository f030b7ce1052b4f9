//! Names of things. Each is a type of its own, parsed once at the edge, so that a queue's id can
//! never stand where an agent's is meant, and so that no foreign text ever reaches a key.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The longest id accepted, in bytes.
pub const ID_BYTES_MAX: usize = 64;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text was empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text was longer than [`ID_BYTES_MAX`].
    #[error("an id has at most {ID_BYTES_MAX} characters, this one has {0}")]
    TooLong(usize),
    /// The text held something else than `A-Z a-z 0-9 _ -`.
    #[error("an id consists of A-Z a-z 0-9 _ and -, but here stands {0:?}")]
    BadCharacter(char),
    /// The id is kept for something else.
    #[error("ids that begin with {0:?} are kept for the desks of supervisors")]
    Reserved(&'static str),
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong(text.chars().count()));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_' || *c == '-')) {
        Some(bad) => Err(IdError::BadCharacter(bad)),
        None => Ok(()),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses `[A-Za-z0-9_-]{1,64}`; anything else is refused with the reason.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}", self.0)
            }
        }
    };
}

id!(
    /// One conversation.
    ConversationId
);
id!(
    /// One human agent.
    AgentId
);
id!(
    /// One queue of a pool.
    QueueId
);
id!(
    /// One pool: the domain within which an agent's capacity is counted.
    PoolId
);
id!(
    /// One FAQ entry.
    EntryId
);
id!(
    /// The way a customer comes: `web`, `whatsapp`, …, as the client names it.
    ChannelId
);
id!(
    /// One skill an agent may have and a queue may require.
    SkillId
);
id!(
    /// The caller's own id of one mutating call; the same id has one effect and one answer.
    RequestId
);
id!(
    /// The random id of a customer's device or the key the host site knows them by.
    CustomerId
);
id!(
    /// The hash that names one checked set of rules.
    RulesVersion
);

/// What the ids of customers whom the host site knows begin with.
const KNOWN_CUSTOMER: &str = "kc_";

impl CustomerId {
    /// Whether the host site has said who it is. Devices never get such an id.
    pub fn is_known(&self) -> bool {
        self.as_str().starts_with(KNOWN_CUSTOMER)
    }

    /// The id of a customer by a digest of the host's key. The key itself is never kept.
    pub fn known(digest: &str) -> Result<CustomerId, IdError> {
        CustomerId::parse(&format!("{KNOWN_CUSTOMER}{digest}"))
    }

    /// Whoever a conversation belonged to before it was erased.
    pub fn erased() -> CustomerId {
        CustomerId("erased".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_text_is_an_id() {
        assert!(ConversationId::parse("c_1-A").is_ok());
        assert_eq!(ConversationId::parse(""), Err(IdError::Empty));
        assert_eq!(ConversationId::parse("a{b}"), Err(IdError::BadCharacter('{')));
        assert_eq!(ConversationId::parse("سند"), Err(IdError::BadCharacter('س')));
        assert_eq!(ConversationId::parse(&"a".repeat(65)), Err(IdError::TooLong(65)));
    }

    #[test]
    fn a_stored_id_is_parsed_again() {
        assert!(serde_json::from_str::<AgentId>("\"a b\"").is_err());
    }
}
