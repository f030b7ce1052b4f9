//! How well customers are served: what this process counts of it, and the report over the latest
//! conversations, read from the conversations themselves.

use super::App;
use super::error::{AppError, AppResult};
use super::listing::ListPlace;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::satisfaction::{Measure, Part, Told, What};
use crate::domain::ids::{AgentId, ConversationId, EntryId};
use crate::domain::time::Timestamp;
use crate::ports::store::Index;
use std::collections::BTreeMap;

/// Conversations looked up at once.
const PAGE: usize = 64;

/// One thing that is counted. Labels are bounded by the rules: entries, measures, scores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// An answer was rated.
    Rated {
        /// The entry.
        entry: EntryId,
        /// Whether it helped.
        helpful: bool,
    },
    /// A customer was asked.
    Asked {
        /// What.
        measure: Measure,
        /// Of whom.
        part: Part,
    },
    /// A customer gave a score.
    Scored {
        /// On which scale.
        measure: Measure,
        /// For whom.
        part: Part,
        /// Which.
        score: u32,
    },
    /// An end was none.
    ClosedFalsely {
        /// Whose end.
        part: Part,
    },
}

impl Count {
    /// The metrics, with what they say.
    pub const METRICS: [(&'static str, &'static str); 4] = [
        ("sanad_answers_rated", "Answers of the bot that customers rated"),
        ("sanad_surveys_asked", "Customers who were asked how it went"),
        ("sanad_survey_scores", "Scores that customers gave"),
        ("sanad_false_closures", "Ends after which the customer came back with the same matter"),
    ];

    /// What an event adds to.
    pub fn of(event: &Event) -> Option<Count> {
        if let Event::AnswerRated { entry, helpful, .. } = event {
            Some(Count::Rated { entry: entry.clone(), helpful: *helpful })
        } else if let Event::SurveyAsked { survey, .. } = event {
            Some(Count::Asked { measure: survey.measure, part: survey.part })
        } else if let Event::ConversationRated { measure, part, score, .. } = event {
            Some(Count::Scored { measure: *measure, part: *part, score: *score })
        } else if let Event::ClosedFalsely { agent, .. } = event {
            let part = if agent.is_some() { Part::Human } else { Part::Bot };
            Some(Count::ClosedFalsely { part })
        } else {
            None
        }
    }

    /// The metric it belongs to.
    pub const fn metric(&self) -> &'static str {
        match self {
            Count::Rated { .. } => Count::METRICS[0].0,
            Count::Asked { .. } => Count::METRICS[1].0,
            Count::Scored { .. } => Count::METRICS[2].0,
            Count::ClosedFalsely { .. } => Count::METRICS[3].0,
        }
    }

    /// What tells it from others of its metric.
    pub fn labels(&self) -> Vec<(&'static str, String)> {
        match self {
            Count::Rated { entry, helpful } => {
                vec![("entry", entry.to_string()), ("helpful", helpful.to_string())]
            }
            Count::Asked { measure, part } => {
                vec![("measure", measure.name().to_owned()), ("part", part.name().to_owned())]
            }
            Count::Scored { measure, part, score } => vec![
                ("measure", measure.name().to_owned()),
                ("part", part.name().to_owned()),
                ("score", score.to_string()),
            ],
            Count::ClosedFalsely { part } => vec![("part", part.name().to_owned())],
        }
    }
}

/// The report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Each measure of each part.
    pub measures: BTreeMap<(Measure, Part), Scores>,
    /// What was said of each entry, and how the bot's conversations ended after it.
    pub entries: BTreeMap<EntryId, EntryScores>,
    /// How each agent's conversations ended.
    pub agents: BTreeMap<AgentId, AgentScores>,
    /// Conversations looked at.
    pub conversations: usize,
    /// Whether there were older ones.
    pub more: bool,
    /// Since when it is whole.
    pub whole_since: Timestamp,
}

/// One measure of one part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// Customers who were asked.
    pub asked: u32,
    /// How often each score was given.
    pub scores: BTreeMap<u32, u32>,
}

impl Scores {
    /// How many scored.
    pub fn answered(&self) -> u32 {
        self.scores.values().sum()
    }

