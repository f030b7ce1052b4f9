//! What a customer is answered while the store is away or full.

use super::chat::Chat;
use super::encode;
use super::pb;
use super::refusals::customer_status;
use super::tokens::Unbegun;
use crate::app::error::AppError;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::command::Rejection;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::ports::store::StoreError;
use tonic::Status;

impl Chat {
    /// The store is away: the bot still answers from its rules, and says that it is not saved.
    /// Whether a human owns the conversation cannot be known, so only a notice and, in danger, a
    /// safety text are sent, unless the conversation could be read or was written here last.
    pub(super) async fn unsaved(
        &self,
        conversation: &ConversationId,
        unbegun: Option<Unbegun>,
        text: &str,
        error: AppError,
    ) -> Result<pb::SendMessageResponse, Status> {
        let AppError::Store(StoreError::Unavailable { maybe_applied: false, .. }) = &error else {
            return Err(customer_status(error));
        };
        let (app, now) = (&self.context.app, (self.context.now)());
        let known = match app.conversation(conversation).await {
            Ok(known) => Some(known),
            Err(_) => app.last_known(conversation, now).await,
        };
        // What has not begun is nobody's but the bot's.
        let begins = |Unbegun { customer, opening }| {
            app.begun_unsaved(conversation.clone(), customer, opening, now).ok()
        };
        let known = known.or_else(|| unbegun.and_then(begins).map(|done| done.conversation));
        let said = app.answer_unsaved(known.as_ref(), text, now);
        let events = said
            .into_iter()
            .map(|(language, text, outcome)| unsaved_words(language, text, outcome));
        Ok(pb::SendMessageResponse {
            events: events.collect(),
            conversation: known.as_ref().map(|c| encode::conversation(&self.context.app, c)),
            durability: pb::Durability::None.into(),
            mode: pb::Mode::Isolated.into(),
            ..Default::default()
        })
    }
}

/// Something of the bot's that is kept nowhere.
pub(super) fn unsaved_words(language: Language, text: String, outcome: Outcome) -> pb::Event {
    pb::Event {
        author: Some(pb::Participant { party: pb::Party::Bot.into(), ..Default::default() }),
        audience: pb::Audience::Customer.into(),
        body: Some(pb::event::Body::MessageSent(pb::MessageSent {
            text: Some(encode::text(text, language)),
            outcome: encode::outcome(outcome).into(),
            ..Default::default()
        })),
        ..Default::default()
    }
}

/// A store that is full still says that there is no such conversation: where it could not be begun,
/// it is not one that is no longer kept, and nothing was done.
pub(super) fn unless_begun(begun: Result<(), StoreError>, error: AppError) -> AppError {
    match (begun, error) {
        (Err(error), AppError::NotFound { .. } | AppError::Rejected(Rejection::NotFound)) => {
            AppError::Store(error.not_applied())
        }
        (_, error) => error,
    }
}
