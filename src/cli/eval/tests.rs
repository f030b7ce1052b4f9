//! Files of labelled messages against the shipped rules, as the command reads them.

use super::signals::{judge_dialogue, judge_message};
use super::*;
use crate::cli::rows::Row;
use crate::domain::detectors::SignalKind;
use crate::domain::rules::Rules;
use crate::eval::replay::Replay;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Training takes a moment: once for all tests.
fn shipped() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| crate::config::load(Path::new("config")).1.rules.unwrap())
}

fn row(value: Value) -> Row {
    let Value::Object(fields) = value else { panic!("a row is an object") };
    Row { line: 1, fields }
}

#[test]
fn messages_of_both_shapes_are_judged() {
    let rules = shipped();
    let one =
        row(json!({"text": "I want to talk to a human", "label": "wants_human", "lang": "en"}));
    let judged = judge_message(rules, &Replay::new(rules), &one).unwrap();
    assert_eq!(judged.gold, BTreeSet::from([SignalKind::HumanRequest]));
    assert_eq!(judged.raised, judged.gold);
    assert_eq!(judged.groups, BTreeSet::from(["en".to_owned()]));
    let plain = row(json!({"text": "وين طلبي", "labels": [], "lang": "ar", "variety": "gulf"}));
    let judged = judge_message(rules, &Replay::new(rules), &plain).unwrap();
    assert!(judged.gold.is_empty() && judged.raised.is_empty());
    let wrong = row(json!({"text": "x", "labels": ["joyful"]}));
    assert!(judge_message(rules, &Replay::new(rules), &wrong).unwrap_err().contains("joyful"));
}

#[test]
fn a_dialogue_is_played_until_the_bot_steps_aside() {
    let rules = shipped();
    let dialogue = row(json!({"id": "d1", "lang": "en", "gold_turn": 2, "reason": "wants_human",
        "turns": [
            {"party": "customer", "text": "where is my order"},
            {"party": "bot", "text": "What is your order number?"},
            {"party": "customer", "text": "let me talk to a human"},
            {"party": "bot", "text": "Of course."},
            {"party": "customer", "text": "a human please!"}]}));
    let judged = judge_dialogue(&Replay::new(rules), &dialogue).unwrap();
    assert_eq!((judged.gold, judged.predicted), (Some(2), Some(2)));
    assert_eq!(judged.predicted_reason, "human_request");
    let beyond = row(json!({"turns": [{"party": "bot", "text": "x"}], "gold_turn": 1}));
    assert!(judge_dialogue(&Replay::new(rules), &beyond).is_err());
}

#[test]
fn intents_are_found_by_id_by_title_and_by_what_import_made_of_a_label() {
    let rules = shipped();
    let entry = rules.bot.entries.values().next().unwrap();
    let mut unknown = BTreeSet::new();
    let rows = [
        row(json!({"text": "a", "intent": entry.id.as_str()})),
        row(json!({"text": "a", "intent": entry.title.ar.as_str()})),
        row(json!({"text": "a", "intent": "oos"})),
        row(json!({"text": "a", "intent": "no such thing"})),
    ];
    let judged = intents::judge(rules, &rows, &mut unknown, &mut Vec::new()).unwrap();
    let gold: Vec<Option<&str>> = judged.iter().map(|one| one.gold.as_deref()).collect();
    assert_eq!(gold, [Some(entry.id.as_str()), Some(entry.id.as_str()), None, None]);
    assert_eq!(unknown, BTreeSet::from(["no such thing".to_owned()]));
}

/// The shipped weights name the files they were learnt from. Whoever changes a message learns anew:
/// `sanad eval learn …` as in tests/data/README.md, or this test with SANAD_REWRITE_TABLES set.
#[test]
fn the_shipped_weights_were_learnt_from_the_messages_as_they_stand() {
    const WEIGHTS: &str = "src/domain/detectors/learnt/weights.tsv";
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("tests/data/train").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.push("tests/data/dev/messages.jsonl".into());
    if std::env::var_os("SANAD_REWRITE_TABLES").is_some() {
        learn::rewrite(&files, Path::new("config"), Path::new(WEIGHTS)).unwrap();
    }
    let written = std::fs::read_to_string(WEIGHTS).unwrap();
    let named: Vec<&str> = written.lines().filter_map(|line| line.strip_prefix("# of ")).collect();
    let made_of: Vec<String> = files.iter().map(|file| learn::made_of(file).unwrap()).collect();
    assert_eq!(named, made_of);
}
