//! The deterministic world: the whole application on one seed, with a virtual clock, customers,
//! agents and faults, and checkers that look at every change.
//!
//! Nothing of the application is replaced but what it stands on: time, chance, the store's
//! reliability, and who goes on next. A seed that fails fails again: each world of a run has a
//! seed of its own, and the report names it, so that this world alone can be repeated.
//!
//! While faults are on, *safety* is checked at every commit (`checks`, `pool_checks`,
//! `agreement`); then they stop, and everything must come to rest: *liveness*.

mod agent;
mod agreement;
mod among_staff;
mod backtest;
mod blocks;
mod checks;
mod course;
mod customer;
mod directives;
mod director;
mod executor;
mod faults;
mod lines;
mod model;
mod mutant;
mod noted;
mod on_call;
mod overtaking;
mod pages;
mod past;
mod phrases;
mod pool_checks;
mod privacy;
mod promises;
mod random;
mod report;
mod reports;
pub(crate) mod rules;
mod scene;
mod staffing;
mod supervisor;
mod told;
mod wait_notes;
mod witness;
mod world;

#[cfg(test)]
mod explore;
#[cfg(test)]
mod regressions;
#[cfg(test)]
mod tests;

pub use model::{Invariant, Violation};
pub use mutant::Mutant;
pub use report::SimReport;

use crate::app::conversations::Request;
use course::Course;
use world::World;

/// So many conversations share one world of a rush.
pub const WORLD_CONVERSATIONS: usize = 250;
/// So many conversations begin in each week of a world of weeks.
pub const WEEK_CONVERSATIONS: usize = 2_500;

/// What the instances stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// The reference store; it can lose its tail, and several instances share it.
    Memory,
    /// The embedded store on a simulated disk; each crash is a power failure.
    Embedded,
}

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Everything follows from it.
    pub seed: u64,
    /// How many conversations in all. They are spread over worlds: of [`WORLD_CONVERSATIONS`], or of
    /// [`WEEK_CONVERSATIONS`] for each week.
    pub conversations: usize,
    /// How many weeks each world lasts, with opening hours, a holiday and shifts; 0 = a rush, in
    /// which everything is always open and everybody comes at once.
    pub weeks: u32,
    /// Whether a rush brings far more than two agents can do, one in twelve in a language that one of
    /// them speaks.
    pub overload: bool,
    /// Whether anything goes wrong.
    pub faults: bool,
    /// Into how many buckets conversations are hashed.
    pub buckets: u16,
    /// What the instances stand on.
    pub store: StoreKind,
    /// A guard that is taken out, to see that its absence is noticed.
    pub mutant: Option<Mutant>,
}

impl Default for SimOptions {
    fn default() -> Self {
        SimOptions {
            seed: 1,
            conversations: WORLD_CONVERSATIONS,
            weeks: 0,
            overload: false,
            faults: true,
            buckets: 4,
            store: StoreKind::Memory,
            mutant: None,
        }
    }
}

impl SimOptions {
    /// The request as it is sent.
    fn request_id(&self, request: &Request) -> Option<Request> {
        (self.mutant != Some(Mutant::RequestIdIgnored)).then(|| request.clone())
    }

    fn world_conversations(&self) -> usize {
        match self.weeks {
            0 => WORLD_CONVERSATIONS,
            weeks => weeks as usize * WEEK_CONVERSATIONS,
        }
    }

    /// How time goes in a world of so many conversations.
    fn course(&self, conversations: usize) -> Course {
        match self.weeks {
            0 if self.overload => Course::overload(),
            0 => Course::rush(),
            weeks => Course::weeks(weeks, conversations),
        }
    }

    /// The seed of each world and how many conversations it has. The first world has the seed of
    /// the whole, so that the seed of any world repeats that world alone.
    fn worlds(&self) -> impl Iterator<Item = (u64, usize)> {
        let mut left = self.conversations;
        let mut number = 0;
        std::iter::from_fn(move || {
            let here = left.min(self.world_conversations());
            left -= here;
            let seed = match number {
                0 => self.seed,
                _ => random::mix(self.seed ^ random::mix(number)),
            };
            number += 1;
            (here > 0).then_some((seed, here))
        })
    }
}

/// Runs the simulation. The same options give the same report, to the byte.
pub fn run(options: &SimOptions) -> SimReport {
    run_watched(options, |_| {})
}

/// The same; `after` is called after each world with the report so far.
pub fn run_watched(options: &SimOptions, mut after: impl FnMut(&SimReport)) -> SimReport {
    let mut report = SimReport::new(options.seed);
    for (seed, conversations) in options.worlds() {
        let world = World::new(options, seed, conversations);
        world.run();
        report.add(&world);
        after(&report);
    }
    report
}
