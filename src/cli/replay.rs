//! `sanad replay`: decides a recorded conversation again, by the rules that decided it or by today's,
//! and shows what differs. The server does it: it has the log, and every accepted version of the
//! rules.

use super::connect::{Failure, KeyArgs, ServerArgs, ask, patiently};
use super::failure;
use super::terminal::Look;
use super::words::pick;
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use crate::grpc::pb::{ReplayConversationRequest, ReplayedTurn};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// Decide a recorded conversation again and show what differs. Changes nothing.
///
/// Exit codes: 0 nothing differs; 1 something does, or something is missing.
#[derive(Debug, Clone, Args)]
pub struct Replay {
    /// The conversation's id.
    conversation: String,
    /// By which rules.
    #[arg(long, value_enum, default_value = "recorded")]
    rules: Which,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// The language of the output.
    #[arg(long, value_name = "ar|en", default_value = "en", value_parser = super::language)]
    lang: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Those that decided each turn then.
    Recorded,
    /// Those that are live now.
    Current,
}

/// Runs the command and prints what it found.
pub async fn run(args: Replay) -> anyhow::Result<ExitCode> {
    let turns = ask_server(&args).await.map_err(|error| failure::told(error, args.lang))?;
    let look = Look::of_stdout();
    turns.iter().flat_map(|turn| lines(turn, args.lang, look)).for_each(|line| println!("{line}"));
    let same = turns.iter().filter(|turn| is_same(turn)).count();
    println!("{}", summary(args.lang, turns.len(), same));
    Ok(if same == turns.len() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn summary(language: Language, turns: usize, same: usize) -> String {
    match language {
        Language::En => format!("turns: {turns}, the same again: {same}"),
        Language::Ar => format!("الأدوار: {turns}، كما كانت: {same}"),
    }
}

async fn ask_server(args: &Replay) -> Result<Vec<ReplayedTurn>, Failure> {
    let bearer = args.key.read(Role::Admin, "main")?;
    let channel = args.server.connect().await?;
    let client = AdminServiceClient::with_interceptor(channel, bearer);
    let request = ReplayConversationRequest {
        conversation_id: args.conversation.clone(),
        by_live_rules: args.rules == Which::Current,
    };
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.replay_conversation(ask(request)).await }
    };
    let answer = patiently(|| {}, call).await;
    let answer = answer.map_err(|why| Failure::of("the replay", &args.server.server, why))?;
    Ok(answer.into_inner().turns)
}

fn is_same(turn: &ReplayedTurn) -> bool {
    turn.was.is_empty() && turn.would_be.is_empty() && turn.missing.is_empty()
}

/// How the server begins what a decision did, and why a turn was not decided, in Arabic. What follows is a
/// code, or what was said.
const BEGINNINGS: [(&str, &str); 13] = [
    ("understood: ", "فُهم: "),
    ("waits for the rest", "ينتظر بقية الكلام"),
    ("bot: ", "المساعد الآلي: "),
    ("slot filled: ", "أُخذت القيمة: "),
    ("notice: ", "إشعار: "),
    ("handoff: ", "إلى الموظفين: "),
    ("proposes the end", "يقترح الإنهاء"),
    ("resolved", "حُلّت"),
    ("not resolved", "لم تُحلّ"),
    ("supervisor alerted", "نُبّه المشرف"),
    ("block over: ", "انتهى الإيقاف: "),
    ("these rules refuse it: ", "ترفضه هذه القواعد: "),
    ("rules ", "القواعد "),
];

/// A line of the server for a reader of this language.
fn said(line: &str, language: Language, look: Look) -> String {
    let begins = |(en, ar): &(&str, &'static str)| Some((*ar, line.strip_prefix(en)?));
    match BEGINNINGS.iter().find_map(begins).filter(|_| language == Language::Ar) {
        Some((begins, rest)) => format!("{begins}{}", look.foreign(rest)),
        None => look.foreign(line),
    }
}

fn lines(turn: &ReplayedTurn, language: Language, look: Look) -> Vec<String> {
    let mark = if is_same(turn) { "=" } else { "≠" };
    let mut lines = vec![format!("{mark} {}: {}", turn.sequence, look.foreign(&turn.said))];
    lines.extend(turn.was.iter().map(|line| format!("  - {}", said(line, language, look))));
    lines.extend(turn.would_be.iter().map(|line| format!("  + {}", said(line, language, look))));
    if !turn.missing.is_empty() {
        let missing = pick(language, "missing", "ناقص");
        lines.push(format!("  ? {missing}: {}", said(&turn.missing, language, look)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said_in_arabic_whatever_it_is() {
        let source = include_str!("../app/replay.rs");
        let (_, made) = source.split_once("fn line(event: &Event)").unwrap();
        let (made, _) = made.split_once("Event::Started").unwrap();
        let lines = made.split("=> \"").skip(1).chain(made.split("format!(\"").skip(1));
        let lines = lines.chain(source.split("what: format!(\"").skip(1));
        let begins: Vec<&str> = lines.map(|line| line.split(['{', '"']).next().unwrap()).collect();
        assert!(begins.len() >= BEGINNINGS.len(), "the scan found only {begins:?}");
        for begins in begins {
            let arabic = said(begins, Language::Ar, Look::PLAIN);
            assert!(!arabic.starts_with(begins), "{begins:?} has no Arabic words");
            assert_eq!(said(begins, Language::En, Look::PLAIN), begins);
        }
        assert_eq!(summary(Language::Ar, 3, 2), "الأدوار: 3، كما كانت: 2");
    }
}