    /// Their mean; 0 if nobody did.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.scores.iter().map(|(score, n)| f64::from(*score) * f64::from(*n)).sum();
        sum / f64::from(self.answered().max(1))
    }

    /// Promoters minus detractors, in percent.
    pub fn net_promoters(&self) -> f64 {
        let count = |fits: fn(u32) -> bool| -> f64 {
            self.scores.iter().filter(|(score, _)| fits(**score)).map(|(_, n)| f64::from(*n)).sum()
        };
        let (promoters, detractors) = (count(|score| score >= 9), count(|score| score <= 6));
        100.0 * (promoters - detractors) / f64::from(self.answered().max(1))
    }
}

/// What was said of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryScores {
    /// It helped.
    pub helpful: u32,
    /// It did not.
    pub not_helpful: u32,
    /// Ends after it.
    pub ends: Ends,
}

/// How conversations ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ends {
    /// With a yes.
    pub confirmed: u32,
    /// Without an answer.
    pub unanswered: u32,
    /// Not at all, as it turned out.
    pub closed_falsely: u32,
}

/// What became of one agent's conversations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AgentScores {
    /// How they ended.
    pub ends: Ends,
    /// How satisfied customers are.
    pub csat: Scores,
}

impl Report {
    fn add(&mut self, told: &Told) {
        match told.what {
            What::Rated { helpful } => {
                if let Some(entry) = &told.entry {
                    let scores = self.entries.entry(entry.clone()).or_default();
                    scores.helpful += u32::from(helpful);
                    scores.not_helpful += u32::from(!helpful);
                }
            }
            What::Asked(survey) => {
                self.measures.entry((survey.measure, survey.part)).or_default().asked += 1;
            }
            What::Scored { measure, part, score } => {
                let scores = self.measures.entry((measure, part)).or_default();
                *scores.scores.entry(score).or_default() += 1;
                if let (Measure::Csat, Part::Human, Some(agent)) = (measure, part, &told.agent) {
                    let csat = &mut self.agents.entry(agent.clone()).or_default().csat;
                    *csat.scores.entry(score).or_default() += 1;
                }
            }
            What::Ended { confirmed: true } => self.ended(told, |ends| ends.confirmed += 1),
            What::Ended { confirmed: false } => self.ended(told, |ends| ends.unanswered += 1),
            What::ClosedFalsely => self.ended(told, |ends| ends.closed_falsely += 1),
        }
    }

    /// An end is the agent's where one had helped, else that of the bot's last answer.
    fn ended(&mut self, told: &Told, count: impl FnOnce(&mut Ends)) {
        if let Some(agent) = &told.agent {
            count(&mut self.agents.entry(agent.clone()).or_default().ends);
        } else if let Some(entry) = &told.entry {
            count(&mut self.entries.entry(entry.clone()).or_default().ends);
        }
    }
}

impl App {
    /// The report over the latest conversations, at most so many.
    pub async fn satisfaction(&self, since: Timestamp, limit: usize) -> AppResult<Report> {
        let mut report = Report { whole_since: since, ..Report::default() };
        let mut after: Option<ListPlace> = None;
        loop {
            let page = self.latest(Index::SATISFACTION, after.clone(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for place in page {
                let told_at = Timestamp::from_millis(-place.score);
                if told_at < since {
                    return Ok(report);
                }
                if report.conversations >= limit {
                    report.more = true;
                    report.whole_since = told_at;
                    return Ok(report);
                }
                self.look_at(&place.id, since, &mut report).await?;
                after = Some(place);
            }
            if is_last {
                return Ok(report);
            }
        }
    }

    async fn look_at(&self, id: &str, since: Timestamp, report: &mut Report) -> AppResult<()> {
        let Ok(id) = ConversationId::parse(id) else { return Ok(()) };
        match self.conversation(&id).await {
            Ok(c) => {
                report.conversations += 1;
                let told = c.satisfaction.told.iter().filter(|told| told.at >= since);
                told.for_each(|told| report.add(told));
                Ok(())
            }
            // Removed since the index was read.
            Err(AppError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_and_the_net_promoters_follow_from_the_scores() {
        let scores = Scores { asked: 9, scores: BTreeMap::from([(10, 2), (8, 1), (3, 1)]) };
        assert_eq!((scores.answered(), scores.mean()), (4, 7.75));
        assert_eq!(scores.net_promoters(), 25.0);
        assert_eq!(Scores::default().mean(), 0.0);
    }
}
