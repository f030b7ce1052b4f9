//! How conversations begin: once for each request.

use super::App;
use super::conversations::{Done, Logged, Request};
use super::error::{AppError, AppResult};
use super::keys;
use crate::domain::conversation::command::{Command, Rejection, Start};
use crate::domain::conversation::event::Event;
use crate::domain::ids::{ChannelId, ConversationId, CustomerId};
use crate::domain::language::Language;

/// How a conversation begins, beside whose it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// The language the customer's client asks for.
    pub language: Option<Language>,
    /// The way the customer comes, as their client says.
    pub channel: Option<ChannelId>,
    /// The request that begins it, if the same id with other contents is to be refused.
    pub request: Option<Request>,
}

impl Opening {
    /// Whether a conversation with this first event may have begun so.
    fn began(&self, first: &Logged) -> bool {
        match &first.logged.event {
            Event::Started { language, channel, .. } => {
                self.language.is_none_or(|asked| asked == *language) && self.channel == *channel
            }
            _ => true,
        }
    }
}

impl From<Option<Language>> for Opening {
    fn from(language: Option<Language>) -> Self {
        Opening { language, ..Opening::default() }
    }
}

impl App {
    /// Begins a conversation, or returns it if it has begun under this id already.
    pub async fn start(
        &self,
        id: ConversationId,
        customer: CustomerId,
        opening: impl Into<Opening>,
    ) -> AppResult<Done> {
        let waiting = self.router.waiting();
        if waiting >= self.settings.waiting_max {
            return Err(AppError::Overloaded { waiting });
        }
        let opening = opening.into();
        let start = self.start_of(id.clone(), customer.clone(), opening.clone());
        let done = match self.command(&id, opening.request.clone(), Command::Start(start)).await {
            // Begun by its token, which carries no request: how it began is all there is to compare.
            Err(AppError::Rejected(Rejection::Exists)) => {
                let conversation = self.conversation(&id).await?;
                let events = self.events_between(&conversation, 1, 2).await?;
                if opening.request.is_some() && !events.first().is_none_or(|e| opening.began(e)) {
                    return Err(AppError::RequestMismatch);
                }
                Done { conversation, events }
            }
            done => done?,
        };
        match done.conversation.customer == customer {
            true => Ok(done),
            false => Err(AppError::NotFound { what: "conversation" }),
        }
    }

    /// What begins this conversation.
    pub(super) fn start_of(
        &self,
        conversation: ConversationId,
        customer: CustomerId,
        opening: Opening,
    ) -> Start {
        let Opening { language, channel, .. } = opening;
        let bucket = keys::bucket_of(&conversation, self.settings.buckets);
        let pool = self.rules().routing.pool.clone();
        Start { conversation, bucket, pool, customer, language, channel }
    }
}
