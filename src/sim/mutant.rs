//! Guards taken out, one at a time: for each there must be a seed at which a checker notices. Else
//! either the guard does nothing or the checkers are blind.
//!
//! A mutant wraps a machine, the store or a caller; the application itself is never changed.

use crate::app::keys::Due;
use crate::app::machines::Machines;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::command::{Command, Decision, Rejection};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Lease, Presence};
use crate::domain::pool::command::{AgentCommand, Case, PoolDecision, PoolRefusal, WorkCommand};
use crate::domain::pool::item::{ItemState, Place};
use crate::domain::pool::{presence, work};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::store::*;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// A guard that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// A bind is followed whatever its token.
    BindIgnoresToken,
    /// An agent may speak with an old token.
    AgentSpeaksWithOldToken,
    /// The bot answers although a human owns the conversation.
    BotSpeaksOverHumans,
    /// No answer to a proposal counts as yes.
    SilenceResolves,
    /// Kept fragments are never answered.
    FragmentsForgotten,
    /// What was said already is not remembered.
    AnswersRepeat,
    /// A late enqueue brings back what is gone.
    EnqueueIgnoresTombstone,
    /// A newer stay does not free whoever held the older one.
    EnqueueForgetsHolder,
    /// A release does not free the agent.
    ReleaseForgetsLoad,
    /// An offer may be taken when its time is over.
    AcceptIgnoresDeadline,
    /// Work comes back from a lost agent under its old token.
    LoseKeepsAttempt,
    /// Offers are made to whoever has turned away.
    OfferIgnoresPresence,
    /// What is offered does not count as load.
    OfferCostsNothing,
    /// An older session still counts.
    SessionIgnored,
    /// A change is made although what it read has changed.
    VersionsIgnored,
    /// An offer needs no live lease.
    LeaseIgnored,
    /// A change is made however old its snapshot is.
    ExpiryIgnored,
    /// What is owed is struck off before it is done.
    OutboxClearedEarly,
    /// Requests are not recognised when they come again.
    RequestIdIgnored,
    /// Nobody compares both sides after a loss of data.
    AuditSkipped,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Mutant; 20] = [
        Mutant::BindIgnoresToken,
        Mutant::AgentSpeaksWithOldToken,
        Mutant::BotSpeaksOverHumans,
        Mutant::SilenceResolves,
        Mutant::FragmentsForgotten,
        Mutant::AnswersRepeat,
        Mutant::EnqueueIgnoresTombstone,
        Mutant::EnqueueForgetsHolder,
        Mutant::ReleaseForgetsLoad,
        Mutant::AcceptIgnoresDeadline,
        Mutant::LoseKeepsAttempt,
        Mutant::OfferIgnoresPresence,
        Mutant::OfferCostsNothing,
        Mutant::SessionIgnored,
        Mutant::VersionsIgnored,
        Mutant::LeaseIgnored,
        Mutant::ExpiryIgnored,
        Mutant::OutboxClearedEarly,
        Mutant::RequestIdIgnored,
        Mutant::AuditSkipped,
    ];

    /// The name it is called by.
    pub const fn name(self) -> &'static str {
        match self {
            Mutant::BindIgnoresToken => "bind-token",
            Mutant::AgentSpeaksWithOldToken => "agent-token",
            Mutant::BotSpeaksOverHumans => "silent-bot",
            Mutant::SilenceResolves => "honest-end",
            Mutant::FragmentsForgotten => "fragments",
            Mutant::AnswersRepeat => "never-twice",
            Mutant::EnqueueIgnoresTombstone => "tombstone",
            Mutant::EnqueueForgetsHolder => "requeue-frees",
            Mutant::ReleaseForgetsLoad => "release-frees",
            Mutant::AcceptIgnoresDeadline => "offer-deadline",
            Mutant::LoseKeepsAttempt => "new-attempt",
            Mutant::OfferIgnoresPresence => "presence",
            Mutant::OfferCostsNothing => "offer-cost",
            Mutant::SessionIgnored => "session",
            Mutant::VersionsIgnored => "versions",
            Mutant::LeaseIgnored => "lease",
            Mutant::ExpiryIgnored => "expiry",
            Mutant::OutboxClearedEarly => "outbox",
            Mutant::RequestIdIgnored => "request-id",
            Mutant::AuditSkipped => "audit",
        }
    }

    /// The guard of that name.
    pub fn from_name(name: &str) -> Option<Mutant> {
        Mutant::ALL.into_iter().find(|mutant| mutant.name() == name)
    }

    /// The machines without this guard.
    pub(super) fn machines(mutant: Option<Mutant>) -> Machines {
        let real = Machines::default();
        let Some(mutant) = mutant else { return real };
        match mutant {
            Mutant::BindIgnoresToken => Machines { conversation: bind_ignores_token, ..real },
            Mutant::AgentSpeaksWithOldToken => {
                Machines { conversation: agent_speaks_with_old_token, ..real }
            }
            Mutant::BotSpeaksOverHumans => {
                Machines { conversation: bot_speaks_over_humans, ..real }
            }
            Mutant::SilenceResolves => Machines { conversation: silence_resolves, ..real },
            Mutant::FragmentsForgotten => Machines { conversation: fragments_forgotten, ..real },
            Mutant::AnswersRepeat => Machines { conversation: answers_repeat, ..real },
            Mutant::EnqueueIgnoresTombstone => Machines { work: enqueue_ignores_tombstone, ..real },
            Mutant::EnqueueForgetsHolder => Machines { work: enqueue_forgets_holder, ..real },
            Mutant::ReleaseForgetsLoad => Machines { work: release_forgets_load, ..real },
            Mutant::AcceptIgnoresDeadline => Machines { work: accept_ignores_deadline, ..real },
            Mutant::LoseKeepsAttempt => Machines { work: lose_keeps_attempt, ..real },
            Mutant::OfferIgnoresPresence => Machines { work: offer_ignores_presence, ..real },
            Mutant::OfferCostsNothing => Machines { work: offer_costs_nothing, ..real },
            Mutant::SessionIgnored => Machines { agent: session_ignored, ..real },
            Mutant::VersionsIgnored
            | Mutant::LeaseIgnored
            | Mutant::ExpiryIgnored
            | Mutant::OutboxClearedEarly
            | Mutant::RequestIdIgnored
            | Mutant::AuditSkipped => real,
        }
    }

    /// The store without this guard.
    pub(super) fn weaken(mutant: Option<Mutant>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        match mutant {
            Some(
                mutant @ (Mutant::VersionsIgnored
                | Mutant::LeaseIgnored
                | Mutant::ExpiryIgnored
                | Mutant::OutboxClearedEarly),
            ) => Arc::new(Weakened { inner, mutant }),
            Some(_) | None => inner,
        }
    }
}

