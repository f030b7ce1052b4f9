//! How well the customer was served, as far as the customer says: ratings of single answers, the one
//! question after an end, and ends that were none. Kept with the conversation, so that a report
//! reads the truth and not a counter beside it.

use super::event::{Alert, Event};
use super::state::{CloseReason, Conversation, text_hash};
use crate::domain::bot::outcome::Outcome;
use crate::domain::handoff::HandoffReason;
use crate::domain::ids::{AgentId, ConversationId, EntryId};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Answers of the bot that can still be rated.
const ANSWERS_MAX: usize = 32;
/// What is kept for reports; a conversation that is reopened for ever forgets its oldest.
const TOLD_MAX: usize = 64;
/// Other topics that came into question last.
const CANDIDATES_MAX: usize = 4;

/// What is known of how well it went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Satisfaction {
    /// The bot's latest answers.
    pub answers: Vec<GivenAnswer>,
    /// Topics that came into question for the last message, best first.
    pub candidates: Vec<(EntryId, f32)>,
    /// Answers of this episode that did not help.
    pub unhelpful: u32,
    /// The agent who helped last in this episode; `None` while only the bot did.
    pub helped_by: Option<AgentId>,
    /// There was danger or abuse in this episode: nobody is asked how they liked it.
    pub spared: bool,
    /// The question that waits for its answer.
    pub open: Option<Survey>,
    /// A question was asked in this conversation; there is never a second.
    pub asked: bool,
    /// What reports are made of, oldest first.
    pub told: Vec<Told>,
}

/// An answer of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// Its place in the log.
    pub seq: u64,
    /// The entry it rests on.
    pub entry: EntryId,
    /// Whether the customer said that it helped; `None` if they did not say.
    pub helpful: Option<bool>,
}

/// A question about the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// What is measured.
    pub measure: Measure,
    /// Of whom.
    pub part: Part,
}

/// A measure that the world knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How satisfied: 1 to 5.
    Csat,
    /// How easy it was: 1 to 7.
    Ces,
    /// Whether they would recommend us: 0 to 10.
    Nps,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 3] = [Measure::Csat, Measure::Ces, Measure::Nps];

    /// The name in choices, config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Csat => "csat",
            Measure::Ces => "ces",
            Measure::Nps => "nps",
        }
    }

    /// The lowest and the highest score.
    pub const fn range(self) -> (u32, u32) {
        match self {
            Measure::Csat => (1, 5),
            Measure::Ces => (1, 7),
            Measure::Nps => (0, 10),
        }
    }

    /// Whether a score is on its scale.
    pub const fn holds(self, score: u32) -> bool {
        let (least, most) = self.range();
        score >= least && score <= most
    }
}

/// Whose part of a conversation is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The bot's.
    Bot,
    /// The agents'.
    Human,
}

impl Part {
    /// The name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Bot => "bot",
            Part::Human => "human",
        }
    }
}

/// One thing a report counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// In which episode.
    pub episode: u32,
    /// Which agent had helped, if one had.
    pub agent: Option<AgentId>,
    /// Which answer it is about: the one that was rated, else the bot's last.
    pub entry: Option<EntryId>,
    /// What.
    pub what: What,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What {
    /// An answer was rated.
    Rated {
        /// Whether it helped.
        helpful: bool,
    },
    /// The customer was asked.
    Asked(Survey),
    /// The customer gave a score.
    Scored {
        /// On which scale.
        measure: Measure,
        /// For whom.
        part: Part,
        /// Which.
        score: u32,
    },
    /// It ended: with a yes of the customer, or because nobody answered.
    Ended {
        /// Whether the customer said yes.
        confirmed: bool,
    },
    /// The end was none: the customer came back with the same matter.
    ClosedFalsely,
}

