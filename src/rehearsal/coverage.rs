//! That the shipped scripts tell the whole story: every state a conversation can stand in, every reason
//! to hand it over, to close it and to wait, occurs in some script, in each language.

use super::judge::delay_name;
use super::stage::Stage;
use crate::config::script::{DELAY_REASONS, Script, StateName};
use crate::domain::conversation::state::{CloseReason, State};
use crate::domain::handoff::HandoffReason;
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What occurs: in which language, of what kind, and its name.
type Occurs = BTreeSet<(&'static str, &'static str, &'static str)>;

/// What must occur. Two things cannot in a script: only a loss of data makes the bot fail, and nobody
/// comes behind somebody in danger where one customer is alone. What is erased says nothing.
fn wanted() -> Occurs {
    let states = StateName::NAMES.map(|(name, _)| ("state", name));
    let reasons = HandoffReason::ALL.map(|reason| ("reason", reason.name()));
    let ends = [CloseReason::Timeout, CloseReason::Left, CloseReason::Abandoned];
    let ends = ends.map(|reason| ("close_reason", reason.name()));
    let waits = DELAY_REASONS.map(|name| ("delay_reason", name));
    let impossible =
        [("reason", HandoffReason::BotFailed.name()), ("delay_reason", "emergencies_ahead")];
    let all = states.into_iter().chain(reasons).chain(ends).chain(waits);
    all.filter(|occurs| !impossible.contains(occurs))
        .flat_map(|(kind, name)| Language::ALL.map(|language| (language.tag(), kind, name)))
        .collect()
}

/// What occurs in one script, after each of its steps.
fn occurs(rules: &Arc<Rules>, script: &Script) -> Occurs {
    let mut found = Occurs::new();
    let play = async {
        let mut stage = Stage::open(rules, script).await.unwrap();
        for step in &script.steps {
            let seen = stage.act(&step.action).await.unwrap();
            let c = &seen.conversation;
            let language = c.language.tag();
            found.insert((language, "state", c.state.name()));
            found.extend(
                c.handoff.iter().map(|asked| (language, "reason", asked.handoff.reason.name())),
            );
            if let State::Closed { reason, .. } = &c.state {
                found.insert((language, "close_reason", reason.name()));
            }
            if c.state == State::Queued {
                found.insert((language, "delay_reason", delay_name(&seen.delay)));
            }
        }
    };
    futures::executor::block_on(tokio::task::unconstrained(play));
    found
}

#[test]
fn every_state_and_every_reason_occurs_in_the_shipped_scripts_in_both_languages() {
    let (_, checked) = crate::config::load(Path::new("config"));
    let rules = Arc::new(checked.rules.unwrap());
    let found: Occurs = checked.scripts.iter().flat_map(|script| occurs(&rules, script)).collect();
    let missing: Vec<_> = wanted().difference(&found).copied().collect();
    assert!(missing.is_empty(), "no script tells of {missing:?}");
}
