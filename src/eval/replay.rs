//! What the bot would do with a message after these turns. Earlier turns are folded into a
//! conversation exactly as the live service folds them; the message is then read and the ladder
//! asked, by the same functions.

use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::matcher::Verdict;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::apply::apply;
use crate::domain::conversation::command::{Command, Input, Start};
use crate::domain::conversation::event::Event;
use crate::domain::conversation::handle::handle;
use crate::domain::conversation::heard;
use crate::domain::conversation::state::Conversation;
use crate::domain::detectors::{SignalKind, Speaker};
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::{AgentId, ConversationId, CustomerId, EntryId};
use crate::domain::language::{Language, normalise};
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// Transcripts carry no times: each turn is taken to come this long after the one before.
const BETWEEN_TURNS: Duration = Duration::from_secs(30);
/// Lines of the customer with nobody between them are taken for one thought typed in pieces.
const BETWEEN_LINES: Duration = Duration::from_secs(2);

/// Words by which bots say that they have no answer, as they stand in normalised text. They are
/// needed only for transcripts in which another bot spoke.
const LOST: [&str; 18] = [
    "not understand",
    "n t understand",
    "didnt understand",
    "dont understand",
    "n t get that",
    "n t catch",
    "not sure i follow",
    "rephrase",
    "say it differently",
    "in other words",
    "لم افهم",
    "ما فهمت",
    "مو فاهم",
    "مش فاهم",
    "لم استطع فهم",
    "لم اتمكن من فهم",
    "اعاده صياغه",
    "بكلمات اخري",
];

/// One earlier turn of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who spoke.
    pub party: Speaker,
    /// What was said.
    pub text: String,
}

/// What the bot would do, and what it rests on.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What was understood.
    pub reading: Reading,
    /// The next step of the ladder.
    pub step: Step,
    /// The language of the reply.
    pub language: Language,
    /// Where the message begins in what was read: behind the unanswered pieces before it.
    pub begins: usize,
}

/// Replays transcripts under one set of rules.
#[derive(Debug)]
pub struct Replay<'r> {
    rules: &'r Rules,
    /// A conversation in which nothing was said yet but the greeting.
    fresh: Conversation,
    /// Entries by their answers, to know them again in a transcript.
    answers: BTreeMap<&'r str, &'r EntryId>,
    /// What our own bot says when it does not know.
    misses: Vec<String>,
}

impl<'r> Replay<'r> {
    /// Ready to replay under these rules.
    pub fn new(rules: &'r Rules) -> Replay<'r> {
        let mut answers = BTreeMap::new();
        for entry in rules.bot.entries.values() {
            for language in Language::ALL {
                let texts = entry.answers.get(language).iter();
                answers.extend(texts.map(|text| (text.as_str(), &entry.id)));
            }
        }
        let wordings = Language::ALL.into_iter().flat_map(|language| {
            [TextKey::NotKnownFirst, TextKey::ClarifyAsk]
                .into_iter()
                .flat_map(move |key| rules.texts.wordings(language, key, None, &[]))
        });
        Replay { rules, fresh: fresh(rules), answers, misses: wordings.collect() }
    }

    /// What the bot would do with this message after these turns.
    pub fn decide(&self, context: &[Line], text: &str) -> Decided {
        if context.is_empty() {
            return self.decide_in(&self.fresh, text, Timestamp::ZERO + BETWEEN_TURNS);
        }
        let mut stage = Stage { c: self.fresh.clone(), at: Timestamp::ZERO, open: None };
        for line in context {
            self.fold(&mut stage, line);
        }
        stage.next_turn(Speaker::Customer);
        self.decide_in(&stage.c, text, stage.at)
    }

    fn decide_in(&self, c: &Conversation, text: &str, at: Timestamp) -> Decided {
        let whole = match c.memory.burst.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(c.memory.joined(text)),
        };
        let reading = reading::read(self.rules, &whole, &c.memory.earlier(), at);
        let begins = whole.len() - text.len();
        let step = ladder::next_step(&self.rules.bot, &c.memory, &reading, false);
        let (language, _) = heard(self.rules, c, &reading);
        Decided { reading, step, language, begins }
    }

    fn fold(&self, stage: &mut Stage, line: &Line) {
        stage.next_turn(line.party);
        match line.party {
            Speaker::Customer => self.fold_customer(stage, &line.text),
            Speaker::Bot => self.fold_bot(stage, &line.text),
            Speaker::Agent => {
                if let Ok(agent) = AgentId::parse("agent") {
                    let (text, parts) = (line.text.clone(), Vec::new());
                    stage.happen(&Event::AgentSaid { agent, text, name: None, parts });
                }
                stage.open = None;
            }
        }
    }

    /// Takes over what the service would write down of a message. What it would have replied is
    /// left out: the transcript says what was replied.
    fn fold_customer(&self, stage: &mut Stage, text: &str) {
        let whole = stage.c.memory.joined(text);
        let reading = reading::read(self.rules, &whole, &stage.c.memory.earlier(), stage.at);
        let best = reading.matched.candidates.first().map(|best| best.entry.clone());
        let input = Input::Text(text.to_owned());
        let command = Command::CustomerSays { input, reading: Box::new(reading), wait: None };
        let Ok(decision) = handle(self.rules, Some(&stage.c), &command, stage.at) else { return };
        for event in &decision.events {
            match event {
                Event::CustomerSaid { .. }
                | Event::Understood { .. }
                | Event::FragmentKept { .. } => stage.happen(event),
                _ => {}
            }
        }
        stage.open = Some((Speaker::Customer, best));
    }

