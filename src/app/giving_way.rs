//! An ordinary offer without an answer gives way to somebody in danger: both places and the agent change
//! in one transaction, so that nothing is taken back unless the emergency is offered by it.

use super::error::{AppError, AppResult};
use super::keys;
use super::pool::write_place;
use super::stats::Stats;
use super::{App, TRIES_MAX};
use crate::domain::ids::ConversationId;
use crate::domain::pool::agent::Agent;
use crate::domain::pool::command::{Case, PoolDecision, PoolRefusal, WorkCommand};
use crate::domain::routing::plan::Offer;
use crate::ports::store::{Index, Snapshot, StoreError};

impl App {
    /// Makes one offer of the plan.
    pub(super) async fn make_offer(&self, offer: &Offer) -> AppResult<()> {
        if let Some(other) = &offer.instead_of {
            return self.offer_instead(offer, other).await;
        }
        let command = WorkCommand::Offer { agent: offer.agent.clone() };
        self.work(&offer.conversation, &command).await.map(drop)
    }

    /// Takes the offer of `other` back and makes this one to the same agent.
    async fn offer_instead(&self, offer: &Offer, other: &ConversationId) -> AppResult<()> {
        let slot = self.pool_slot();
        let to_load = [
            keys::place(&offer.conversation),
            keys::place(other),
            keys::agent(&offer.agent),
            keys::fence(),
        ];
        for _ in 0..TRIES_MAX {
            let snapshot = self.store.load(&slot, &to_load, &[]).await?;
            // A matcher that was replaced meanwhile takes nothing back.
            self.check_fence(&snapshot)?;
            let at = snapshot.at();
            let (mut yielded, mut offered) = self.decide_instead(&snapshot, offer, other)?;
            let mut change = snapshot.change(self.tag());
            change.require_score_at_least(Index::LEASES, offer.agent.as_str(), at.as_millis());
            // The agent as they are after both, told of both, in their order.
            offered.inbox.splice(0..0, yielded.inbox.drain(..));
            yielded.agents.clear();
            if let Some(place) = &yielded.place {
                write_place(&mut change, other, place.as_ref());
            }
            self.write(&mut change, at, Some(&offer.conversation), &mut offered);
            match self.store.commit(change).await {
                Ok(committed) => {
                    self.router.learn(committed.counter, other, &yielded);
                    self.router.learn(committed.counter, &offer.conversation, &offered);
                    Stats::add(&self.stats.offers_gave_way);
                    return Ok(());
                }
                Err(StoreError::Conflict { .. } | StoreError::Stale) => {
                    Stats::add(&self.stats.retries);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Contended)
    }

    /// What the pool says to both, the second with the agent as the first leaves them.
    fn decide_instead(
        &self,
        snapshot: &Snapshot,
        offer: &Offer,
        other: &ConversationId,
    ) -> AppResult<(PoolDecision, PoolDecision)> {
        let (rules, at) = (self.rules(), snapshot.at());
        let known: Option<Agent> = snapshot.get(&keys::agent(&offer.agent))?;
        let agent = known.ok_or(PoolRefusal::NoSuchAgent)?;
        let case = |conversation: &ConversationId, agent: Agent| -> AppResult<Case> {
            let place = snapshot.get(&keys::place(conversation))?;
            let agents = [(agent.id.clone(), agent)].into();
            Ok(Case { conversation: conversation.clone(), place, agents })
        };
        let command = WorkCommand::GiveWay { agent: offer.agent.clone() };
        let yielded = (self.machines.work)(&rules.routing, &case(other, agent)?, &command, at)?;
        let freed = yielded.agents.get(&offer.agent).cloned().ok_or(PoolRefusal::NoSuchAgent)?;
        let command = WorkCommand::Offer { agent: offer.agent.clone() };
        let case = case(&offer.conversation, freed)?;
        let offered = (self.machines.work)(&rules.routing, &case, &command, at)?;
        Ok((yielded, offered))
    }
}
