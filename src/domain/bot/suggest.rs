//! What an agent might answer next: from the entries, and from what colleagues have answered in
//! this very conversation. Only a proposal: an agent looks at it, changes it and sends it, or not.
//!
//! Pure and without chance: the same conversation under the same rules gives the same list.

use crate::domain::bot::entry::SlotRule;
use crate::domain::detectors::Speaker;
use crate::domain::facts::{self, Facts};
use crate::domain::ids::EntryId;
use crate::domain::language::{self, Language, Variety};
use crate::domain::rules::Rules;
use crate::domain::texts::fill;
use std::collections::{BTreeMap, BTreeSet};

/// Suggestions in a list.
pub const SUGGESTIONS_MAX: usize = 5;
/// An earlier question must be so much like the present one for its answer to be suggested.
const SIMILAR_AT: f32 = 0.5;
/// The topic for which people were asked counts so much where the words say nothing.
const TOPIC_SCORE: f32 = 0.3;
/// What often follows an entry counts so much of the entry's own score.
const FOLLOW_UP_SHARE: f32 = 0.5;

/// One thing said, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the log.
    pub sequence: u64,
    /// By whom.
    pub by: Speaker,
    /// The words.
    pub text: String,
    /// Whether they say what the customer needs: thanks, anger and the bare wish for a person ask
    /// for no answer.
    pub need: bool,
}

/// What is known when an answer is sought.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The language of the conversation.
    pub language: Language,
    /// What was said, oldest first.
    pub lines: &'a [Line],
    /// What the customer said last that they need, as one thought.
    pub need: Option<&'a str>,
    /// What the customer has told: slot → value.
    pub slots: &'a BTreeMap<String, String>,
    /// What the host tells of the customer.
    pub facts: &'a Facts,
    /// The topic for which people were asked.
    pub topic: Option<&'a EntryId>,
    /// A first sentence that names the need, as long as no agent has spoken.
    pub opening: Option<String>,
    /// What the agent looks for; empty: what the customer asks.
    pub about: &'a str,
}

/// Where a suggestion comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A first sentence that names the need.
    Opening,
    /// What a colleague answered to a like question, at this place in the log.
    Conversation(u64),
    /// This entry.
    Entry(EntryId),
}

/// An answer that may help.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Where it comes from.
    pub source: Source,
    /// What it is about: an entry's title, or the earlier question.
    pub title: String,
    /// The words, ready to be sent after a look.
    pub text: String,
    /// Their language.
    pub language: Language,
    /// How well it fits, 0 to 1.
    pub score: f32,
}

/// What might be answered, best first.
pub fn suggest(rules: &Rules, situation: &Situation<'_>) -> Vec<Suggestion> {
    let question = question(situation);
    let language = match language::detect(&question) {
        Variety::Arabic => Language::Ar,
        Variety::Arabizi => rules.bot.arabizi,
        Variety::English => Language::En,
        Variety::Mixed | Variety::Unknown => situation.language,
    };
    let mut found: Vec<Suggestion> = opening(situation).into_iter().collect();
    found.extend(from_conversation(situation, &question, language));
    found.extend(from_entries(rules, situation, &question, language));
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.source.cmp(&b.source)));
    let mut seen: BTreeSet<String> = BTreeSet::new();
    found.retain(|suggestion| seen.insert(suggestion.text.clone()));
    found.truncate(SUGGESTIONS_MAX);
    found
}

/// What is asked now: what the agent looks for, else what the customer needs since an agent last
/// wrote, else what they needed last.
fn question(situation: &Situation<'_>) -> String {
    if !situation.about.trim().is_empty() {
        return situation.about.to_owned();
    }
    let lines = situation.lines;
    let since = lines.iter().rposition(|line| line.by == Speaker::Agent).map_or(0, |at| at + 1);
    let asks = |line: &&Line| line.by == Speaker::Customer && line.need;
    let open: Vec<&str> =
        lines[since..].iter().filter(asks).map(|line| line.text.as_str()).collect();
    if since > 0 && !open.is_empty() {
        return open.join("\n");
    }
    // Before an agent came everything was said to the bot: the last thought is what is open.
    situation.need.unwrap_or_default().to_owned()
}

