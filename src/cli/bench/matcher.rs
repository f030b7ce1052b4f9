//! What a decision of the matcher costs, and whether that grows with the queue: once the plan alone
//! on its picture of the pool, and once the whole router on the memory store, where an offer is a
//! checked transaction.
//!
//! Agents are all busy; then one has room, as when a conversation ends, and the plan must find the
//! first of those who wait whom this agent may have.

use super::say;
use crate::app::{App, Settings, keys};
use crate::cli::system::{SystemChance, SystemClock};
use crate::domain::handoff::{Handoff, HandoffReason, Origin, Priority, Requirements, Token};
use crate::domain::ids::{AgentId, ConversationId, SkillId};
use crate::domain::language::Language;
use crate::domain::pool::agent::{Agent, Held, Holding, Lease, Presence, Profile};
use crate::domain::pool::item::{Item, ItemState, Place};
use crate::domain::routing::plan::{self, Offer};
use crate::domain::routing::view::PoolView;
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::{Index, Ring, Slot, Store, Transaction};
use crate::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Skills that work may ask for, one each; with two languages twice as many classes.
const SKILLS: usize = 100;
/// Skills of each agent.
const KNOWN: usize = 8;
/// Decisions for each length of the queue.
const DECISIONS: usize = 2_000;
/// Entities written at once while the store is filled.
const AT_ONCE: usize = 20;

/// What decisions cost while so many wait.
#[derive(Debug, Clone, Copy)]
pub struct Decisions {
    /// How many wait.
    pub waiting: usize,
    /// One that a freed place brings about, with all that is noted for it: the mean.
    pub freed: Duration,
    /// Half of these took no longer.
    pub freed_p50: Duration,
    /// The slowest of these in a hundred.
    pub freed_p99: Duration,
    /// An arrival while everybody is busy: the mean.
    pub arrival: Duration,
    /// An offer through the router on the memory store.
    pub routed: Duration,
}

/// Measures with so many agents and each of these queues.
pub async fn measure(
    rules: &Arc<Rules>,
    agents: usize,
    queues: &[usize],
) -> anyhow::Result<Vec<Decisions>> {
    let mut found = Vec::new();
    for waiting in queues {
        say(&format!("the matcher: {agents} agents, {waiting} waiting"));
        let world = World { rules, agents, now: SystemClock::default().now() };
        let (mut freed, arrival) = world.plan(*waiting)?;
        freed.sort_unstable();
        let routed = world.route(*waiting).await?;
        found.push(Decisions {
            waiting: *waiting,
            freed: freed.iter().sum::<Duration>() / freed.len().max(1) as u32,
            freed_p50: freed[freed.len() / 2],
            freed_p99: freed[freed.len() * 99 / 100],
            arrival,
            routed,
        });
    }
    Ok(found)
}

struct World<'a> {
    rules: &'a Arc<Rules>,
    agents: usize,
    now: Timestamp,
}

