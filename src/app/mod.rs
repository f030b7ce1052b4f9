//! The application: load, handle, commit, perform effects. Business rules are in
//! [`crate::domain`]; here they are joined with the store, and the two authorities, conversation
//! and pool, with each other.
//!
//! Nothing here spawns tasks or sleeps: what must run again and again is an `async fn` that the
//! composition root or the simulator calls.

pub mod agents;
pub mod alerts;
pub mod attending;
pub mod audit;
pub mod begin;
pub mod blocks;
pub mod board;
pub mod claim;
pub mod conversations;
pub mod copying;
pub mod customers;
pub mod deadlines;
pub mod diagnosis;
pub mod directives;
pub mod erasure;
pub mod error;
pub mod explain;
pub mod export;
pub mod findings;
mod giving_way;
pub mod hub;
pub mod keys;
mod lines;
pub mod listing;
mod logs;
pub mod machines;
mod newest;
pub mod on_call;
pub mod outbox;
pub mod pace;
pub mod packet;
mod picture;
pub mod pool;
pub mod promises;
mod recent;
mod records;
pub mod repair;
pub mod replay;
pub mod requests;
pub mod retention;
pub mod router;
pub mod satisfaction;
pub mod seen;
pub mod sessions;
pub mod stats;
pub mod stored;
pub mod supervise;
pub mod transfer;
pub mod typing;
pub mod unsaved;

use crate::domain::rules::Rules;
use crate::ports::clock::Chance;
use crate::ports::erasures::{Erasures, NoErasures};
use crate::ports::ringer::NoLine;
use crate::ports::rules::RulesSource;
use crate::ports::store::{Slot, Store};
use hub::Hub;
use machines::Machines;
use router::Router;
use stats::Stats;
use std::sync::Arc;

/// How often a change is tried again when others changed the same thing meanwhile.
pub const TRIES_MAX: u32 = 8;
/// Locks that keep this process from competing with itself for one conversation. Each holds what
/// was written last under it.
const STRIPES: usize = 64;

/// What is fixed while the process runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The number of buckets; fixed for the life of a deployment.
    pub buckets: u16,
    /// Names this process among others on the same store.
    pub instance: String,
    /// The longest message, in characters.
    pub utterance_chars_max: usize,
    /// So many may wait in a pool until new conversations are refused.
    pub waiting_max: usize,
}

/// The application.
pub struct App {
    store: Arc<dyn Store>,
    rules: Arc<dyn RulesSource>,
    chance: Arc<dyn Chance>,
    settings: Settings,
    router: Router,
    notes: pace::Notes,
    in_force: directives::InForce,
    typing: typing::Typing,
    pages: attending::Pages,
    lines: lines::Lines,
    hub: Hub,
    stats: Stats,
    machines: Machines,
    stripes: Vec<tokio::sync::Mutex<recent::Recent>>,
    newest: newest::Newest,
    /// How everything stood when somebody looked last.
    board: tokio::sync::Mutex<board::Read>,
    line: on_call::Line,
    erasures: Arc<dyn Erasures>,
    erasing: erasure::Erasing,
}

impl App {
    /// Puts the application together. Call [`App::recover`] before it serves.
    pub fn new(
        store: Arc<dyn Store>,
        rules: Arc<dyn RulesSource>,
        chance: Arc<dyn Chance>,
        settings: Settings,
    ) -> Self {
        let router = Router::new(&rules.current().routing);
        App {
            store,
            rules,
            chance,
            settings,
            router,
            notes: pace::Notes::default(),
            in_force: directives::InForce::default(),
            typing: typing::Typing::default(),
            pages: attending::Pages::default(),
            lines: lines::Lines::default(),
            hub: Hub::default(),
            stats: Stats::default(),
            machines: Machines::default(),
            stripes: (0..STRIPES).map(|_| tokio::sync::Mutex::default()).collect(),
            newest: newest::Newest::default(),
            board: tokio::sync::Mutex::default(),
            line: on_call::Line::over(Arc::new(NoLine)),
            erasures: Arc::new(NoErasures),
            erasing: erasure::Erasing::default(),
        }
    }

    /// The same application on other machines; for the simulation.
    pub(crate) fn on_machines(mut self, machines: Machines) -> Self {
        self.machines = machines;
        self
    }

    /// The rules that count now, under what ops have decided at once.
    pub fn rules(&self) -> Arc<Rules> {
        self.in_force.over(self.rules.current())
    }

    /// What this process has counted.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Who waits for what to change.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The matcher's view of the pool.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// What is fixed while the process runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Every slot that has due entries, for the sweeper.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = (0..self.settings.buckets).map(keys::bucket).collect();
        slots.push(keys::pool(&self.rules().routing.pool));
        slots
    }

    /// Makes good what a stop or a loss of data has left: leases are extended once (the agents
    /// could not reach us), declared agents are brought in, both sides are compared, and the
    /// matcher's view is built. Only then may matching begin.
    pub async fn recover(&self) -> error::AppResult<()> {
        self.declare_agents().await?;
        self.extend_leases().await?;
        self.rebuild_view().await?;
        self.audit().await?;
        self.rebuild_view().await?;
        self.learn_directives().await?;
        self.learn_pace().await
    }

    fn tag(&self) -> u64 {
        self.chance.bits() as u64
    }
}