fn opening(situation: &Situation<'_>) -> Option<Suggestion> {
    if !situation.about.trim().is_empty() {
        return None;
    }
    Some(Suggestion {
        source: Source::Opening,
        title: String::new(),
        text: situation.opening.clone()?,
        language: situation.language,
        score: 1.0,
    })
}

/// What agents answered in this conversation to a question much like the present one.
fn from_conversation(
    situation: &Situation<'_>,
    question: &str,
    language: Language,
) -> Vec<Suggestion> {
    let wanted = words(question);
    let pairs = situation.lines.windows(2).filter_map(|pair| {
        let [asked, answered] = pair else { return None };
        let is_pair = asked.by == Speaker::Customer && answered.by == Speaker::Agent;
        is_pair.then_some((asked, answered))
    });
    pairs
        .filter_map(|(asked, answered)| {
            let score = likeness(&wanted, &words(&asked.text));
            (score >= SIMILAR_AT).then(|| Suggestion {
                source: Source::Conversation(answered.sequence),
                title: asked.text.clone(),
                text: answered.text.clone(),
                language,
                score,
            })
        })
        .collect()
}

fn words(text: &str) -> BTreeSet<String> {
    language::normalise(text).words().map(str::to_owned).collect()
}

/// The share of words that both have, 0 to 1.
fn likeness(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f32 {
    let both = one.intersection(other).count() as f32;
    let all = (one.len() + other.len()) as f32;
    if all > 0.0 { 2.0 * both / all } else { 0.0 }
}

/// Entries that fit, with what usually follows the best one.
fn from_entries(
    rules: &Rules,
    situation: &Situation<'_>,
    question: &str,
    language: Language,
) -> Vec<Suggestion> {
    let found = rules.matcher.find(&language::normalise(question), language::detect(question));
    let mut scores: BTreeMap<&EntryId, f32> = BTreeMap::new();
    let mut note = |entry, score: f32| {
        let known = scores.entry(entry).or_insert(score);
        *known = known.max(score);
    };
    for candidate in &found.candidates {
        note(&candidate.entry, candidate.score);
    }
    if let Some(best) = found.candidates.first()
        && let Some(entry) = rules.bot.entries.get(&best.entry)
    {
        for next in &entry.quick_replies {
            note(next, best.score * FOLLOW_UP_SHARE);
        }
    }
    if let (Some(topic), true) = (situation.topic, situation.about.trim().is_empty()) {
        note(topic, TOPIC_SCORE);
    }
    let scored = scores.into_iter();
    scored.filter_map(|(id, score)| from_entry(rules, situation, id, language, score)).collect()
}

/// The entry in a wording that nobody has used yet; one whose wordings are used up has not helped
/// and is not suggested again.
fn from_entry(
    rules: &Rules,
    situation: &Situation<'_>,
    id: &EntryId,
    language: Language,
    score: f32,
) -> Option<Suggestion> {
    // What the bot says before it asks for a person makes no sense from one.
    let entry = rules.bot.entries.get(id).filter(|entry| !entry.human_first)?;
    let was_said = |text: &String| situation.lines.iter().any(|line| line.text == *text);
    let mut known = situation.slots.clone();
    for slot in &entry.slots {
        if let (false, Some(value)) = (known.contains_key(&slot.name), said(situation, slot)) {
            known.insert(slot.name.clone(), value);
        }
    }
    let told = |slot: &&SlotRule| known.contains_key(&slot.name);
    let text = match entry.slots.iter().find(|slot| !told(slot)) {
        // An answer with a gap cannot be sent as it is: first comes the question for what is missing.
        Some(missing) => Some(missing.ask.get(language).clone()).filter(|text| !was_said(text))?,
        None => {
            let values: Vec<(&str, String)> =
                known.iter().map(|(name, told)| (name.as_str(), told.clone())).collect();
            let wordings = entry.answers.get(language).iter();
            let wordings = wordings.filter_map(|text| facts::filled(text, situation.facts));
            let mut wordings = wordings.map(|text| fill(&text, &values));
            wordings.find(|text| !was_said(text))?
        }
    };
    let title = entry.title.get(language).clone();
    Some(Suggestion { source: Source::Entry(id.clone()), title, text, language, score })
}

/// What the customer wrote of it, where the bot did not take it up: nobody is asked twice.
fn said(situation: &Situation<'_>, slot: &SlotRule) -> Option<String> {
    let lines = situation.lines.iter().rev().filter(|line| line.by == Speaker::Customer);
    lines.map(|line| language::normalise(&line.text)).find_map(|text| slot.value_in(&text.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::texts::PerLanguage;
    use regex::Regex;

    fn line(sequence: u64, by: Speaker, text: &str) -> Line {
        Line { sequence, by, text: text.to_owned(), need: by == Speaker::Customer }
    }

    fn situation<'a>(lines: &'a [Line], slots: &'a BTreeMap<String, String>) -> Situation<'a> {
        let language = Language::En;
        static NOTHING: Facts = Facts::new();
        let (facts, topic, opening) = (&NOTHING, None, None);
        let need = lines.iter().rev().find(|line| line.need).map(|line| line.text.as_str());
        Situation { language, lines, need, slots, facts, topic, opening, about: "" }
    }

    #[test]
    fn what_is_asked_now_is_what_came_since_an_agent_last_wrote() {
        let slots = BTreeMap::new();
        let lines = [
            line(1, Speaker::Customer, "where is my order"),
            line(2, Speaker::Bot, "which number?"),
            line(3, Speaker::Customer, "it was a red lamp"),
        ];
        assert_eq!(question(&situation(&lines, &slots)), "it was a red lamp");
        let mut lines = lines.to_vec();
        lines.push(line(4, Speaker::Agent, "let me look"));
        assert_eq!(question(&situation(&lines, &slots)), "it was a red lamp");
        lines.push(line(5, Speaker::Customer, "and the refund"));
        lines.push(Line { need: false, ..line(6, Speaker::Customer, "thanks, I want a human") });
        lines.push(line(7, Speaker::Customer, "how long does it take"));
        let asked = question(&situation(&lines, &slots));
        assert_eq!(asked, "and the refund\nhow long does it take");
        let about = Situation { about: "opening hours", ..situation(&lines, &slots) };
        assert_eq!(question(&about), "opening hours");
    }

    #[test]
    fn what_the_customer_wrote_of_a_slot_is_not_asked_for() {
        let slots = BTreeMap::new();
        let ask =
            PerLanguage { ar: "كم الرقم؟".to_owned(), en: "which number?".to_owned() };
        let pattern = Regex::new("[0-9]{6}").unwrap();
        let slot = SlotRule { name: "order_number".to_owned(), pattern, ask };
        let lines = [
            line(1, Speaker::Customer, "order ١٢٣٤٥٦"),
            line(2, Speaker::Customer, "no, it is 654321"),
            line(3, Speaker::Agent, "not 111111?"),
        ];
        assert_eq!(said(&situation(&lines, &slots), &slot).as_deref(), Some("654321"));
        assert_eq!(said(&situation(&lines[..1], &slots), &slot).as_deref(), Some("123456"));
        assert_eq!(said(&situation(&lines[2..], &slots), &slot), None);

        let rules = crate::sim::rules::rules(1);
        let entry = rules.bot.entries.values().find(|entry| !entry.slots.is_empty()).unwrap();
        let suggested = |text: &str| {
            let lines = [line(1, Speaker::Customer, text)];
            let situation = situation(&lines, &slots);
            from_entry(&rules, &situation, &entry.id, Language::En, 1.0).unwrap().text
        };
        assert!(suggested("where is it").contains("number?"), "{}", suggested("where is it"));
        assert!(suggested("where is 12345").contains("Order 12345"));
    }

    #[test]
    fn an_earlier_answer_is_suggested_for_a_like_question_only() {
        let slots = BTreeMap::new();
        let lines = [
            line(1, Speaker::Customer, "how long does the refund take"),
            line(2, Speaker::Agent, "five working days"),
            line(3, Speaker::Customer, "how long does a refund take please"),
        ];
        let situation = situation(&lines, &slots);
        let found = from_conversation(&situation, &question(&situation), Language::En);
        let from: Vec<_> = found.iter().map(|it| (it.source.clone(), it.text.as_str())).collect();
        assert_eq!(from, [(Source::Conversation(2), "five working days")]);
        let other = from_conversation(&situation, "where are your shops", Language::En);
        assert_eq!(other, []);
    }
}
