//! How everything stands, read from the store: what waits, who is there, and how each conversation
//! that an agent owns stands for its customer.
//!
//! What was read is kept and shared by all who look, and is read again only where the store's own
//! counters say that something has changed: many who look cost one reading.

use super::App;
use super::error::AppResult;
use super::keys;
use crate::domain::conversation::on_call::waits_in_danger;
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::pool::agent::{Agent, Holding};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::routing::alerts::Raised;
use crate::domain::routing::overview::{Overview, overview};
use crate::domain::time::Timestamp;
use crate::ports::store::{EntityKey, Index, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// So many places and so many agents are read at most.
const READ_MAX: usize = 20_000;
/// So many conversations of agents are looked into at most.
const CONVERSATIONS_MAX: usize = 2_000;
/// Whoever looks again within this sees the same.
const FRESH: Duration = Duration::from_millis(200);

/// How everything stands.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// When it was looked at, by the store's clock.
    pub at: Timestamp,
    /// Queues and sums.
    pub overview: Overview,
    /// The agents, by id.
    pub agents: Vec<Agent>,
    /// The conversations that agents own.
    pub owned: BTreeMap<ConversationId, Conversation>,
    /// The conversations in danger that wait for an agent.
    pub endangered: BTreeMap<ConversationId, Conversation>,
    /// The places of what is offered or owned.
    pub held: BTreeMap<ConversationId, Item>,
    /// The places of what waits.
    pub waiting: Vec<Item>,
    /// The alerts that stand.
    pub alerts: Vec<Raised>,
    /// Whether there is more than was read.
    pub cut: bool,
}

/// What was read last.
#[derive(Default)]
pub(super) struct Read {
    /// The pool's ring counter before it was read; `None` before the first reading.
    counter: Option<u64>,
    items: Vec<Item>,
    agents: Vec<Agent>,
    alerts: Vec<Raised>,
    /// Those conversations that are looked into, each with its bucket's ring counter before it was read.
    owned: BTreeMap<ConversationId, (u64, Conversation)>,
    cut: bool,
    board: Arc<Board>,
}

impl App {
    /// How everything stands now.
    pub async fn board(&self) -> AppResult<Arc<Board>> {
        let mut read = self.board.lock().await;
        let at = self.store_now().await?;
        if read.counter.is_some() && at < read.board.at + FRESH {
            return Ok(Arc::clone(&read.board));
        }
        self.read_pool(&mut read).await?;
        self.read_owned(&mut read).await?;
        let rules = self.rules();
        let (held, waiting): (Vec<&Item>, Vec<&Item>) =
            read.items.iter().partition(|item| item.holder().is_some());
        let held = held.into_iter();
        let conversations = |in_danger: bool| {
            let all = read.owned.values().map(|(_, c)| c);
            let those = all.filter(|c| waits_in_danger(c).is_some() == in_danger);
            those.map(|c| (c.id.clone(), c.clone())).collect()
        };
        read.board = Arc::new(Board {
            at,
            overview: overview(&rules.routing, &read.items, &read.agents, at),
            agents: read.agents.clone(),
            owned: conversations(false),
            endangered: conversations(true),
            held: held.map(|item| (item.conversation.clone(), item.clone())).collect(),
            waiting: waiting.into_iter().cloned().collect(),
            alerts: read.alerts.clone(),
            cut: read.cut,
        });
        Ok(Arc::clone(&read.board))
    }

    /// Reads places and agents again if anything in the pool has changed.
    async fn read_pool(&self, read: &mut Read) -> AppResult<()> {
        let slot = self.pool_slot();
        let counters = self.store.ring_counters(std::slice::from_ref(&slot)).await?;
        let counter = counters.first().copied().unwrap_or(0);
        if read.counter == Some(counter) {
            return Ok(());
        }
        let named = self.named(&slot, Index::AGENTS).await?;
        let keys = named.iter().filter_map(|id| AgentId::parse(id).ok());
        let keys: Vec<EntityKey> = keys.map(|id| keys::agent(&id)).collect();
        let mut agents = self.records::<Agent>(&slot, &keys).await?.found;
        let waiting = self.named(&slot, Index::ITEMS).await?;
        let keys = waiting.iter().filter_map(|id| ConversationId::parse(id).ok());
        let keys: Vec<EntityKey> = keys.map(|id| keys::place(&id)).collect();
        let places = self.records(&slot, &keys).await?.found.into_iter();
        let items = places.filter_map(|place| match place {
            Place::Here(item) => Some(item),
            Place::Gone { .. } => None,
        });
        let items = items.collect();
        agents.sort_by(|one: &Agent, other| one.id.cmp(&other.id));
        read.cut = named.len() >= READ_MAX || waiting.len() >= READ_MAX;
        (read.agents, read.items) = (agents, items);
        let key = keys::alerts();
        let snapshot = self.store.load(&slot, std::slice::from_ref(&key), &[]).await?;
        read.alerts = snapshot.get::<Vec<Raised>>(&key)?.unwrap_or_default();
        // What changed while it was read shows at the next look: the counter is the older one.
        read.counter = Some(counter);
        Ok(())
    }

    /// Reads again those conversations of agents, and of customers in danger, whose bucket has
    /// changed.
    async fn read_owned(&self, read: &mut Read) -> AppResult<()> {
        let mut wanted: BTreeMap<u16, Vec<ConversationId>> = BTreeMap::new();
        let owned = read.agents.iter().flat_map(|agent| &agent.held);
        let owned = owned.filter(|(_, held)| match held.how {
            Holding::Owned => true,
            Holding::Offer | Holding::WrapUp { .. } => false,
        });
        let in_danger = read.items.iter().filter(|it| it.handoff.reason.is_emergency());
        let in_danger = in_danger.filter(|it| match it.state {
            ItemState::Waiting | ItemState::Offered { .. } => true,
            ItemState::Assigned { .. } => false,
        });
        let in_danger = in_danger.map(|it| &it.conversation);
        let mut count = 0;
        for id in in_danger.chain(owned.map(|(id, _)| id)).take(CONVERSATIONS_MAX) {
            let bucket = keys::bucket_of(id, self.settings.buckets);
            wanted.entry(bucket).or_default().push(id.clone());
            count += 1;
        }
        read.cut |= count == CONVERSATIONS_MAX;
        let slots: Vec<Slot> = wanted.keys().map(|bucket| keys::bucket(*bucket)).collect();
        let counters = match slots.is_empty() {
            true => Vec::new(),
            false => self.store.ring_counters(&slots).await?,
        };
        let mut known = std::mem::take(&mut read.owned);
        for ((slot, ids), counter) in slots.iter().zip(wanted.into_values()).zip(counters) {
            let mut stale = Vec::new();
            for id in ids {
                match known.remove(&id) {
                    Some((seen, c)) if seen == counter => drop(read.owned.insert(id, (seen, c))),
                    Some(_) | None => stale.push(keys::conversation(&id)),
                }
            }
            let fresh = self.records::<Conversation>(slot, &stale).await?.found.into_iter();
            read.owned.extend(fresh.map(|c| (c.id.clone(), (counter, c))));
        }
        Ok(())
    }

    /// The members of an index, as many as are read at most.
    async fn named(&self, slot: &Slot, index: Index) -> AppResult<Vec<String>> {
        let members = self.store.range(slot, index, None, i64::MAX, READ_MAX).await?;
        Ok(members.into_iter().map(|(_, member)| member).collect())
    }
}
