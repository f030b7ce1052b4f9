//! The figures as one page that needs nothing beside itself: no script, no font, no network.

use super::figures::{Found, Share};
use super::plot::{Series, bars, escaped, lines};
use super::{intents, signals};
use std::fmt::Write;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--line:#d5dae0;--a:#0b6bcb;--b:#c2410c}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa5b1;--paper:#14171b;--line:#343b44;--a:#6db3ff;--b:#ff9b66}}\
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}p.note{color:var(--soft)}\
table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}\
th,td{border-bottom:1px solid var(--line);padding:.25rem .8rem;text-align:start;vertical-align:top}\
td.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}\
svg{width:100%;height:auto;display:block}svg text{font-size:12px;fill:var(--soft)}\
svg .grid{stroke:var(--line);fill:none}svg polyline{fill:none;stroke-width:2}\
svg polyline.a{stroke:var(--a)}svg polyline.b{stroke:var(--b)}svg polyline.faint{stroke:var(--soft);stroke-dasharray:4 4}\
svg circle.a{fill:var(--a)}svg circle.b{fill:var(--b)}svg rect.a{fill:var(--a)}svg .whisker{stroke:var(--ink);stroke-width:1.5}\
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}";

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang='en' dir='ltr'><head><meta charset='utf-8'>\
         <meta name='viewport' content='width=device-width,initial-scale=1'>\
         <title>{0}</title><style>{STYLE}</style></head><body><h1>{0}</h1>{body}</body></html>\n",
        escaped(title)
    )
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn shown(share: &Share) -> String {
    let (low, high) = (percent(share.low), percent(share.high));
    format!("{} ({}/{}; {low}–{high})", percent(share.share), share.hits, share.of)
}

