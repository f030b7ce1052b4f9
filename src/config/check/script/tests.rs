//! Misuse of a script's steps and of what it takes for granted, as edits of a script that is right.

use crate::config::check;
use crate::config::fixture::sources;
use crate::config::problem::{Problem, Problems};
use crate::domain::language::Language;
use std::time::Duration;

/// A script with these lines instead of its steps, and what is wrong with it: the code and its place.
fn wrong(lines: &str) -> Vec<String> {
    let script = format!("name: A question is answered\n{lines}");
    problems_of(&script).iter().map(shown).collect()
}

fn problems_of(script: &str) -> Vec<Problem> {
    let texts = [("conversations/a.yaml", "", ""), ("conversations/b.yaml", "", script)];
    check(&sources(&texts), Problems::new()).problems
}

fn shown(problem: &Problem) -> String {
    let place = &problem.place;
    let suggested = problem.suggestion.iter().map(|name| format!(" ~{name}"));
    let suggested: String = suggested.collect();
    format!("{}:{} {}{suggested}", place.line, place.column, problem.code.name())
}

#[test]
fn a_step_that_is_misused_is_told_where_it_stands() {
    let one = |step: &str| wrong(&format!("steps:\n  - {step}\n    expect: {{ state: bot }}\n"));
    for (step, expected) in [
        // Of supervisors.
        ("supervisor: sara\n    whispers: \"try again\"", &[][..]),
        ("supervisor: sarah\n    whispers: hi", &["3:17 CFG304 ~sara"]),
        ("supervisor: sara", &["3:5 CFG601"]),
        ("whispers: hi", &["3:5 CFG601"]),
        ("supervisor: sara\n    does: requeu", &["4:11 CFG107 ~requeue"]),
        ("supervisor: sara\n    does: accept", &["4:11 CFG107"]),
        ("agent: sara\n    does: take_over", &["4:11 CFG601"]),
        ("supervisor: sara\n    agent: sara\n    does: accept", &["3:5 CFG601"]),
        ("supervisor: sara\n    reassigns: omer", &["4:16 CFG304"]),
        ("supervisor: sara\n    says: hi", &["3:5 CFG601"]),
        // Of agents.
        ("agent: sara\n    notes: hi", &[]),
        ("agent: sara\n    notes: \"\"", &["4:12 CFG109"]),
        ("agent: sara\n    notes: hi\n    says: hi", &["3:5 CFG601"]),
        ("agent: sara\n    notes: hi\n    within: 2d", &["3:5 CFG601"]),
        ("agent: sara\n    does: clam", &["4:11 CFG107 ~claim"]),
        ("agent: sara\n    does: accept\n    with: []", &["3:5 CFG601"]),
        // Of customers.
        ("customer_does: callback in 3h", &[]),
        ("customer_does: callback in three", &["3:20 CFG105"]),
        ("customer_does: callback at noon", &["3:20 CFG111"]),
        ("customer_does: eraze", &["3:20 CFG107 ~erase"]),
        ("customer_logs_in: mona-1", &[]),
        ("customer_logs_in: \"mona 1\"", &["3:23 CFG108"]),
        ("customer: hi\n    facts: {}", &["3:5 CFG601"]),
        ("wait: 5m\n    within: 5m", &["3:5 CFG601"]),
        // What goes with a message.
        ("with: [{ link: \"https://a.example\" }]", &[]),
        ("with: [{ title: nothing }]", &["3:12 CFG601"]),
        ("with: [{ link: a, file: b }]", &["3:12 CFG601"]),
        ("with: [{ file: a }]", &["3:12 CFG102", "3:12 CFG102"]),
        ("with: [{ location: here }]", &["3:24 CFG107"]),
        ("customer: [a, b]\n    with: [{ link: a }]", &["3:19 CFG113"]),
        ("wait: 5m\n    with: [{ link: a }]", &["3:5 CFG601"]),
        // The rest.
        ("others: 0", &["3:13 CFG106"]),
        ("others_write: \"\"", &["3:19 CFG109"]),
        ("loses: everything", &["3:12 CFG107"]),
    ] {
        assert_eq!(one(step), expected, "{step}");
    }
    let expects = |expect: &str| wrong(&format!("steps:\n  - expect: {{ {expect} }}\n"));
    for (expect, expected) in [
        ("eta: few_samples, unread: 0, faults: 1, refused: allowed", &[][..]),
        ("eta: soon", &["3:20 CFG107"]),
        ("offered_to: sarah", &["3:27 CFG304 ~sara"]),
        ("alerts: [agent_silnt]", &["3:24 CFG107 ~agent_silent"]),
        ("agent_reads: \"\"", &["3:28 CFG109"]),
    ] {
        assert_eq!(expects(expect), expected, "{expect}");
    }
    // Only whom the host site knows can be asked this.
    let survey = "survey: nps\nsteps: [{ expect: { state: bot } }]\n";
    assert_eq!(wrong(survey), ["2:9 CFG102"]);
    let knows = "survey: nps\nsteps: [{ customer_logs_in: m }, { expect: { state: bot } }]\n";
    assert_eq!(wrong(knows), [""; 0]);
}

