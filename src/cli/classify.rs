//! `sanad classify`: messages in, decisions out, one JSON object a line. No service is needed: the
//! same reading and the same ladder as in the service, as fast as they go.

use super::direction::readable;
use super::fault::Fault;
use super::learning::Keeping;
use super::rows::not_json;
use super::rules::of_folder;
use crate::domain::detectors::Speaker;
use crate::domain::language::Language;
use crate::domain::rules::Rules;
use crate::eval::replay::{Decided, Line, Replay};
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// How many candidates stand under each message.
const CANDIDATES: usize = 5;
/// Lines that are read before any of them is answered, for each thread.
const BATCH_LINES: usize = 512;
/// How much is read and written at once.
const BUFFER_BYTES: usize = 1 << 20;

const SHAPES: &str = "\
Each line read is one message:
  {\"id\": …, \"text\": \"…\", \"context\": [{\"party\": \"customer|bot|agent\", \"text\": \"…\"}]}
`context` holds the turns before it, the oldest first, and may be left out. Each line written, in
the same order, is what the bot would do:
  {\"id\", \"language\": \"ar|en\", \"outcome\": \"answer|clarify|not_known|handoff|emergency|social\",
   \"intent\": entry or null, \"confidence\": 0..1, \"candidates\": [{\"intent\", \"score\"}],
   \"signals\": [{\"kind\", \"strength\", \"evidence\": [{\"text\", \"start\", \"end\", \"rule\", \"weight\"}]}],
   \"handoff\": {\"reason\"} or null}
`confidence` is how likely the best candidate is meant; candidates are listed also when none is.
`signals` are those over their threshold; `strength` counts earlier turns in. Evidence stands at
`start`..`end` of the text, in characters; what was read from earlier turns has no text. A line
that cannot be read is answered with {\"id\", \"error\"} and told on stderr.";

/// Reads messages as JSON lines and writes what the bot would do with each.
#[derive(Debug, Args)]
#[command(after_long_help = SHAPES)]
pub struct Classify {
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    #[command(flatten)]
    keeping: Keeping,
    /// How many messages are worked on at once.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: u16,
    /// The language of what is said on stderr: en or ar. What is written for each line stays the same.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    pub lang: Language,
}

/// 0 = every line was answered, 1 = the config cannot be used, or a line could not be read.
pub fn run(options: &Classify) -> ExitCode {
    let Some(rules) = of_folder(&options.config, &options.keeping, options.lang) else {
        return ExitCode::FAILURE;
    };
    let input = BufReader::with_capacity(BUFFER_BYTES, io::stdin());
    let output = io::BufWriter::with_capacity(BUFFER_BYTES, io::stdout());
    match answer_all(&rules, (usize::from(options.threads), options.lang), input, output) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        // Who closed the pipe has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let told = match options.lang {
                Language::En => {
                    format!("the messages cannot be read or the answers not written: {error}")
                }
                Language::Ar => format!("تعذّرت قراءة الرسائل أو كتابة الأجوبة: {error}"),
            };
            eprintln!("sanad: {}", readable(options.lang, &told));
            ExitCode::FAILURE
        }
    }
}

/// Answers every line; returns how many could not be read.
fn answer_all(
    rules: &Rules,
    (threads, language): (usize, Language),
    mut input: BufReader<impl io::Read>,
    mut output: impl Write,
) -> io::Result<usize> {
    let replay = Replay::new(rules);
    let (mut number, mut bad) = (0, 0);
    let mut batch: Vec<Vec<u8>> = Vec::new();
    loop {
        read_batch(&mut input, BATCH_LINES * threads, &mut batch)?;
        if batch.is_empty() {
            return Ok(bad);
        }
        for answered in answers(&replay, rules, threads, &batch) {
            number += 1;
            match answered {
                Answered::Line(line) => output.write_all(line.as_bytes())?,
                Answered::Nothing => {}
                Answered::Bad { line, why } => {
                    bad += 1;
                    eprintln!("sanad: {}", why.on_line(number).says(language));
                    output.write_all(line.as_bytes())?;
                }
            }
        }
        // Whoever waits for these answers before asking more must get them.
        output.flush()?;
    }
}

