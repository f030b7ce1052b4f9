//! The shipped scripts hold, and go on holding when the shop tunes what they are not about.

use super::*;
use crate::config::check;
use crate::config::problem::{Look, Problems, render};
use crate::config::source::Sources;
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

/// The shipped files with other words in one of them.
fn shipped_with(file: &str, edit: impl Fn(&str) -> String) -> Sources {
    let shipped = Sources::read(Path::new("config"), &mut Problems::new());
    let texts = shipped.under("").map(|(path, text)| {
        let text = if path == file { edit(text) } else { text.to_owned() };
        (path.to_owned(), text)
    });
    Sources::from_texts(texts)
}

/// What does not hold with these files.
fn failed(sources: &Sources) -> String {
    let checked = check(sources, Problems::new());
    let look = Look { language: Language::En, colour: false };
    let rules = checked.rules.map(Arc::new);
    let rules = rules.unwrap_or_else(|| panic!("{}", render(&checked.problems, sources, look)));
    let failed = rehearse(&rules, &checked.scripts);
    if failed.is_empty() { String::new() } else { render(&failed, sources, look) }
}

fn changed(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// The hours of every queue, taken out.
fn without_hours(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        inside = *line == "    hours:" || (inside && line.starts_with("      "));
        !inside
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_shop_that_never_closes_and_rings_for_a_short_time_breaks_no_shipped_script() {
    let tuned = shipped_with("routing.yaml", |text| {
        let open = without_hours(text);
        assert!(!open.contains("weekly:"), "{open}");
        let short =
            [("answer_within: 60s", "answer_within: 10s"), ("rings_max: 6", "rings_max: 1")];
        changed(&open, &short)
    });
    assert_eq!(failed(&tuned), "");
}

#[test]
fn a_shop_with_other_hours_elsewhere_and_patient_rings_breaks_no_shipped_script() {
    let tuned = shipped_with("routing.yaml", |text| {
        let later = [
            ("09:00-22:00", "11:00-18:00"),
            ("        mon: \"11:00-18:00\"\n", ""),
            ("zone: Asia/Riyadh", "zone: Africa/Cairo"),
            ("answer_within: 60s", "answer_within: 5m"),
            ("  after: 30s", "  after: 2m"),
            ("rings_max: 6", "rings_max: 20"),
        ];
        changed(text, &later)
    });
    assert_eq!(failed(&tuned), "");
}

/// The shipped rules with these scripts alone, and what does not hold.
fn failed_of(scripts: &[(String, String)]) -> Vec<Problem> {
    let shipped = Sources::read(Path::new("config"), &mut Problems::new());
    let rules = shipped.under("").filter(|(path, _)| !path.starts_with("conversations/"));
    let rules = rules.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let scripts = scripts.iter().map(|(name, steps)| {
        (format!("conversations/{name}.yaml"), format!("name: {name}\n{steps}"))
    });
    let sources = Sources::from_texts(rules.chain(scripts));
    let checked = check(&sources, Problems::new());
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    rehearse(&Arc::new(checked.rules.unwrap()), &checked.scripts)
}

#[test]
fn a_script_that_does_not_hold_names_its_line_and_whose_it_is() {
    let steps = "steps:\n  - customer_does: request_human\n    expect: { state: bot }\n";
    let [problem] = &failed_of(&[("noon".to_owned(), steps.to_owned())])[..] else {
        panic!("one thing does not hold");
    };
    assert_eq!((&*problem.place.file, problem.place.line), ("conversations/noon.yaml", 4));
    assert!(problem.hint(Language::En).contains("the script is yours to adapt"));
    assert!(problem.hint(Language::Ar).contains("ملكك"));
}

#[test]
fn what_is_expected_of_agents_supervisors_and_waits_is_compared() {
    let owned = "agents: [john]\nlanguage: en\nsteps:\n  - customer_does: request_human\n  - { agent: john, does: accept }\n";
    let wrong = [
        ("eta", "steps: [{ customer_does: request_human, expect: { eta: class } }]".to_owned()),
        ("offered_to", format!("{owned}  - expect: {{ offered_to: john }}\n")),
        ("agent_reads", format!("{owned}  - expect: {{ agent_reads: never written }}\n")),
        ("suggests", format!("{owned}  - expect: {{ suggests: never said }}\n")),
        (
            "unread",
            format!("{owned}  - {{ customer: hello there john, expect: {{ unread: 7 }} }}\n"),
        ),
        ("alerts", format!("{owned}  - expect: {{ alerts: [abuse_reported] }}\n")),
        (
            "faults",
            format!("{owned}  - {{ supervisor: huda, does: repair, expect: {{ faults: 1 }} }}\n"),
        ),
        ("refused", format!("{owned}  - {{ customer_does: leave, expect: {{ refused: no }} }}\n")),
        // Nobody has it yet, so no agent reads it.
        (
            "agent_reads",
            "steps: [{ customer: where is my order, expect: { agent_reads: my order } }]"
                .to_owned(),
        ),
        // Whoever does not have it is not offered replies to it.
        (
            "the step",
            format!(
                "{owned}  - {{ agent: huda, looks_up: warranty, expect: {{ state: human }} }}\n"
            ),
        ),
        // What is refused and not expected to be fails the script, whatever else it expects.
        (
            "the step",
            format!("{owned}  - {{ customer_does: helpful, expect: {{ state: human }} }}\n"),
        ),
    ];
    let scripts = wrong.iter().enumerate();
    let scripts: Vec<(String, String)> =
        scripts.map(|(number, (_, text))| (format!("wrong-{number}"), text.clone())).collect();
    let failed = failed_of(&scripts);
    let fact = |problem: &Problem, name: &str| {
        let found = problem.facts.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut found: Vec<String> = failed.iter().map(|problem| fact(problem, "key")).collect();
    let mut keys: Vec<String> = wrong.iter().map(|(key, _)| (*key).to_owned()).collect();
    found.sort();
    keys.sort();
    assert_eq!(found, keys);
}

/// The words of ours; a script's own keys, names and texts stay as they are written.
#[test]
fn what_was_found_instead_of_what_was_expected_is_told_in_arabic() {
    let told = |steps: &str| {
        let failed = failed_of(&[("noon".to_owned(), steps.to_owned())]);
        let [problem] = &failed[..] else { panic!("{failed:?}") };
        let told = problem.what(Language::Ar);
        told.split_once("لم تتحقق: ").map(|(_, told)| told.to_owned()).unwrap_or(told)
    };
    let held = "agents: [john]\nlanguage: en\nsteps:\n  - customer_does: request_human\n  - { agent: john, does: accept }\n";
    for (steps, expected) in [
        (
            "steps: [{ customer_does: request_human, expect: { offered_to: john } }]".to_owned(),
            "offered_to ينبغي أن يكون john وهو لا شيء",
        ),
        (
            "steps: [{ customer_does: request_human, expect: { survey: nps } }]".to_owned(),
            "survey ينبغي أن يكون nps وهو none",
        ),
        (
            "steps: [{ customer_does: request_human, expect: { suggests: never said } }]"
                .to_owned(),
            "suggests ينبغي أن يكون never said وهو لا شيء",
        ),
        (
            format!("{held}  - {{ agent: john, says: hello, expect: {{ says_not: hello }} }}\n"),
            "says_not ينبغي أن يكون أي كلام إلا hello وهو “hello”",
        ),
        (
            format!("{held}  - {{ customer_does: leave, expect: {{ refused: no }} }}\n"),
            "refused ينبغي أن يكون no وهو مقبول",
        ),
        (
            format!("{held}  - {{ agent: huda, looks_up: x, expect: {{ state: human }} }}\n"),
            "هذا الفعل ينبغي أن يكون ممكنا وهو «",
        ),
    ] {
        let told = told(&steps);
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn what_staff_do_at_one_moment_are_requests_of_their_own() {
    let solved = "  - customer_does: request_human\n  - { agent: layla, does: accept }\n  - { agent: layla, says: it is done }\n  - { agent: layla, proposes: solved }\n  - customer_does: confirm\n    expect: { state: resolved }\n";
    let begins = "given: { routing: { wrap_up: 10m, agents: [{ id: layla, capacity: 2 }] } }\nlanguage: en\nagents: [layla]\nsteps:\n";
    let both = format!(
        "{begins}{solved}  - customer_does: begin_anew\n{solved}  - {{ agent: layla, does: end_wrap_up }}\n"
    );
    assert_eq!(failed_of(&[("both".to_owned(), both)]), []);
}
