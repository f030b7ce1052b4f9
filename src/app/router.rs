//! The matcher: keeps a picture of the pool in memory, plans offers from it, and lets the store
//! decide each one. An old picture costs a refused offer, never a wrong one.

use super::App;
use super::error::{AppError, AppResult};
use super::keys::{self, Topic};
use super::picture::Picture;
use super::stats::Stats;
use super::stored::MatcherFence;
use crate::domain::handoff::Requirements;
use crate::domain::ids::{AgentId, ConversationId, QueueId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::command::{PoolDecision, PoolRefusal};
use crate::domain::pool::item::Place;
use crate::domain::pool::work::{held_live, meets};
use crate::domain::routing::claim;
use crate::domain::routing::delay::{self, DelayReason};
use crate::domain::routing::explain::{self, QueueStats, Verdict};
use crate::domain::routing::settings::RoutingRules;
use crate::domain::routing::view::PoolView;
use crate::domain::time::Timestamp;
use crate::ports::store::{Index, Ring, Snapshot, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How long a matcher's lease lasts.
const LEADER_SPAN: Duration = Duration::from_secs(3);
/// Rounds of planning in one call; what is left waits for the next.
const ROUNDS_MAX: usize = 64;

/// The matcher's picture of the pool.
pub struct Router {
    picture: Mutex<Picture>,
    /// Held while this process makes offers, so that it does not compete with itself.
    matching: tokio::sync::Mutex<()>,
}

impl Router {
    /// An empty picture.
    pub fn new(rules: &RoutingRules) -> Self {
        Router { picture: Mutex::new(Picture::new(rules)), matching: tokio::sync::Mutex::new(()) }
    }

    /// Whether this process matches, as far as it knows.
    pub fn leads(&self) -> bool {
        self.lock().fence.is_some()
    }

    /// Looks at the picture of the pool.
    pub(super) fn with_view<T>(&self, look: impl FnOnce(&PoolView) -> T) -> T {
        look(&self.lock().view)
    }

    /// Whether this process matches and has learned of something that it has not planned for.
    pub fn has_work(&self) -> bool {
        let picture = self.lock();
        picture.fence.is_some() && (picture.suspect || picture.view.is_dirty())
    }

    /// How many wait for an agent.
    pub fn waiting(&self) -> usize {
        self.lock().view.waiting()
    }

    /// The agents as the matcher sees them.
    pub fn agents(&self) -> Vec<Agent> {
        self.lock().view.agents().cloned().collect()
    }

    /// An agent as the matcher sees them.
    pub fn agent(&self, id: &AgentId) -> Option<Agent> {
        self.lock().view.agent(id).cloned()
    }

    /// What an agent could take by hand.
    pub(super) fn claimable(&self, agent: &AgentId) -> Vec<claim::Claimable> {
        claim::claimable(&self.lock().view, agent)
    }

    /// Whom an agent would pass over by taking this by hand; `Err` if it is an emergency.
    pub(super) fn overtaken(
        &self,
        agent: &AgentId,
        conversation: &ConversationId,
    ) -> Result<Vec<ConversationId>, ConversationId> {
        claim::overtaken(&self.lock().view, agent, conversation)
    }

    /// Those who leave and hold nothing any more.
    pub(super) fn leaving(&self) -> Vec<AgentId> {
        let picture = self.lock();
        let done = picture.view.agents().filter(|agent| agent.leaving);
        done.filter(|agent| held_live(agent).is_empty()).map(|agent| agent.id.clone()).collect()
    }

    /// Whether anyone who takes offers, busy or not, offers what is required; those who are not to
    /// have it again do not count.
    pub(super) fn somebody_meets(
        &self,
        needs: &Requirements,
        excluded: &BTreeSet<AgentId>,
    ) -> bool {
        let may = |agent: &Agent| agent.takes_offers() && !excluded.contains(&agent.id);
        let picture = self.lock();
        picture.view.agents().any(|agent| may(agent) && meets(agent, needs))
    }

    /// When the next pause, hold or cool-down ends, so that it is worth planning again.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.lock().view.next_wake()
    }

    /// The customers of these conversations are gone, and those who are there go first.
    pub(super) fn set_asides(&self, asides: BTreeSet<ConversationId>) {
        self.lock().view.set_asides(asides);
    }

    /// The rules were replaced: classes and policy are derived anew.
    pub fn set_rules(&self, rules: &RoutingRules) {
        self.lock().view.set_rules(rules);
    }

    pub(super) fn learn(&self, counter: u64, place_of: &ConversationId, decision: &PoolDecision) {
        let mut picture = self.lock();
        if let Some(place) = &decision.place {
            picture.learn_place(counter, place_of, place.clone());
        }
        for (id, agent) in &decision.agents {
            picture.learn_agent(counter, id, Some(agent.clone()));
        }
    }

    pub(super) fn learn_agents(&self, counter: u64, decision: &PoolDecision) {
        let mut picture = self.lock();
        for (id, agent) in &decision.agents {
            picture.learn_agent(counter, id, Some(agent.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl App {
    /// Makes all offers that can be made now. Cheap when nothing has changed.
    pub async fn match_now(&self) {
        // Whoever holds the lock sees what we changed: it plans until nothing is left.
        let Ok(_alone) = self.router.matching.try_lock() else { return };
        for _ in 0..ROUNDS_MAX {
            match self.match_once().await {
                // What was offered is known; another round is worth its price if more changed.
                Ok(true) if self.router.has_work() => {}
                // Nothing left to offer, or the store is away: the next tick tries again.
                Ok(_) | Err(_) => return,
            }
        }
    }

    /// One round: plan, then offer. Returns whether there was anything to offer.
    async fn match_once(&self) -> AppResult<bool> {
        let Some(at) = self.lead().await? else { return Ok(false) };
        if self.router.lock().suspect {
            self.rebuild_view().await?;
        }
        let rules = self.rules();
        let offers = (self.machines.plan)(&mut self.router.lock().view, &rules.routing, at);
        for offer in &offers {
            match self.make_offer(offer).await {
                Ok(()) => Stats::add(&self.stats.offers),
                Err(AppError::Refused(PoolRefusal::Superseded)) => {
                    self.router.lock().fence = None;
                    return Ok(false);
                }
                Err(AppError::Refused(_) | AppError::Contended) => {
                    // The picture was old: look again at these two.
                    Stats::add(&self.stats.offers_refused);
                    self.refresh_place(&offer.conversation).await?;
                    if let Some(other) = &offer.instead_of {
                        self.refresh_place(other).await?;
                    }
                    self.refresh_agent(&offer.agent).await?;
                }
                Err(error) => {
                    self.router.lock().suspect = true;
                    return Err(error);
                }
            }
        }
        Ok(!offers.is_empty())
    }

    /// Passes a ring on to the picture. Our own changes are known already.
    pub async fn hear(&self, ring: &Ring) -> AppResult<()> {
        self.newest.hear(ring);
        let (slot, counter, topics) = match ring {
            Ring::Rang { slot, counter, topics } => (slot, counter, topics),
            Ring::Passed { .. } => return Ok(()),
            Ring::Missed => {
                self.router.lock().suspect = true;
                return Ok(());
            }
        };
        if *slot != self.pool_slot() {
            return Ok(());
        }
        self.router.lock().heard_ring(*counter);
        let learned = self.learn_topics(*counter, topics).await;
        if learned.is_err() {
            // What rang is not known: the ring must not be forgotten.
            self.distrust_view();
        }
        learned
    }

    /// Compares the pool's ring counter with what was heard: a lost ring must not leave anyone
    /// waiting. Whoever matches builds its picture anew before it plans; everybody else does it here,
    /// because their customers too are told where they stand, and count as there while their page is
    /// open. To be called about once a second.
    pub async fn repair_view(&self) -> AppResult<()> {
        let counter = self.counter_now().await?;
        let is_due = {
            let mut picture = self.router.lock();
            picture.seen(counter);
            picture.suspect && picture.fence.is_none()
        };
        if is_due { self.rebuild_view().await } else { Ok(()) }
    }

    async fn learn_topics(&self, counter: u64, topics: &[String]) -> AppResult<()> {
        for topic in topics.iter().filter_map(|name| Topic::parse(name)) {
            match topic {
                Topic::Place(id) => {
                    if self.router.lock().place_known(&id) < counter {
                        self.refresh_place(&id).await?;
                    }
                }
                Topic::Agent(id) => {
                    if self.router.lock().agent_known(&id) < counter {
                        self.refresh_agent(&id).await?;
                    }
                }
                Topic::Log(_)
                | Topic::Inbox(_)
                | Topic::Alerts
                | Topic::ReadMarks(_)
                | Topic::CustomerTypes(_)
                | Topic::AgentTypes(_)
                | Topic::Any => {}
            }
        }
        Ok(())
    }

    /// The picture may be wrong: it is built anew before the next offer.
    pub fn distrust_view(&self) {
        self.router.lock().suspect = true;
    }

    /// Builds the picture anew from the store.
    pub async fn rebuild_view(&self) -> AppResult<()> {
        let slot = self.pool_slot();
        let counter = self.counter_now().await?;
        let mut fresh = PoolView::new(&self.rules().routing);
        let (mut places, mut agents) = (BTreeMap::new(), BTreeMap::new());
        // What is damaged must not keep the others from being served; the audit counts it.
        for agent in self.agents_kept(&slot).await?.found {
            agents.insert(agent.id.clone(), counter);
            fresh.upsert_agent(agent);
        }
        for place in self.places_kept(&slot).await?.found {
            if let Place::Here(item) = place {
                places.insert(item.conversation.clone(), counter);
                fresh.upsert_item(item);
            }
        }
        // What changed while we read is newer than the picture.
        let suspect = self.counter_now().await? != counter;
        let mut picture = self.router.lock();
        fresh.set_asides(picture.view.asides().clone());
        picture.view = fresh;
        picture.places = places;
        picture.agents = agents;
        picture.since = counter;
        picture.suspect = suspect;
        picture.heard = counter;
        Ok(())
    }

    /// The position of a waiting conversation and why it waits.
    pub fn waiting_status(&self, id: &ConversationId, at: Timestamp) -> (Option<u32>, DelayReason) {
        let rules = self.rules();
        let at = self.by_now(at);
        let picture = self.router.lock();
        let position = explain::position(&picture.view, id);
        (position, delay::delay_reason(&picture.view, &rules.routing, id, at))
    }

    /// For each agent, whether they could be offered this conversation now, or why not.
    pub async fn explain_wait(
        &self,
        id: &ConversationId,
    ) -> AppResult<Option<Vec<(AgentId, Verdict)>>> {
        let at = self.store_now().await?;
        Ok(explain::why(&self.router.lock().view, id, at))
    }

    /// Each queue at a glance.
    pub fn queues(&self) -> BTreeMap<QueueId, QueueStats> {
        let rules = self.rules();
        explain::queue_stats(&self.router.lock().view, &rules.routing)
    }

    /// The store's time.
    pub async fn store_now(&self) -> AppResult<Timestamp> {
        Ok(self.store.load(&self.pool_slot(), &[], &[]).await?.at())
    }

    /// The store's time if this process is the matcher, taking or renewing the lease where it can.
    async fn lead(&self) -> AppResult<Option<Timestamp>> {
        let slot = self.pool_slot();
        let member = "matcher".to_owned();
        let scores = [(Index::LEADER, member.clone())];
        let snapshot = self.store.load(&slot, &[keys::fence()], &scores).await?;
        let at = snapshot.at();
        {
            let picture = self.router.lock();
            if picture.fence.is_some() && at + LEADER_SPAN / 2 < picture.leader_until {
                return Ok(Some(at));
            }
        }
        let known: Option<MatcherFence> = snapshot.get(&keys::fence())?;
        let until = snapshot.score(Index::LEADER, &member).unwrap_or(0);
        let ours = known.as_ref().is_some_and(|known| known.leader == self.settings.instance);
        if !ours && at.as_millis() < until {
            self.router.lock().fence = None;
            return Ok(None);
        }
        let held = self.router.lock().fence;
        let mut change = snapshot.change(self.tag());
        let fence = match (ours, &known, held) {
            (true, Some(known), Some(held)) if known.fence == held => held,
            // Taken over, or this process has started anew: older offers of it are fenced too.
            (_, known, _) => {
                let fence = known.as_ref().map_or(1, |known| known.fence + 1);
                let leader = self.settings.instance.clone();
                change.put(keys::fence(), &MatcherFence { fence, leader });
                fence
            }
        };
        let leader_until = at + LEADER_SPAN;
        change.index_put(Index::LEADER, member, leader_until.as_millis());
        match self.store.commit(change).await {
            Ok(_) => {
                let mut picture = self.router.lock();
                picture.suspect |= picture.fence != Some(fence);
                picture.fence = Some(fence);
                picture.leader_until = leader_until;
                Ok(Some(at))
            }
            Err(StoreError::Conflict { .. } | StoreError::Stale) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses to offer when another process has become the matcher.
    pub(super) fn check_fence(&self, snapshot: &Snapshot) -> AppResult<()> {
        let known: Option<MatcherFence> = snapshot.get(&keys::fence())?;
        let held = self.router.lock().fence;
        match (known, held) {
            (Some(known), Some(held)) if known.fence == held => Ok(()),
            (Some(_) | None, Some(_) | None) => Err(PoolRefusal::Superseded.into()),
        }
    }

    pub(super) async fn refresh_place(&self, id: &ConversationId) -> AppResult<()> {
        let counter = self.counter_now().await?;
        let place = self.place(id).await?;
        self.router.lock().learn_place(counter, id, place);
        Ok(())
    }

    async fn refresh_agent(&self, id: &AgentId) -> AppResult<()> {
        let counter = self.counter_now().await?;
        let agent = match self.agent(id).await {
            Ok(agent) => Some(agent),
            Err(AppError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        self.router.lock().learn_agent(counter, id, agent);
        Ok(())
    }

    /// The pool's ring counter: whatever is read after it is at least as new.
    async fn counter_now(&self) -> AppResult<u64> {
        let counters = self.store.ring_counters(&[self.pool_slot()]).await?;
        Ok(counters.first().copied().unwrap_or(0))
    }
}
