//! Rings somebody who is on call. How that is done is an adapter's affair; what comes of it is one of
//! three things, and only one of them says that a person is there.

use crate::domain::detectors::EmergencyKind;
use crate::domain::ids::{ConversationId, QueueId};
use crate::domain::language::Language;
use crate::domain::routing::on_call::Target;
use crate::domain::time::Timestamp;
use async_trait::async_trait;

/// One ring. It holds none of the customer's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Which one; it is issued once only.
    pub ring: i64,
    /// For which conversation.
    pub conversation: ConversationId,
    /// What is in danger.
    pub kind: EmergencyKind,
    /// What the customer speaks.
    pub language: Language,
    /// Where they wait.
    pub queue: QueueId,
    /// Since when.
    pub waiting_since: Timestamp,
    /// Which ring of this round it is, from 1.
    pub attempt: u32,
    /// When it was decided.
    pub rung_at: Timestamp,
    /// Whom to ring.
    pub target: Target,
    /// The environment variable that holds the secret by which webhooks are signed.
    pub secret_from: Option<String>,
    /// Whether it is only tried: nobody is in danger, and there is nothing to acknowledge.
    pub is_drill: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rung {
    /// It rings. Whether somebody answers will be seen.
    Delivered,
    /// Somebody has said at once that they are there.
    Reached(String),
    /// It could not be rung.
    Failed(String),
}

/// Rings somebody.
#[async_trait]
pub trait Ringer: Send + Sync {
    /// Rings once, and takes no longer than a few seconds.
    async fn ring(&self, ring: &Ring) -> Rung;
}

/// For whoever runs the application without a line to the world.
pub struct NoLine;

#[async_trait]
impl Ringer for NoLine {
    async fn ring(&self, _: &Ring) -> Rung {
        Rung::Failed("this process has no line to anybody".to_owned())
    }
}
