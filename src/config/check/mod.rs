//! From what the files say to rules that hold: every value parsed, every name resolved, and every
//! problem of all files gathered before anything is refused.

mod bot;
mod detectors;
mod faq;
mod names;
mod on_call;
mod parts;
mod routing;
mod script;
mod service;
mod texts;
mod times;
mod value;

use super::learnt::Learnt;
use super::problem::{Code, Place, Problem, Problems};
use super::raw::bot::Bot;
use super::raw::conversation::Conversation;
use super::raw::faq::Faq;
use super::raw::routing::Routing;
use super::raw::service::Service;
use super::raw::{Read, node};
use super::script::Script;
use super::service::ServiceSettings;
use super::source::{BOT, CONVERSATIONS, DETECTORS, FAQ, ROUTING, SERVICE, Sources, TEXTS};
use crate::domain::bot::matcher::{Example, Matcher, MatcherSettings, TrainingEntry};
use crate::domain::detectors::SignalKind;
use crate::domain::ids::RulesVersion;
use crate::domain::language::{Language, Variety};
use crate::domain::rules::{BotRules, Rules};
use crate::domain::time::Timestamp;
use faq::{CheckedEntry, Review};
use on_call::Secret;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use value::shown as duration_shown;

/// What came of a check.
#[derive(Debug)]
pub struct Checked {
    /// The rules; only when there is no error.
    pub rules: Option<Rules>,
    /// The scripted conversations that are whole.
    pub scripts: Vec<Script>,
    /// The operators' settings; only when their file has no error.
    pub service: Option<ServiceSettings>,
    /// All problems, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// By when entries are to be looked at again.
    reviews: Vec<Review>,
    /// What the environment must hold.
    secrets: Vec<Secret>,
}

impl Checked {
    /// With a warning for each entry whose review is overdue at that time. Apart from the check
    /// itself, because whether rules may go live does not depend on the day.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Checked {
        let mut problems = Problems::new();
        problems.extend(std::mem::take(&mut self.problems));
        problems.extend(self.reviews.iter().filter_map(|review| review.overdue(at)));
        self.problems = problems.sorted();
        self
    }

    /// With a warning for each secret that is not in the environment. Apart from the check itself,
    /// because the same files are checked where they do not serve.
    #[must_use]
    pub fn in_environment(mut self, is_set: impl Fn(&str) -> bool) -> Checked {
        let mut problems = Problems::new();
        problems.extend(std::mem::take(&mut self.problems));
        let unset = self.secrets.iter().filter(|secret| !is_set(&secret.name));
        problems.extend(unset.map(Secret::unset));
        self.problems = problems.sorted();
        self
    }
}

/// Checks all files. `problems` holds what was found while they were read.
pub fn check(sources: &Sources, problems: Problems) -> Checked {
    check_with(sources, problems, &|_| Learnt::nowhere())
}

/// The same, recalling what the examples teach from where the settings say it is kept.
pub fn check_with(
    sources: &Sources,
    mut problems: Problems,
    learnt: &dyn Fn(&ServiceSettings) -> Learnt,
) -> Checked {
    if problems.has(Code::FolderMissing) {
        // Once is enough: that each of its files is missing as well helps nobody.
        let (rules, service, scripts) = (None, None, Vec::new());
        let (reviews, secrets, problems) = (Vec::new(), Vec::new(), problems.sorted());
        return Checked { rules, scripts, service, problems, reviews, secrets };
    }
    let problems_here = &mut problems;
    stray_files(sources, problems_here);
    let service = service_of(sources, problems_here);
    let faq: Vec<Option<Faq>> = files(sources, FAQ, problems_here);
    let scripts: Vec<Option<Conversation>> = files(sources, CONVERSATIONS, problems_here);
    let raw_routing = file(sources, ROUTING, problems_here);
    let raw_bot: Option<Bot> = file(sources, BOT, problems_here);
    let [ar, en] = [Language::Ar, Language::En]
        .map(|language| file(sources, &texts::file(language), problems_here));

    let (routing_names, bot_names) = (raw_routing.as_ref(), raw_bot.as_ref());
    let names = names::Names::gather(&faq, routing_names, bot_names, problems_here);
    let entries = faq::check(&read(faq), &names, problems_here);
    let reviews = entries.iter().flatten().filter_map(|entry| entry.review.clone()).collect();
    let on_call = raw_routing.as_ref().and_then(|raw: &Routing| raw.on_call.as_ref());
    let secrets = Secret::of(on_call).into_iter().collect();
    let routing = raw_routing.and_then(|raw| routing::check(&raw, &names, problems_here));
    let bot = raw_bot.and_then(|raw| bot::check(&raw, problems_here));
    let texts = texts::check(ar.as_ref(), en.as_ref(), problems_here);
    let detectors = detectors::check(sources, problems_here);
    let scripts = script::check(&read(scripts), sources, &names, problems_here);

    let rules = (|| {
        let (entries, bot) = (entries?, bot?);
        let parts = (routing?, texts?, detectors?);
        if problems.has_errors() {
            return None;
        }
        let learnt = learnt(&service.clone().unwrap_or_default());
        let matcher = train(&entries, &bot.matcher, &learnt, &mut problems)?;
        let (routing, texts, detectors) = parts;
        let version = RulesVersion::parse(&sources.version()).ok()?;
        let entries = entries.into_iter().map(|checked| checked.entry);
        let entries = entries.map(|entry| (entry.id.clone(), routing.with_queue(entry)));
        let bot = BotRules {
            name: bot.name,
            entries: entries.collect(),
            ladder: bot.ladder,
            ends: bot.ends,
            arabizi: bot.arabizi,
            read_marks: bot.read_marks,
            contacts: bot.contacts,
            satisfaction: bot.satisfaction,
            facts: bot.facts,
            parts: bot.parts,
        };
        let (matcher, detectors) = (Arc::new(matcher), Arc::new(detectors));
        let (texts, banners) = (Arc::new(texts), Vec::new());
        Some(Rules { version, bot, matcher, detectors, routing, texts, banners })
    })();
    Checked { rules, scripts, service, problems: problems.sorted(), reviews, secrets }
}

