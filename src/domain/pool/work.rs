//! The machine of one place: none → waiting → offered → assigned → gone.
//!
//! Every pair of state and command is answered, none by a wildcard. Each command may come twice,
//! late or out of order; the token decides whether it still counts.

use super::agent::{Agent, Held, Holding};
use super::command::{
    Arrival, Case, InboxEvent, OfferEnd, PoolDecision, PoolRefusal, ToConversation, UnassignReason,
    WorkCommand,
};
use super::desk::{Decided, Desk};
pub use super::hindrance::{claim_hindrance, offer_hindrance, take_over_hindrance};
use super::item::{DELIVERY_SPAN, Item, ItemState, Place, Seat};
use super::why::{Gone, Hindrance};
use crate::domain::handoff::{Requirements, Token};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::language::Language;
use crate::domain::routing::settings::RoutingRules;
use crate::domain::time::Timestamp;

/// Decides what a command does to a place and to the agents it concerns.
pub fn handle(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Result<PoolDecision, PoolRefusal> {
    let desk = Desk { rules, case, decision: PoolDecision::default(), at };
    match command {
        WorkCommand::Enqueue { arrival, issued_at } => desk.enqueue(arrival, *issued_at),
        WorkCommand::Offer { agent } => desk.offer(agent),
        WorkCommand::Claim { agent, overtaken } => desk.claim(agent, overtaken),
        WorkCommand::TakeOver { agent } => desk.take_over(agent),
        WorkCommand::Accept { agent, token } => desk.accept(agent, *token),
        WorkCommand::Decline { agent, token } => desk.decline(agent, *token),
        WorkCommand::Expire => desk.expire(),
        WorkCommand::Rescind { agent } => desk.rescind(agent),
        WorkCommand::GiveWay { agent } => desk.give_way(agent),
        WorkCommand::Lose { agent } => desk.lose(agent),
        WorkCommand::Release { term } => desk.release(*term),
        WorkCommand::Adopt { arrival, agent, token } => desk.adopt(arrival, agent, *token),
        WorkCommand::Regain { token } => desk.regain(*token),
        WorkCommand::Forget => desk.forget(),
    }
}

/// Whether an agent speaks one of these.
fn speaks_one(agent: &Agent, mut languages: impl Iterator<Item = Language>) -> bool {
    languages.any(|one| agent.profile.languages.get(&one).is_some_and(|level| *level >= 1))
}

/// Whether an agent speaks the customer's own language, which comes before one they agreed to.
pub fn speaks_own(agent: &Agent, needs: &Requirements) -> bool {
    speaks_one(agent, [needs.language].into_iter())
}

/// Whether an agent offers what is required.
pub fn meets(agent: &Agent, needs: &Requirements) -> bool {
    speaks_one(agent, needs.languages())
        && needs
            .skills
            .iter()
            .all(|(skill, least)| agent.profile.skills.get(skill).is_some_and(|has| has >= least))
}

impl Desk<'_> {
    fn enqueue(mut self, arrival: &Arrival, issued_at: Timestamp) -> Decided {
        if self.at.since(issued_at) > DELIVERY_SPAN {
            return Err(PoolRefusal::TooLate);
        }
        let mut untaken = 0;
        let mut credit_ms = 0;
        match &self.case.place {
            None => {}
            Some(place) if place.token().term == arrival.term => {
                return match place {
                    // What was promised after it came is all that can be new in the same stay.
                    Place::Here(here)
                        if arrival.promised
                            && !here.promised
                            && here.state == ItemState::Waiting =>
                    {
                        let item = Item { promised: true, ..here.clone() };
                        self.set(Place::Here(item));
                        Ok(self.decision)
                    }
                    Place::Here(_) => Err(PoolRefusal::Duplicate),
                    Place::Gone { token, .. } => Err(PoolRefusal::Stale { current: *token }),
                };
            }
            Some(place) if place.token().term > arrival.term => {
                return Err(PoolRefusal::Stale { current: place.token() });
            }
            Some(Place::Gone { .. }) => {}
            Some(Place::Here(old)) => {
                // The newer stay ends the older one: whoever held it is free.
                untaken = match old.state {
                    ItemState::Waiting | ItemState::Offered { .. } => old.untaken,
                    // Somebody took it: from here on nobody has been asked yet.
                    ItemState::Assigned { .. } => 0,
                };
                // One wait, one credit: what was granted before is not taken back.
                credit_ms = old.credit_ms;
                self.free_holder(old, OfferEnd::Rescinded, UnassignReason::Requeued);
            }
        }
        self.end_wrap_up_of(arrival.preferred.as_ref());
        let mut item = self.item_of(arrival);
        item.untaken = untaken;
        item.credit_ms = self.bounded_credit(item.credit_ms.max(credit_ms));
        self.set(Place::Here(item));
        Ok(self.decision)
    }

    fn offer(mut self, agent_id: &AgentId) -> Decided {
        let mut item = self.waiting()?.clone();
        let mut agent = self.agent(agent_id)?;
        if let Some(why) = offer_hindrance(&item, &agent, self.at) {
            return Err(PoolRefusal::NotEligible { why });
        }
        let until = self.at + self.rules.offers.timeout;
        item.token = item.token.next_attempt(self.at);
        item.state = ItemState::Offered { agent: agent_id.clone(), until };
        item.seat = Some(Seat { since: self.at, taken: None });
        agent.held.insert(
            self.case.conversation.clone(),
            Held::given(item.token, item.cost, Holding::Offer),
        );
        self.tell(
            agent_id,
            InboxEvent::Offered {
                conversation: self.case.conversation.clone(),
                token: item.token,
                until,
                reason: item.handoff.reason,
            },
        );
        self.keep(agent);
        self.set(Place::Here(item));
        Ok(self.decision)
    }

    /// By hand: neither being away nor a cool-down stands in the way, everything else does.
    fn claim(mut self, agent_id: &AgentId, overtaken: &[ConversationId]) -> Decided {
        if let Some(Place::Here(item)) = &self.case.place
            && item.state == (ItemState::Assigned { agent: agent_id.clone() })
        {
            return Err(PoolRefusal::Duplicate);
        }
        let mut item = self.waiting()?.clone();
        let agent = self.agent(agent_id)?;
        if let Some(why) = claim_hindrance(&item, &agent) {
            return Err(PoolRefusal::NotEligible { why });
        }
        item.token = item.token.next_attempt(self.at);
        item.claimed_over = Some(overtaken.to_vec());
        item.taken_over = false;
        self.assign(item, agent);
        Ok(self.decision)
    }

    /// Language, skills and turn do not matter to a supervisor; being there and having room do.
    fn take_over(mut self, agent_id: &AgentId) -> Decided {
        let mut item = match &self.case.place {
            None => return Err(PoolRefusal::WrongState { state: "unknown" }),
            Some(Place::Gone { .. }) => return Err(PoolRefusal::WrongState { state: "gone" }),
            Some(Place::Here(item)) => item.clone(),
        };
        if item.state == (ItemState::Assigned { agent: agent_id.clone() }) {
            return Err(PoolRefusal::Duplicate);
        }
        if let Some(why) = take_over_hindrance(&item, &self.agent(agent_id)?) {
            return Err(PoolRefusal::NotEligible { why });
        }
        self.free_holder(&item, OfferEnd::Rescinded, UnassignReason::TakenOver);
        if let ItemState::Assigned { .. } = item.state {
            // With an agent nobody waited.
            item.waiting_since = self.at;
        }
        item.token = item.token.next_attempt(self.at);
        item.claimed_over = None;
        item.taken_over = true;
        // Another seat is taken for it from now on.
        item.seat = None;
        let agent = self.agent(agent_id)?;
        self.assign(item, agent);
        Ok(self.decision)
    }

    fn accept(mut self, agent_id: &AgentId, token: Token) -> Decided {
        let item = self.offered_to(agent_id, token)?;
        let ItemState::Offered { until, .. } = item.state else {
            return Err(PoolRefusal::Duplicate);
        };
        if self.at > until {
            return Err(PoolRefusal::OfferGone { why: Gone::Lapsed });
        }
        let item = Item { claimed_over: None, taken_over: false, ..item.clone() };
        let agent = self.agent(agent_id)?;
        self.assign(item, agent);
        Ok(self.decision)
    }

    fn decline(mut self, agent_id: &AgentId, token: Token) -> Decided {
        let item = self.offered_to(agent_id, token)?;
        match item.state {
            ItemState::Offered { .. } => {}
            ItemState::Waiting | ItemState::Assigned { .. } => {
                return Err(PoolRefusal::OfferGone { why: Gone::Accepted });
            }
        }
        let mut item = item.clone();
        let mut agent = self.agent(agent_id)?;
        item.paused.insert(agent_id.clone(), self.at + self.rules.offers.decliner_pause);
        // Declining must not keep one at the front of the idle.
        agent.paused_until = self.at + self.rules.offers.cool_down_after_decline;
        item.asked_again_from = Some(self.asked_again_from());
        agent.unanswered = 0;
        self.end_offer(&mut item, Some(agent), OfferEnd::Declined);
        Ok(self.decision)
    }

    fn expire(mut self) -> Decided {
        let item = match &self.case.place {
            Some(Place::Here(item)) => item,
            Some(Place::Gone { .. }) => return Err(PoolRefusal::WrongState { state: "gone" }),
            None => return Err(PoolRefusal::WrongState { state: "unknown" }),
        };
        let (agent_id, until) = match &item.state {
            ItemState::Offered { agent, until } => (agent, *until),
            ItemState::Waiting => return Err(PoolRefusal::WrongState { state: "waiting" }),
            ItemState::Assigned { .. } => {
                return Err(PoolRefusal::WrongState { state: "assigned" });
            }
        };
        if self.at <= until {
            return Err(PoolRefusal::NotDue);
        }
        let mut item = item.clone();
        // Whoever is no longer known cannot hold the customer up for ever.
        let mut agent = self.agent(agent_id).ok();
        if let Some(agent) = &mut agent {
            self.leave_unanswered(agent);
        }
        self.end_offer(&mut item, agent, OfferEnd::Expired);
        Ok(self.decision)
    }

    fn rescind(mut self, agent_id: &AgentId) -> Decided {
        let Some(Place::Here(item)) = &self.case.place else {
            return Err(PoolRefusal::Duplicate);
        };
        match &item.state {
            ItemState::Offered { agent, .. } if agent == agent_id => {}
            ItemState::Offered { .. } | ItemState::Waiting | ItemState::Assigned { .. } => {
                return Err(PoolRefusal::Duplicate);
            }
        }
        let mut item = item.clone();
        let agent = self.agent(agent_id).ok();
        self.end_offer(&mut item, agent, OfferEnd::Rescinded);
        Ok(self.decision)
    }

    /// Like a rescind, but only while the offer stands and is nobody's who is in danger themselves.
    fn give_way(mut self, agent_id: &AgentId) -> Decided {
        let Some(Place::Here(item)) = &self.case.place else {
            return Err(PoolRefusal::OfferGone { why: Gone::NotWaiting });
        };
        let until = match &item.state {
            ItemState::Offered { agent, until } if agent == agent_id => *until,
            ItemState::Offered { .. } => {
                return Err(PoolRefusal::OfferGone { why: Gone::AskedElsewhere });
            }
            ItemState::Waiting => return Err(PoolRefusal::WrongState { state: "waiting" }),
            ItemState::Assigned { .. } => {
                return Err(PoolRefusal::WrongState { state: "assigned" });
            }
        };
        if self.at > until {
            return Err(PoolRefusal::OfferGone { why: Gone::Lapsed });
        }
        if !item.may_give_way(self.rules.offers.emergency_run_max) {
            return Err(PoolRefusal::NotEligible { why: Hindrance::StaysOffered });
        }
        let mut item = Item { gave_way: item.gave_way + 1, ..item.clone() };
        let agent = self.agent(agent_id)?;
        self.end_offer(&mut item, Some(agent), OfferEnd::Rescinded);
        Ok(self.decision)
    }

    fn lose(mut self, agent_id: &AgentId) -> Decided {
        let Some(Place::Here(item)) = &self.case.place else {
            return Err(PoolRefusal::Duplicate);
        };
        match &item.state {
            ItemState::Assigned { agent } if agent == agent_id => {}
            ItemState::Offered { agent, .. } if agent == agent_id => return self.rescind(agent_id),
            ItemState::Assigned { .. } | ItemState::Offered { .. } | ItemState::Waiting => {
                return Err(PoolRefusal::Duplicate);
            }
        }
        let mut item = item.clone();
        self.free_holder(&item, OfferEnd::Rescinded, UnassignReason::Lost);
        item.token = item.token.next_attempt(self.at);
        item.state = ItemState::Waiting;
        item.waiting_since = self.at;
        item.preferred = None;
        item.untaken = 0;
        item.claimed_over = None;
        item.taken_over = false;
        item.seat = None;
        item.credit_ms = self.bounded_credit(item.credit_ms + self.returned_credit());
        self.decision.message =
            Some(ToConversation::Unbind { token: item.token, agent: agent_id.clone() });
        self.set(Place::Here(item));
        Ok(self.decision)
    }

    fn release(mut self, term: i64) -> Decided {
        let ended = Token { term, attempt: 0 };
        let gone = match &self.case.place {
            // The release came before its enqueue: what comes later must find it gone.
            None => Place::Gone { token: ended, since: self.at },
            Some(Place::Gone { token, .. }) if token.term >= term => {
                return Err(PoolRefusal::Duplicate);
            }
            Some(Place::Gone { .. }) => Place::Gone { token: ended, since: self.at },
            Some(Place::Here(item)) if item.token.term > term => {
                return Err(PoolRefusal::Stale { current: item.token });
            }
            Some(Place::Here(item)) => {
                let item = item.clone();
                self.gave_up(&item);
                self.free_holder(&item, OfferEnd::Rescinded, UnassignReason::Ended);
                Place::Gone { token: item.token.max(ended), since: self.at }
            }
        };
        self.set(gone);
        Ok(self.decision)
    }

    fn adopt(mut self, arrival: &Arrival, agent_id: &AgentId, token: Token) -> Decided {
        match &self.case.place {
            Some(place) if place.token() > token => {
                return Err(PoolRefusal::Stale { current: place.token() });
            }
            // A stay that has ended is not taken up again, whatever its last attempt was.
            Some(Place::Gone { token: gone, .. }) if gone.term == token.term => {
                return Err(PoolRefusal::Stale { current: *gone });
            }
            Some(Place::Here(old))
                if old.token == token
                    && old.state == ItemState::Assigned { agent: agent_id.clone() } =>
            {
                return Err(PoolRefusal::Duplicate);
            }
            Some(Place::Here(old)) => {
                self.free_holder(old, OfferEnd::Rescinded, UnassignReason::Requeued);
            }
            Some(Place::Gone { .. }) | None => {}
        }
        let mut agent = self.agent(agent_id)?;
        if !agent.is_signed_in() {
            return Err(PoolRefusal::NotSignedIn);
        }
        let mut item = self.item_of(arrival);
        item.token = token;
        item.state = ItemState::Assigned { agent: agent_id.clone() };
        // This may exceed the capacity: the customer already talks with this agent, and what
        // exceeds stops new offers until it has drained.
        agent.held.insert(
            self.case.conversation.clone(),
            Held { token, cost: item.cost, how: Holding::Owned, adopted: true },
        );
        let conversation = self.case.conversation.clone();
        self.tell(agent_id, InboxEvent::Assigned { conversation, token });
        self.keep(agent);
        self.set(Place::Here(item));
        Ok(self.decision)
    }

    fn regain(mut self, token: Token) -> Decided {
        let item = match &self.case.place {
            Some(Place::Here(item)) if item.token.term == token.term => item.clone(),
            Some(place @ (Place::Here(_) | Place::Gone { .. })) => {
                return Err(PoolRefusal::Stale { current: place.token() });
            }
            None => return Err(PoolRefusal::WrongState { state: "unknown" }),
        };
        if item.token >= token {
            return Err(PoolRefusal::Duplicate);
        }
        // Whoever holds it by an older attempt has given it back in the time that was lost.
        self.free_holder(&item, OfferEnd::Rescinded, UnassignReason::Lost);
        self.set(Place::Here(Item {
            token,
            state: ItemState::Waiting,
            claimed_over: None,
            taken_over: false,
            seat: None,
            ..item
        }));
        Ok(self.decision)
    }

    fn forget(mut self) -> Decided {
        match &self.case.place {
            None => Err(PoolRefusal::Duplicate),
            Some(Place::Here(_)) => Err(PoolRefusal::WrongState { state: "here" }),
            Some(Place::Gone { .. }) => {
                let due = self.case.place.as_ref().and_then(Place::next_deadline);
                if due.is_some_and(|due| self.at < due) {
                    return Err(PoolRefusal::NotDue);
                }
                self.decision.place = Some(None);
                Ok(self.decision)
            }
        }
    }
}

/// Which conversations an agent owns or is offered.
pub fn held_live(agent: &Agent) -> Vec<ConversationId> {
    agent
        .held
        .iter()
        .filter(|(_, held)| match held.how {
            Holding::Offer | Holding::Owned => true,
            Holding::WrapUp { .. } => false,
        })
        .map(|(conversation, _)| conversation.clone())
        .collect()
}
