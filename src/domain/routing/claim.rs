//! Taking work from the queue by hand: what an agent may take, and whom they pass over by it. The
//! matcher is fair by itself; a hand is not, so what it does is written down.

use super::class::line_of;
use super::view::{PoolView, Work};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::item::{Item, ItemState};
use crate::domain::pool::work::claim_hindrance;

/// Of those who are passed over so many are named.
pub const OVERTAKEN_MAX: usize = 50;

/// Waiting work that an agent could take by hand.
#[derive(Debug, Clone)]
pub struct Claimable {
    /// The work.
    pub item: Item,
    /// How many go before it whom they could take too.
    pub ahead: u32,
}

/// What this agent could take by hand, in the order in which it would be offered.
pub fn claimable(view: &PoolView, agent: &AgentId) -> Vec<Claimable> {
    let Some(agent) = view.agent(agent) else { return Vec::new() };
    let could = |work: &&Work| {
        work.item.state == ItemState::Waiting && claim_hindrance(&work.item, agent).is_none()
    };
    let mut works: Vec<&Work> = view.items.iter().map(|(_, work)| work).filter(could).collect();
    works.sort_unstable_by_key(|work| {
        let item = &work.item;
        (line_of(item.band(), work.aside), item.virtual_time(), &item.conversation)
    });
    let items = works.into_iter().map(|work| work.item.clone());
    items.zip(0..).map(|(item, ahead)| Claimable { item, ahead }).collect()
}

/// Who goes before this conversation and could be taken by this agent; `Err` names an emergency among
/// them, which nobody may pass over for what is none.
pub fn overtaken(
    view: &PoolView,
    agent: &AgentId,
    conversation: &ConversationId,
) -> Result<Vec<ConversationId>, ConversationId> {
    let claimable = claimable(view, agent);
    let found = claimable.iter().position(|work| work.item.conversation == *conversation);
    // What is not in the picture yet may be anything: no emergency is passed over for it.
    let ahead = &claimable[..found.unwrap_or(claimable.len())];
    if found.is_none_or(|at| claimable[at].item.band() != 0)
        && let Some(urgent) = ahead.iter().find(|work| work.item.band() == 0)
    {
        return Err(urgent.item.conversation.clone());
    }
    if found.is_none() {
        return Ok(Vec::new());
    }
    let names = ahead.iter().map(|work| work.item.conversation.clone());
    Ok(names.take(OVERTAKEN_MAX).collect())
}
