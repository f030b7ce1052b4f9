//! The load: closed (so many at once, each calling again as soon as it is answered) to find a
//! peak, and open (so many a second, whatever becomes of them) to see latencies as people meet
//! them: counted from when a call should have begun, so that a stall counts for all it delays.

use super::meter::{Kind, Meter};
use std::future::Future;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Between two messages of one customer, when the load is open.
const THINKING: Duration = Duration::from_millis(250);

/// Someone who calls.
pub trait Caller: Send + 'static {
    /// About how many calls a visit makes.
    fn calls(&self) -> f64;

    /// One visit, each call at its time.
    fn visit(&mut self, pace: Pace, meter: &mut Meter) -> impl Future<Output = ()> + Send;
}

/// When the calls of a visit are due.
pub struct Pace(Option<Instant>);

impl Pace {
    /// Waits until the next call is due; returns since when it counts.
    pub async fn next(&mut self) -> std::time::Instant {
        match &mut self.0 {
            None => std::time::Instant::now(),
            Some(due) => {
                let intended = *due;
                *due += THINKING;
                tokio::time::sleep_until(intended).await;
                intended.into_std()
            }
        }
    }
}

/// So many at once.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// How many.
    pub at_once: usize,
    /// For how long.
    pub span: Duration,
}

impl Closed {
    /// Runs the load; what was counted, and the rate.
    pub async fn run<C: Caller>(self, make: impl Fn() -> C) -> anyhow::Result<(Meter, f64)> {
        let mut tasks = JoinSet::new();
        let until = Instant::now() + self.span;
        for _ in 0..self.at_once {
            let mut caller = make();
            tasks.spawn(async move {
                let mut meter = Meter::until(until.into_std());
                while Instant::now() < until {
                    caller.visit(Pace(None), &mut meter).await;
                }
                meter
            });
        }
        let meter = joined(tasks).await?;
        let rate = meter.calls() as f64 / self.span.as_secs_f64();
        Ok((meter, rate))
    }
}

/// So many calls a second.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    /// How many.
    pub per_second: f64,
    /// For how long visits begin.
    pub span: Duration,
}

impl Open {
    /// Runs the load; what was counted, and the rate at which calls came.
    pub async fn run<C: Caller>(self, make: impl Fn() -> C) -> anyhow::Result<(Meter, f64)> {
        let mut tasks = JoinSet::new();
        let begun = Instant::now();
        let every = Duration::from_secs_f64(make().calls() / self.per_second.max(1.0));
        let mut due = begun;
        while due < begun + self.span {
            tokio::time::sleep_until(due).await;
            let (mut caller, pace) = (make(), Pace(Some(due)));
            tasks.spawn(async move {
                let mut meter = Meter::default();
                caller.visit(pace, &mut meter).await;
                meter
            });
            due += every;
        }
        Ok((joined(tasks).await?, self.per_second))
    }
}

async fn joined(mut tasks: JoinSet<Meter>) -> anyhow::Result<Meter> {
    let mut whole = Meter::default();
    while let Some(done) = tasks.join_next().await {
        whole.add(&done?);
    }
    Ok(whole)
}

/// Counts the answer to one call; `None` if it failed.
pub fn counted<T>(
    kind: Kind,
    begun: std::time::Instant,
    answer: Result<tonic::Response<T>, tonic::Status>,
    meter: &mut Meter,
) -> Option<T> {
    match answer {
        Ok(answer) => {
            meter.count(kind, begun);
            Some(answer.into_inner())
        }
        Err(status) => {
            meter.fail(format!("{}: {:?} {}", kind.name(), status.code(), status.message()));
            None
        }
    }
}
