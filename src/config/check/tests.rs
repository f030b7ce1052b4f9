//! Every way in which files can be wrong, as edits of a small config that is right.

use crate::config::check;
use crate::config::fixture::{Edit, sources};
use crate::config::problem::{Code, Problem, Problems};
use crate::domain::detectors::EmergencyKind;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use std::time::Duration;

fn shown(problem: &Problem) -> String {
    let place = &problem.place;
    let mut out = format!("{}:{}:{} {}", place.file, place.line, place.column, problem.code.name());
    for also in &problem.also {
        out += &format!(" and {}:{}:{}", also.file, also.line, also.column);
    }
    if let Some(suggestion) = &problem.suggestion {
        out += &format!(" ~{suggestion}");
    }
    out
}

/// The edits lead to exactly these problems: `file:line:column CODE`, then `and` the other place,
/// then `~` what was probably meant. `Some` says what came instead.
fn mismatch(edits: &[Edit], expected: &[&str]) -> Option<String> {
    let checked = check(&sources(edits), Problems::new());
    let found: Vec<String> = checked.problems.iter().map(shown).collect();
    let whole = !checked.problems.iter().any(Problem::is_error);
    assert_eq!(checked.rules.is_some(), whole, "rules come of files without errors, and only then");
    for problem in &checked.problems {
        for language in Language::ALL {
            // Only placeholders and braces of the files themselves may be left between braces.
            let words = problem.what(language) + &problem.hint(language);
            let ours = words.matches('{').count() - words.matches("`{").count();
            let theirs: usize =
                problem.facts.iter().map(|(_, fact)| fact.matches('{').count()).sum();
            assert!(ours <= theirs + words.matches("{ queue").count(), "unfilled: {words}");
        }
    }
    let same = found.iter().map(String::as_str).eq(sorted(expected.to_vec()));
    (!same).then(|| format!("{edits:?}\n  expected {expected:?}\n  found    {found:?}"))
}

