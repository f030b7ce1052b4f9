//! Compares what a script expects with what was seen.

use super::stage::Seen;
use crate::config::problem::{Code, Place, Problem};
use crate::config::script::{Expectation, ExpectedOutcome, StateName, alert_name, eta_name};
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::event::{Choice, Event};
use crate::domain::conversation::state::State;
use crate::domain::detectors::SignalKind;
use crate::domain::handoff::Priority;
use crate::domain::ids::EntryId;
use crate::domain::language::Language;
use crate::domain::parts::Part;
use crate::domain::routing::delay::DelayReason;

/// The problems of one expectation.
pub fn judge(name: &str, expect: &Expectation, seen: &Seen) -> Vec<Problem> {
    let mut judge = Judge { name, problems: Vec::new() };
    let said = Said::of(seen);
    let asked = seen.conversation.handoff.as_ref().map(|asked| &asked.handoff);
    let none = || "none".to_owned();
    if let Some(outcome) = &expect.outcome {
        let fits = match outcome.value {
            ExpectedOutcome::Is(wanted) => said.outcomes.contains(&wanted),
            ExpectedOutcome::Silent | ExpectedOutcome::NoTurn => said.outcomes.is_empty(),
        };
        let wanted = ExpectedOutcome::NAMES.iter().find(|(_, known)| *known == outcome.value);
        let found = list(said.outcomes.iter().map(|outcome| outcome.name()), "silent");
        judge.hold(fits, &outcome.place, "outcome", wanted.map_or("", |(name, _)| name), found);
    }
    if let Some(entry) = &expect.entry {
        let found = list(said.entries.iter().map(|entry| entry.as_str()), "none");
        judge.hold(
            said.entries.contains(&&entry.value),
            &entry.place,
            "entry",
            &entry.value,
            found,
        );
    }
    if let Some(language) = &expect.language {
        let found = said.language.unwrap_or(seen.conversation.language);
        let fits = found == language.value;
        judge.hold(fits, &language.place, "language", language.value.tag(), found.tag().to_owned());
    }
    if let Some(state) = &expect.state {
        let fits = state_name(&seen.conversation.state) == state.value;
        let found = seen.conversation.state.name().to_owned();
        judge.hold(fits, &state.place, "state", state.value.name(), found);
    }
    if let Some(reason) = &expect.close_reason {
        let found = match &seen.conversation.state {
            State::Closed { reason, .. } => Some(*reason),
            State::Bot
            | State::Queued
            | State::Pending { .. }
            | State::Blocked
            | State::Human { .. }
            | State::Confirming(_)
            | State::Resolved { .. } => None,
        };
        let text = found.map_or_else(none, |reason| reason.name().to_owned());
        let fits = found == Some(reason.value);
        judge.hold(fits, &reason.place, "close_reason", reason.value.name(), text);
    }
    if let Some(reason) = &expect.reason {
        let found = asked.map(|handoff| handoff.reason);
        let text = found.map_or_else(none, |reason| reason.name().to_owned());
        judge.hold(found == Some(reason.value), &reason.place, "reason", reason.value.name(), text);
    }
    if let Some(queue) = &expect.queue {
        let found = asked.map(|handoff| &handoff.needs.queue);
        let text = found.map_or_else(none, ToString::to_string);
        judge.hold(found == Some(&queue.value), &queue.place, "queue", &queue.value, text);
    }
    if let Some(priority) = &expect.priority {
        let found = asked.map(|handoff| handoff.priority);
        let text = found.map_or_else(none, |priority| priority_name(priority).to_owned());
        let fits = found == Some(priority.value);
        judge.hold(fits, &priority.place, "priority", priority_name(priority.value), text);
    }
    if let Some(position) = &expect.position {
        let text = seen.position.map_or_else(none, |position| position.to_string());
        let fits = seen.position == Some(position.value);
        judge.hold(fits, &position.place, "position", position.value, text);
    }
    for signal in &expect.signals {
        let found = list(said.signals.iter().map(|kind| kind.name()), "none");
        let fits = said.signals.contains(&signal.value);
        judge.hold(fits, &signal.place, "signals", signal.value.name(), found);
    }
    for part in &expect.says {
        let fits = said.texts.iter().any(|text| text.contains(&part.value));
        judge.hold(fits, &part.place, "says", &part.value, quoted(&said.texts));
    }
    for part in &expect.says_not {
        let fits = !said.texts.iter().any(|text| text.contains(&part.value));
        let wanted = format!("anything but {}", part.value);
        judge.hold(fits, &part.place, "says_not", wanted, quoted(&said.texts));
    }
    if let Some(choices) = &expect.choices {
        let wanted: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
        // Buttons that are no entry (`rate:…`, `wait:…`) have a colon.
        let entries = said.choices.iter().map(|choice| choice.id.as_str());
        let found: Vec<&str> = entries.filter(|id| !id.contains(':')).collect();
        let place = choices.first().map_or(&expect.place, |choice| &choice.place);
        let text = list(found.iter().copied(), "none");
        judge.hold(wanted == found, place, "choices", list(wanted.iter().copied(), "none"), text);
    }
    if let Some(owner) = &expect.owner {
        let found = seen.conversation.owner();
        let text = found.map_or_else(none, ToString::to_string);
        judge.hold(found == Some(&owner.value), &owner.place, "owner", &owner.value, text);
    }
    if let Some(delay) = &expect.delay_reason {
        let found = delay_name(&seen.delay);
        let fits = found == delay.value;
        judge.hold(fits, &delay.place, "delay_reason", delay.value, found.to_owned());
    }
    if let Some(survey) = &expect.survey {
        let asked = seen.events.iter().find_map(|event| match event {
            Event::SurveyAsked { survey, .. } => Some(survey.measure.name()),
            _ => None,
        });
        let found = asked.unwrap_or("none");
        judge.hold(found == survey.value, &survey.place, "survey", survey.value, found.to_owned());
    }
    if let Some(wanted) = &expect.closed_falsely {
        let found = seen.events.iter().any(|event| matches!(event, Event::ClosedFalsely { .. }));
        let place = &wanted.place;
        judge.hold(found == wanted.value, place, "closed_falsely", wanted.value, found.to_string());
    }
    judge.desk(expect, seen);
    judge.front_desk(expect, seen);
    judge.problems
}

