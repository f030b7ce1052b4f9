//! Rings those on call by what they have: a webhook, or a program on this machine. Both get the same
//! small JSON, which holds none of the customer's words, and both may answer at once who is there.

mod command;
mod webhook;

#[cfg(test)]
mod tests;

use crate::domain::ids::ConversationId;
use crate::domain::routing::on_call::Way;
use crate::domain::time::Timestamp;
use crate::ports::ringer::{Ring, Ringer, Rung};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// A ring takes no longer than this; then it has failed.
const RING_SPAN: Duration = Duration::from_secs(8);
/// So much of an answer is read.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// Makes the token by which whoever is rung says that they are there.
pub type Acknowledgement = Arc<dyn Fn(&ConversationId, i64) -> String + Send + Sync>;
/// Reads a variable of the environment.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The lines to those on call.
pub struct Lines {
    acknowledgement: Acknowledgement,
    environment: Environment,
    agent: ureq::Agent,
}

impl Lines {
    /// With the maker of tokens, and where the secrets are.
    pub fn new(acknowledgement: Acknowledgement, environment: Environment) -> Self {
        Lines { acknowledgement, environment, agent: webhook::agent(RING_SPAN) }
    }

    /// What is told to whoever is rung.
    fn message(&self, ring: &Ring) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Message {
            event: if ring.is_drill { "on_call_drill" } else { "on_call_ring" },
            conversation_id: ring.conversation.as_str(),
            kind: ring.kind.name(),
            language: ring.language.tag(),
            queue: ring.queue.as_str(),
            target: &ring.target.name,
            waiting_since: on_paper(ring.waiting_since),
            rung_at: on_paper(ring.rung_at),
            attempt: ring.attempt,
            acknowledge: match ring.is_drill {
                true => String::new(),
                false => (self.acknowledgement)(&ring.conversation, ring.ring),
            },
        })
    }
}

/// What is told to whoever is rung; `proto/README.md` describes it.
#[derive(Serialize)]
struct Message<'a> {
    event: &'static str,
    conversation_id: &'a str,
    kind: &'static str,
    language: &'static str,
    queue: &'a str,
    target: &'a str,
    waiting_since: String,
    rung_at: String,
    attempt: u32,
    acknowledge: String,
}

/// What whoever is rung may answer at once.
#[derive(Deserialize)]
struct Answer {
    reached: String,
}

fn on_paper(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_string()
}

/// Whether the answer says that somebody is there. What is no such answer says that it rings.
fn heard(answer: &[u8]) -> Rung {
    match serde_json::from_slice::<Answer>(answer) {
        Ok(answer) if !answer.reached.trim().is_empty() => Rung::Reached(answer.reached),
        Ok(_) | Err(_) => Rung::Delivered,
    }
}

#[async_trait]
impl Ringer for Lines {
    async fn ring(&self, ring: &Ring) -> Rung {
        let message = match self.message(ring) {
            Ok(message) => message,
            Err(error) => return Rung::Failed(format!("its message cannot be written: {error}")),
        };
        match &ring.target.way {
            Way::Webhook(address) => {
                let named = ring.secret_from.as_deref();
                let secret = named.and_then(|name| (self.environment)(name));
                if let (Some(name), None) = (named, &secret) {
                    tracing::warn!(variable = name, "a webhook is rung without a signature");
                }
                webhook::ring(&self.agent, address, message, secret).await
            }
            Way::Command(command) => command::ring(command, message).await,
        }
    }
}
