//! What a simulation has found, in numbers and, if anything is wrong, in violations. The same seed
//! gives the same text, to the byte.

use super::backtest::Backtest;
use super::model::Violation;
use super::world::World;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimReport {
    /// The seed of the whole.
    pub seed: u64,
    /// Worlds simulated.
    pub worlds: u64,
    /// Conversations begun.
    pub conversations: u64,
    /// Commands given by customers and agents, each counted once however often it was sent.
    pub commands: u64,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Times humans were asked for.
    pub handoffs: u64,
    /// Of these, to a queue that was closed then.
    pub after_hours: u64,
    /// Shifts of agents that ended.
    pub shifts: u64,
    /// Offers made.
    pub offers: u64,
    /// Ordinary offers that gave way to somebody in danger.
    pub gave_way: u64,
    /// Ordinary offers of those who came later than somebody whom the agent could have taken.
    pub went_ahead: u64,
    /// By how much they came later at most: never more than the credit.
    pub went_ahead_by: Duration,
    /// Conversations that customers confirmed to be resolved, each time counted.
    pub resolved: u64,
    /// Promises made, told late, and ended, by how.
    pub promises: BTreeMap<&'static str, u64>,
    /// Rings of those on call, and what came of them.
    pub on_call: BTreeMap<&'static str, u64>,
    /// Pages that were closed while their owners waited, and what came of it.
    pub pages: BTreeMap<&'static str, u64>,
    /// What customers did with what is their own, and what they were asked.
    pub customers: BTreeMap<&'static str, u64>,
    /// Why it takes time, as those who waited were told; each was compared with the pool.
    pub told: BTreeMap<&'static str, u64>,
    /// What ops decided.
    pub directives: BTreeMap<&'static str, u64>,
    /// What people did beside talking.
    pub desk: BTreeMap<&'static str, u64>,
    /// Waits that were told, beside those that followed.
    pub(super) waits: Backtest,
    /// Restarts of an instance.
    pub restarts: u64,
    /// Rewinds of a slot.
    pub rewinds: u64,
    /// Differences between conversation and pool that audits have made good.
    pub repairs: u64,
    /// Simulated time in all worlds together.
    pub virtual_time: Duration,
    /// How often an invariant was checked.
    pub checks: u64,
    /// What does not hold.
    pub violations: Vec<Violation>,
    /// A hash of the final state of all worlds.
    pub hash: u64,
}

impl SimReport {
    pub(super) fn new(seed: u64) -> Self {
        SimReport {
            seed,
            worlds: 0,
            conversations: 0,
            commands: 0,
            faults: BTreeMap::new(),
            handoffs: 0,
            after_hours: 0,
            shifts: 0,
            offers: 0,
            gave_way: 0,
            went_ahead: 0,
            went_ahead_by: Duration::ZERO,
            resolved: 0,
            promises: BTreeMap::new(),
            on_call: BTreeMap::new(),
            pages: BTreeMap::new(),
            customers: BTreeMap::new(),
            told: BTreeMap::new(),
            directives: BTreeMap::new(),
            desk: BTreeMap::new(),
            waits: Backtest::default(),
            restarts: 0,
            rewinds: 0,
            repairs: 0,
            virtual_time: Duration::ZERO,
            checks: 0,
            violations: Vec::new(),
            hash: 0,
        }
    }