impl World<'_> {
    /// Plans alone: for each freed place how long it took, and the mean of arrivals.
    fn plan(&self, waiting: usize) -> anyhow::Result<(Vec<Duration>, Duration)> {
        let routing = &self.rules.routing;
        let mut view = PoolView::new(routing);
        (0..self.agents).for_each(|number| view.upsert_agent(self.agent(number, true)));
        (0..waiting).for_each(|number| view.upsert_item(self.item(number)));
        anyhow::ensure!(plan::plan(&mut view, routing, self.now).is_empty(), "nobody is free");
        let (mut freed, mut arrivals) = (Vec::new(), Duration::ZERO);
        for turn in 0..DECISIONS {
            // Each time another agent, in no order.
            let number = turn * 7_919 % self.agents;
            let (free, full) = (self.agent(number, false), self.agent(number, true));
            let begun = Instant::now();
            view.upsert_agent(free);
            let offers = plan::plan(&mut view, routing, self.now);
            let decided = begun.elapsed();
            // What the pool makes of the offer is not the matcher's work; to note it is.
            let item = match &offers[..] {
                [offer] => Some(offered(&view, offer)?),
                _ => None,
            };
            let begun = Instant::now();
            item.into_iter().for_each(|item| view.upsert_item(item));
            view.upsert_agent(full);
            freed.push(decided + begun.elapsed());
            // The queue stays as long as it was.
            let begun = Instant::now();
            for _ in &offers {
                view.upsert_item(self.item(waiting + turn));
            }
            plan::plan(&mut view, routing, self.now);
            arrivals += begun.elapsed();
        }
        Ok((freed, arrivals / DECISIONS as u32))
    }

    /// Offers through the application: how long each took.
    async fn route(&self, waiting: usize) -> anyhow::Result<Duration> {
        let store = Arc::new(MemoryStore::new(Arc::new(SystemClock::default())));
        let slot = keys::pool(&self.rules.routing.pool);
        let app = App::new(
            store.clone(),
            Arc::new(Arc::clone(self.rules)),
            Arc::new(SystemChance),
            Settings {
                buckets: 4,
                instance: "bench".to_owned(),
                utterance_chars_max: 4_000,
                waiting_max: usize::MAX,
            },
        );
        let agents: Vec<usize> = (0..self.agents).collect();
        for some in agents.chunks(AT_ONCE) {
            self.put_agents(store.as_ref(), &slot, some, true).await?;
        }
        for some in (0..waiting).collect::<Vec<_>>().chunks(AT_ONCE) {
            self.put_items(store.as_ref(), &slot, some).await?;
        }
        // Becomes the matcher, learns what there is, and finds nobody.
        app.match_now().await;
        anyhow::ensure!(app.router().leads(), "the router does not match");
        let free = &agents[..self.agents.min(waiting).div_ceil(10)];
        for some in free.chunks(AT_ONCE) {
            let counter = self.put_agents(store.as_ref(), &slot, some, false).await?;
            let topics = some.iter().map(|number| format!("a/{}", agent_id(*number))).collect();
            app.hear(&Ring::Rang { slot: slot.clone(), counter, topics }).await?;
        }
        let begun = Instant::now();
        app.match_now().await;
        let took = begun.elapsed();
        let offers = app.router().agents().iter().filter(|agent| agent.has_live_offer()).count();
        anyhow::ensure!(offers > 0, "the router offers nothing");
        Ok(took / offers as u32)
    }

    async fn put_agents(
        &self,
        store: &dyn Store,
        slot: &Slot,
        numbers: &[usize],
        is_busy: bool,
    ) -> anyhow::Result<u64> {
        let keys: Vec<_> = numbers.iter().map(|number| keys::agent(&agent_id(*number))).collect();
        let mut change = change(store, slot, &keys).await?;
        for (number, key) in numbers.iter().zip(keys) {
            let agent = self.agent(*number, is_busy);
            let (id, lease) = (agent.id.as_str(), self.now + Duration::from_secs(3_600));
            change.index_put(Index::AGENTS, id, 0);
            change.index_put(Index::LEASES, id, lease.as_millis());
            change.ring(format!("a/{id}"));
            change.put(key, &agent);
        }
        Ok(store.commit(change).await?.counter)
    }

    async fn put_items(
        &self,
        store: &dyn Store,
        slot: &Slot,
        numbers: &[usize],
    ) -> anyhow::Result<()> {
        let items: Vec<Item> = numbers.iter().map(|number| self.item(*number)).collect();
        let key = |item: &Item| [keys::place(&item.conversation), keys::outbox(&item.conversation)];
        let keys: Vec<_> = items.iter().flat_map(key).collect();
        let mut change = change(store, slot, &keys).await?;
        for item in items {
            let id = item.conversation.clone();
            change.index_put(Index::ITEMS, id.as_str(), item.virtual_time());
            change.put(keys::place(&id), &Place::Here(item));
        }
        store.commit(change).await?;
        Ok(())
    }

    /// Speaks one of two languages or both, and knows a few things.
    fn agent(&self, number: usize, is_busy: bool) -> Agent {
        let both = number.is_multiple_of(4);
        let speaks = |language: usize| both || number % 2 == language;
        let languages = [Language::Ar, Language::En].into_iter().enumerate();
        let profile = Profile {
            name: format!("Agent {number}"),
            languages: languages
                .filter(|(place, _)| speaks(*place))
                .map(|(_, language)| (language, 5))
                .collect(),
            skills: (0..KNOWN).map(|step| (skill(number / 2 + step * 13), 5)).collect(),
            capacity: 1,
            declared: false,
        };
        let mut agent = Agent::new(agent_id(number), profile, self.now);
        (agent.presence, agent.lease) = (Presence::Available, Lease::Live);
        if is_busy {
            agent.held = busy(&agent.id);
        }
        agent
    }

    /// Waits since a while, for somebody with one skill.
    fn item(&self, number: usize) -> Item {
        let since = Timestamp::from_millis(self.now.as_millis() - 3_600_000 + number as i64);
        let language = if number.is_multiple_of(2) { Language::Ar } else { Language::En };
        let needs = Requirements {
            queue: self.rules.routing.queues.first().id.clone(),
            language,
            also: None,
            skills: [(skill(number / 2), 3)].into(),
        };
        let handoff = Handoff {
            reason: HandoffReason::HumanRequest,
            priority: Priority::Normal,
            needs,
            entry: None,
            requested_at: since,
            origin: Origin::default(),
        };
        let id = id(format!("waiting-{number}"), ConversationId::parse);
        let headline = "Wants to know where the order is; was told twice to wait".to_owned();
        Item { headline, ..Item::new(id, 0, since.as_millis(), handoff, since) }
    }
}

async fn change(
    store: &dyn Store,
    slot: &Slot,
    keys: &[crate::ports::store::EntityKey],
) -> anyhow::Result<Transaction> {
    Ok(store.load(slot, keys, &[]).await?.change(rand::random()))
}

/// The item as it is once it is offered.
fn offered(view: &PoolView, offer: &Offer) -> anyhow::Result<Item> {
    let waiting = view.item(&offer.conversation);
    let mut item = waiting.ok_or_else(|| anyhow::anyhow!("what is offered waits"))?.clone();
    item.state = ItemState::Offered { agent: offer.agent.clone(), until: offer.until };
    Ok(item)
}

/// One conversation, which is all there is room for.
fn busy(agent: &AgentId) -> BTreeMap<ConversationId, Held> {
    let held = Held::given(Token::default(), 1, Holding::Owned);
    [(id(format!("held-{agent}"), ConversationId::parse), held)].into()
}

fn agent_id(number: usize) -> AgentId {
    id(format!("agent-{number}"), AgentId::parse)
}

fn skill(number: usize) -> SkillId {
    id(format!("skill-{}", number % SKILLS), SkillId::parse)
}

fn id<T, E: std::fmt::Debug>(text: String, parse: impl Fn(&str) -> Result<T, E>) -> T {
    parse(&text).expect("letters, digits and dashes")
}