struct Judge<'a> {
    name: &'a str,
    problems: Vec<Problem>,
}

impl Judge<'_> {
    /// What the agent sees.
    fn desk(&mut self, expect: &Expectation, seen: &Seen) {
        let desk = &seen.desk;
        let none = || "none".to_owned();
        if let Some(agent) = &expect.offered_to {
            let text = desk.offered_to.as_ref().map_or_else(none, ToString::to_string);
            let fits = desk.offered_to.as_ref() == Some(&agent.value);
            self.hold(fits, &agent.place, "offered_to", &agent.value, text);
        }
        let mut reads: Vec<&str> = desk.reads.iter().map(String::as_str).collect();
        // Nobody reads what nobody has or is offered.
        let events =
            desk.agent.iter().flat_map(|agent| seen.events.iter().map(move |e| (agent, e)));
        for (agent, event) in events {
            match event {
                Event::Whispered { to, text, .. } if to == agent => reads.push(text),
                Event::Noted { text, .. } => reads.push(text),
                Event::CustomerSaid { text, parts, .. } => {
                    reads.push(text);
                    reads.extend(parts.iter().flat_map(shown));
                }
                _ => {}
            }
        }
        for part in &expect.agent_reads {
            let fits = reads.iter().any(|text| text.contains(&part.value));
            self.hold(fits, &part.place, "agent_reads", &part.value, quoted(&reads));
        }
        let suggestions: Vec<&str> = desk.suggestions.iter().map(String::as_str).collect();
        for part in &expect.suggests {
            let fits = suggestions.iter().any(|text| text.contains(&part.value));
            self.hold(fits, &part.place, "suggests", &part.value, quoted(&suggestions));
        }
        if let Some(unread) = &expect.unread {
            let fits = seen.unread == unread.value;
            self.hold(fits, &unread.place, "unread", unread.value, seen.unread.to_string());
        }
    }

    /// What supervisors see, and what is said of the wait and of what was refused.
    fn front_desk(&mut self, expect: &Expectation, seen: &Seen) {
        let told = seen.events.iter().filter_map(|event| match event {
            Event::SupervisorAlerted { what } => Some(alert_name(what)),
            _ => None,
        });
        let told: Vec<&str> = told.collect();
        for alert in &expect.alerts {
            let fits = told.contains(&alert.value);
            let text = list(told.iter().copied(), "none");
            self.hold(fits, &alert.place, "alerts", alert.value, text);
        }
        if let Some(eta) = &expect.eta {
            let found = eta_name(&seen.eta);
            self.hold(found == eta.value, &eta.place, "eta", eta.value, found.to_owned());
        }
        if let Some(faults) = &expect.faults {
            let text = seen.faults.map_or("none".to_owned(), |count| count.to_string());
            let fits = seen.faults == Some(faults.value);
            self.hold(fits, &faults.place, "faults", faults.value, text);
        }
        if let Some(part) = &expect.refused {
            let fits = seen.refused.as_ref().is_some_and(|why| why.contains(&part.value));
            let text = seen.refused.clone().unwrap_or("done".to_owned());
            self.hold(fits, &part.place, "refused", &part.value, text);
        }
    }

    fn hold(
        &mut self,
        fits: bool,
        place: &Place,
        key: &str,
        expected: impl ToString,
        found: String,
    ) {
        if !fits {
            let problem = Problem::new(Code::ScriptFailed, place)
                .with("name", self.name)
                .with("key", key)
                .with("expected", expected)
                .with("found", found);
            self.problems.push(problem);
        }
    }
}