/// The operators' file; `None` if it holds mistakes, the defaults if there is none.
pub fn service_of(sources: &Sources, problems: &mut Problems) -> Option<ServiceSettings> {
    let service = match sources.text(SERVICE) {
        Some(_) => file::<Service>(sources, SERVICE, problems)
            .and_then(|raw| service::check(&raw, problems)),
        None => Some(ServiceSettings::default()),
    };
    service.filter(|_| !problems.has_errors_in(SERVICE))
}

/// Reads one file that must be there.
fn file<T: Read>(sources: &Sources, path: &str, problems: &mut Problems) -> Option<T> {
    let Some(text) = sources.text(path) else {
        let problem = Problem::new(Code::FileMissing, &Place::top_of(path));
        problems.add(problem.with("path", path));
        return None;
    };
    let node = node::parse(path, text, problems)?;
    T::read(&node, problems)
}

/// Reads all files of a folder; `None` for each that cannot be read.
fn files<T: Read>(sources: &Sources, folder: &str, problems: &mut Problems) -> Vec<Option<T>> {
    sources
        .under(folder)
        .map(|(path, text)| {
            let node = node::parse(path, text, problems)?;
            T::read(&node, problems)
        })
        .collect()
}

/// The files that could be read.
fn read<T>(files: Vec<Option<T>>) -> Vec<T> {
    files.into_iter().flatten().collect()
}

/// Files of the known folders that nobody reads: another language, a detector that does not exist.
fn stray_files(sources: &Sources, problems: &mut Problems) {
    let texts = Language::ALL.map(texts::file);
    let detectors = SignalKind::ALL.map(detectors::file);
    let stray = |(path, _): (&str, &str)| {
        (!texts.iter().chain(&detectors).any(|known| known == path)).then(|| path.to_owned())
    };
    for path in sources.under(TEXTS).chain(sources.under(DETECTORS)).filter_map(stray) {
        let known = texts.iter().chain(&detectors).map(String::as_str);
        let problem = Problem::new(Code::FileIgnored, &Place::top_of(&path)).with("path", &path);
        problems.add(problem.suggest(&path, known));
    }
    if sources.under(FAQ).next().is_none() {
        let path = format!("{FAQ}orders.yaml");
        problems.add(Problem::new(Code::FileMissing, &Place::top_of(&path)).with("path", &path));
    }
}

fn train(
    entries: &[CheckedEntry],
    settings: &MatcherSettings,
    learnt: &Learnt,
    problems: &mut Problems,
) -> Option<Matcher> {
    let training: Vec<TrainingEntry> = entries.iter().map(training_entry).collect();
    match learnt.train(&training, settings) {
        Ok(matcher) => Some(matcher),
        Err(error) => {
            let patterns: BTreeMap<_, _> =
                entries.iter().map(|checked| (&checked.entry.id, &checked.patterns)).collect();
            let pattern = patterns.get(&error.entry).and_then(|all| all.get(error.index))?;
            let problem = Problem::new(Code::BadPattern, &pattern.place);
            problems.add(problem.with("pattern", &pattern.value).with("reason", error.reason));
            None
        }
    }
}

fn training_entry(checked: &CheckedEntry) -> TrainingEntry {
    let examples = checked.examples.iter().map(|(list, text)| Example {
        text: text.clone(),
        variety: match *list {
            "ar" => Variety::Arabic,
            "en" => Variety::English,
            _ => Variety::Arabizi,
        },
    });
    TrainingEntry {
        id: checked.entry.id.clone(),
        examples: examples.collect(),
        patterns: checked.patterns.iter().map(|pattern| pattern.value.clone()).collect(),
    }
}

#[cfg(test)]
mod tests;
