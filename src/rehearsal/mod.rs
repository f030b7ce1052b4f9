//! The rehearsal: scripted conversations played by the real application over a store in memory, on
//! a clock that only the script moves. Rules go live only when all of them hold.

#[cfg(test)]
mod coverage;
mod judge;
mod on_call;
mod stage;

use crate::config::problem::{Code, Problem};
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
            Err(error) => return vec![broken(script, "the beginning", &error.to_string())],
        };
        for step in &script.steps {
            let seen = match stage.act(&step.action).await {
                Ok(seen) => seen,
                Err(why) => {
                    let problem = Problem::new(Code::ScriptFailed, &step.place)
                        .with("name", &script.name)
                        .with("key", "the step")
                        .with("expected", "possible")
                        .with("found", why);
                    return vec![problem];
                }
            };
            let Some(expect) = &step.expect else { continue };
            let problems = judge::judge(&script.name, expect, &seen);
            if !problems.is_empty() {
                return problems;
            }
        }
        Vec::new()
    }))
}

fn broken(script: &Script, key: &str, why: &str) -> Problem {
    Problem::new(Code::ScriptFailed, &script.place)
        .with("name", &script.name)
        .with("key", key)
        .with("expected", "possible")
        .with("found", why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::problem::{Look, render};
    use crate::domain::detectors::Window;
    use crate::domain::language::Language;
    use crate::domain::reading;
    use crate::domain::time::Timestamp;
    use std::path::Path;

    #[test]
    fn a_need_said_in_anger_is_a_need_and_the_bare_wish_for_a_person_is_none() {
        let (_, checked) = crate::config::load(Path::new("config"));
        let rules = checked.rules.unwrap();
        let states_need = |text: &str| {
            let (window, at) = (Window::default(), Timestamp::from_millis(1));
            reading::read(&rules, text, &window, at).states_need
        };
        for need in [
            "this is the third time I ask, where the hell is my parcel",
            "I am sick of you, my refund has not come",
            "كل يوم تقولون بكرة وين طلبي",
            "I want a human, my order is late",
        ] {
            assert!(states_need(need), "{need}");
        }
        for bare in [
            "I want a human",
            "I want to talk to a person please",
            "ابغى اكلم موظف",
            "you are useless",
            "this is terrible",
            "زفت",
        ] {
            assert!(!states_need(bare), "{bare}");
        }
    }

    #[test]
    fn the_shipped_rules_check_and_their_conversations_hold() {
        let (sources, checked) = crate::config::load(Path::new("config"));
        let look = Look { language: Language::En, colour: false };
        let shown = |problems: &[Problem]| render(problems, &sources, look);
        assert!(checked.problems.is_empty(), "{}", shown(&checked.problems));
        let rules = Arc::new(checked.rules.expect("without problems there are rules"));
        let failed = rehearse(&rules, &checked.scripts);
        assert!(failed.is_empty(), "{}", shown(&failed));
    }
}
