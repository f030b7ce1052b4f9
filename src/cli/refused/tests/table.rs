//! What `proto/README.md` lists of the facts of refusals is what there is: nothing more, nothing less.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// The rows below this head: the codes of the first column, and all that stands beside them.
fn rows(head: &str) -> Vec<(Vec<String>, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, below) = text.split_once(&format!("| {head} | facts |\n")).expect("the table is there");
    let rows = below.lines().skip(1).take_while(|line| line.starts_with('|'));
    let columns = rows.map(|row| row.trim_matches('|').split_once('|').unwrap());
    columns.map(|(codes, facts)| (quoted(codes), facts.to_owned())).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn in_table(head: &str) -> BTreeSet<String> {
    rows(head).into_iter().flat_map(|(codes, _)| codes).collect()
}

fn beside(head: &str, code: &str) -> Vec<String> {
    let row = rows(head).into_iter().find(|(codes, _)| codes.iter().any(|it| it == code));
    quoted(&row.unwrap_or_else(|| panic!("{code} is not in the table")).1)
}

/// All refusals with facts that can be made here.
fn all() -> Vec<Refusal> {
    let conversation = rejections().into_iter().map(AppError::Rejected);
    let pool = pool_refusals().into_iter().map(AppError::Refused);
    let directives = not_taken().into_iter().map(AppError::NotTaken);
    let others = [
        AppError::DeclaredInConfig,
        AppError::StillBusy { held: 2 },
        AppError::Empty,
        AppError::TooLong { max: 4_000, length: 9_000 },
        AppError::Overloaded { waiting: 900 },
        AppError::TooManyOfCustomer { most: 20 },
    ];
    conversation.chain(pool).chain(directives).chain(others).map(refusal).collect()
}

/// What stands in quotes behind one of these in the sources of the edge and of the pool, however the
/// lines are broken.
fn named_in_sources(behind: &[&str]) -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = ["grpc", "domain/pool"].map(|folder| source.join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut found = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for behind in behind {
            let rest = text.split(behind).skip(1).map(|rest| rest.trim_start());
            let named = rest.filter_map(|rest| rest.strip_prefix('"')?.split_once('"'));
            found.extend(named.map(|(code, _)| code.to_owned()));
        }
    }
    found
}

fn metadata(refusal: &Refusal) -> BTreeMap<String, String> {
    let status = Status::from(refusal.clone());
    let details = status.get_error_details();
    details.error_info().unwrap().metadata.clone().into_iter().collect()
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[test]
fn the_table_of_states_is_complete_and_tells_every_reason() {
    let of_conversations: BTreeSet<String> = (1..100)
        .filter_map(|number| ConversationState::try_from(number).ok())
        .map(|state| state.as_str_name().trim_start_matches("CONVERSATION_STATE_").to_lowercase())
        .collect();
    let mut there = named_in_sources(&["WrongState { state:", "state(", "because("]);
    assert!(there.len() > 15, "the scan found only {there:?}");
    for refusal in all().iter().filter(|it| it.situation() == Reason::WrongState) {
        let facts = metadata(refusal);
        let state = &facts["state"];
        there.insert(state.clone());
        for name in facts.keys().filter(|name| *name != "state") {
            assert!(beside("`state`", state).contains(name), "{name} of {state}");
        }
    }
    there.retain(|state| !of_conversations.contains(state));
    assert_eq!(in_table("`state`"), there);
    assert!(there.iter().all(|state| is_code(state)), "{there:?}");
    let codes =
        |codes: Vec<&str>| -> Vec<String> { codes.into_iter().map(str::to_owned).collect() };
    for (state, reasons) in [
        ("not_transferable", codes(NotPassed::ALL.iter().map(|why| why.code()).collect())),
        ("not_blockable", codes(NotBlocked::ALL.iter().map(|why| why.code()).collect())),
        ("offer_gone", codes(Gone::ALL.iter().map(|why| why.code()).collect())),
        ("not_eligible", codes(Hindrance::ALL.iter().map(|why| why.code()).collect())),
    ] {
        let told = beside("`state`", state);
        assert_eq!(told[0], "why");
        assert_eq!(told[1..], reasons, "{state}");
    }
}

#[test]
fn the_table_of_problems_is_complete_with_what_belongs_to_each() {
    let head = "`problem` of a field";
    let mut there = named_in_sources(&["problem(", " with("]);
    let fields = all().into_iter().filter(|it| it.situation() == Reason::FieldInvalid);
    let edge = found_by_the_edge().into_iter();
    let told = fields.map(Status::from).chain(edge).map(|status| {
        let details = status.get_error_details();
        details.error_info().unwrap().metadata.clone()
    });
    for facts in told {
        let Some(problem) = facts.get("problem") else { continue };
        there.insert(problem.clone());
        let beside = beside(head, problem);
        for name in facts.keys().filter(|name| !matches!(name.as_str(), "problem" | "field")) {
            assert!(beside.contains(name), "{name} of {problem}: {beside:?}");
        }
    }
    assert_eq!(in_table(head), there);
}

#[test]
fn every_reason_and_every_limit_stands_in_the_tables() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/README.md");
    let text = std::fs::read_to_string(file).unwrap();
    for reason in Reason::ALL {
        assert!(text.contains(&format!("`{}`", reason.name())), "{}", reason.name());
    }
    let mut limits = named_in_sources(&["TooMany { what:"]);
    limits.retain(|what| is_code(what));
    let told = beside("reason", "TOO_MANY");
    assert_eq!(told.first().map(String::as_str), Some("what"));
    for what in limits {
        assert!(told.contains(&what), "{what}: {told:?}");
    }
}
