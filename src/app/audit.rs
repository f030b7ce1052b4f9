//! The audit: compares both sides of every conversation that a pool is concerned with. In normal
//! operation it finds nothing. After a loss of data (a restore, a failover that lost its tail) it
//! makes them agree again: the larger token wins and nothing goes backwards.

use super::App;
use super::error::{AppError, AppResult};
use super::keys;
use super::outbox::bind;
use super::pool::settled;
use super::stats::Stats;
use crate::domain::conversation::command::{Command, Rejection};
use crate::domain::conversation::handle::arrival;
use crate::domain::conversation::state::{Conversation, State};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::command::{PoolRefusal, WorkCommand};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, StoreError};
use std::collections::BTreeSet;

/// What must be done so that both sides agree.
enum Repair {
    /// Carry the conversation's state to the pool again; the name says how.
    TellPool(&'static str, WorkCommand),
    /// Carry the place's state to the conversation again; the name says how.
    TellConversation(&'static str, Command),
}

/// What an audit came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audited {
    /// Conversations whose sides differed and were made to agree.
    pub repairs: u64,
    /// Buckets, conversations and agents that could not be looked at: lost or damaged.
    pub passed_over: u64,
}

/// The conversations that a pool is concerned with.
pub(super) struct Concerned {
    pub(super) ids: BTreeSet<ConversationId>,
    /// Why some buckets could not be asked for theirs.
    pub(super) passed_over: Vec<StoreError>,
}

/// What the two sides of a conversation say where they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// What the conversation says.
    pub(super) conversation: String,
    /// What the pool says.
    pub(super) pool: String,
    /// What makes them agree.
    pub(super) mend: &'static str,
}

impl Repair {
    fn name(&self) -> &'static str {
        match self {
            Repair::TellPool(name, _) | Repair::TellConversation(name, _) => name,
        }
    }
}

impl Concerned {
    fn take(&mut self, members: Vec<(i64, String)>) {
        self.ids.extend(members.iter().filter_map(|(_, id)| ConversationId::parse(id).ok()));
    }
}

impl App {
    /// Compares everything once that can be read. What is lost or damaged must not keep the rest from
    /// being served: no instance starts before its audit.
    pub async fn audit(&self) -> AppResult<Audited> {
        let concerned = self.concerned().await?;
        let agents = self.agents_kept(&self.pool_slot()).await?;
        let passed_over = (concerned.passed_over.len() + agents.damaged.len()) as u64;
        let mut audited = Audited { repairs: 0, passed_over };
        for id in &concerned.ids {
            match self.audit_one(id).await {
                Ok(repaired) => audited.repairs += u64::from(repaired),
                Err(AppError::Store(error)) if error.is_local() => audited.passed_over += 1,
                Err(AppError::Store(error)) => return Err(AppError::Store(error)),
                // It is being changed by others just now: the next audit looks at it again. One
                // conversation must not keep all others from being served.
                Err(_) => {}
            }
        }
        Ok(audited)
    }

