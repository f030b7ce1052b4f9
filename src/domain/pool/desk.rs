//! What a decision about a place is made with: the case, what is decided so far, and the steps that
//! several commands share.

use super::agent::{AWAY_UNANSWERED, Agent, Held, Holding, Presence};
use super::command::{
    Arrival, Case, InboxEvent, OfferEnd, PoolDecision, PoolRefusal, ToConversation, UnassignReason,
};
use super::item::{Item, ItemState, Place, Preferred, Seat};
use super::why::Gone;
use crate::domain::handoff::Token;
use crate::domain::ids::AgentId;
use crate::domain::routing::fairness::{Kind, Waited};
use crate::domain::routing::pace::{Sample, Served};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::time::Timestamp;

pub(super) struct Desk<'a> {
    pub(super) rules: &'a RoutingRules,
    pub(super) case: &'a Case,
    pub(super) decision: PoolDecision,
    pub(super) at: Timestamp,
}

fn millis(count: i64) -> std::time::Duration {
    std::time::Duration::from_millis(count.max(0) as u64)
}

pub(super) type Decided = Result<PoolDecision, PoolRefusal>;

impl Desk<'_> {
    /// The item, if it waits.
    pub(super) fn waiting(&self) -> Result<&Item, PoolRefusal> {
        match &self.case.place {
            None => Err(PoolRefusal::WrongState { state: "unknown" }),
            Some(Place::Gone { .. }) => Err(PoolRefusal::WrongState { state: "gone" }),
            Some(Place::Here(item)) => match item.state {
                ItemState::Waiting => Ok(item),
                ItemState::Offered { .. } => Err(PoolRefusal::WrongState { state: "offered" }),
                ItemState::Assigned { .. } => Err(PoolRefusal::WrongState { state: "assigned" }),
            },
        }
    }

    /// The item, if it is offered to or owned by this agent under this very token.
    pub(super) fn offered_to(
        &self,
        agent_id: &AgentId,
        token: Token,
    ) -> Result<&Item, PoolRefusal> {
        let item = match &self.case.place {
            None | Some(Place::Gone { .. }) => {
                return Err(PoolRefusal::OfferGone { why: Gone::NotWaiting });
            }
            Some(Place::Here(item)) => item,
        };
        let why = match &item.state {
            ItemState::Waiting => Gone::Back,
            ItemState::Offered { agent, .. } if agent != agent_id => Gone::AskedElsewhere,
            ItemState::Assigned { agent } if agent != agent_id => Gone::Taken,
            ItemState::Offered { .. } | ItemState::Assigned { .. } if item.token != token => {
                Gone::Replaced
            }
            ItemState::Offered { .. } | ItemState::Assigned { .. } => return Ok(item),
        };
        Err(PoolRefusal::OfferGone { why })
    }

    pub(super) fn agent(&self, id: &AgentId) -> Result<Agent, PoolRefusal> {
        let known = self.decision.agents.get(id).or_else(|| self.case.agents.get(id));
        known.cloned().ok_or(PoolRefusal::NoSuchAgent)
    }

    /// One more offer that this agent let lapse; after too many they are taken for away.
    pub(super) fn leave_unanswered(&mut self, agent: &mut Agent) {
        agent.unanswered += 1;
        agent.paused_until = self.at + self.rules.offers.cool_down_after_expiry;
        if agent.unanswered >= self.rules.offers.unanswered_until_away
            && agent.presence == Presence::Available
        {
            agent.presence = Presence::Away { reason: AWAY_UNANSWERED.to_owned() };
            agent.unanswered = 0;
            let presence = agent.presence.clone();
            self.tell(&agent.id.clone(), InboxEvent::PresenceChanged { presence });
        }
    }

    /// The item is this agent's, under the token it has: what accepting and claiming have in common.
    pub(super) fn assign(&mut self, mut item: Item, mut agent: Agent) {
        let (conversation, token) = (self.case.conversation.clone(), item.token);
        let waited = match item.state {
            ItemState::Waiting | ItemState::Offered { .. } => Some(self.waited(&item, true)),
            // Whoever is taken over from an agent has not waited.
            ItemState::Assigned { .. } => None,
        };
        self.decision.waited = waited;
        item.state = ItemState::Assigned { agent: agent.id.clone() };
        item.waited_ms += self.at.since(item.waiting_since).as_millis() as i64;
        item.waited_before_ms = item.waited_ms;
        item.waiting_since = self.at;
        item.preferred = None;
        let since = item.seat.map_or(self.at, |seat| seat.since);
        item.seat = Some(Seat { since, taken: Some(self.at) });
        let held = Held::given(token, item.cost, Holding::Owned);
        agent.held.insert(conversation.clone(), held);
        agent.unanswered = 0;
        agent.idle_since = self.at;
        self.tell(&agent.id.clone(), InboxEvent::Assigned { conversation, token });
        self.decision.message = Some(ToConversation::Bind {
            token,
            agent: agent.id.clone(),
            name: agent.profile.name.clone(),
            waited_ms: item.waited_ms,
        });
        self.keep(agent);
        self.set(Place::Here(item));
    }

    /// The offer is over without being taken: the item keeps its place, the agent their peace.
    pub(super) fn end_offer(&mut self, item: &mut Item, agent: Option<Agent>, how: OfferEnd) {
        item.state = ItemState::Waiting;
        item.seat = None;
        if how != OfferEnd::Rescinded {
            item.untaken += 1;
        }
        if let Some(mut agent) = agent {
            let conversation = self.case.conversation.clone();
            agent.held.remove(&conversation);
            if how != OfferEnd::Rescinded {
                agent.idle_since = self.at;
                if item.preferred.as_ref().is_some_and(|preferred| preferred.agent == agent.id) {
                    item.preferred = None;
                }
            }
            let ended = InboxEvent::OfferEnded { conversation, token: item.token, how };
            self.tell(&agent.id.clone(), ended);
            self.keep(agent);
        }
        self.set(Place::Here(item.clone()));
    }

    /// Whoever holds the item no longer does.
    pub(super) fn free_holder(&mut self, item: &Item, offer: OfferEnd, assigned: UnassignReason) {
        let Some(holder) = item.holder().cloned() else { return };
        // An agent who was removed from the store holds nothing any more.
        let Ok(mut agent) = self.agent(&holder) else { return };
        let conversation = self.case.conversation.clone();
        let wrap_up = assigned == UnassignReason::Ended && !self.rules.wrap_up.is_zero();
        if assigned != UnassignReason::Lost {
            self.decision.served = self.served(item, wrap_up);
        }
        let event = match &item.state {
            ItemState::Assigned { .. } => {
                match agent.held.get_mut(&conversation) {
                    Some(held) if wrap_up => {
                        held.how = Holding::WrapUp { until: self.at + self.rules.wrap_up };
                    }
                    Some(_) | None => {
                        agent.held.remove(&conversation);
                    }
                }
                agent.idle_since = self.at;
                InboxEvent::Unassigned { conversation, why: assigned }
            }
            ItemState::Offered { .. } | ItemState::Waiting => {
                agent.held.remove(&conversation);
                InboxEvent::OfferEnded { conversation, token: item.token, how: offer }
            }
        };
        self.tell(&holder, event);
        self.keep(agent);
    }

    /// There is nothing to write up about what comes back to the same agent.
    pub(super) fn end_wrap_up_of(&mut self, preferred: Option<&AgentId>) {
        let Some(mut agent) = preferred.and_then(|preferred| self.agent(preferred).ok()) else {
            return;
        };
        let held = agent.held.get(&self.case.conversation).map(|held| &held.how);
        if let Some(Holding::WrapUp { .. }) = held {
            agent.held.remove(&self.case.conversation);
            self.keep(agent);
        }
    }

    pub(super) fn item_of(&self, arrival: &Arrival) -> Item {
        let mut credit = self.rules.credit(arrival.handoff.priority).as_millis() as i64;
        if arrival.returned {
            credit += self.returned_credit();
        }
        let broken = self.rules.promises.credit_broken.as_millis() as i64;
        credit = credit.saturating_add(broken.saturating_mul(i64::from(arrival.broken)));
        // As if they had declined it: they are asked again when nobody else is left.
        let pause = self.at + self.rules.offers.decliner_pause;
        // A pool believes no time later than its own.
        let since = arrival.waiting_since.min(self.at);
        let (id, handoff) = (self.case.conversation.clone(), arrival.handoff.clone());
        Item {
            headline: arrival.headline.clone(),
            waited_ms: arrival.waited_ms.max(0),
            waited_before_ms: arrival.waited_before_ms.max(0),
            credit_ms: self.bounded_credit(credit),
            paused: arrival.avoided.iter().map(|agent| (agent.clone(), pause)).collect(),
            excluded: arrival.excluded.clone(),
            // In danger too they are not asked in the same moment.
            asked_again_from: (!arrival.avoided.is_empty()).then(|| self.asked_again_from()),
            preferred: arrival.preferred.clone().map(|agent| Preferred {
                agent,
                until: self.at + self.rules.offers.preferred_hold,
            }),
            cost: arrival.cost,
            broken: arrival.broken,
            promised: arrival.promised,
            ..Item::new(id, arrival.bucket, arrival.term, handoff, since)
        }
    }

    /// How long the conversation that ends now took its seat, writing up included.
    fn served(&self, item: &Item, wrap_up: bool) -> Option<Served> {
        let seat = item.seat?;
        let writing = if wrap_up { self.rules.wrap_up } else { std::time::Duration::ZERO };
        let sample = Sample {
            took: seat.taken?.since(seat.since),
            seat: self.at.since(seat.since) + writing,
        };
        Some(Served { needs: item.handoff.needs.clone(), sample })
    }

    /// Whoever waits no longer although nobody came: the wait so far, if there was one.
    pub(super) fn gave_up(&mut self, item: &Item) {
        match item.state {
            ItemState::Waiting | ItemState::Offered { .. } => {
                self.decision.waited = Some(self.waited(item, false));
            }
            ItemState::Assigned { .. } => {}
        }
    }

    /// The present wait, which ends now. Whoever was passed on waits anew: what they waited before
    /// was reported when somebody came.
    fn waited(&self, item: &Item, met: bool) -> Waited {
        let before = millis(item.waited_ms - item.waited_before_ms);
        let span = before + self.at.since(item.waiting_since);
        Waited { kind: Kind::of(&item.handoff), span, met }
    }

    /// When whoever did not take it may be asked again, in an emergency.
    pub(super) fn asked_again_from(&self) -> Timestamp {
        let offers = &self.rules.offers;
        self.at + offers.cool_down_after_decline.min(offers.emergency_again_max)
    }

    pub(super) fn returned_credit(&self) -> i64 {
        self.rules.credit_returned.as_millis() as i64
    }

    pub(super) fn bounded_credit(&self, credit: i64) -> i64 {
        credit.clamp(0, self.rules.credit_max.as_millis() as i64)
    }

    pub(super) fn keep(&mut self, agent: Agent) {
        self.decision.agents.insert(agent.id.clone(), agent);
    }

    pub(super) fn set(&mut self, place: Place) {
        self.decision.place = Some(Some(place));
    }

    pub(super) fn tell(&mut self, agent: &AgentId, event: InboxEvent) {
        self.decision.inbox.push((agent.clone(), event));
    }
}
