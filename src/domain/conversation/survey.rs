//! What follows from a rating, and when the customer is asked. An answer that did not help is not
//! defended: the next topic and a person are offered, and at the second one the person is called.

use super::command::{Decision, Input, Rejection};
use super::customer_side;
use super::event::{Choice, Event};
use super::satisfaction::{Measure, Part, Survey, draw};
use super::state::{CloseReason, Conversation, Proposal, Proposer, State};
use super::turn::Turn;
use crate::domain::bot::matcher::Verdict;
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::Speaker;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::EntryId;
use crate::domain::reading::Reading;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

type Decided = Result<Decision, Rejection>;

/// A topic that fits worse than this is not offered instead of an answer that did not help.
const NEXT_FIT_MIN: f32 = 0.05;
/// Answers of an episode that do not help until a person is called.
const UNHELPFUL_MAX: u32 = 2;
/// The quick reply that calls a person.
const PERSON: &str = "person:ask";

/// A quick reply of this file. A colon cannot stand in the id of an entry, so none can be taken for
/// an entry.
pub(super) enum Pressed {
    Rating { answer: u64, helpful: bool },
    Score { measure: Measure, score: u32 },
    Person,
}

impl Pressed {
    /// What a quick reply means; or a bare number, where a number was asked for after an end.
    pub(super) fn of(c: &Conversation, input: &Input) -> Option<Pressed> {
        match input {
            Input::Choice(id) => Pressed::button(id),
            Input::Text(text) => {
                c.has_ended()?;
                let measure = c.satisfaction.open?.measure;
                let score = number(text).filter(|score| measure.holds(*score))?;
                Some(Pressed::Score { measure, score })
            }
            Input::Parts { .. } | Input::SayAgain => None,
        }
    }

    fn button(id: &str) -> Option<Pressed> {
        if id == PERSON {
            return Some(Pressed::Person);
        }
        let (what, rest) = id.split_once(':')?;
        let (one, other) = rest.split_once(':')?;
        match (what, other) {
            ("rate", "helpful") => {
                Some(Pressed::Rating { answer: one.parse().ok()?, helpful: true })
            }
            ("rate", "not_helpful") => {
                Some(Pressed::Rating { answer: one.parse().ok()?, helpful: false })
            }
            ("survey", score) => {
                let measure = Measure::ALL.into_iter().find(|measure| measure.name() == one)?;
                Some(Pressed::Score { measure, score: score.parse().ok()? })
            }
            (_, _) => None,
        }
    }
}

/// A whole number in the digits of either language, and nothing else.
fn number(text: &str) -> Option<u32> {
    let digit = |letter: char| match letter {
        '\u{0660}'..='\u{0669}' => Some(letter as u32 - 0x0660),
        ascii => ascii.to_digit(10),
    };
    let digits: Option<Vec<u32>> = text.trim().chars().map(digit).collect();
    let digits = digits.filter(|digits| (1..=2).contains(&digits.len()))?;
    Some(digits.iter().fold(0, |sum, digit| sum * 10 + digit))
}

/// The customer presses a quick reply: it is in the log as their own word.
pub(super) fn press(
    rules: &Rules,
    c: &Conversation,
    input: &Input,
    pressed: &Pressed,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    let title = |turn: &Turn<'_>, key| turn.title(key);
    let text = match (pressed, input) {
        (Pressed::Rating { helpful: true, .. }, _) => title(&turn, TextKey::RateHelpful),
        (Pressed::Rating { helpful: false, .. }, _) => title(&turn, TextKey::RateNotHelpful),
        (Pressed::Person, _) => title(&turn, TextKey::ChoicePerson),
        (Pressed::Score { .. }, Input::Text(text)) => text.clone(),
        (
            Pressed::Score { score, .. },
            Input::Parts { .. } | Input::Choice(_) | Input::SayAgain,
        ) => score.to_string(),
    };
    let choice = match input {
        Input::Choice(id) => Some(id.clone()),
        Input::Text(_) | Input::Parts { .. } | Input::SayAgain => None,
    };
    let (language, other_language) = (c.language, false);
    let parts = Vec::new();
    turn.happen(Event::CustomerSaid { text, choice, language, other_language, parts });
    match pressed {
        Pressed::Rating { answer, helpful } => {
            let given = rate(&mut turn, *answer, *helpful)?;
            // Whoever presses a button gets a word for it, also the second time.
            if *helpful && may_speak(&turn) {
                let text = turn.text(TextKey::AnswerHelpful, None, &[]);
                turn.bot_says(Outcome::Social, text, None, Vec::new(), None);
            } else if !helpful && may_speak(&turn) && !turn.bot_spoke() {
                offer_more(&mut turn, &given);
            }
        }
        Pressed::Score { measure, score } => score_it(&mut turn, *measure, None, *score, "")?,
        Pressed::Person => customer_side::want_human(&mut turn)?,
    }
    Ok(turn.done())
}

