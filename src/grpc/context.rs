//! What every handler needs: the application, the secret of the tokens, and what can truthfully be
//! said about the store behind it.

use super::Now;
use super::encode::{self, Reader};
use super::encode_agent;
use super::facts;
use super::identity::HostIdentity;
use super::lifecycle::{Lifecycle, Phase};
use super::pb;
use super::status::Refusal;
use super::tokens::CustomerTokens;
use crate::app::App;
use crate::app::conversations::{Done, Logged, Request};
use crate::app::findings::Finding;
use crate::domain::ids::{ConversationId, IdError, RequestId, RulesVersion};
use crate::domain::pool::agent::Agent;
use crate::domain::rules::Rules;
use crate::ports::archive::Archive;
use crate::ports::backup::Backups;
use crate::ports::rules::RulesSource;
use std::sync::Arc;
use tonic::Status;

/// How safe an acknowledged message is at most, at this moment.
pub type DurabilityNow = Arc<dyn Fn() -> pb::Durability + Send + Sync>;

/// What every handler needs.
#[derive(Clone)]
pub struct Context {
    /// The application.
    pub app: Arc<App>,
    /// Signs and renews customer tokens.
    pub tokens: Arc<CustomerTokens>,
    /// Says who the host site's customers are.
    pub identity: Arc<HostIdentity>,
    /// Where ended conversations went, if they went anywhere.
    pub archive: Option<Arc<dyn Archive>>,
    /// What this instance is doing.
    pub lifecycle: Arc<Lifecycle>,
    /// How safe an acknowledged message is at most, by the store it is in and as that is now.
    pub durability: DurabilityNow,
    /// Whether servers may take over from each other, so that each answer has to ask whether its
    /// message has reached them.
    pub replicated: bool,
    /// The present.
    pub now: Now,
    /// What became of the rules: the live version, and the last one that was refused.
    pub rules_report: Arc<dyn RulesReport>,
    /// Examines the deployment.
    pub examiner: Arc<dyn Examiner>,
    /// Copies the store, where it can be copied.
    pub backups: Arc<dyn Backups>,
}

/// Examines a deployment: what the application can tell, and what only those know who opened the
/// store.
#[tonic::async_trait]
pub trait Examiner: Send + Sync {
    /// Everything that was looked at. Changes nothing.
    async fn examine(&self) -> Vec<Finding>;
}

/// What the application can tell by itself.
#[tonic::async_trait]
impl Examiner for App {
    async fn examine(&self) -> Vec<Finding> {
        self.diagnose().await
    }
}

/// What became of the rules.
pub trait RulesReport: RulesSource {
    /// Since when the live version counts.
    fn live_since(&self) -> crate::domain::time::Timestamp;
    /// The rules of an accepted version, if they are kept and still understood. Takes as long as
    /// training takes.
    fn kept(&self, version: &RulesVersion) -> Option<Arc<Rules>>;
    /// The problems of the last version that was refused, if a refused one is the newest.
    fn refused(&self) -> Option<pb::RefusedReload>;
}

impl Context {
    /// Whether everything works.
    pub fn mode(&self) -> pb::Mode {
        match self.lifecycle.phase() {
            Phase::Isolated => pb::Mode::Isolated,
            Phase::Degraded => pb::Mode::Degraded,
            Phase::Starting | Phase::Serving | Phase::Draining => pb::Mode::Normal,
        }
    }

    /// How safe what a call did is.
    pub async fn durability(&self, done: &Done) -> pb::Durability {
        // Also where nothing is called durable: the mode says whether replicas follow.
        if self.replicated && !self.app.is_replicated(done).await {
            return (self.durability)().min(pb::Durability::Accepted);
        }
        (self.durability)()
    }

    /// An agent as they are now.
    pub fn agent(&self, agent: &Agent) -> Option<pb::Agent> {
        Some(encode_agent::agent(&self.app, agent))
    }

    /// The conversation after a call, as its reader sees it.
    pub fn conversation(&self, done: &Done) -> Option<pb::Conversation> {
        Some(encode::conversation(&self.app, &done.conversation))
    }

    /// The events of a call, as its reader sees them.
    pub fn events(&self, events: &[Logged], reader: Reader) -> Vec<pb::Event> {
        encode::events(&self.app, events, reader)
    }
}

/// An id of a request field, or a refusal that names the field.
pub fn id<T>(
    field: &'static str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, IdError>,
) -> Result<T, Status> {
    parse(text).map_err(|error| {
        Refusal::Field { field, what: error.to_string(), facts: facts::of_id(&error) }.into()
    })
}

/// The conversation a request names.
pub fn conversation_id(text: &str) -> Result<ConversationId, Status> {
    id("conversation_id", text, ConversationId::parse)
}

/// The request id of a mutating call, with what is asked. `who` keeps principals apart.
pub fn request(text: &str, who: &str, asked: &str) -> Result<Option<Request>, Status> {
    let id = id("request_id", text, RequestId::parse)?;
    Ok(Some(Request::new(id, who, asked)))
}