    /// Every conversation that a pool holds something of, by either side's word. The pool itself must
    /// answer.
    pub(super) async fn concerned(&self) -> AppResult<Concerned> {
        let mut concerned = Concerned { ids: BTreeSet::new(), passed_over: Vec::new() };
        for number in 0..self.settings.buckets {
            match self.members(&keys::bucket(number), Index::ENTANGLED).await {
                Ok(members) => concerned.take(members),
                Err(AppError::Store(error)) if error.is_local() => {
                    concerned.passed_over.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        concerned.take(self.members(&self.pool_slot(), Index::ITEMS).await?);
        Ok(concerned)
    }

    /// Compares both sides of one conversation as they are and changes nothing. What is on its way
    /// between them is seen as a difference.
    pub(super) async fn compare(&self, id: &ConversationId) -> AppResult<Option<Difference>> {
        let slot = keys::bucket(keys::bucket_of(id, self.settings.buckets));
        let key = keys::conversation(id);
        let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
        let place = self.place(id).await?;
        let pool = place.as_ref().map_or_else(|| "nothing".to_owned(), place_in_words);
        let Some(c) = snapshot.get::<Conversation>(&key)? else {
            let orphan = matches!(place, Some(Place::Here(_)));
            let conversation = "it does not exist".to_owned();
            return Ok(orphan.then_some(Difference { conversation, pool, mend: "release" }));
        };
        let repair = self.difference(&c, place.as_ref(), snapshot.at());
        Ok(repair.map(|repair| {
            let owner = c.owner().map(|owner| format!(" {owner}")).unwrap_or_default();
            let conversation =
                format!("{}{owner}, token {}", c.state.name(), token_in_words(c.token));
            Difference { conversation, pool, mend: repair.name() }
        }))
    }

    /// Compares both sides of one conversation and repairs what differs.
    pub async fn audit_one(&self, id: &ConversationId) -> AppResult<bool> {
        let bucket = keys::bucket_of(id, self.settings.buckets);
        let key = keys::conversation(id);
        let to_load = [key.clone(), keys::outbox(id)];
        let snapshot = self.store.load(&keys::bucket(bucket), &to_load, &[]).await?;
        let Some(c) = snapshot.get::<Conversation>(&key)? else {
            return self.audit_orphan(id).await;
        };
        // What is owed is on its way: deliver it first, then compare.
        self.deliver_to_pool(bucket, id).await.ok();
        self.deliver_to_conversation(id).await.ok();
        let c = self.conversation(id).await.unwrap_or(c);
        let place = self.place(id).await?;
        let Some(repair) = self.difference(&c, place.as_ref(), snapshot.at()) else {
            return Ok(false);
        };
        match repair {
            Repair::TellPool(_, command) => match self.work(id, &command).await {
                Ok(done) if done.owes => self.deliver_to_conversation(id).await?,
                Ok(_) => {}
                Err(AppError::Refused(PoolRefusal::NotSignedIn | PoolRefusal::NoSuchAgent)) => {
                    // The owner is not there to be adopted: somebody else is sought.
                    let back = Command::Requeue { note: String::new() };
                    match self.command(id, None, back).await {
                        // Somebody else was faster.
                        Ok(_) | Err(AppError::Rejected(Rejection::WaitsAlready)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Err(AppError::Refused(refusal)) if settled(&refusal) => {}
                Err(error) => return Err(error),
            },
            Repair::TellConversation(_, command) => {
                match self.run_quietly(id, command).await {
                    Ok(owes) => {
                        if owes {
                            self.deliver_to_pool(bucket, id).await?;
                        }
                    }
                    Err(AppError::Rejected(Rejection::Stale { .. })) => {}
                    Err(error) => return Err(error),
                }
                // The conversation knows of the stay now; the owner follows, if there is one.
                if let Some(Place::Here(item)) = self.place(id).await? {
                    self.bind_again(&item).await?;
                }
            }
        }
        Stats::add(&self.stats.repairs);
        Ok(true)
    }

    /// A place without a conversation: the bucket lost its tail, and nobody can ever speak in it.
    async fn audit_orphan(&self, id: &ConversationId) -> AppResult<bool> {
        let Some(place @ Place::Here(_)) = self.place(id).await? else { return Ok(false) };
        let release = WorkCommand::Release { term: place.token().term };
        match self.work(id, &release).await {
            Ok(_) => {
                Stats::add(&self.stats.repairs);
                Ok(true)
            }
            Err(AppError::Refused(refusal)) if settled(&refusal) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What differs, if anything does.
    fn difference(&self, c: &Conversation, place: Option<&Place>, at: Timestamp) -> Option<Repair> {
        let rules = self.rules();
        let enqueue = || {
            arrival(&rules, c).map(|arrival| {
                let arrival = Box::new(arrival);
                Repair::TellPool("enqueue", WorkCommand::Enqueue { arrival, issued_at: at })
            })
        };
        let adopt = |agent: &AgentId| {
            arrival(&rules, c).map(|arrival| {
                let (arrival, agent) = (Box::new(arrival), agent.clone());
                Repair::TellPool("adopt", WorkCommand::Adopt { arrival, agent, token: c.token })
            })
        };
        match place {
            // The pool is ahead: the handoff happened and is made good.
            Some(Place::Here(item)) if item.token.term > c.token.term => {
                let handoff = Some(Box::new((item.handoff.clone(), item.headline.clone())));
                let command = Command::CatchUp { token: item.token, handoff };
                Some(Repair::TellConversation("catch_up", command))
            }
            Some(Place::Gone { token, .. }) if c.is_entangled() && token.term >= c.token.term => {
                let command = Command::CatchUp { token: *token, handoff: None };
                Some(Repair::TellConversation("catch_up", command))
            }
            Some(Place::Here(item)) if item.token.term == c.token.term => {
                self.difference_within(c, item)
            }
            // The pool is behind or knows nothing.
            Some(Place::Here(_) | Place::Gone { .. }) | None => match (&c.state, c.owner()) {
                (State::Queued, _) => enqueue(),
                (_, Some(owner)) => adopt(owner),
                (_, None) => match place {
                    Some(Place::Here(item)) if item.token.term <= c.token.term => {
                        let term = c.token.term;
                        Some(Repair::TellPool("release", WorkCommand::Release { term }))
                    }
                    Some(Place::Here(_) | Place::Gone { .. }) | None => None,
                },
            },
        }
    }

    /// Both sides know the same stay.
    fn difference_within(&self, c: &Conversation, item: &Item) -> Option<Repair> {
        if !c.is_entangled() {
            let term = c.token.term;
            return Some(Repair::TellPool("release", WorkCommand::Release { term }));
        }
        // The pool has lost that the agent took it.
        let taken_by = |owner: &AgentId| item.state == ItemState::Assigned { agent: owner.clone() };
        if c.token >= item.token
            && let (Some(owner), Some(arrival)) = (c.owner(), arrival(&self.rules(), c))
            && (c.token > item.token || !taken_by(owner))
        {
            let (arrival, agent) = (Box::new(arrival), owner.clone());
            let adopt = WorkCommand::Adopt { arrival, agent, token: c.token };
            return Some(Repair::TellPool("adopt", adopt));
        }
        // The pool has lost that it came back from an agent.
        if c.token > item.token {
            return Some(Repair::TellPool("regain", WorkCommand::Regain { token: c.token }));
        }
        let differs = match &item.state {
            ItemState::Assigned { agent } => c.token < item.token || c.owner() != Some(agent),
            ItemState::Waiting | ItemState::Offered { .. } => c.owner().is_some(),
        };
        differs.then(|| self.tell_of(c, item))
    }

    fn tell_of(&self, c: &Conversation, item: &Item) -> Repair {
        match (&item.state, c.owner()) {
            (ItemState::Assigned { agent }, _) => {
                Repair::TellConversation("bind", bind(item, agent, self.name_of(agent)))
            }
            (ItemState::Waiting | ItemState::Offered { .. }, Some(owner)) => {
                let unbind = Command::Unbind { token: item.spent_token(), agent: owner.clone() };
                Repair::TellConversation("unbind", unbind)
            }
            // Nobody owns it and nobody has it: there is nothing to say.
            (ItemState::Waiting | ItemState::Offered { .. }, None) => {
                Repair::TellConversation("tick", Command::Tick { reading: None, wait: None })
            }
        }
    }

    async fn bind_again(&self, item: &Item) -> AppResult<()> {
        let ItemState::Assigned { agent } = &item.state else { return Ok(()) };
        let command = bind(item, agent, self.name_of(agent));
        match self.run_quietly(&item.conversation, command).await {
            Ok(_) | Err(AppError::Rejected(Rejection::Stale { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn name_of(&self, agent: &AgentId) -> String {
        let known = self.router.agent(agent);
        known.map_or_else(|| agent.to_string(), |known| known.profile.name)
    }
}

fn token_in_words(token: Token) -> String {
    format!("({}, {})", token.term, token.attempt)
}

fn place_in_words(place: &Place) -> String {
    let token = token_in_words(place.token());
    match place {
        Place::Gone { .. } => format!("gone, token {token}"),
        Place::Here(item) => match &item.state {
            ItemState::Waiting => format!("waiting, token {token}"),
            ItemState::Offered { agent, .. } => format!("offered to {agent}, token {token}"),
            ItemState::Assigned { agent } => format!("assigned to {agent}, token {token}"),
        },
    }
}