/// The customer rates one answer of the bot, by a call of its own.
pub(super) fn rate_answer(
    rules: &Rules,
    c: &Conversation,
    answer: u64,
    helpful: bool,
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    rate(&mut turn, answer, helpful)?;
    Ok(turn.done())
}

/// Notes the rating; returns the entry that was rated.
fn rate(turn: &mut Turn<'_>, answer: u64, helpful: bool) -> Result<EntryId, Rejection> {
    let answers = &turn.c.satisfaction.answers;
    let given = answers.iter().find(|given| given.seq == answer).cloned();
    let given = given.ok_or(Rejection::NoSuchAnswer)?;
    let is_last = answers.last().is_some_and(|last| last.seq == answer);
    if given.helpful == Some(helpful) {
        return Ok(given.entry);
    }
    turn.happen(Event::AnswerRated { answer, entry: given.entry.clone(), helpful });
    if !helpful && is_last && may_speak(turn) {
        offer_more(turn, &given.entry);
    }
    Ok(given.entry)
}

/// The bot speaks only where it has the word, and never over a thought that is still coming.
fn may_speak(turn: &Turn<'_>) -> bool {
    let by_bot = match &turn.c.state {
        State::Bot | State::Confirming(Proposal { by: Proposer::Bot, .. }) => true,
        State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_)
        | State::Resolved { .. }
        | State::Closed { .. } => false,
    };
    by_bot && turn.c.memory.burst.is_empty()
}

/// The next topic that came into question, and a person; the second time the person at once.
fn offer_more(turn: &mut Turn<'_>, entry: &EntryId) {
    if let State::Confirming(_) = &turn.c.state {
        turn.happen(Event::ProposalDropped);
    }
    if turn.c.satisfaction.unhelpful >= UNHELPFUL_MAX {
        return turn.hand_off_with_words(HandoffReason::Repetition, Some(entry.clone()));
    }
    let wordings = turn.rules.texts.wordings(turn.c.language, TextKey::AnswerNotHelpful, None, &[]);
    let Some(text) = turn.unsent(wordings) else {
        return turn.hand_off_with_words(HandoffReason::Repetition, Some(entry.clone()));
    };
    let mut choices = other_topics(turn);
    choices.push(Choice { id: PERSON.to_owned(), title: turn.title(TextKey::ChoicePerson) });
    turn.bot_says(Outcome::Clarify, text, None, choices, None);
}

/// Topics that came into question for the last message and were not tried.
fn other_topics(turn: &Turn<'_>) -> Vec<Choice> {
    let tried = &turn.c.memory.answered;
    let candidates = turn.c.satisfaction.candidates.iter();
    candidates
        .filter(|(id, fit)| *fit >= NEXT_FIT_MIN && !tried.contains(id))
        .filter_map(|(id, _)| turn.rules.bot.entries.get(id))
        .take(2)
        .map(|entry| Choice {
            id: entry.id.to_string(),
            title: entry.title.get(turn.c.language).clone(),
        })
        .collect()
}

/// The two quick replies below an answer that is about to be said.
pub(super) fn rating_choices(turn: &Turn<'_>) -> Vec<Choice> {
    if !turn.rules.bot.satisfaction.answer_buttons {
        return Vec::new();
    }
    let answer = turn.c.seq + 1;
    let choice =
        |word: &str, key| Choice { id: format!("rate:{answer}:{word}"), title: turn.title(key) };
    vec![choice("helpful", TextKey::RateHelpful), choice("not_helpful", TextKey::RateNotHelpful)]
}

/// The customer scores the conversation, by a call of its own.
pub(super) fn rate_conversation(
    rules: &Rules,
    c: &Conversation,
    (measure, part): (Measure, Option<Part>),
    (score, comment): (u32, &str),
    at: Timestamp,
) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    score_it(&mut turn, measure, part, score, comment)?;
    Ok(turn.done())
}