    /// Adds what one world has come to.
    pub(super) fn add(&mut self, world: &World) {
        let hash = world.witness.compare(world.options.buckets, &world.pool());
        let model = world.model();
        self.worlds += 1;
        self.conversations += model.conversations.len() as u64;
        self.commands += world.commands.get();
        for (kind, count) in world.tally.counts() {
            *self.faults.entry(kind).or_default() += count;
        }
        self.handoffs += model.handoffs;
        self.after_hours += model.after_hours;
        self.shifts += world.shifts.get();
        self.offers += model.offers;
        self.gave_way += model.gave_way;
        self.went_ahead += model.overtaking.ahead;
        self.went_ahead_by = self.went_ahead_by.max(model.overtaking.ahead_by);
        self.resolved += model.resolved;
        for (what, count) in &model.promises {
            *self.promises.entry(what).or_default() += count;
        }
        for (what, count) in &model.rings.counts {
            *self.on_call.entry(what).or_default() += count;
        }
        for (what, count) in model.pages.counts() {
            *self.pages.entry(what).or_default() += count;
        }
        for (what, count) in &model.privacy.counts.0 {
            *self.customers.entry(what).or_default() += count;
        }
        for (what, count) in &model.told.0 {
            *self.told.entry(what).or_default() += count;
        }
        for (what, count) in &model.directives.counts.0 {
            *self.directives.entry(what).or_default() += count;
        }
        for (what, count) in &model.desk.0 {
            *self.desk.entry(what).or_default() += count;
        }
        self.waits.add(&model.backtest);
        self.restarts += world.restarts.get();
        self.rewinds += model.rewinds;
        self.repairs += world.repairs.get();
        self.virtual_time += world.elapsed();
        self.checks += model.checks;
        self.violations.extend(model.violations.iter().cloned());
        self.hash = self.hash.rotate_left(7) ^ hash;
    }

    /// How much went wrong on purpose.
    pub fn faults_total(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Whether everything held.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for SimReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "seed            {}", self.seed)?;
        writeln!(out, "worlds          {}", self.worlds)?;
        writeln!(out, "conversations   {}", self.conversations)?;
        writeln!(out, "commands        {}", self.commands)?;
        writeln!(out, "handoffs        {}", self.handoffs)?;
        writeln!(out, "  after hours   {}", self.after_hours)?;
        writeln!(out, "shifts          {}", self.shifts)?;
        writeln!(out, "offers          {}", self.offers)?;
        writeln!(out, "  gave way      {}  to somebody in danger", self.gave_way)?;
        let (ahead, by) = (self.went_ahead, self.went_ahead_by.as_secs_f64());
        writeln!(out, "  went ahead    {ahead}  of somebody who came up to {by:.1} s before")?;
        writeln!(out, "resolved        {}", self.resolved)?;
        let promises = |what| self.promises.get(what).copied().unwrap_or(0);
        writeln!(out, "promises        {}", promises("made"))?;
        for what in ["kept", "late", "kept_late", "broken", "withdrawn"] {
            writeln!(out, "  {what:<14}{}", promises(what))?;
        }
        writeln!(out, "on call")?;
        for what in ["rung", "reached", "nobody reached"] {
            let count = self.on_call.get(what).copied().unwrap_or(0);
            writeln!(out, "  {what:<14}  {count}")?;
        }
        writeln!(out, "pages closed while waiting")?;
        for (what, count) in &self.pages {
            writeln!(out, "  {what:<14}{count}")?;
        }
        for (title, counts) in [
            ("why they wait", &self.told),
            ("customers", &self.customers),
            ("directives", &self.directives),
            ("beside talking", &self.desk),
        ] {
            writeln!(out, "{title}")?;
            for (what, count) in counts {
                writeln!(out, "  {what:<16}{count}")?;
            }
        }
        writeln!(out, "estimates")?;
        for (what, figure) in self.waits.lines() {
            writeln!(out, "  {what:<14}{figure}")?;
        }
        writeln!(out, "restarts        {}", self.restarts)?;
        writeln!(out, "rewinds         {}", self.rewinds)?;
        writeln!(out, "repairs         {}", self.repairs)?;
        let seconds = self.virtual_time.as_secs();
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        writeln!(out, "simulated time  {hours} h {minutes:02} min")?;
        writeln!(out, "faults          {}", self.faults_total())?;
        for (kind, count) in &self.faults {
            writeln!(out, "  {kind:<14}  {count}")?;
        }
        writeln!(out, "checks          {}", self.checks)?;
        writeln!(out, "violations      {}", self.violations.len())?;
        for violation in &self.violations {
            writeln!(out, "  {violation}")?;
        }
        write!(out, "final state     {:016x}", self.hash)
    }
}