/// All rows of a table at once.
#[track_caller]
fn check_rows<'a>(rows: impl IntoIterator<Item = (Vec<Edit<'a>>, Vec<&'a str>)>) {
    let wrong: Vec<String> =
        rows.into_iter().filter_map(|(edits, expected)| mismatch(&edits, &expected)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One row.
#[track_caller]
fn check_edits(edits: &[Edit], expected: &[&str]) {
    check_rows([(edits.to_vec(), expected.to_vec())]);
}

#[test]
fn a_config_that_is_right_becomes_rules() {
    check_edits(&[], &[]);
    let checked = check(&sources(&[]), Problems::new());
    let rules = checked.rules.unwrap();
    assert_eq!(rules.bot.entries.len(), 2);
    assert_eq!(rules.routing.queues.iter().count(), 2);
    assert_eq!(checked.scripts.len(), 1);
    assert_eq!(checked.scripts[0].steps.len(), 6);
    assert_eq!(checked.service.unwrap().limits.waiting_max, 10);
}

#[test]
fn every_problem_of_all_files_is_found_at_once() {
    check_edits(
        &[
            ("faq/a.yaml", "quick_replies: [returns]", "quick_reply: [returns]"),
            (
                "faq/a.yaml",
                "en: [\"Within 14 days.\", \"You have 14 days.\"]",
                "en: [\"Within 14 days.\"]",
            ),
            ("routing.yaml", "policy: least_loaded", "policy: least_loded"),
            ("routing.yaml", "capacity: 3", "capacity: 0"),
            ("bot.yaml", "idle_close: 30m", "idle_close: 30"),
            ("texts/ar.yaml", "greeting: [\"words\"]", "greeting: []"),
            ("conversations/a.yaml", "state: bot", "state: bott"),
            ("service.yaml", "127.0.0.1:50051", "localhost"),
        ],
        &[
            "bot.yaml:5:15 CFG105",
            "conversations/a.yaml:6:41 CFG107 ~bot",
            "faq/a.yaml:16:5 CFG101 ~quick_replies",
            "faq/a.yaml:26:12 CFG204",
            "routing.yaml:2:9 CFG107 ~least_loaded",
            "routing.yaml:45:91 CFG106",
            "service.yaml:1:9 CFG701",
            "texts/ar.yaml:1:11 CFG109",
        ],
    );
}

#[test]
fn files_that_are_missing_broken_or_strange_are_named() {
    let rows = [
        (("routing.yaml", "", ""), vec!["routing.yaml:1:1 CFG002"]),
        (("service.yaml", "", ""), vec![]),
        (("texts/fr.yaml", "", "greeting: [x]"), vec!["texts/fr.yaml:1:1 CFG008 ~texts/ar.yaml"]),
        (("bot.yaml", "name: { en", "name: &n { en"), vec!["bot.yaml:1:10 CFG006"]),
        (("bot.yaml", "name: { en", "name: !x { en"), vec!["bot.yaml:1:10 CFG006"]),
        (("bot.yaml", "ends:", "---\nends:"), vec!["bot.yaml:4:1 CFG006"]),
        (
            ("bot.yaml", "  hold: 10m", "  hold: 10m\n  hold: 5m"),
            vec!["bot.yaml:10:3 CFG007 and bot.yaml:9:3"],
        ),
        (("bot.yaml", "  life: {", "  life: [{"), vec!["bot.yaml:14:8 CFG001"]),
    ];
    check_rows(rows.map(|(edit, expected)| (vec![edit], expected)));
}

#[test]
fn texts_that_yaml_cuts_or_splits_want_quotes() {
    let quotes = |line: &str, column: u32| format!("faq/b.yaml:{line}:{column} CFG104");
    for (title, line, column) in [
        ("    title: سؤال: أين طلبي؟\n", "3", 12),
        ("    title:\n      en: Hello: you\n      ar: مرحبا\n", "4", 11),
        ("    title:\n      en: Order #123 is here\n      ar: مرحبا\n", "4", 11),
        ("    title:\n      en: Order\n      ar: @سند هنا\n", "5", 11),
        ("    title: { en: Hello, how are you, ar: مرحبا }\n", "3", 25),
    ] {
        let entry = format!(
            "entries:\n  - id: third\n{title}    patterns: [third]\n    answers: {{ en: [a, b], ar: [ج, د] }}\n"
        );
        let found = check(&sources(&[("faq/b.yaml", "", &entry)]), Problems::new());
        let found: Vec<String> = found.problems.iter().map(shown).collect();
        assert_eq!(found, [quotes(line, column)], "{title}");
    }
    check_edits(
        &[("faq/a.yaml", "ar: [\"خلال 14 يوما.\", ", "ar: [المدة: خلال 14 يوما., ")],
        &["faq/a.yaml:27:12 CFG104"],
    );
    let suggested = check(
        &sources(&[("faq/a.yaml", "ar: [\"خلال 14 يوما.\", ", "ar: [المدة: خلال 14 يوما., ")]),
        Problems::new(),
    );
    assert!(suggested.problems[0].hint(Language::En).contains("\"المدة: خلال 14 يوما.\""));
}

#[test]
fn entries_that_cannot_be_answered_or_found_are_refused() {
    let rows = [
        (
            "id: returns",
            "id: order_status",
            vec![
                "faq/a.yaml:16:21 CFG202 and conversations/a.yaml:14:66",
                "faq/a.yaml:20:9 CFG201 and faq/a.yaml:2:9",
            ],
        ),
        (
            "quick_replies: [returns]",
            "quick_replies: [return]",
            vec!["faq/a.yaml:16:21 CFG202 ~returns"],
        ),
        (
            "quick_replies: [returns]",
            "quick_replies: [returns, returns, order_status]",
            vec!["faq/a.yaml:16:30 CFG212", "faq/a.yaml:16:39 CFG212"],
        ),
        ("id: order_status", "id: order status", vec!["faq/a.yaml:2:9 CFG108"]),
        ("\"Where is my order?\"", "\" \"", vec!["faq/a.yaml:3:18 CFG109"]),
        (
            "title: { en: \"Returns\", ar: \"الإرجاع\" }",
            "title: { en: \"Returns\" }",
            vec!["faq/a.yaml:21:12 CFG110"],
        ),
        ("title: { en: \"Returns\", ar: \"الإرجاع\" }\n", "\n", vec!["faq/a.yaml:20:5 CFG102"]),
        (
            "title: { en: \"Returns\", ar: \"الإرجاع\" }",
            "title: [x]",
            vec!["faq/a.yaml:21:12 CFG103"],
        ),
        (
            "    examples:\n      en: [\"how do I return it\", \"send it back\"]\n      ar: [\"ابغى ارجع الطلب\", \"كيف الارجاع\", \"سياسة الاسترجاع\"]\n",
            "",
            vec!["faq/a.yaml:20:9 CFG203"],
        ),
        ("\"كيف الارجاع\", ", "", vec!["faq/a.yaml:20:9 CFG207"]),
        (
            "\"كيف الارجاع\"",
            "\"متى يوصِل الطلب\"",
            vec!["faq/a.yaml:24:31 CFG206 and faq/a.yaml:6:24"],
        ),
        (
            "\"You have 14 days.\"",
            "\"Within 14 days.\"",
            vec!["faq/a.yaml:26:31 CFG205 and faq/a.yaml:26:12"],
        ),
        ("\\btrack my order", "(track", vec!["faq/a.yaml:8:16 CFG208"]),
        ("\\btrack my order\\b", "(track)*", vec!["faq/a.yaml:8:16 CFG209"]),
        ("\\btrack my order", "شكوى", vec!["faq/a.yaml:8:16 CFG213"]),
        (
            "Order {order_number}",
            "Order {order_numbr}",
            vec!["faq/a.yaml:14:12 CFG210 ~order_number"],
        ),
        ("Order {order_number}", "Order {order_number", vec!["faq/a.yaml:14:12 CFG406"]),
        (
            "    answers:\n      en: [\"Order",
            "      - { name: order_number, pattern: x, ask: { en: a, ar: b } }\n    answers:\n      en: [\"Order",
            vec!["faq/a.yaml:13:17 CFG211 and faq/a.yaml:10:15"],
        ),
        ("queue: care", "queue: caer", vec!["faq/a.yaml:17:12 CFG302 ~care"]),
        ("2027-06-01", "2027-06-31", vec!["faq/a.yaml:19:16 CFG111"]),
    ];
    check_rows(rows.map(|(from, to, expected)| (vec![("faq/a.yaml", from, to)], expected)));
}

#[test]
fn a_problem_in_an_entry_does_not_make_its_mentions_look_wrong() {
    check_edits(&[("faq/a.yaml", "\"Returns\"", "\"\"")], &["faq/a.yaml:21:18 CFG109"]);
    check_edits(&[("faq/b.yaml", "", "entries: {")], &["faq/b.yaml:1:10 CFG001"]);
}

#[test]
fn routing_that_would_strand_somebody_is_refused() {
    let rows = [
        (
            "- id: safety",
            "- id: care",
            vec![
                "routing.yaml:12:15 CFG302 and routing.yaml:23:28 and routing.yaml:24:29 and routing.yaml:25:32",
                "routing.yaml:13:9 CFG301 and routing.yaml:5:9",
            ],
        ),
        ("fallback: null", "fallback: care", vec!["routing.yaml:12:15 CFG309"]),
        ("skills: { orders: 2 }", "skills: { order: 2 }", vec!["routing.yaml:7:15 CFG303 ~orders"]),
        ("skills: { orders: 2 }", "skills: { orders: 6 }", vec!["routing.yaml:7:23 CFG106"]),
        (
            "skills: { orders: 2 }",
            "skills: { orders: 5 }",
            vec!["routing.yaml:5:9 CFG310", "routing.yaml:5:9 CFG310"],
        ),
        ("  abuse: { queue: care, priority: normal }\n", "", vec!["routing.yaml:1:1 CFG305"]),
        (
            "  abuse: {",
            "  abus: {",
            vec!["routing.yaml:1:1 CFG305", "routing.yaml:22:3 CFG101 ~abuse"],
        ),
        (
            "emergency_life: { queue: safety, priority: emergency }",
            "emergency_life: { queue: safety, priority: high }",
            vec!["routing.yaml:23:46 CFG306"],
        ),
        (
            "abuse: { queue: care, priority: normal }",
            "abuse: { queue: care, priority: emergency }",
            vec!["routing.yaml:22:35 CFG306"],
        ),
        ("Asia/Riyadh", "Asia/Riad", vec!["routing.yaml:9:13 CFG307"]),
        ("\"09:00-22:00\"", "\"9-22\"", vec!["routing.yaml:10:22 CFG308"]),
        ("\"14:00-18:00\"", "\"14:00-14:00\"", vec!["routing.yaml:10:58 CFG308"]),
        ("sun: \"", "sunday: \"", vec!["routing.yaml:10:17 CFG101 ~sun"]),
        ("2027-03-30", "2027-02-30", vec!["routing.yaml:11:16 CFG111"]),
        ("normal: 30s", "normal: 3m", vec!["routing.yaml:30:13 CFG112"]),
        ("returned: 2m", "returned: 20m", vec!["routing.yaml:30:13 CFG112"]),
        ("heartbeat: 10s", "heartbeat: 40s", vec!["routing.yaml:40:9 CFG112"]),
        ("nudge: 60s", "nudge: 200s", vec!["routing.yaml:41:16 CFG112"]),
        ("default: 1", "default: 3", vec!["routing.yaml:43:7 CFG112"]),
        ("timeout: 30s", "timeout: 1s", vec!["routing.yaml:32:12 CFG106"]),
        ("again_max: 5s", "again_max: 0s", vec!["routing.yaml:37:24 CFG106"]),
        ("again_max: 5s", "again_max: 2m", vec!["routing.yaml:37:24 CFG106"]),
        ("timeout: 30s", "timeout: [30s]", vec!["routing.yaml:32:12 CFG103"]),
        ("ar: 5, en: 3", "ar: 5, english: 3", vec!["routing.yaml:45:49 CFG107"]),
    ];
    check_rows(rows.map(|(from, to, expected)| (vec![("routing.yaml", from, to)], expected)));
}

#[test]
fn a_bot_that_would_loop_or_leave_people_in_danger_alone_is_refused() {
    let rows = [
        ("unsure_at: 0.3", "unsure_at: 0.8", vec!["bot.yaml:2:10 CFG112"]),
        ("sure_at: 0.5", "sure_at: 1.5", vec!["bot.yaml:2:21 CFG106"]),
        ("sure_at: 0.5", "sure_at: half", vec!["bot.yaml:2:21 CFG103"]),
        ("misses_until_human: 2", "misses_until_human: 0", vec!["bot.yaml:3:31 CFG106"]),
        ("hold: 10m\n", "hold: 10m\n  holt: 1m\n", vec!["bot.yaml:10:3 CFG101 ~hold"]),
        ("numbers: [\"911\"]", "numbers: []", vec!["bot.yaml:13:9 CFG407"]),
        (
            "  money: { en: \"Call your bank.\", ar: \"اتصل بمصرفك.\" }\n",
            "",
            vec!["bot.yaml:13:3 CFG407"],
        ),
        ("ar: \"اتصل بمصرفك.\"", "ar: \"\"", vec!["bot.yaml:14:10 CFG407"]),
        ("Call 998.", "Call 997.", vec!["bot.yaml:15:63 CFG408"]),
    ];
    check_rows(rows.map(|(from, to, expected)| (vec![("bot.yaml", from, to)], expected)));
}

#[test]
fn texts_say_what_they_are_there_for_and_nothing_that_nobody_fills() {
    let lines = |key: &str| crate::config::fixture::line_of("texts/ar.yaml", key);
    for (from, to, key, column, expected) in [
        ("greeting: [\"words\"]\n", "", "", 1, "CFG401"),
        ("greeting: [", "greetings: [", "", 1, "CFG401"),
        ("greeting: [\"words\"", "greeting: [\"I am {nam}\"", "greeting", 12, "CFG402 ~name"),
        ("[\"{text}\"]", "[\"{txet}\"]", "say_again", 13, "CFG402 ~text"),
        ("\"until {opens}\"", "\"later\"", "delay_outside_hours", 22, "CFG403"),
        (", other: \"{count}\"", "", "queue_position", 17, "CFG404"),
        (" few: f,", "", "queue_position", 17, "CFG405"),
        (" few: f,", " few: f, some: x,", "queue_position", 52, "CFG101"),
        ("greeting: [\"words\"]", "greeting: { other: x }", "greeting", 11, "CFG103"),
    ] {
        let edits = [("texts/ar.yaml", from, to)];
        let line = if key.is_empty() { 1 } else { lines(key) };
        let found = check(&sources(&edits), Problems::new());
        let found: Vec<String> = found.problems.iter().map(shown).collect();
        assert!(
            found.contains(&format!("texts/ar.yaml:{line}:{column} {expected}")),
            "{from} {found:?}"
        );
    }
}

#[test]
fn detectors_are_told_with_their_place() {
    let rows = [
        ("threshold: 0.6", "treshold: 0.6", "detectors/abuse.yaml:1:12 CFG101 ~threshold"),
        ("threshold: 0.6, ", "", "detectors/abuse.yaml:1:24 CFG102"),
        ("threshold: 0.6", "threshold: 6", "detectors/abuse.yaml:1:23 CFG501"),
        ("threshold: 0.6", "threshold: high", "detectors/abuse.yaml:1:23 CFG501"),
        ("some words", "", "detectors/abuse.yaml:7:21 CFG501"),
    ];
    check_rows(
        rows.map(|(from, to, expected)| (vec![("detectors/abuse.yaml", from, to)], vec![expected])),
    );
    check_edits(&[("detectors/abuse.yaml", "", "")], &["detectors/abuse.yaml:1:1 CFG002"]);
}

#[test]
fn scripts_do_one_thing_a_step_with_people_who_exist() {
    let rows = [
        ("agents: [sara]", "agents: [sarah]", vec!["conversations/a.yaml:2:10 CFG304 ~sara"]),
        ("agents:", "on_call: [maybe]\nagents:", vec!["conversations/a.yaml:2:11 CFG107"]),
        ("wait: 5m", "wait: 5m\n    customer: x", vec!["conversations/a.yaml:7:5 CFG601"]),
        ("wait: 5m", "{}", vec!["conversations/a.yaml:7:5 CFG601"]),
        ("    does: accept\n", "", vec!["conversations/a.yaml:9:5 CFG601"]),
        ("does: accept", "does: acept", vec!["conversations/a.yaml:10:11 CFG107 ~accept"]),
        ("choose 1", "choose none", vec!["conversations/a.yaml:8:20 CFG107"]),
        ("outcome: ask_slot", "outcome: asks", vec!["conversations/a.yaml:6:24 CFG107"]),
        ("queue: care", "queue: caer", vec!["conversations/a.yaml:11:49 CFG302 ~care"]),
        (
            "choices: [returns]",
            "choices: [return]",
            vec!["conversations/a.yaml:14:66 CFG202 ~returns"],
        ),
        ("language: ar", "language: fr", vec!["conversations/a.yaml:3:11 CFG107"]),
        ("agents: [sara]", "at: tomorrow", vec!["conversations/a.yaml:2:5 CFG111"]),
    ];
    check_rows(
        rows.map(|(from, to, expected)| (vec![("conversations/a.yaml", from, to)], expected)),
    );
    check_edits(
        &[("conversations/b.yaml", "", "name: A question is answered\nsteps: [{ wait: 1s }]\n")],
        &[
            "conversations/b.yaml:1:1 CFG602",
            "conversations/b.yaml:1:7 CFG603 and conversations/a.yaml:1:7",
        ],
    );
}

#[test]
fn a_cost_that_nobody_has_room_for_is_refused() {
    check_edits(
        &[("routing.yaml", "{ default: 1, abusive: 2 }", "{ default: 1, abusive: 4 }")],
        &["routing.yaml:43:30 CFG311"],
    );
    check_edits(
        &[("routing.yaml", "{ default: 1, abusive: 2 }", "{ default: 4, abusive: 4 }")],
        &["routing.yaml:43:18 CFG311", "routing.yaml:43:30 CFG311"],
    );
    // Just as much as the roomiest can hold; and who declares nobody registers them elsewhere.
    check_edits(&[("routing.yaml", "abusive: 2 }", "abusive: 3 }")], &[]);
    let files = crate::config::fixture::files();
    let agents = &files["routing.yaml"][files["routing.yaml"].find("agents:").unwrap()..];
    let nobody = check(
        &sources(&[
            ("routing.yaml", agents, "agents: []\n"),
            ("routing.yaml", "abusive: 2 }", "abusive: 9 }"),
            ("conversations/a.yaml", "", ""),
        ]),
        Problems::new(),
    );
    let codes: Vec<Code> = nobody.problems.iter().map(|problem| problem.code).collect();
    assert!(!codes.contains(&Code::CostAboveCapacity), "{codes:?}");
}

#[test]
fn those_on_call_can_be_rung_and_nobody_is_forgotten_in_a_list() {
    let on_call = |targets: &str| {
        format!(
            "\non_call: {{ after: 30s, answer_within: 60s, rings_max: 2, secret_from: NAME, targets: {targets} }}\n"
        )
    };
    let last = crate::config::fixture::files()["routing.yaml"].clone();
    let line = last.lines().count() + 2;
    let found = |targets: &str| {
        let whole = format!("{last}{}", on_call(targets));
        let checked = check(&sources(&[("routing.yaml", "", &whole)]), Problems::new());
        let found: Vec<String> = checked.problems.iter().map(shown).collect();
        let codes = found.iter().map(|problem| {
            let place = format!("routing.yaml:{line}:");
            let rest = problem.strip_prefix(&place).unwrap_or_else(|| panic!("{problem}"));
            rest.split(' ').skip(1).collect::<Vec<_>>().join(" ")
        });
        (codes.collect::<Vec<_>>(), checked.rules)
    };
    let good = "{ life: [{ name: a, webhook: \"https://pager.example/x?y=1\" }, { name: b, command: [/bin/ring, hard] }], money: [{ name: a, webhook: \"http://127.0.0.1:80/\" }] }";
    let (problems, rules) = found(good);
    assert_eq!(problems, Vec::<String>::new());
    let rules = rules.unwrap().routing.on_call;
    assert_eq!(rules.targets(EmergencyKind::Life).len(), 2);
    assert_eq!(rules.targets(EmergencyKind::Property).len(), 0);
    for (targets, codes) in [
        ("{ life: [] }", vec!["CFG312"]),
        ("{ fire: [{ name: a, command: [/a] }] }", vec!["CFG101"]),
        ("{ life: [{ name: a }] }", vec!["CFG313"]),
        ("{ life: [{ name: a, command: [] }] }", vec!["CFG313"]),
        ("{ life: [{ name: a, command: [/a], webhook: \"https://a.example\" }] }", vec!["CFG313"]),
        ("{ life: [{ name: a, webhook: \"http://pager.example/\" }] }", vec!["CFG314"]),
        ("{ life: [{ name: a, webhook: \"https://u:p@pager.example/\" }] }", vec!["CFG314"]),
        ("{ life: [{ name: a, webhook: \"ftp://pager.example/\" }] }", vec!["CFG314"]),
        ("{ life: [{ name: a, webhook: pager }] }", vec!["CFG314"]),
        ("{ life: [{ name: a, command: [ring] }] }", vec!["CFG315"]),
        ("{ life: [{ name: a, command: [/a] }, { name: a, command: [/b] }] }", vec!["CFG301"]),
        (
            "{ life: [{ name: a, command: [/a] }, { name: b, command: [/a] }, { name: c, command: [/a] }] }",
            vec!["CFG112"],
        ),
    ] {
        assert_eq!(found(targets).0, codes, "{targets}");
    }
    let whole = format!("{last}{}", on_call("{}"));
    let checked = || check(&sources(&[("routing.yaml", "", &whole)]), Problems::new());
    let told = |set: bool| {
        let checked = checked().in_environment(|name| name == "NAME" && set);
        assert!(checked.rules.is_some(), "the rules go live all the same");
        checked.problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!((told(true), told(false)), (vec![], vec![Code::SecretUnset]));
}

#[test]
fn an_entry_that_nobody_has_looked_at_in_time_is_warned_about() {
    let overdue_at = |moment: &str| {
        let at = moment.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let checked = check(&sources(&[]), Problems::new()).at(Timestamp::from_millis(at));
        assert!(checked.rules.is_some(), "the rules go live all the same");
        checked.problems.iter().map(shown).collect::<Vec<_>>()
    };
    // The last day is 2027-06-01, and lasts longest twelve hours west of Greenwich.
    assert_eq!(overdue_at("2027-06-02T11:59:59Z"), Vec::<String>::new());
    assert_eq!(overdue_at("2027-06-02T12:00:00Z"), ["faq/a.yaml:19:16 CFG214"]);
}

#[test]
fn the_operators_file_is_checked_and_survives_broken_rules() {
    let checked = check(&sources(&[("bot.yaml", "", "")]), Problems::new());
    assert!(checked.rules.is_none());
    assert_eq!(checked.service.unwrap().drain, Duration::from_secs(10));
    let rows = [
        ("drain: 20m", "service.yaml:1:8 CFG106"),
        ("drain_notice: 20m", "service.yaml:1:15 CFG106"),
        ("store: redis", "service.yaml:1:8 CFG107 ~redis://HOST:PORT"),
        ("on_bad_config: last-good", "service.yaml:1:16 CFG107 ~last_good"),
        ("retention: { after: 90d }", "service.yaml:1:21 CFG107"),
        ("retention: { after: 90d, archive: a, delete: true }", "service.yaml:1:21 CFG107"),
        ("retention: { after: 1m, delete: true }", "service.yaml:1:21 CFG106"),
        ("limits: { waiting_max: -1 }", "service.yaml:1:24 CFG103"),
        ("limits: { waiting_max: 0 }", "service.yaml:1:24 CFG106"),
        ("listen: 50051", "service.yaml:1:9 CFG701"),
    ];
    check_rows(rows.map(|(to, expected)| (vec![("service.yaml", "", to)], vec![expected])));
}

/// Problems come in the order of files and places, scripts last.
fn sorted(mut expected: Vec<&str>) -> Vec<&str> {
    let key = |text: &&str| {
        let mut parts = text.split([':', ' ']);
        let file = parts.next().unwrap_or_default().to_owned();
        let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
        (file.starts_with("conversations/"), file, number(), number())
    };
    expected.sort_by_key(key);
    expected
}

#[test]
fn an_emptied_routing_file_is_told_by_its_own_lacks_and_not_at_every_mention() {
    let found = check(&sources(&[("routing.yaml", "", "{}\n")]), Problems::new()).problems;
    assert!(!found.is_empty());
    assert!(found.iter().all(|it| &*it.place.file == "routing.yaml"), "{found:?}");
}
