//! System texts: every key in every language, and only placeholders that somebody fills.

use super::value;
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::texts::{Said, Texts as RawTexts};
use crate::config::raw::{At, Table, Text as RawText, listed};
use crate::domain::language::Language;
use crate::domain::texts::{PLURAL_CATEGORIES, Text, TextKey, Texts};
use std::collections::BTreeMap;

/// The most wordings of one text.
const WORDINGS_MAX: usize = 20;

/// What is filled into a text.
#[derive(Clone, Copy)]
struct Filled {
    /// The placeholders that may stand in it.
    may: &'static [&'static str],
    /// Those without which it does not tell the fact it is there for.
    must: &'static [&'static str],
    /// Whether it may have plural forms.
    counted: bool,
}

impl Filled {
    const fn with(may: &'static [&'static str], must: &'static [&'static str]) -> Filled {
        Filled { may, must, counted: false }
    }
}

/// What the core fills in, by text. One that is not here has no placeholders.
const FILLED: &[(TextKey, Filled)] = &[
    (TextKey::Greeting, Filled::with(&["name"], &[])),
    (TextKey::PacketHeadline, Filled::with(&["need", "why", "tried"], &["need", "why"])),
    (TextKey::PacketHeadlineNoNeed, Filled::with(&["why", "tried"], &["why"])),
    (TextKey::PacketWaiting, Filled { may: &["count"], must: &[], counted: true }),
    (TextKey::QueuePosition, Filled { may: &["count"], must: &[], counted: true }),
    (TextKey::DelayOutsideHours, Filled::with(&["opens"], &["opens"])),
    (TextKey::WaitChosenClosed, Filled::with(&["opens"], &["opens"])),
    (TextKey::HeardWhilePromised, Filled::with(&["due"], &["due"])),
    (TextKey::DelayWithAgent, Filled::with(&["agent"], &[])),
    (TextKey::CallbackPromised, Filled::with(&["from", "due"], &["from"])),
    (TextKey::CallbackMoved, Filled::with(&["wanted", "from", "due"], &["wanted", "from"])),
    (TextKey::CallbackAtOpening, Filled::with(&["from", "due"], &["from"])),
    (TextKey::StillPromised, Filled::with(&["due"], &["due"])),
    (TextKey::QuestionKept, Filled::with(&["due"], &["due"])),
    (TextKey::QuestionKeptPageClosed, Filled::with(&["due"], &["due"])),
    (TextKey::FollowUpPromised, Filled::with(&["agent", "what", "due"], &["what", "due"])),
    (TextKey::PromiseLate, Filled::with(&["due", "why"], &["due", "why"])),
    (TextKey::AgentJoined, Filled::with(&["agent"], &[])),
    (TextKey::AgentChanged, Filled::with(&["agent"], &[])),
    (TextKey::TransferredToAgent, Filled::with(&["agent"], &["agent"])),
    (TextKey::ReassignedToAgent, Filled::with(&["agent"], &["agent"])),
    (TextKey::TransferredToQueue, Filled::with(&["queue"], &["queue"])),
    (TextKey::AgentProposedResolution, Filled::with(&["agent"], &[])),
    (TextKey::PacketOpening, Filled::with(&["agent", "need"], &[])),
    (TextKey::PacketOpeningNoNeed, Filled::with(&["agent"], &[])),
    (TextKey::PacketOpeningDanger, Filled::with(&["agent"], &[])),
    (TextKey::SlotRemembered, Filled::with(&["value"], &["value"])),
    (TextKey::EmergencyLife, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencySelfHarm, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencySwallowed, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencyGas, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencyFire, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencyMoney, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::EmergencyProperty, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::OnCallReached, Filled::with(&["name"], &["name"])),
    (TextKey::OnCallMissed, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::HeardWhileRinging, Filled::with(&["since"], &["since"])),
    (TextKey::HeardWhenReached, Filled::with(&["name"], &["name"])),
    (TextKey::HeardWhenMissed, Filled::with(&["contacts"], &["contacts"])),
    (TextKey::CustomerBlocked, Filled::with(&["until", "otherwise"], &["until", "otherwise"])),
    (TextKey::StillBlocked, Filled::with(&["until", "otherwise"], &["until"])),
    (TextKey::AskCsatHuman, Filled::with(&["agent"], &[])),
    (TextKey::SayAgain, Filled::with(&["text"], &["text"])),
    (TextKey::MessageTooLong, Filled::with(&["max"], &["max"])),
    (TextKey::EtaMinutes, Filled { may: &["low", "count"], must: &[], counted: true }),
    (TextKey::EtaWithinMinutes, Filled { may: &["count"], must: &[], counted: true }),
    (TextKey::EtaHours, Filled { may: &["low", "count"], must: &[], counted: true }),
    (TextKey::EtaWithinHours, Filled { may: &["count"], must: &[], counted: true }),
];

fn filled(key: TextKey) -> Filled {
    let found = FILLED.iter().find(|(filled, _)| *filled == key);
    found.map_or(Filled::with(&[], &[]), |(_, filled)| *filled)
}

/// Checks the texts of both languages.
pub fn check(
    ar: Option<&RawTexts>,
    en: Option<&RawTexts>,
    problems: &mut Problems,
) -> Option<Texts> {
    let ar = ar.and_then(|raw| check_language(raw, Language::Ar, problems));
    let en = en.and_then(|raw| check_language(raw, Language::En, problems));
    let mut all = ar?;
    all.extend(en?);
    Some(Texts::new(all))
}

