//! Ratings, questions and the report on them, as they are said on the wire; and the scales, as they
//! come from it.

use super::decode::wrong;
use super::encode::{agent, choice, name_of, text, timestamp};
use super::pb;
use super::pb::event::Body;
use crate::app::App;
use crate::app::satisfaction::{AgentScores, EntryScores, Report, Scores};
use crate::domain::conversation::event::Choice;
use crate::domain::conversation::satisfaction::{Measure, Part, Survey};
use crate::domain::ids::{AgentId, EntryId};
use crate::domain::language::Language;
use tonic::Status;

/// The longest word with a score, in characters.
pub const COMMENT_CHARS_MAX: usize = 1_000;

/// An answer was rated.
pub fn rated(answer: u64, entry: &EntryId, helpful: bool) -> Body {
    let (answer_sequence, entry_id) = (answer, entry.to_string());
    Body::AnswerRated(pb::AnswerRated { answer_sequence, entry_id, helpful })
}

/// The customer is asked.
pub fn asked(survey: &Survey, words: &str, language: Language, choices: &[Choice]) -> Body {
    Body::SurveyAsked(pb::SurveyAsked {
        measure: measure(survey.measure).into(),
        part: part(survey.part).into(),
        text: Some(text(words, language)),
        choices: choices.iter().map(|offered| choice(offered, language)).collect(),
    })
}

/// The customer scored.
pub fn scored(of: (Measure, Part), score: u32, comment: &str) -> Body {
    let (measure, part) = (measure(of.0).into(), part(of.1).into());
    let comment = comment.to_owned();
    Body::ConversationRated(pb::ConversationRated { measure, part, score, comment })
}

/// An end was none.
pub fn closed_falsely(app: &App, by: Option<&AgentId>, entry: Option<&EntryId>) -> Body {
    Body::ClosedFalsely(pb::ClosedFalsely {
        agent: by.map(|id| agent(id, name_of(app, id))),
        entry_id: entry.map(ToString::to_string).unwrap_or_default(),
    })
}

fn measure(measure: Measure) -> pb::Measure {
    match measure {
        Measure::Csat => pb::Measure::Csat,
        Measure::Ces => pb::Measure::Ces,
        Measure::Nps => pb::Measure::Nps,
    }
}

fn part(part: Part) -> pb::ServedBy {
    match part {
        Part::Bot => pb::ServedBy::Bot,
        Part::Human => pb::ServedBy::Human,
    }
}

/// The scale of a request.
pub fn read_measure(asked: pb::Measure) -> Result<Measure, Status> {
    match asked {
        pb::Measure::Csat => Ok(Measure::Csat),
        pb::Measure::Ces => Ok(Measure::Ces),
        pb::Measure::Nps => Ok(Measure::Nps),
        pb::Measure::Unspecified => Err(wrong("measure", "say CSAT, CES or NPS")),
    }
}

/// Whose part a request means, if it says.
pub fn read_part(asked: pb::ServedBy) -> Option<Part> {
    match asked {
        pb::ServedBy::Unspecified => None,
        pb::ServedBy::Bot => Some(Part::Bot),
        pb::ServedBy::Human => Some(Part::Human),
    }
}

/// The report.
pub fn report(report: &Report) -> pb::GetSatisfactionResponse {
    let measures = report.measures.iter().map(|(of, scores)| measure_report(*of, scores));
    let mut entries: Vec<pb::EntryReport> = report.entries.iter().map(entry_report).collect();
    entries.sort_by_key(|entry| i64::from(entry.helpful) - i64::from(entry.not_helpful));
    pb::GetSatisfactionResponse {
        measures: measures.collect(),
        entries,
        agents: report.agents.iter().map(agent_report).collect(),
        conversations: report.conversations as u32,
        more: report.more,
        whole_since: Some(timestamp(report.whole_since)),
    }
}

fn measure_report(of: (Measure, Part), scores: &Scores) -> pb::MeasureReport {
    let net_promoters = match of.0 {
        Measure::Nps => scores.net_promoters(),
        Measure::Csat | Measure::Ces => 0.0,
    };
    pb::MeasureReport {
        measure: measure(of.0).into(),
        part: part(of.1).into(),
        asked: scores.asked,
        answered: scores.answered(),
        mean: scores.mean(),
        scores: scores.scores.clone(),
        net_promoters,
    }
}

fn entry_report((id, scores): (&EntryId, &EntryScores)) -> pb::EntryReport {
    pb::EntryReport {
        entry_id: id.to_string(),
        helpful: scores.helpful,
        not_helpful: scores.not_helpful,
        confirmed: scores.ends.confirmed,
        unanswered: scores.ends.unanswered,
        closed_falsely: scores.ends.closed_falsely,
    }
}

fn agent_report((id, scores): (&AgentId, &AgentScores)) -> pb::AgentReport {
    pb::AgentReport {
        agent_id: id.to_string(),
        confirmed: scores.ends.confirmed,
        unanswered: scores.ends.unanswered,
        closed_falsely: scores.ends.closed_falsely,
        csat_answered: scores.csat.answered(),
        csat_mean: scores.csat.mean(),
    }
}