/// A table; cells of the first column are texts, which keep their own direction.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = String::from("<table><tr>");
    for head in heads {
        let _ = write!(out, "<th>{}</th>", escaped(head));
    }
    out.push_str("</tr>");
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let class = if at == 0 { "" } else { " class='n'" };
            let _ = write!(out, "<td{class}><bdi>{}</bdi></td>", escaped(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
    out
}

/// The page on intents.
pub fn intents(name: &str, report: &intents::Report) -> String {
    let mut body = format!(
        "<p class='note'><bdi>{}</bdi>. Shares with counts and 95&nbsp;% Wilson intervals.</p>",
        escaped(name)
    );
    let mut rows = vec![vec!["all".to_owned(), shown(&report.accuracy)]];
    let languages = report.languages.iter();
    rows.extend(languages.map(|(name, share)| vec![name.clone(), shown(share)]));
    body += &format!("<h2>Accuracy</h2>{}", table(&["language", "right"], &rows));
    body += "<h2>What the bot would do</h2>";
    body += &replies(report);
    body += "<div class='plots'>";
    body += &calibration_plot(report);
    if let Some(foreign) = &report.foreign {
        body += &foreign_plot(foreign);
    }
    body += "</div>";
    body += "<h2>Entries, the worst found first</h2>";
    let worst = report.entries.iter().take(40);
    let rows: Vec<_> = worst
        .map(|one| (one.intent.clone(), one.found.f1.value, one.found.f1.low, one.found.f1.high))
        .collect();
    body += &bars("F1 by entry", &rows);
    body += "<h2>Taken for another</h2>";
    let rows: Vec<Vec<String>> = report
        .confusions
        .iter()
        .map(|one| {
            vec![
                one.examples.first().cloned().unwrap_or_default(),
                one.gold.clone(),
                one.predicted.clone(),
                one.count.to_string(),
            ]
        })
        .collect();
    body += &table(&["for example", "is", "was taken for", "times"], &rows);
    page("Finding the right entry", &body)
}

fn replies(report: &intents::Report) -> String {
    let row = |name: &str, replies: &intents::Replies| {
        let counts = [
            replies.answered_right,
            replies.answered_wrong,
            replies.asked_right,
            replies.asked_wrong,
            replies.not_known,
            replies.handed_over,
            replies.social,
        ];
        let mut row = vec![name.to_owned()];
        row.extend(counts.map(|count| count.to_string()));
        row
    };
    let mut rows = vec![row("ours", &report.replies)];
    rows.extend(report.foreign.iter().map(|foreign| row("foreign", &foreign.replies)));
    let heads = [
        "messages",
        "answered right",
        "answered wrong",
        "asked, right offered",
        "asked, not offered",
        "not known",
        "to people",
        "social",
    ];
    table(&heads, &rows)
}

fn calibration_plot(report: &intents::Report) -> String {
    let points = report.calibration.iter().map(|bin| (bin.confidence, bin.right.share)).collect();
    let plot = lines(
        "Calibration",
        "confidence",
        "right",
        &[
            Series {
                name: "perfect".into(),
                class: "faint",
                points: vec![(0.0, 0.0), (1.0, 1.0)],
                marked: false,
            },
            Series { name: "confidence".into(), class: "a", points, marked: true },
        ],
    );
    format!(
        "<section><h2>Calibration</h2>{plot}<p class='note'>Expected calibration error {}.</p>\
         </section>",
        percent(report.calibration_error)
    )
}

fn foreign_plot(foreign: &intents::Foreign) -> String {
    let points =
        foreign.curve.iter().map(|point| (point.ours_rejected, point.foreign_rejected)).collect();
    let plot = lines(
        "Messages that are none of ours",
        "of ours rejected",
        "of foreign rejected",
        &[Series { name: "by threshold".into(), class: "a", points, marked: false }],
    );
    format!(
        "<section><h2>Out of scope</h2>{plot}<p class='note'>AUROC {}; at 5&nbsp;% of ours \
         rejected, {} of the foreign ones are told apart.</p></section>",
        foreign.auroc.map_or("–".to_owned(), percent),
        shown(&foreign.recall_at_5)
    )
}

fn found_row(name: &str, found: &Found) -> Vec<String> {
    let f1 = &found.f1;
    vec![
        name.to_owned(),
        shown(&found.precision),
        shown(&found.recall),
        format!("{} ({}–{})", percent(f1.value), percent(f1.low), percent(f1.high)),
    ]
}

/// The page on signals and dialogues.
pub fn signals(
    name: &str,
    messages: Option<&signals::Report>,
    dialogues: Option<&signals::DialogueReport>,
) -> String {
    let mut body = format!(
        "<p class='note'><bdi>{}</bdi>. Shares with counts and 95&nbsp;% Wilson intervals.</p>",
        escaped(name)
    );
    if let Some(report) = messages {
        body += &messages_part(report);
    }
    if let Some(report) = dialogues {
        body += &dialogues_part(report);
    }
    page("Who needs a person", &body)
}

fn messages_part(report: &signals::Report) -> String {
    let mut body = String::new();
    for class in &report.classes {
        let mut rows = vec![found_row("all", &class.all)];
        rows.extend(class.groups.iter().map(|(name, found)| found_row(name, found)));
        let _ = write!(body, "<h2>{}</h2>", class.class.name());
        let plotted: Vec<_> = std::iter::once(("all", &class.all))
            .chain(class.groups.iter().map(|(name, found)| (name.as_str(), found)))
            .map(|(name, found)| (name.to_owned(), found.f1.value, found.f1.low, found.f1.high))
            .collect();
        body += &bars("F1", &plotted);
        body += &table(&["group", "precision", "recall", "F1"], &rows);
        body += &listed("missed", &class.missed);
        body += &listed("raised for nothing", &class.wrong);
    }
    let _ = write!(body, "<h2>False fires on {} ordinary messages</h2>", report.ordinary);
    let rows: Vec<Vec<String>> = report
        .false_fires
        .iter()
        .map(|one| vec![one.class.name().to_owned(), shown(&one.all)])
        .collect();
    body + &table(&["detector", "fires"], &rows)
}

fn listed(what: &str, texts: &[String]) -> String {
    if texts.is_empty() {
        return String::new();
    }
    let items: String =
        texts.iter().map(|text| format!("<li dir='auto'>{}</li>", escaped(text))).collect();
    format!("<details><summary>{what}: {}</summary><ul>{items}</ul></details>", texts.len())
}

fn dialogues_part(report: &signals::DialogueReport) -> String {
    let row = |name: &str, figures: &signals::DialogueFigures| {
        let mut row = found_row(name, &figures.handed_over);
        row.push(shown(&figures.missed));
        row.extend(figures.golden_transfer.map(|value| format!("{value:.3}")));
        row
    };
    let mut rows = vec![row("all", &report.all)];
    rows.extend(report.languages.iter().map(|(name, figures)| row(name, figures)));
    let heads = ["dialogues", "precision", "recall", "F1", "missed", "GT-T 1", "GT-T 2", "GT-T 3"];
    let off: Vec<Vec<String>> = report
        .all
        .off_by
        .iter()
        .map(|(turns, count)| vec![format!("{turns:+}"), count.to_string()])
        .collect();
    format!(
        "<h2>When dialogues go to people</h2>{}{}{}",
        table(&heads, &rows),
        table(&["turns off", "dialogues"], &off),
        listed("missed, for nothing, or two and more turns off", &report.mistakes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bot::outcome::Outcome;

    #[test]
    fn the_page_stands_alone_and_shows_no_foreign_markup() {
        let judged = |gold: Option<&str>, text: &str| intents::Judged {
            text: text.to_owned(),
            language: "ar".to_owned(),
            gold: gold.map(str::to_owned),
            best: Some("b".to_owned()),
            confidence: 0.5,
            outcome: Outcome::Answer,
            offered: vec!["b".to_owned()],
        };
        let report = intents::report(&[judged(Some("a"), "<b>وين</b>"), judged(None, "x")]);
        let shown = intents("file <x>", &report);
        assert!(shown.contains("&lt;b&gt;وين"));
        assert!(!shown.contains("<x>") && !shown.contains("http"));
        assert!(shown.contains("prefers-color-scheme:dark") && shown.contains("<svg"));
    }
}
