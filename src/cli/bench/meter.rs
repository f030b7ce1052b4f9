//! Counting calls: how many, of what kind, how long each took, at what price in processor time.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The yardstick of calls.
    Echo,
    /// The yardstick of what is durable.
    Commit,
    /// The yardstick on Redis.
    Script,
    /// A conversation begins.
    Start,
    /// The customer writes and the bot answers.
    BotTurn,
    /// The customer asks for a person.
    AskForHuman,
    /// The customer writes to an agent.
    ToAgent,
    /// The customer confirms the end.
    Confirm,
    /// From the request for a person until an agent sees the offer.
    UntilOffered,
    /// From the request for a person until an agent owns the conversation.
    UntilOwned,
}

impl Kind {
    /// As it is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Echo => "echo",
            Kind::Commit => "bare commit",
            Kind::Script => "bare script",
            Kind::Start => "start a conversation",
            Kind::BotTurn => "bot turn",
            Kind::AskForHuman => "ask for a person",
            Kind::ToAgent => "message to an agent",
            Kind::Confirm => "confirm the end",
            Kind::UntilOffered => "asked → offered",
            Kind::UntilOwned => "asked → owned",
        }
    }

    /// Whether it is one call; the others span several.
    pub const fn is_call(self) -> bool {
        match self {
            Kind::Echo
            | Kind::Commit
            | Kind::Script
            | Kind::Start
            | Kind::BotTurn
            | Kind::AskForHuman
            | Kind::ToAgent
            | Kind::Confirm => true,
            Kind::UntilOffered | Kind::UntilOwned => false,
        }
    }
}

/// Latencies by kind, in microseconds.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    kinds: BTreeMap<Kind, Histogram<u64>>,
    /// Calls that were answered after the time was up: they are no part of the rate.
    late: u64,
    until: Option<Instant>,
    /// Calls that failed, by what was said.
    pub failures: BTreeMap<String, u64>,
}

impl Meter {
    /// That counts until then.
    pub fn until(until: Instant) -> Meter {
        Meter { until: Some(until), ..Meter::default() }
    }

    /// Counts one that began, or should have begun, then.
    pub fn count(&mut self, kind: Kind, begun: Instant) {
        match self.until {
            Some(until) if Instant::now() > until => self.late += 1,
            Some(_) | None => self.count_span(kind, begun.elapsed()),
        }
    }

    /// Counts one that took so long.
    pub fn count_span(&mut self, kind: Kind, span: Duration) {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX).max(1);
        self.histogram(kind).saturating_record(micros);
    }

    /// Counts a call that failed.
    pub fn fail(&mut self, why: String) {
        *self.failures.entry(why).or_default() += 1;
    }

    /// Takes over what another counted.
    pub fn add(&mut self, other: &Meter) {
        for (kind, histogram) in &other.kinds {
            self.histogram(*kind).add(histogram).expect("all have the same bounds");
        }
        self.late += other.late;
        for (why, count) in &other.failures {
            *self.failures.entry(why.clone()).or_default() += count;
        }
    }

    /// Calls that were answered in time.
    pub fn calls(&self) -> u64 {
        self.kinds.iter().filter(|(kind, _)| kind.is_call()).map(|(_, h)| h.len()).sum()
    }

    /// The same, with those that came after the time.
    pub fn all_calls(&self) -> u64 {
        self.calls() + self.late
    }

    /// What was counted.
    pub fn kinds(&self) -> impl Iterator<Item = (Kind, &Histogram<u64>)> {
        self.kinds.iter().map(|(kind, histogram)| (*kind, histogram))
    }

    fn histogram(&mut self, kind: Kind) -> &mut Histogram<u64> {
        const MINUTE: u64 = 60_000_000;
        // Three digits up to a minute; what lasts longer counts as a minute.
        self.kinds.entry(kind).or_insert_with(|| {
            Histogram::new_with_bounds(1, MINUTE, 3).expect("these bounds are valid")
        })
    }
}