type Decided = Result<Decision, Rejection>;
type Worked = Result<PoolDecision, PoolRefusal>;

fn bind_ignores_token(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let (Some(known), Command::Bind { agent, name, waited_ms, token }) = (c, command) else {
        return handle(rules, c, command, at);
    };
    let token = if *token > known.token { *token } else { known.token.next_attempt(at) };
    let (agent, name, waited_ms) = (agent.clone(), name.clone(), *waited_ms);
    handle(rules, c, &Command::Bind { token, agent, name, waited_ms }, at)
}

fn agent_speaks_with_old_token(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let (Some(known), Command::AgentSays { agent, text, .. }) = (c, command) else {
        return handle(rules, c, command, at);
    };
    let (agent, token, text) = (agent.clone(), known.token, text.clone());
    handle(rules, c, &Command::AgentSays { agent, token, text }, at)
}

fn bot_speaks_over_humans(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let decision = handle(rules, c, command, at)?;
    let human = matches!(decision.next.state, State::Human { .. });
    let spoken = matches!(command, Command::CustomerSays { .. });
    Ok(if human && spoken { with_event(decision, bot_says(rules), at) } else { decision })
}

fn bot_says(rules: &Rules) -> Event {
    Event::BotSaid {
        outcome: Outcome::Social,
        text: "I know better".to_owned(),
        language: crate::domain::language::Language::En,
        entry: None,
        choices: Vec::new(),
        rules: rules.version.clone(),
        slot: None,
    }
}

fn silence_resolves(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut decision = handle(rules, c, command, at)?;
    let confirming = c.is_some_and(|c| matches!(c.state, State::Confirming(_)));
    if confirming && matches!(command, Command::Tick { .. }) {
        for event in &mut decision.events {
            if let Event::Closed { .. } = event {
                *event = Event::ResolutionConfirmed;
            }
        }
    }
    Ok(folded_anew(c, decision, at))
}