/// The file of a language.
pub fn file(language: Language) -> String {
    format!("{}{}.yaml", crate::config::source::TEXTS, language.tag())
}

fn check_language(
    raw: &RawTexts,
    language: Language,
    problems: &mut Problems,
) -> Option<BTreeMap<(Language, TextKey), Text>> {
    let mut texts = BTreeMap::new();
    let mut whole = true;
    for (name, said) in &raw.0 {
        let Some(key) = TextKey::from_name(&name.value) else {
            problems.add(unknown_text(name));
            whole = false;
            continue;
        };
        match check_text(key, said, language, problems) {
            Some(text) => {
                texts.insert((language, key), text);
            }
            None => whole = false,
        }
    }
    let present = |key: TextKey| raw.0.iter().any(|(name, _)| name.value == key.name());
    for key in TextKey::ALL.iter().filter(|key| !present(**key)) {
        let problem = Problem::new(Code::MissingText, &Place::top_of(&file(language)));
        problems.add(problem.with("key", key.name()).with("language", language.tag()));
        whole = false;
    }
    whole.then_some(texts)
}

fn unknown_text(name: &RawText) -> Problem {
    let known = || TextKey::ALL.iter().map(|key| key.name());
    Problem::new(Code::UnknownKey, &name.place)
        .with("key", &name.value)
        .with("known", listed(known()))
        .suggest(&name.value, known())
}

fn check_text(
    key: TextKey,
    said: &At<Said>,
    language: Language,
    problems: &mut Problems,
) -> Option<Text> {
    match &said.value {
        Said::Wordings(wordings) => check_wordings(key, wordings, &said.place, problems),
        Said::Forms(_) if !filled(key).counted => {
            let problem = Problem::new(Code::WrongKind, &said.place).with("expected", "a list");
            problems.add(problem.with("found", "a map"));
            None
        }
        Said::Forms(forms) => check_forms(key, forms, &said.place, language, problems),
    }
}

fn check_wordings(
    key: TextKey,
    wordings: &[RawText],
    place: &Place,
    problems: &mut Problems,
) -> Option<Text> {
    if wordings.is_empty() {
        problems.add(Problem::new(Code::EmptyText, place));
        return None;
    }
    if let Some(beyond) = wordings.get(WORDINGS_MAX) {
        let problem = Problem::new(Code::TooMany, &beyond.place).with("count", wordings.len());
        problems.add(problem.with("count_max", WORDINGS_MAX));
    }
    let said: Vec<Option<String>> =
        wordings.iter().map(|wording| check_wording(key, wording, problems)).collect();
    said.into_iter().collect::<Option<Vec<_>>>().map(Text::Wordings)
}

fn check_forms(
    key: TextKey,
    forms: &Table<RawText>,
    place: &Place,
    language: Language,
    problems: &mut Problems,
) -> Option<Text> {
    let mut checked = BTreeMap::new();
    let mut whole = true;
    for (form, wording) in &forms.0 {
        if !PLURAL_CATEGORIES.contains(&form.value.as_str()) {
            problems.add(
                Problem::new(Code::UnknownKey, &form.place)
                    .with("key", &form.value)
                    .with("known", listed(PLURAL_CATEGORIES))
                    .suggest(&form.value, PLURAL_CATEGORIES),
            );
            whole = false;
        }
        match check_wording(key, wording, problems) {
            Some(text) => {
                checked.insert(form.value.clone(), text);
            }
            None => whole = false,
        }
    }
    let has = |form: &str| forms.0.iter().any(|(name, _)| name.value == form);
    if !has("other") {
        problems.add(Problem::new(Code::PluralWithoutOther, place).with("key", key.name()));
        whole = false;
    }
    for form in forms_of(language).iter().filter(|form| **form != "other" && !has(form)) {
        let problem = Problem::new(Code::PluralFormMissing, place).with("key", key.name());
        problems.add(problem.with("form", form).with("language", language.tag()));
    }
    whole.then_some(Text::Plural(checked))
}

/// The plural forms a language tells apart.
const fn forms_of(language: Language) -> &'static [&'static str] {
    match language {
        Language::Ar => &PLURAL_CATEGORIES,
        Language::En => &["one", "other"],
    }
}

fn check_wording(key: TextKey, wording: &RawText, problems: &mut Problems) -> Option<String> {
    let filled = filled(key);
    let example = filled.may.first().copied().unwrap_or("name");
    let names = value::braces(wording, example, problems);
    for name in names.iter().filter(|name| !filled.may.contains(name)) {
        let known = match filled.may {
            [] => "nothing".to_owned(),
            may => may.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", "),
        };
        problems.add(
            Problem::new(Code::UnknownPlaceholder, &wording.place)
                .with("placeholder", format!("{{{name}}}"))
                .with("key", key.name())
                .with("known", known)
                .suggest(name, filled.may.iter().copied()),
        );
    }
    for name in filled.must.iter().filter(|name| !names.contains(name)) {
        let problem = Problem::new(Code::MissingPlaceholder, &wording.place);
        problems.add(problem.with("placeholder", format!("{{{name}}}")).with("key", key.name()));
    }
    value::said(wording, problems)
}
