//! Blocks over all conversations: what waits for a supervisor's look, and how a block follows a customer
//! whom the host site knows into their other conversations.
//!
//! The truth is each conversation's own. The customer's record only says where to look: written after
//! the block, so that a crash in between costs that it does not follow, and nothing else.

use super::App;
use super::conversations::{Done, Request};
use super::error::{AppError, AppResult};
use super::keys;
use super::listing::unless_lost;
use crate::domain::conversation::block::{Block, in_force};
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::state::Conversation;
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, CustomerId};
use crate::ports::store::{Index, Slot};
use futures::future::try_join_all;

/// So many of a customer's latest conversations are looked into when one of their blocks is lifted.
const OTHERS_MAX: usize = 20;

impl App {
    /// The agent who owns the conversation blocks its customer.
    pub async fn block_customer(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        (agent, token): (AgentId, Token),
        reason: String,
    ) -> AppResult<Done> {
        let command = Command::AgentBlocks { agent, token, reason };
        let done = self.command(id, request, command).await?;
        self.note_block(&done.conversation).await;
        Ok(done)
    }

    /// A supervisor has looked at a block; what they decide counts in all conversations into which it
    /// has followed the customer.
    pub async fn review_block(
        &self,
        id: &ConversationId,
        request: Option<Request>,
        (by, upheld): (&str, bool),
        reason: &str,
    ) -> AppResult<Done> {
        let (by, reason) = (by.to_owned(), reason.to_owned());
        let command = Command::ReviewBlock { by, upheld, reason };
        let done = self.command(id, request, command.clone()).await?;
        let customer = &done.conversation.customer;
        if customer.is_known() {
            let others = self.record_of(customer).await?.conversations;
            let others = others.iter().rev().filter(|other| *other != id);
            for other in others.take(OTHERS_MAX) {
                match self.command(other, None, command.clone()).await {
                    // Not blocked, or looked at already.
                    Ok(_) | Err(AppError::Rejected(_) | AppError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(done)
    }

    /// Open blocks and those that lapsed without a look, the one whose time comes first at the top.
    pub async fn list_blocks(&self, limit: usize) -> AppResult<Vec<(Conversation, Block)>> {
        let slots: Vec<Slot> = (0..self.settings().buckets).map(keys::bucket).collect();
        let all =
            slots.iter().map(async |slot| unless_lost(self.members(slot, Index::BLOCKS).await));
        let mut named: Vec<(i64, String)> =
            try_join_all(all).await?.into_iter().flatten().collect();
        named.sort();
        let mut open = Vec::new();
        for id in named.iter().filter_map(|(_, id)| ConversationId::parse(id).ok()).take(limit) {
            match self.conversation(&id).await {
                Ok(c) => {
                    let block = c.block.clone();
                    open.extend(block.map(|block| (c, block)));
                }
                // Removed since the index was read.
                Err(AppError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(open)
    }

    /// Writes down where a known customer is blocked. What goes wrong here costs that the block stays
    /// in its conversation.
    pub(super) async fn note_block(&self, c: &Conversation) {
        if !c.customer.is_known() || in_force(c).is_none() {
            return;
        }
        let blocked = Some(c.id.clone());
        let noted = self.change_record(&c.customer, |record, _| {
            let is_new = record.blocked_in != blocked;
            record.blocked_in.clone_from(&blocked);
            is_new
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, conversation.id = %c.id, "the block stays in its conversation");
        }
    }

    /// If this customer is blocked elsewhere, they are in this conversation too.
    pub(super) async fn follow_block(&self, done: Done, customer: &CustomerId) -> AppResult<Done> {
        let Some(elsewhere) = self.record_of(customer).await?.blocked_in else { return Ok(done) };
        if elsewhere == done.conversation.id {
            return Ok(done);
        }
        let block = match self.conversation(&elsewhere).await {
            Ok(c) => in_force(&c).filter(|_| c.customer == *customer).cloned(),
            Err(AppError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let Some(block) = block else { return Ok(done) };
        let id = done.conversation.id.clone();
        match self.command(&id, None, Command::FollowBlock(Box::new(block))).await {
            Ok(followed) => {
                let events = done.events.into_iter().chain(followed.events).collect();
                Ok(Done { conversation: followed.conversation, events })
            }
            // It is blocked already, or people have it.
            Err(AppError::Rejected(Rejection::NotBlockable { .. })) => Ok(done),
            Err(error) => Err(error),
        }
    }
}