fn fragments_forgotten(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let kept = c.is_some_and(|c| c.memory.reply_due.is_some());
    if kept && matches!(command, Command::Tick { .. }) {
        return Err(Rejection::NotDue);
    }
    handle(rules, c, command, at)
}

fn answers_repeat(
    rules: &Rules,
    c: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Decided {
    let mut forgetful = c.cloned();
    if let Some(forgetful) = &mut forgetful {
        forgetful.memory.sent.clear();
    }
    let decision = handle(rules, forgetful.as_ref(), command, at)?;
    Ok(folded_anew(c, decision, at))
}

fn with_event(mut decision: Decision, event: Event, at: Timestamp) -> Decision {
    if let Some(next) = apply(Some(decision.next.clone()), &event, at) {
        decision.next = next;
    }
    decision.events.push(event);
    decision
}

/// What the events make of the conversation as it was.
fn folded_anew(c: Option<&Conversation>, mut decision: Decision, at: Timestamp) -> Decision {
    let events = decision.events.iter();
    if let Some(next) = events.fold(c.cloned(), |c, event| apply(c, event, at)) {
        decision.next = next;
    }
    decision
}

fn enqueue_ignores_tombstone(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut case = case.clone();
    let gone = matches!(case.place, Some(Place::Gone { .. }));
    if gone && matches!(command, WorkCommand::Enqueue { .. }) {
        case.place = None;
    }
    work::handle(rules, &case, command, at)
}

fn enqueue_forgets_holder(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Enqueue { .. }) {
        decision.agents.clear();
        decision.inbox.clear();
    }
    Ok(decision)
}

fn release_forgets_load(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Release { .. }) {
        decision.agents.clear();
        decision.inbox.clear();
    }
    Ok(decision)
}

fn accept_ignores_deadline(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let until = match (&case.place, command) {
        (Some(Place::Here(item)), WorkCommand::Accept { .. }) => match item.state {
            ItemState::Offered { until, .. } => until,
            ItemState::Waiting | ItemState::Assigned { .. } => at,
        },
        _ => at,
    };
    work::handle(rules, case, command, at.min(until))
}

fn lose_keeps_attempt(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if let (WorkCommand::Lose { .. }, Some(Some(Place::Here(item)))) =
        (command, &mut decision.place)
        && let Some(Place::Here(old)) = &case.place
    {
        item.token = old.token;
    }
    Ok(decision)
}

fn offer_ignores_presence(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    if !matches!(command, WorkCommand::Offer { .. }) {
        return work::handle(rules, case, command, at);
    }
    let mut willing = case.clone();
    for agent in willing.agents.values_mut() {
        agent.presence = Presence::Available;
        agent.lease = Lease::Live;
    }
    let mut decision = work::handle(rules, &willing, command, at)?;
    for (id, agent) in &mut decision.agents {
        if let Some(before) = case.agents.get(id) {
            agent.presence = before.presence.clone();
            agent.lease = before.lease.clone();
        }
    }
    Ok(decision)
}

fn offer_costs_nothing(
    rules: &RoutingRules,
    case: &Case,
    command: &WorkCommand,
    at: Timestamp,
) -> Worked {
    let mut decision = work::handle(rules, case, command, at)?;
    if matches!(command, WorkCommand::Offer { .. }) {
        let held = decision.agents.values_mut();
        held.filter_map(|agent| agent.held.get_mut(&case.conversation))
            .for_each(|held| held.cost = 0);
    }
    Ok(decision)
}

fn session_ignored(
    rules: &RoutingRules,
    id: &AgentId,
    agent: Option<&Agent>,
    command: &AgentCommand,
    at: Timestamp,
) -> Worked {
    let current = agent.map_or(0, |agent| agent.incarnation);
    let command = match command {
        AgentCommand::SetPresence { presence, .. } => {
            AgentCommand::SetPresence { incarnation: current, presence: presence.clone() }
        }
        other => other.clone(),
    };
    presence::handle(rules, id, agent, &command, at)
}

