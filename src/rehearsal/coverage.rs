//! That the shipped scripts tell the whole story: every state a conversation can stand in, every reason
//! to hand it over, to close it and to wait, and everything that can be done in a step, is done and
//! not refused in some script, in each language.

use super::judge::delay_name;
use super::stage::Stage;
use crate::config::script::{
    Action, AgentAction, CustomerAction, DELAY_REASONS, ETAS, Expectation, Moment, SURVEYS, Script,
    StateName, SupervisorAction,
};
use crate::domain::conversation::state::{CloseReason, State};
use crate::domain::conversation::transfer::Wanted;
use crate::domain::directives::What;
use crate::domain::handoff::HandoffReason;
use crate::domain::language::Language;
use crate::domain::parts::Part;
use crate::domain::rules::Rules;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What occurs: in which language, of what kind, and its name.
type Occurs = BTreeSet<(&'static str, &'static str, &'static str)>;

/// Which words stand for a step that has no name of its own in a list.
const OTHER_STEPS: [&str; 30] = [
    "customer",
    "burst",
    "link",
    "location",
    "file",
    "logs_in",
    "callback at",
    "callback in",
    "choose",
    "score",
    "says",
    "says with",
    "notes",
    "reports_abuse",
    "looks_up",
    "promises",
    "proposes",
    "transfers to an agent",
    "transfers to a queue",
    "transfers to a skill",
    "transfers to the bot",
    "whispers",
    "reassigns",
    "others",
    "others_write",
    "wait",
    "closes",
    "silences",
    "tells",
    "loses timer",
];

/// What must occur. One thing cannot in a script: only a loss of data makes the bot fail.
fn wanted() -> Occurs {
    let states = StateName::NAMES.map(|(name, _)| ("state", name));
    let reasons = HandoffReason::ALL.map(|reason| ("reason", reason.name()));
    let reasons = reasons.into_iter().filter(|(_, name)| *name != HandoffReason::BotFailed.name());
    let ends =
        [CloseReason::Timeout, CloseReason::Left, CloseReason::Abandoned, CloseReason::Erased];
    let ends = ends.map(|reason| ("close_reason", reason.name()));
    let waits = DELAY_REASONS.map(|name| ("delay_reason", name));
    // Of what does not wait nobody is told how long it will.
    let told = ETAS.into_iter().filter(|name| *name != "not_waiting").map(|name| ("eta", name));
    let surveys = SURVEYS.map(|(name, _)| ("survey", name));
    let customers = CustomerAction::NAMES.map(|(name, _)| ("customer_does", name));
    let agents = AgentAction::NAMES.map(|(name, _)| ("agent does", name));
    let supervisors = SupervisorAction::NAMES.map(|(name, _)| ("supervisor does", name));
    let steps = OTHER_STEPS.map(|name| ("step", name));
    let all = states.into_iter().chain(reasons).chain(ends).chain(waits).chain(told).chain(surveys);
    let all = all.chain(customers).chain(agents).chain(supervisors).chain(steps);
    all.flat_map(|(kind, name)| Language::ALL.map(|language| (language.tag(), kind, name)))
        .collect()
}

/// What occurs in one script, after each of its steps. What is expected of a wait and a question
/// counts only where a script says so: it holds, or the script would fail.
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
            if let Some(expect) = &step.expect {
                let delay = expect.delay_reason.as_ref().map(|_| delay_name(&seen.delay));
                found.extend(delay.map(|name| (language, "delay_reason", name)));
                found.extend(expected(expect).map(|(kind, name)| (language, kind, name)));
            }
            // What is refused has not been done.
            let is_done = seen.refused.is_none();
            found.extend(
                done(&step.action)
                    .into_iter()
                    .filter(|_| is_done)
                    .map(|(kind, name)| (language, kind, name)),
            );
        }
    };
    futures::executor::block_on(tokio::task::unconstrained(play));
    found
}

fn expected(expect: &Expectation) -> impl Iterator<Item = (&'static str, &'static str)> {
    let eta = expect.eta.as_ref().map(|eta| ("eta", eta.value));
    let survey = expect.survey.as_ref().map(|survey| ("survey", survey.value));
    eta.into_iter().chain(survey)
}

fn done(action: &Action) -> Vec<(&'static str, &'static str)> {
    let step = |name| vec![("step", name)];
    match action {
        Action::CustomerWrites(texts) => step(if texts.len() > 1 { "burst" } else { "customer" }),
        Action::CustomerSends(_, parts) => parts
            .iter()
            .map(|part| match part {
                Part::Link { .. } => ("step", "link"),
                Part::Location { .. } => ("step", "location"),
                Part::Attachment(_) => ("step", "file"),
            })
            .collect(),
        Action::Customer(CustomerAction::CallbackAt(Moment::At(_))) => step("callback at"),
        Action::Customer(CustomerAction::CallbackAt(Moment::In(_))) => step("callback in"),
        Action::Customer(CustomerAction::Choose(_)) => step("choose"),
        Action::Customer(CustomerAction::Score(_)) => step("score"),
        Action::Customer(what) => named("customer_does", &CustomerAction::NAMES, what),
        Action::CustomerLogsIn(..) => step("logs_in"),
        Action::Agent(_, what) => match what {
            AgentAction::Says(_, parts) => {
                step(if parts.is_empty() { "says" } else { "says with" })
            }
            AgentAction::Notes(_) => step("notes"),
            AgentAction::ReportsAbuse(_) => step("reports_abuse"),
            AgentAction::LooksUp(_) => step("looks_up"),
            AgentAction::Promises(..) => step("promises"),
            AgentAction::Proposes(_) => step("proposes"),
            AgentAction::Transfers(Wanted::Agent(_)) => step("transfers to an agent"),
            AgentAction::Transfers(Wanted::Queue(_)) => step("transfers to a queue"),
            AgentAction::Transfers(Wanted::Skill(..)) => step("transfers to a skill"),
            AgentAction::Transfers(Wanted::Bot) => step("transfers to the bot"),
            what => named("agent does", &AgentAction::NAMES, what),
        },
        Action::Supervisor(_, what) => match what {
            SupervisorAction::Whispers(_) => step("whispers"),
            SupervisorAction::Reassigns(_) => step("reassigns"),
            what => named("supervisor does", &SupervisorAction::NAMES, what),
        },
        Action::Others(_) => step("others"),
        Action::OthersWrite(_) => step("others_write"),
        Action::Wait(_) => step("wait"),
        Action::Ops(What::QueueClosed { .. }, _) => step("closes"),
        Action::Ops(What::EntryOff { .. }, _) => step("silences"),
        Action::Ops(What::Banner { .. }, _) => step("tells"),
        Action::LosesTimer => step("loses timer"),
        Action::Look => Vec::new(),
    }
}

fn named<T: PartialEq>(
    kind: &'static str,
    all: &[(&'static str, T)],
    what: &T,
) -> Vec<(&'static str, &'static str)> {
    all.iter().filter(|(_, known)| known == what).map(|(name, _)| (kind, *name)).collect()
}

#[test]
fn every_state_reason_and_step_occurs_in_the_shipped_scripts_in_both_languages() {
    let (_, checked) = crate::config::load(Path::new("config"));
    let rules = Arc::new(checked.rules.unwrap());
    let found: Occurs = checked.scripts.iter().flat_map(|script| occurs(&rules, script)).collect();
    let missing: Vec<_> = wanted().difference(&found).copied().collect();
    assert!(missing.is_empty(), "no script tells of {missing:?}");
}
