//! `sanad sim`: the whole service on one seed, with faults, and a report of what did not hold.

use crate::sim::{self, Mutant, SimOptions, StoreKind};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// Simulates customers, agents and faults on a virtual clock; the same seed gives the same report.
#[derive(Debug, Args)]
pub struct Sim {
    /// Everything follows from it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many conversations.
    #[arg(long, default_value_t = 1_000)]
    pub conversations: usize,
    /// Weeks each world lasts, with opening hours, a holiday and shifts; without, everybody comes at
    /// once and nothing ever closes.
    #[arg(long, default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u32).range(0..=8))]
    pub weeks: u32,
    /// A rush that brings far more than two agents can do, one customer in twelve in a language that
    /// one of them speaks.
    #[arg(long, conflicts_with = "weeks")]
    pub overload: bool,
    /// Lets nothing go wrong.
    #[arg(long)]
    pub without_faults: bool,
    /// What the instances stand on.
    #[arg(long, value_enum, default_value = "memory")]
    pub store: On,
    /// Into how many buckets conversations are hashed.
    #[arg(long, default_value_t = 2)]
    pub buckets: u16,
    /// Takes one guard out, to see that its absence is noticed.
    #[arg(long, value_name = "GUARD", value_parser = guard)]
    pub without_guard: Option<Mutant>,
}

fn guard(name: &str) -> Result<Mutant, String> {
    let names = || Mutant::ALL.map(Mutant::name).join(", ");
    Mutant::from_name(name).ok_or_else(|| format!("there are these: {}", names()))
}

/// What simulated instances stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// The reference store.
    Memory,
    /// The embedded store on a simulated disk.
    Embedded,
}

/// 0 = everything held, 1 = something did not.
pub fn run(options: &Sim) -> ExitCode {
    let report = sim::run(&SimOptions {
        seed: options.seed,
        conversations: options.conversations,
        weeks: options.weeks,
        overload: options.overload,
        faults: !options.without_faults,
        buckets: options.buckets,
        store: match options.store {
            On::Memory => StoreKind::Memory,
            On::Embedded => StoreKind::Embedded,
        },
        mutant: options.without_guard,
    });
    println!("{report}");
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