/// What was said in the step.
struct Said<'a> {
    outcomes: Vec<Outcome>,
    entries: Vec<&'a EntryId>,
    texts: Vec<&'a str>,
    signals: Vec<SignalKind>,
    choices: &'a [Choice],
    language: Option<Language>,
}

impl<'a> Said<'a> {
    fn of(seen: &'a Seen) -> Self {
        let mut said = Said {
            outcomes: Vec::new(),
            entries: Vec::new(),
            texts: Vec::new(),
            signals: Vec::new(),
            choices: &[],
            language: None,
        };
        for event in &seen.events {
            match event {
                Event::BotSaid { outcome, text, entry, choices, language, .. } => {
                    said.outcomes.push(*outcome);
                    said.entries.extend(entry);
                    said.texts.push(text);
                    said.choices = choices;
                    said.language = Some(*language);
                }
                Event::Notice { text, language, .. } => {
                    said.texts.push(text);
                    said.language = Some(*language);
                }
                Event::WaitOptionsOffered { text, language, options } => {
                    said.texts.push(text);
                    said.texts.extend(options.iter().map(|option| option.title.as_str()));
                    said.choices = options;
                    said.language = Some(*language);
                }
                Event::SurveyAsked { text, language, choices, .. } => {
                    said.texts.push(text);
                    said.choices = choices;
                    said.language = Some(*language);
                }
                Event::AgentSaid { text, parts, .. } => {
                    said.texts.push(text);
                    said.texts.extend(parts.iter().flat_map(shown));
                }
                Event::Understood { signals, .. } => {
                    said.signals.extend(signals.iter().map(|signal| signal.kind));
                }
                _ => {}
            }
        }
        said.texts.extend(seen.exported.iter().map(String::as_str));
        said
    }
}

/// What people see of a part.
fn shown(part: &Part) -> [&str; 2] {
    match part {
        Part::Link { url, title } => [url, title],
        Part::Location { label, .. } => [label, ""],
        Part::Attachment(file) => [&file.url, &file.name],
    }
}

fn state_name(state: &State) -> StateName {
    match state {
        State::Bot => StateName::Bot,
        State::Queued => StateName::Queued,
        State::Pending { .. } => StateName::Pending,
        State::Human { .. } => StateName::Human,
        State::Confirming(_) => StateName::Confirming,
        State::Resolved { .. } => StateName::Resolved,
        State::Closed { .. } => StateName::Closed,
        State::Blocked => StateName::Blocked,
    }
}

fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Emergency => "emergency",
    }
}

pub(super) fn delay_name(delay: &DelayReason) -> &'static str {
    match delay {
        DelayReason::None => "none",
        DelayReason::AllBusy => "all_busy",
        DelayReason::OthersAsked => "others_asked",
        DelayReason::PreferredBusy => "preferred_busy",
        DelayReason::AnotherNeeded => "another_needed",
        DelayReason::NoLanguage => "no_language",
        DelayReason::NoSkill => "no_skill",
        DelayReason::OutsideHours { .. } => "outside_hours",
        DelayReason::EmergenciesAhead => "emergencies_ahead",
        DelayReason::NobodySignedIn => "nobody_signed_in",
        DelayReason::OffersNotTaken => "offers_not_taken",
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>, empty: &str) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { empty.to_owned() } else { names.join(", ") }
}

fn quoted(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("“{text}”")).collect();
    if quoted.is_empty() { "nothing".to_owned() } else { quoted.join(" ") }
}