fn score_it(
    turn: &mut Turn<'_>,
    measure: Measure,
    part: Option<Part>,
    score: u32,
    comment: &str,
) -> Result<(), Rejection> {
    if turn.c.has_ended().is_none() {
        return Err(Rejection::WrongState { state: turn.c.state.name() });
    }
    if !measure.holds(score) {
        let (least, most) = measure.range();
        return Err(Rejection::NotOnThisScale { least, most });
    }
    let asked = turn.c.satisfaction.open.filter(|open| open.measure == measure);
    let part = part.or(asked.map(|open| open.part)).unwrap_or_else(|| served_by(&turn.c));
    let comment = comment.to_owned();
    turn.happen(Event::ConversationRated { measure, part, score, comment });
    turn.notice(TextKey::SurveyThanks, &[]);
    Ok(())
}

fn served_by(c: &Conversation) -> Part {
    if c.satisfaction.helped_by.is_some() { Part::Human } else { Part::Bot }
}

/// After an end: whether this conversation is one of those whose customer is asked. Never who was
/// in danger, was abusive, still waited, said nothing, or was asked before.
pub(super) fn ask_after_end(turn: &mut Turn<'_>) {
    let satisfaction = &turn.c.satisfaction;
    let spoke = turn.c.memory.window.turns.iter().any(|turn| turn.by == Speaker::Customer);
    if satisfaction.asked || satisfaction.spared || !spoke {
        return;
    }
    let shares = &turn.rules.bot.satisfaction;
    let drawn = draw(&turn.c.id, turn.c.episode);
    if drawn < shares.csat_share {
        ask(turn, Measure::Csat);
    } else if drawn < shares.csat_share + shares.ces_share {
        ask(turn, Measure::Ces);
    }
}

fn ask(turn: &mut Turn<'_>, measure: Measure) {
    let part = served_by(&turn.c);
    let key = match (measure, part) {
        (Measure::Csat, Part::Bot) => TextKey::AskCsatBot,
        (Measure::Csat, Part::Human) => TextKey::AskCsatHuman,
        (Measure::Ces, _) => TextKey::AskCes,
        (Measure::Nps, _) => TextKey::AskNps,
    };
    let agent = turn.c.agent_name.clone().unwrap_or_default();
    let text = turn.text(key, None, &[("agent", agent)]);
    let (least, most) = measure.range();
    let choice = |score: u32| Choice {
        id: format!("survey:{}:{score}", measure.name()),
        title: score.to_string(),
    };
    let choices = (least..=most).map(choice).collect();
    let language = turn.c.language;
    turn.happen(Event::SurveyAsked { survey: Survey { measure, part }, text, language, choices });
}

/// Whether the customer of what has ended is one to be asked for a recommendation: known to the
/// host, drawn, and not asked anything here.
pub fn wants_nps(rules: &Rules, c: &Conversation) -> bool {
    let told = &c.satisfaction;
    let shares = &rules.bot.satisfaction;
    let from = shares.csat_share + shares.ces_share;
    let drawn = draw(&c.id, c.episode);
    let may = c.customer.is_known() && !told.asked && !told.spared;
    may && c.has_ended().is_some() && drawn >= from && drawn < from + shares.nps_share
}

/// Asks; whether the customer was asked elsewhere lately is known to whoever calls this.
pub(super) fn ask_for_recommendation(rules: &Rules, c: &Conversation, at: Timestamp) -> Decided {
    let mut turn = Turn::new(rules, c, at);
    if wants_nps(rules, c) {
        ask(&mut turn, Measure::Nps);
    }
    Ok(turn.done())
}

/// Before a reopening: an end that the customer now says was none is counted as such. An end that
/// the customer chose themselves was one.
pub(super) fn came_back(turn: &mut Turn<'_>, with_the_same: bool) {
    let ended = match &turn.c.state {
        State::Resolved { since } => *since,
        State::Closed { reason: CloseReason::Timeout, since } => *since,
        State::Closed { .. }
        | State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Blocked
        | State::Human { .. }
        | State::Confirming(_) => return,
    };
    let within = turn.at.since(ended) <= turn.rules.bot.satisfaction.false_closure_window;
    if with_the_same && within {
        let agent = turn.c.satisfaction.helped_by.clone();
        let entry = turn.c.memory.last_answer.clone();
        turn.happen(Event::ClosedFalsely { agent, entry });
    }
}

/// Whether these words say that it is not settled: a no, that it is not, or the question of before.
pub(super) fn says_not_settled(c: &Conversation, reading: &Reading) -> bool {
    let again = match &reading.matched.verdict {
        Verdict::Sure(entry) => {
            let asked = c.handoff.as_ref().and_then(|asked| asked.handoff.entry.as_ref());
            c.memory.last_answer.as_ref() == Some(entry) || asked == Some(entry)
        }
        Verdict::Unsure(_) | Verdict::Unknown => false,
    };
    reading.denies || reading.unsettled || again
}