/// A store without one of its guards.
struct Weakened {
    inner: Arc<dyn Store>,
    mutant: Mutant,
}

impl Weakened {
    /// The same change as if it had been decided from what is there now.
    async fn renewed(&self, change: &Transaction) -> Result<Option<Transaction>, StoreError> {
        let keys: Vec<EntityKey> = change.checks().keys().cloned().collect();
        let snapshot = self.inner.load(change.slot(), &keys, &[]).await?;
        let mut renewed = snapshot.change(change.tag());
        let same = renewed.checks() == change.checks();
        let in_time = snapshot.at() <= change.valid_until();
        if (self.mutant != Mutant::VersionsIgnored && !same)
            || (self.mutant != Mutant::ExpiryIgnored && !in_time)
        {
            return Ok(None);
        }
        if self.mutant != Mutant::LeaseIgnored {
            for condition in change.conditions() {
                let ScoreAtLeast { index, member, score } = condition.clone();
                renewed.require_score_at_least(index, member, score);
            }
        }
        change.writes().iter().for_each(|write| copy(write, &mut renewed));
        change.topics().iter().for_each(|topic| {
            renewed.ring(topic.clone());
        });
        Ok(Some(renewed))
    }

    /// Strikes off what the change has just put down as owed.
    async fn clear_outbox(&self, change: &Transaction) -> Result<(), StoreError> {
        for write in change.writes() {
            let Write::Put { key, .. } = write else { continue };
            if key.kind != Kind::Outbox {
                continue;
            }
            let slot = change.slot();
            let snapshot = self.inner.load(slot, std::slice::from_ref(key), &[]).await?;
            let mut clear = snapshot.change(change.tag());
            clear.delete(key.clone());
            if let Ok(id) = ConversationId::parse(&key.id) {
                clear.index_remove(Index::DUE, Due::Outbox(id).member());
            }
            self.inner.commit(clear).await?;
        }
        Ok(())
    }
}

fn copy(write: &Write, change: &mut Transaction) {
    let value = |body: &[u8]| {
        serde_json::from_slice::<serde_json::Value>(body).unwrap_or(serde_json::Value::Null)
    };
    match write.clone() {
        Write::Put { key, body } => change.put(key, &value(&body)),
        Write::Delete { key } => change.delete(key),
        Write::Append { log, record, keep } => {
            change.append(log, record.seq, record.event_id, &value(&record.body), keep)
        }
        Write::DropLog { log } => change.drop_log(log),
        Write::IndexPut { index, member, score } => change.index_put(index, member, score),
        Write::IndexRemove { index, member } => change.index_remove(index, member),
        Write::CounterAdd { counter, by, limit } => change.count(counter, by, limit),
    };
}

#[async_trait]
impl Store for Weakened {
    async fn load(
        &self,
        slot: &Slot,
        keys: &[EntityKey],
        scores: &[(Index, String)],
    ) -> Result<Snapshot, StoreError> {
        self.inner.load(slot, keys, scores).await
    }

    async fn commit(&self, change: Transaction) -> Result<Committed, StoreError> {
        if self.mutant == Mutant::OutboxClearedEarly {
            let committed = self.inner.commit(change.clone()).await?;
            self.clear_outbox(&change).await?;
            return Ok(committed);
        }
        match self.renewed(&change).await? {
            Some(renewed) => self.inner.commit(renewed).await,
            None => self.inner.commit(change).await,
        }
    }

    async fn read_log(
        &self,
        slot: &Slot,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<LogPage, StoreError> {
        self.inner.read_log(slot, log, after, limit).await
    }

    async fn range(
        &self,
        slot: &Slot,
        index: Index,
        after: Option<(i64, String)>,
        up_to: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        self.inner.range(slot, index, after, up_to, limit).await
    }

    async fn claim_due(
        &self,
        slot: &Slot,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim_due(slot, limit, visibility).await
    }

    async fn ring_counters(&self, slots: &[Slot]) -> Result<Vec<u64>, StoreError> {
        self.inner.ring_counters(slots).await
    }

    async fn counter(&self, slot: &Slot, counter: &str) -> Result<i64, StoreError> {
        self.inner.counter(slot, counter).await
    }

    async fn doorbell(&self) -> Result<Box<dyn Doorbell>, StoreError> {
        self.inner.doorbell().await
    }
}