/// Reads one line, waiting for it, and as many more as are at hand without waiting.
fn read_batch(
    input: &mut BufReader<impl io::Read>,
    lines_max: usize,
    batch: &mut Vec<Vec<u8>>,
) -> io::Result<()> {
    batch.clear();
    while batch.len() < lines_max && (batch.is_empty() || input.buffer().contains(&b'\n')) {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        batch.push(line);
    }
    Ok(())
}

enum Answered {
    Line(String),
    /// An empty line says nothing and is answered with nothing.
    Nothing,
    Bad {
        line: String,
        why: Fault,
    },
}

fn answers(replay: &Replay<'_>, rules: &Rules, threads: usize, batch: &[Vec<u8>]) -> Vec<Answered> {
    let all = |lines: &[Vec<u8>]| -> Vec<Answered> {
        lines.iter().map(|line| answer(replay, rules, line)).collect()
    };
    if threads <= 1 || batch.len() < threads {
        return all(batch);
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = batch
            .chunks(batch.len().div_ceil(threads))
            .map(|lines| scope.spawn(move || all(lines)))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().expect("reading a message does not panic"))
            .collect()
    })
}

fn answer(replay: &Replay<'_>, rules: &Rules, line: &[u8]) -> Answered {
    // Programs read the line, people what is told beside it.
    let bad = |id: Value, why: Fault| Answered::Bad {
        line: format!("{}\n", json!({ "id": id, "error": why.to_string() })),
        why,
    };
    let Ok(text) = std::str::from_utf8(line) else {
        return bad(Value::Null, Fault::new("it is not UTF-8", "ليس UTF-8"));
    };
    if text.trim().is_empty() {
        return Answered::Nothing;
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return bad(Value::Null, not_json(&error)),
    };
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    match message(&value) {
        Ok((text, context)) => {
            let decided = replay.decide(&context, text);
            Answered::Line(format!("{}\n", shown(rules, id, text, &decided)))
        }
        Err(why) => bad(id, why),
    }
}

/// The text and the turns before it.
fn message(value: &Value) -> Result<(&str, Vec<Line>), Fault> {
    let text = value.get("text").and_then(Value::as_str).ok_or_else(|| {
        let write = "{\"id\": 1, \"text\": \"…\"}";
        Fault::new(
            format!("it has no `text`; write {write}"),
            format!("لا `text` فيه؛ اكتب {write}"),
        )
    })?;
    let context = match value.get("context") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(turns)) => turns.iter().map(turn).collect::<Result<_, _>>()?,
        Some(_) => {
            return Err(Fault::new(
                "`context` is not a list of turns",
                "`context` ليس قائمة أدوار",
            ));
        }
    };
    Ok((text, context))
}

/// One earlier turn; parties go by many names in other people's transcripts.
pub fn turn(value: &Value) -> Result<Line, Fault> {
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    let party = field("party").ok_or_else(|| {
        Fault::new(
            "a turn has no `party`; write customer, bot or agent",
            "دور بلا `party`؛ اكتب customer أو bot أو agent",
        )
    })?;
    let party = match party.to_ascii_lowercase().as_str() {
        "customer" | "user" => Speaker::Customer,
        "bot" | "assistant" | "system" => Speaker::Bot,
        "agent" | "human" => Speaker::Agent,
        other => {
            return Err(Fault::new(
                format!("no party is called `{other}`; write customer, bot or agent"),
                format!("لا طرف اسمه `{other}`؛ اكتب customer أو bot أو agent"),
            ));
        }
    };
    let text = field("text").ok_or_else(|| Fault::new("a turn has no `text`", "دور بلا `text`"))?;
    Ok(Line { party, text: text.to_owned() })
}

