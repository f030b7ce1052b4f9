//! The rehearsal: scripted conversations played by the real application over a store in memory, on
//! a clock that only the script moves. Rules go live only when all of them hold.

#[cfg(test)]
mod coverage;
mod given;
mod judge;
mod on_call;
mod stage;

use crate::config::problem::{Code, Place, Problem};
use crate::config::script::Script;
use crate::domain::rules::Rules;
use stage::Stage;
use std::sync::Arc;
use tracing::subscriber::NoSubscriber;

/// Plays all scripts; the problems of those that do not hold.
pub fn rehearse(rules: &Arc<Rules>, scripts: &[Script]) -> Vec<Problem> {
    scripts.iter().flat_map(|script| play(rules, script)).collect()
}

/// Plays one script to its first step that does not hold: what comes after it would only tell the
/// same thing again.
pub fn play(rules: &Arc<Rules>, script: &Script) -> Vec<Problem> {
    // What happens in a script has happened to nobody: it must not stand in the log of a server.
    let _silence = tracing::subscriber::set_default(NoSubscriber::default());
    // Polled by hand: within a tokio runtime its budget for one task would run out and never be
    // renewed, because this is no task of it.
    futures::executor::block_on(tokio::task::unconstrained(async {
        let mut stage = match Stage::open(rules, script).await {
            Ok(stage) => stage,
            Err(error) => return vec![impossible(script, &script.place, &error.to_string())],
        };
        for step in &script.steps {
            let seen = match stage.act(&step.action).await {
                Ok(seen) => seen,
                Err(why) => return vec![impossible(script, &step.place, &why)],
            };
            if let (Some(why), None) =
                (&seen.refused, step.expect.as_ref().and_then(|e| e.refused.as_ref()))
            {
                return vec![impossible(script, &step.place, why)];
            }
            let Some(expect) = &step.expect else { continue };
            let problems = judge::judge(&script.name, expect, &seen);
            if !problems.is_empty() {
                return problems;
            }
        }
        Vec::new()
    }))
}

fn impossible(script: &Script, place: &Place, why: &str) -> Problem {
    Problem::new(Code::ScriptFailed, place)
        .with("name", &script.name)
        .with("key", "the step")
        .with("expected", "possible")
        .with("found", why)
}

#[cfg(test)]
mod tests;
