//! The report on satisfaction, as lines. Pure.

use crate::cli::transcript::{Transcript, moment};
use crate::cli::words::{self, pick};
use crate::grpc::pb;

/// Entries of the report that are shown, the least helpful first.
const ENTRIES_SHOWN: usize = 20;

/// The report.
pub fn lines(transcript: &Transcript, answer: &pb::GetSatisfactionResponse) -> Vec<String> {
    let l = transcript.language;
    let since = answer.whole_since.as_ref().filter(|since| since.seconds > 0).and_then(moment);
    let looked = pick(l, "conversations looked at", "المحادثات المقروءة");
    let mut first = format!("{looked}: {}", answer.conversations);
    if let Some(since) = since {
        first = format!("{first}, {} {since}", pick(l, "since", "منذ"));
    }
    let mut lines = vec![first];
    lines.extend(answer.measures.iter().map(|report| measure(transcript, report)));
    if answer.measures.is_empty() {
        lines.push(
            pick(l, "nobody was asked and nobody scored", "لم يُسأل أحد ولم يقيّم أحد").to_owned(),
        );
    }
    lines.extend(answer.entries.iter().take(ENTRIES_SHOWN).map(|report| entry(transcript, report)));
    lines.extend(answer.agents.iter().map(|report| agent(transcript, report)));
    lines
}

fn measure(transcript: &Transcript, report: &pb::MeasureReport) -> String {
    let l = transcript.language;
    let scale = words::measure(l, report.measure());
    let part = words::part(l, report.part());
    let (asked, answered) = (pick(l, "asked", "سُئلوا"), pick(l, "answered", "أجابوا"));
    let mut line =
        format!("{scale}, {part}: {asked} {}, {answered} {}", report.asked, report.answered);
    if report.answered > 0 {
        line = format!("{line}, {} {:.2}", pick(l, "mean", "المتوسط"), report.mean);
    }
    match report.measure() {
        pb::Measure::Nps if report.answered > 0 => {
            format!("{line}, NPS {:.0}", report.net_promoters)
        }
        pb::Measure::Nps | pb::Measure::Csat | pb::Measure::Ces | pb::Measure::Unspecified => line,
    }
}

fn entry(transcript: &Transcript, report: &pb::EntryReport) -> String {
    let l = transcript.language;
    let helped = pick(l, "helped", "أفاد");
    let not = pick(l, "did not", "لم يفد");
    let ends = ends(transcript, [report.confirmed, report.unanswered, report.closed_falsely]);
    format!(
        "- {}: {helped} {}, {not} {}; {ends}",
        report.entry_id, report.helpful, report.not_helpful
    )
}

fn agent(transcript: &Transcript, report: &pb::AgentReport) -> String {
    let l = transcript.language;
    let ends = ends(transcript, [report.confirmed, report.unanswered, report.closed_falsely]);
    let line = format!("+ {}: {ends}", report.agent_id);
    if report.csat_answered == 0 {
        return line;
    }
    let scale = words::measure(l, pb::Measure::Csat);
    format!("{line}; {scale} {:.2} ({})", report.csat_mean, report.csat_answered)
}

fn ends(transcript: &Transcript, [confirmed, unanswered, falsely]: [u32; 3]) -> String {
    let l = transcript.language;
    format!(
        "{} {confirmed}, {} {unanswered}, {} {falsely}",
        pick(l, "confirmed", "أُكّدت"),
        pick(l, "unanswered", "بلا جواب"),
        pick(l, "came back", "عادوا"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::cli::transcript::Reader;
    use crate::domain::language::Language;

    #[test]
    fn the_report_tells_the_two_parts_apart_and_names_answers_and_agents() {
        let answer = pb::GetSatisfactionResponse {
            measures: vec![pb::MeasureReport {
                measure: pb::Measure::Csat.into(),
                part: pb::ServedBy::Bot.into(),
                asked: 3,
                answered: 2,
                mean: 4.5,
                ..Default::default()
            }],
            entries: vec![pb::EntryReport {
                entry_id: "returns".into(),
                helpful: 1,
                not_helpful: 2,
                unanswered: 1,
                ..Default::default()
            }],
            agents: vec![pb::AgentReport {
                agent_id: "sara".into(),
                confirmed: 2,
                csat_answered: 1,
                csat_mean: 5.0,
                ..Default::default()
            }],
            conversations: 4,
            ..Default::default()
        };
        let shown = |language| {
            let transcript = Transcript { look: Look::PLAIN, language, reader: Reader::Staff };
            lines(&transcript, &answer)
        };
        assert_eq!(
            shown(Language::En),
            [
                "conversations looked at: 4",
                "satisfaction (1–5), machine: asked 3, answered 2, mean 4.50",
                "- returns: helped 1, did not 2; confirmed 0, unanswered 1, came back 0",
                "+ sara: confirmed 2, unanswered 0, came back 0; satisfaction (1–5) 5.00 (1)",
            ]
        );
        assert!(shown(Language::Ar)[1].contains("المساعد الآلي"));
    }
}
