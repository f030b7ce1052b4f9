//! Other customers: they ask for a person, or write, and are taken by whoever is there.

use super::{Stage, name};
use crate::app::error::AppResult;
use crate::domain::conversation::command::{Command, Input};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::pool::item::{ItemState, Place};

impl Stage {
    /// So many ask for a person, by the button.
    pub(super) async fn others_ask(&mut self, count: u32) -> AppResult<()> {
        for _ in 0..count {
            let id = self.another_customer().await?;
            self.app.command(&id, None, Command::RequestHuman).await?;
            self.is_taken(&id).await?;
        }
        Ok(())
    }

    /// Each text is written by one of them.
    pub(super) async fn others_write(&mut self, texts: &[String]) -> AppResult<()> {
        for text in texts {
            let id = self.another_customer().await?;
            self.app.say(&id, None, Input::Text(text.clone())).await?;
            self.is_taken(&id).await?;
        }
        Ok(())
    }

    async fn another_customer(&mut self) -> AppResult<ConversationId> {
        let number = self.others;
        self.others += 1;
        let id = name(&format!("other-{number}"), ConversationId::parse)?;
        let customer = name(&format!("other-customer-{number}"), CustomerId::parse)?;
        self.app.start(id.clone(), customer, self.language).await?;
        Ok(id)
    }

    /// Whoever is offered it takes it at once.
    async fn is_taken(&self, id: &ConversationId) -> AppResult<()> {
        self.settle().await?;
        if let Some(Place::Here(item)) = self.app.place(id).await?
            && let ItemState::Offered { agent, .. } = &item.state
        {
            self.app.accept(agent, id, item.token, None).await?;
            self.settle().await?;
        }
        Ok(())
    }
}