/// The answer as it is written.
fn shown(rules: &Rules, id: Value, text: &str, decided: &Decided) -> Value {
    let score = |score: f32| json!((f64::from(score) * 1e6).round() / 1e6);
    let matched = &decided.reading.matched;
    let mut candidates: Vec<Value> = matched
        .candidates
        .iter()
        .map(|found| json!({ "intent": found.entry.as_str(), "score": score(found.score) }))
        .collect();
    if candidates.is_empty() {
        // Nothing in the message is known: every entry is as unlikely as the next.
        let entries = rules.bot.entries.keys().take(CANDIDATES);
        candidates.extend(entries.map(|entry| json!({ "intent": entry.as_str(), "score": 0.0 })));
    }
    let mut out = Map::new();
    out.insert("id".into(), id);
    out.insert("language".into(), json!(decided.language.tag()));
    out.insert("outcome".into(), json!(decided.outcome().name()));
    out.insert("intent".into(), json!(decided.intent().map(|entry| entry.as_str())));
    out.insert("confidence".into(), score(decided.confidence()));
    out.insert("candidates".into(), Value::Array(candidates));
    out.insert("signals".into(), Value::Array(signals(rules, text, decided)));
    out.insert(
        "handoff".into(),
        match decided.handoff() {
            Some(reason) => json!({ "reason": reason.name() }),
            None => Value::Null,
        },
    );
    Value::Object(out)
}