#[test]
fn what_a_script_takes_for_granted_is_checked_as_in_its_own_file() {
    let given =
        |given: &str| wrong(&format!("given:\n{given}\nsteps: [{{ expect: {{ state: bot }} }}]\n"));
    for (text, expected) in [
        ("  routing: { wrap_up: 5m, on_call: { after: 30s, answer_within: 60s } }", &[][..]),
        ("  routing: { on_call: { after: 30s, rings_max: 2 } }", &["3:37 CFG605"]),
        (
            "  routing: { on_call: { targets: { life: [] }, rings_max: 2 } }",
            &["3:25 CFG605", "3:48 CFG605"],
        ),
        ("  routing: { wrap_op: 5m }", &["3:14 CFG101 ~wrap_up"]),
        ("  routing: { wrap_up: long }", &["3:23 CFG105"]),
        (
            "  routing: { queues: [{ id: care, hours: { zone: Asia/Riyad, weekly: {} } }] }",
            &["3:50 CFG307"],
        ),
        ("  routing: { reasons: { abuse: { queue: caer } } }", &["3:41 CFG302 ~care"]),
        ("  routing: later", &["3:12 CFG103"]),
        ("  bot: { ends: { idle_close: 5m } }", &[]),
        ("  bot: { ends: { idle_close: 5 } }", &["3:30 CFG105"]),
        ("  bot: { matcher: { sure_at: 0.9 } }", &["3:10 CFG101"]),
        ("  texts: {}", &["3:3 CFG101"]),
    ] {
        assert_eq!(given(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_in_the_file_itself_is_told_there_and_not_in_every_script() {
    for (file, from, to, expected) in [
        ("routing.yaml", "zone: Asia/Riyadh", "zone: Asia/Riyad", &["CFG307"][..]),
        // Whoever misspells a key reads both halves of it, and then nothing that follows from it.
        ("routing.yaml", "pool: main", "pooll: main", &["CFG101", "CFG102"]),
        ("bot.yaml", "name: { en: \"Sanad\"", "nam: { en: \"Sanad\"", &["CFG101", "CFG102"]),
    ] {
        let script = |name: &str| {
            format!(
                "name: {name}\ngiven: {{ routing: {{ wrap_up: 5m }}, bot: {{ ends: {{ idle_close: 5m }} }} }}\n\
                 steps: [{{ expect: {{ state: bot }} }}]\n"
            )
        };
        let (b, c) = (script("b"), script("c"));
        let edits =
            [(file, from, to), ("conversations/b.yaml", "", &b), ("conversations/c.yaml", "", &c)];
        let found = check(&sources(&edits), Problems::new()).problems;
        let mut codes: Vec<&str> = found.iter().map(|problem| problem.code.name()).collect();
        codes.sort_unstable();
        assert_eq!(codes, expected, "{found:?}");
        assert!(found.iter().all(|problem| &*problem.place.file == file), "{found:?}");
    }
}

#[test]
fn what_goes_live_is_told_before_what_only_rehearses_it() {
    let script = "name: b\nsteps: [{ expect: { state: boot } }]\n";
    let edits = [
        ("conversations/b.yaml", "", script),
        ("routing.yaml", "policy: least_loaded", "policy: least_loded"),
    ];
    let found = check(&sources(&edits), Problems::new()).problems;
    let files: Vec<&str> = found.iter().map(|problem| &*problem.place.file).collect();
    assert_eq!(files.first(), Some(&"routing.yaml"), "{files:?}");
    assert_eq!(files.last(), Some(&"conversations/b.yaml"), "{files:?}");
}

#[test]
fn what_only_both_together_make_wrong_is_the_scripts() {
    // Nobody of the file has room for it.
    let script = "name: b\ngiven:\n  routing: { cost: { default: 1, abusive: 90 } }\nsteps: [{ expect: { state: bot } }]\n";
    let found = problems_of(script);
    assert!(!found.is_empty());
    assert!(
        found.iter().all(|problem| &*problem.place.file == "conversations/b.yaml"),
        "{found:?}"
    );
    for problem in &found {
        for language in Language::ALL {
            assert!(!problem.what(language).is_empty());
        }
    }
}

#[test]
fn what_stands_in_a_script_is_laid_over_the_file_and_hours_stand_whole() {
    let script = "name: b\ngiven:\n  routing:\n    wrap_up: 7m\n    queues: [{ id: care, hours: { zone: Africa/Cairo, weekly: { fri: \"10:00-11:00\" } } }]\nsteps: [{ expect: { state: bot } }]\n";
    let texts = [("conversations/a.yaml", "", ""), ("conversations/b.yaml", "", script)];
    let checked = check(&sources(&texts), Problems::new());
    let [script] = checked.scripts.as_slice() else { panic!("{:?}", checked.problems) };
    let (base, over) = (checked.rules.unwrap().routing, script.given.routing.clone().unwrap());
    assert_eq!(over.wrap_up, Duration::from_secs(7 * 60));
    assert_ne!(base.wrap_up, over.wrap_up);
    assert_eq!(base.offers, over.offers, "what is not named is as in the file");
    let care = over.queues.iter().find(|queue| queue.id.as_str() == "care").unwrap();
    let hours = care.hours.as_ref().unwrap();
    let at = |text: &str| {
        let instant: jiff::Timestamp = text.parse().unwrap();
        crate::domain::time::Timestamp::from_millis(instant.as_millisecond())
    };
    assert!(hours.is_open(at("2026-11-27T10:30:00+02:00")), "on Friday, by the clock of Cairo");
    assert!(!hours.is_open(at("2026-11-22T10:30:00+02:00")), "Sunday is not named");
}