    /// The words of a bot, ours or another. What they were is told by the words: an answer of an
    /// entry, an admission of not knowing, or else an answer to what was asked last.
    fn fold_bot(&self, stage: &mut Stage, text: &str) {
        let asked = stage.open.take().and_then(|(_, best)| best);
        let own = self.answers.get(text.trim()).map(|entry| (*entry).clone());
        let (outcome, entry) = match own {
            Some(entry) => (Outcome::Answer, Some(entry)),
            None if self.is_miss(text) => (Outcome::NotKnown, None),
            // A bot that says the same again has answered nothing, whatever it was.
            None if asked.is_some() || stage.c.memory.was_sent(text) => (Outcome::Answer, asked),
            None => (Outcome::Social, None),
        };
        let event = Event::BotSaid {
            outcome,
            text: text.to_owned(),
            language: stage.c.language,
            entry,
            choices: Vec::new(),
            rules: self.rules.version.clone(),
            slot: None,
        };
        stage.happen(&event);
    }

    fn is_miss(&self, text: &str) -> bool {
        if self.misses.iter().any(|own| own == text.trim()) {
            return true;
        }
        let words = normalise(text).joined();
        LOST.iter().any(|lost| words.contains(lost))
    }
}

/// A conversation while a transcript is folded into it.
struct Stage {
    c: Conversation,
    at: Timestamp,
    /// Who spoke last, and the best entry for it if it was the customer.
    open: Option<(Speaker, Option<EntryId>)>,
}

impl Stage {
    fn next_turn(&mut self, party: Speaker) {
        let same_thought = party == Speaker::Customer && self.open.is_some();
        self.at = self.at + if same_thought { BETWEEN_LINES } else { BETWEEN_TURNS };
    }

    fn happen(&mut self, event: &Event) {
        if let Some(next) = apply(Some(self.c.clone()), event, self.at) {
            self.c = next;
        }
    }
}

fn fresh(rules: &Rules) -> Conversation {
    let id = |text: &str| ConversationId::parse(text).expect("a plain word is an id");
    let start = Command::Start(Start {
        conversation: id("transcript"),
        bucket: 0,
        pool: rules.routing.pool.clone(),
        customer: CustomerId::parse("customer").expect("a plain word is an id"),
        language: None,
        channel: None,
    });
    handle(rules, None, &start, Timestamp::ZERO).expect("a conversation can be begun").next
}

impl Decided {
    /// What kind of reply it is.
    pub fn outcome(&self) -> Outcome {
        match &self.step {
            Step::Answer(_) | Step::FillSlot { .. } | Step::AskSlotAgain { .. } => Outcome::Answer,
            Step::AskInstead | Step::Clarify(_) => Outcome::Clarify,
            Step::NotKnown | Step::Refused | Step::Wait => Outcome::NotKnown,
            Step::Social(_) | Step::Affirmed | Step::Declined | Step::ProposeEnd => Outcome::Social,
            Step::HandOff(reason, _) if reason.is_emergency() => Outcome::Emergency,
            Step::HandOff(_, _) => Outcome::Handoff,
        }
    }

    /// Why a person is asked for, if one is.
    pub fn handoff(&self) -> Option<HandoffReason> {
        match &self.step {
            Step::HandOff(reason, _) => Some(*reason),
            Step::Answer(_)
            | Step::FillSlot { .. }
            | Step::AskSlotAgain { .. }
            | Step::AskInstead
            | Step::Clarify(_)
            | Step::NotKnown
            | Step::Wait
            | Step::Social(_)
            | Step::Affirmed
            | Step::Declined
            | Step::Refused
            | Step::ProposeEnd => None,
        }
    }

    /// The entry that the message asks for, as far as it is known: also when a person is asked
    /// for, and the likeliest one when the customer is asked which is meant.
    pub fn intent(&self) -> Option<&EntryId> {
        match &self.step {
            Step::Answer(entry)
            | Step::FillSlot { entry, .. }
            | Step::AskSlotAgain { entry, .. }
            | Step::HandOff(_, Some(entry)) => return Some(entry),
            Step::AskInstead
            | Step::Clarify(_)
            | Step::NotKnown
            | Step::Wait
            | Step::Social(_)
            | Step::Affirmed
            | Step::Declined
            | Step::Refused
            | Step::ProposeEnd
            | Step::HandOff(_, None) => {}
        }
        match &self.reading.matched.verdict {
            Verdict::Sure(entry) => Some(entry),
            Verdict::Unsure(entries) => entries.first(),
            Verdict::Unknown => None,
        }
    }

    /// How likely the best entry is the one meant.
    pub fn confidence(&self) -> f32 {
        self.reading.matched.candidates.first().map_or(0.0, |best| best.score)
    }

    /// The kinds of signals that this message raises over their thresholds, the one acted upon
    /// and those beneath it.
    pub fn raised(&self, rules: &Rules) -> Vec<SignalKind> {
        let assessment = &self.reading.assessment;
        let fires = assessment
            .signals
            .iter()
            .filter(|signal| rules.detectors.fires(signal, &assessment.levels));
        fires.map(|signal| signal.kind).collect()
    }
}