fn signals(rules: &Rules, text: &str, decided: &Decided) -> Vec<Value> {
    let assessment = &decided.reading.assessment;
    let raised = assessment
        .signals
        .iter()
        .filter(|signal| rules.detectors.fires(signal, &assessment.levels));
    raised
        .map(|signal| {
            let evidence: Vec<Value> = signal
                .evidence
                .iter()
                .map(|found| {
                    // What stands before the message is an earlier piece of the same thought.
                    let place = |at: u32| (at as usize).checked_sub(decided.begins);
                    let (start, end) = match (place(found.span.start), place(found.span.end)) {
                        (Some(start), Some(end)) => (start, end),
                        (Some(_) | None, None) | (None, Some(_)) => (0, 0),
                    };
                    let quote = text.get(start..end).unwrap_or_default();
                    let before = text.get(..start).unwrap_or_default().chars().count();
                    json!({
                        "text": quote,
                        "start": before,
                        "end": before + quote.chars().count(),
                        "rule": found.what,
                        "weight": (f64::from(found.weight) * 1e3).round() / 1e3,
                    })
                })
                .collect();
            let strength = f64::from(assessment.levels.get(signal.kind));
            json!({
                "kind": signal.kind.name(),
                "strength": (strength * 1e3).round() / 1e3,
                "evidence": evidence,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bot::ladder;
    use crate::domain::conversation::state::Memory;
    use crate::domain::reading;
    use crate::domain::time::Timestamp;

    /// Training takes a moment: once for all tests.
    fn shipped() -> &'static Rules {
        static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
        RULES.get_or_init(|| crate::config::load(std::path::Path::new("config")).1.rules.unwrap())
    }

    fn answered(rules: &Rules, threads: usize, input: &str) -> (Vec<Value>, usize) {
        let mut out = Vec::new();
        let bad =
            answer_all(rules, (threads, Language::En), BufReader::new(input.as_bytes()), &mut out)
                .unwrap();
        let lines = String::from_utf8(out).unwrap();
        (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), bad)
    }

    #[test]
    fn each_message_is_answered_in_the_shape_that_is_promised() {
        let input = "{\"id\":\"a\",\"text\":\"وين طلبي\"}\n\
                     {\"id\":2,\"text\":\"I want to talk to a human\",\"context\":[]}\n\
                     {\"id\":3,\"text\":\"qwxz\"}\n{\"id\":4,\"text\":\"hello\"}\n";
        let (lines, bad) = answered(shipped(), 1, input);
        assert_eq!((lines.len(), bad), (4, 0));
        let keys: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "id",
                "language",
                "outcome",
                "intent",
                "confidence",
                "candidates",
                "signals",
                "handoff"
            ]
        );
        assert_eq!((&lines[0]["id"], &lines[0]["language"]), (&json!("a"), &json!("ar")));
        assert_eq!(lines[0]["outcome"], "answer");
        assert_eq!(lines[0]["intent"], lines[0]["candidates"][0]["intent"]);
        assert_eq!(lines[0]["handoff"], Value::Null);
        assert_eq!(lines[1]["handoff"]["reason"], "human_request");
        assert_eq!(lines[1]["signals"][0]["kind"], "human_request");
        let evidence = &lines[1]["signals"][0]["evidence"][0];
        assert!(!evidence["text"].as_str().unwrap().is_empty(), "{evidence}");
        assert_eq!(
            (&lines[2]["outcome"], &lines[2]["intent"]),
            (&json!("not_known"), &Value::Null)
        );
        assert!(!lines[2]["candidates"].as_array().unwrap().is_empty());
        assert_eq!(lines[3]["outcome"], "social");
    }

    #[test]
    fn a_line_that_cannot_be_read_stops_nothing() {
        let input = "{\"id\":1,\"text\":\"hello\"}\nnot json\n\n{\"id\":7}\n\
                     {\"id\":8,\"text\":\"x\",\"context\":[{\"party\":\"ghost\",\"text\":\"x\"}]}\n\
                     {\"id\":9,\"text\":\"hello\"}";
        let (lines, bad) = answered(shipped(), 1, input);
        let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
        assert_eq!(ids, [&json!(1), &Value::Null, &json!(7), &json!(8), &json!(9)]);
        assert_eq!(bad, 3);
        assert!(lines[3]["error"].as_str().unwrap().contains("ghost"));
    }

    #[test]
    fn many_threads_answer_the_same_in_the_same_order() {
        let rules = shipped();
        let input: String = (0..200)
            .map(|id| {
                let text = ["وين طلبي", "return policy?", "ابغى اكلم موظف", "zz"][id % 4];
                format!("{}\n", json!({ "id": id, "text": text }))
            })
            .collect();
        assert_eq!(answered(rules, 1, &input), answered(rules, 3, &input));
    }

    #[test]
    fn the_turns_before_a_message_are_counted_in() {
        let lost = "{\"party\":\"customer\",\"text\":\"blorp zzz qqq\"},\
                    {\"party\":\"bot\",\"text\":\"Sorry, I did not understand.\"}";
        let input = format!("{{\"id\":1,\"text\":\"zzz blarp\",\"context\":[{lost}]}}\n");
        let (lines, _) = answered(shipped(), 1, &input);
        assert_eq!(lines[0]["outcome"], "handoff", "the second miss is handed to people");
        assert_eq!(lines[0]["handoff"]["reason"], "not_understood");
        let (alone, _) = answered(shipped(), 1, "{\"id\":1,\"text\":\"zzz blarp\"}\n");
        assert_eq!(alone[0]["outcome"], "not_known");
    }

    #[test]
    fn pieces_of_one_thought_are_read_together_and_evidence_points_into_the_message() {
        let input = "{\"id\":1,\"text\":\"to a human\",\
                     \"context\":[{\"party\":\"customer\",\"text\":\"let me talk\"}]}\n";
        let (lines, _) = answered(shipped(), 1, input);
        assert_eq!(lines[0]["handoff"]["reason"], "human_request", "{}", lines[0]);
        for found in lines[0]["signals"][0]["evidence"].as_array().unwrap() {
            assert!(found["end"].as_u64().unwrap() <= 10, "{found}");
        }
    }

    #[test]
    fn without_earlier_turns_it_is_what_the_live_bot_reads_and_does() {
        let rules = shipped();
        let replay = Replay::new(rules);
        let memory = Memory::default();
        for text in ["وين طلبي", "wen talabi", "I was robbed", "cancel", "????", "ok thanks"]
        {
            let decided = replay.decide(&[], text);
            let reading = reading::read(rules, text, &memory.window, Timestamp::ZERO);
            assert_eq!(decided.reading.matched, reading.matched, "{text}");
            assert_eq!(
                decided.step,
                ladder::next_step(&rules.bot, &memory, &reading, false),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_in_both_languages() {
        let rules = shipped();
        let replay = Replay::new(rules);
        for line in [
            "{",
            "{}",
            "{\"text\":\"a\",\"context\":1}",
            "{\"text\":\"a\",\"context\":[{}]}",
            "{\"text\":\"a\",\"context\":[{\"party\":\"dog\"}]}",
            "{\"text\":\"a\",\"context\":[{\"party\":\"bot\"}]}",
        ] {
            let Answered::Bad { line: written, why } = answer(&replay, rules, line.as_bytes())
            else {
                panic!("{line}")
            };
            let [en, ar] = [Language::En, Language::Ar].map(|l| why.says(l));
            let arabic = |text: &str| text.chars().any(|c| ('\u{0600}'..='\u{06FF}').contains(&c));
            assert!(!arabic(&en) && arabic(&ar), "{en} | {ar}");
            assert!(!arabic(&written), "programs read one language: {written}");
        }
    }
}
