//! The shipped config: right, complete, and explained in place.

use super::load;
use super::problem::{Look, Problems, render};
use super::raw::node::{self, Node, Value};
use super::raw::{Read, bot, conversation, faq, routing, service};
use super::script::{
    ALERTS, AgentAction, CustomerAction, DELAY_REASONS, ETAS, ExpectedOutcome, SURVEYS, StateName,
    SupervisorAction,
};
use super::source::{BOT, FAQ, ROUTING, SERVICE, Sources};
use crate::domain::language::Language;
use std::path::PathBuf;

fn shipped() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config")
}

#[test]
fn the_shipped_config_has_no_problem_at_all() {
    let (sources, checked) = load(&shipped());
    let look = Look { language: Language::En, colour: false };
    assert!(checked.problems.is_empty(), "{}", render(&checked.problems, &sources, look));
    assert!(checked.rules.is_some());
}

#[test]
fn a_folder_that_is_not_there_is_one_problem_that_says_what_to_do() {
    let (sources, checked) = load(&shipped().join("nowhere"));
    assert!(checked.rules.is_none());
    let codes: Vec<_> = checked.problems.iter().map(|problem| problem.code.name()).collect();
    assert_eq!(codes, ["CFG010"]);
    for (language, hint) in [(Language::En, "with --config DIR"), (Language::Ar, "مجلد")] {
        let look = Look { language, colour: false };
        let told = render(&checked.problems, &sources, look);
        assert!(told.contains("nowhere") && told.contains(hint), "{told}");
    }
}

#[test]
fn every_key_is_shown_and_explained_in_the_shipped_files() {
    let sources = Sources::read(&shipped(), &mut Problems::new());
    let mut missing = Vec::new();
    for (files, keys) in [
        (SERVICE, keys::<service::Service>()),
        (FAQ, keys::<faq::Faq>()),
        (ROUTING, keys::<routing::Routing>()),
        (BOT, keys::<bot::Bot>()),
    ] {
        let mut shown = Vec::new();
        let mut comments = String::new();
        for (path, text) in sources.under(files) {
            let node = node::parse(path, text, &mut Problems::new()).unwrap();
            paths(&node, &mut Vec::new(), &mut shown);
            comments
                .extend(text.lines().filter_map(|line| line.split_once('#')).map(|(_, said)| said));
        }
        for key in keys {
            let parts: Vec<&str> = key.split('.').collect();
            let fits = |path: &Vec<String>| {
                path.len() == parts.len()
                    && path.iter().zip(&parts).all(|(here, part)| *part == "*" || here == part)
            };
            let name = parts.last().unwrap().trim_end_matches("[]");
            // As shipped nobody is on call: how to write it stands in the comments.
            let is_left_out = key.starts_with("on_call.");
            let is_shown_there = is_left_out && comments.contains(&format!("{name}:"));
            if !shown.iter().any(fits) && !is_shown_there {
                missing.push(format!("{files}: `{key}` is not shown"));
            }
            // Days, languages and kinds of danger speak for themselves.
            if name.len() > 3 && !comments.contains(name) {
                missing.push(format!("{files}: `{key}` is not explained"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_key_of_a_scripted_conversation_is_explained_beside_them() {
    let page = std::fs::read_to_string(shipped().join("conversations/README.md")).unwrap();
    for key in keys::<conversation::Conversation>() {
        let name = key.rsplit('.').next().unwrap();
        assert!(page.contains(&format!("`{name}`")), "{key}");
    }
    let lists = [
        &CustomerAction::NAMES.map(|(name, _)| name)[..],
        &AgentAction::NAMES.map(|(name, _)| name),
        &SupervisorAction::NAMES.map(|(name, _)| name),
        &ExpectedOutcome::NAMES.map(|(name, _)| name),
        &StateName::NAMES.map(|(name, _)| name),
        &DELAY_REASONS,
        &ETAS,
        &ALERTS,
        &SURVEYS.map(|(name, _)| name),
    ];
    for name in lists.concat() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

fn keys<T: Read>() -> Vec<String> {
    T::shape().keys()
}

/// The paths of all keys of a file, in the form of `Shape::keys`.
fn paths(node: &Node, here: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    match &node.value {
        Value::Map(pairs) => {
            for (key, value) in pairs {
                here.push(key.text.clone());
                out.push(here.clone());
                paths(value, here, out);
                here.pop();
            }
        }
        Value::List(items) => {
            if let Some(last) = here.last_mut() {
                last.push_str("[]");
            }
            for item in items {
                paths(item, here, out);
            }
            if let Some(last) = here.last_mut() {
                last.truncate(last.len() - 2);
            }
        }
        Value::Nothing | Value::Scalar { .. } => {}
    }
}