/// Folds an event, before the rest of the conversation changes by it. What is not of interest here
/// passes.
pub(super) fn fold(c: &mut Conversation, event: &Event, at: Timestamp) {
    let seq = c.seq;
    let s = &mut c.satisfaction;
    if let Event::Understood { candidates, .. } = event {
        s.candidates = candidates.iter().take(CANDIDATES_MAX).cloned().collect();
    } else if let Event::BotSaid { outcome: Outcome::Answer, entry: Some(entry), .. } = event {
        s.answers.push(GivenAnswer { seq, entry: entry.clone(), helpful: None });
        let too_many = s.answers.len().saturating_sub(ANSWERS_MAX);
        s.answers.drain(..too_many);
    } else if let Event::AgentJoined { agent, .. } = event {
        s.helped_by = Some(agent.clone());
    } else if let Event::HandoffRequested { handoff, .. } = event {
        s.spared |= handoff.reason.is_emergency() || handoff.reason == HandoffReason::Abuse;
    } else if let Event::SupervisorAlerted { what: Alert::Emergency(_) }
    | Event::CustomerBlocked { .. } = event
    {
        s.spared = true;
    } else if let Event::AnswerRated { answer, entry, helpful } = event {
        rated(c, *answer, entry, *helpful, at);
    } else if let Event::SurveyAsked { survey, .. } = event {
        s.open = Some(*survey);
        s.asked = true;
        tell(c, What::Asked(*survey), at);
    } else if let Event::ConversationRated { measure, part, score, .. } = event {
        scored(c, (*measure, *part), *score, at);
    } else if let Event::ResolutionConfirmed = event {
        tell(c, What::Ended { confirmed: true }, at);
    } else if let Event::Closed { reason: CloseReason::Timeout } = event {
        tell(c, What::Ended { confirmed: false }, at);
    } else if let Event::ClosedFalsely { .. } = event {
        tell(c, What::ClosedFalsely, at);
    } else if let Event::Reopened = event {
        s.open = None;
        s.helped_by = None;
        s.spared = false;
        s.unhelpful = 0;
        s.candidates.clear();
    }
}

/// A second thought replaces the first.
fn rated(c: &mut Conversation, answer: u64, entry: &EntryId, helpful: bool, at: Timestamp) {
    let s = &mut c.satisfaction;
    let given = s.answers.iter_mut().find(|given| given.seq == answer);
    let before = given.and_then(|given| given.helpful.replace(helpful));
    if before != Some(false) && !helpful {
        s.unhelpful += 1;
        // The detectors hear of it as of words that refuse an answer.
        c.memory.window.refused_answers += 1;
    }
    let told = &mut c.satisfaction.told;
    let first = before.map(|helpful| What::Rated { helpful });
    let is_first =
        |told: &Told| Some(&told.what) == first.as_ref() && told.entry.as_ref() == Some(entry);
    if let Some(at) = told.iter().rposition(is_first) {
        told.remove(at);
    }
    tell(c, What::Rated { helpful }, at);
    if let Some(told) = c.satisfaction.told.last_mut() {
        told.entry = Some(entry.clone());
    }
}

/// A second thought replaces the first.
fn scored(c: &mut Conversation, of: (Measure, Part), score: u32, at: Timestamp) {
    let (measure, part) = of;
    let episode = c.episode;
    let s = &mut c.satisfaction;
    if s.open.is_some_and(|open| open.measure == measure) {
        s.open = None;
    }
    s.told.retain(|told| match told.what {
        What::Scored { measure: m, part: p, .. } => told.episode != episode || (m, p) != of,
        What::Rated { .. } | What::Asked(_) | What::Ended { .. } | What::ClosedFalsely => true,
    });
    tell(c, What::Scored { measure, part, score }, at);
}

fn tell(c: &mut Conversation, what: What, at: Timestamp) {
    let s = &mut c.satisfaction;
    let (agent, entry) = (s.helped_by.clone(), c.memory.last_answer.clone());
    s.told.push(Told { at, episode: c.episode, agent, entry, what });
    let too_many = s.told.len().saturating_sub(TOLD_MAX);
    s.told.drain(..too_many);
}

/// A number from 0 to 1 that belongs to this episode: the same on every instance and at every
/// retry, and spread evenly over conversations.
pub fn draw(id: &ConversationId, episode: u32) -> f32 {
    let mut hash = text_hash(&format!("{id}/{episode}/survey"));
    // FNV leaves similar ids close together; these steps spread them (the finaliser of MurmurHash3).
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    (hash >> 40) as f32 / (1u32 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_each_time_and_spread_evenly() {
        let id = |n: u32| ConversationId::parse(&format!("c{n}")).unwrap();
        assert_eq!(draw(&id(1), 1), draw(&id(1), 1));
        assert_ne!(draw(&id(1), 1), draw(&id(1), 2));
        let mut tenths = [0; 10];
        for n in 0..10_000 {
            tenths[(draw(&id(n), 1) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
    }

    #[test]
    fn scales_have_their_ends() {
        for (measure, good, bad) in [
            (Measure::Csat, [1, 5], [0, 6]),
            (Measure::Ces, [1, 7], [0, 8]),
            (Measure::Nps, [0, 10], [11, u32::MAX]),
        ] {
            assert!(good.iter().all(|score| measure.holds(*score)), "{measure:?}");
            assert!(bad.iter().all(|score| !measure.holds(*score)), "{measure:?}");
        }
    }
}
