//! `sanad on-call`: whoever was rung says that they are there; ops try whether everybody can be rung;
//! and the words for ringing, as staff read them.

use super::connect::{Failure, ServerArgs, ask, patiently};
use super::failure;
use super::system::SystemClock;
use super::terminal::Look;
use super::words::pick;
use crate::domain::detectors::EmergencyKind;
use crate::domain::ids::ConversationId;
use crate::domain::language::Language;
use crate::domain::routing::on_call::Target;
use crate::domain::rules::Rules;
use crate::grpc::pb::supervisor_service_client::SupervisorServiceClient;
use crate::grpc::pb::{
    AcknowledgeOnCallRequest, AcknowledgeOnCallResponse, ConversationState, OnCallChanged,
    OnCallStage,
};
use crate::ports::clock::Clock;
use crate::ports::ringer::{Ring, Ringer, Rung};
use crate::ringing::Lines;
use anyhow::Context;
use clap::{Args, Subcommand};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// For those on call: say that you are there, or try whether everybody can be rung.
#[derive(Debug, Args)]
pub struct OnCallArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Acknowledge(Acknowledge),
    Try(Try),
}

/// Ring everybody who is on call for a danger, once, as a drill: what they get says so.
///
/// Reads the config folder and asks no server. The secret is read from this environment. Exit codes:
/// 0 everybody could be rung; 1 somebody could not.
#[derive(Debug, Clone, Args)]
struct Try {
    /// What is in danger: life, money or property.
    #[arg(value_parser = kind)]
    kind: EmergencyKind,
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    config: PathBuf,
    /// The language of the output.
    #[arg(long, value_name = "ar|en", default_value = "en", value_parser = super::language)]
    lang: Language,
}

/// Say that you are there, with the token that came with the ring. The customer reads your name.
///
/// No key is needed: the token is good for this one ring. Then take the conversation as an agent or
/// a supervisor; until somebody does, the customer waits.
#[derive(Debug, Clone, Args)]
struct Acknowledge {
    /// The token, `acknowledge` in what you were sent.
    token: String,
    /// The name that the customer reads.
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    #[command(flatten)]
    server: ServerArgs,
    /// The language of the output.
    #[arg(long, value_name = "ar|en", default_value = "en", value_parser = super::language)]
    lang: Language,
}

/// Runs the command.
pub async fn run(args: OnCallArgs) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Acknowledge(args) => acknowledge(args).await.map(|()| ExitCode::SUCCESS),
        What::Try(args) => drill(&args).await,
    }
}

fn kind(text: &str) -> Result<EmergencyKind, String> {
    let known = EmergencyKind::ALL.into_iter().find(|kind| kind.name() == text);
    known.ok_or_else(|| "write life, money or property".to_owned())
}

async fn drill(args: &Try) -> anyhow::Result<ExitCode> {
    let (_, checked) = crate::config::load(&args.config);
    let mistaken =
        ("the config has mistakes; see `sanad check`", "في الإعدادات أخطاء؛ انظر `sanad check`");
    let rules = checked.rules.context(pick(args.lang, mistaken.0, mistaken.1))?;
    let on_call = &rules.routing.on_call;
    let targets = on_call.targets(args.kind);
    if targets.is_empty() {
        let nobody = pick(args.lang, "nobody is on call for it", "لا مناوب لهذا الخطر");
        println!("{nobody}: {}", args.kind.name());
        return Ok(ExitCode::from(1));
    }
    let lines = Lines::new(Arc::new(|_, _| String::new()), Arc::new(|name| env::var(name).ok()));
    let (look, mut code) = (Look::of_stdout(), ExitCode::SUCCESS);
    for (number, target) in (1..).zip(targets) {
        let rung = lines.ring(&drill_of(&rules, args, target, number)?).await;
        if let Rung::Failed(_) = rung {
            code = ExitCode::from(1);
        }
        let name = look.foreign(&target.name);
        println!("{name}: {}", came_of_it(args.lang, &rung, look));
    }
    Ok(code)
}

fn drill_of(rules: &Rules, args: &Try, target: &Target, attempt: u32) -> anyhow::Result<Ring> {
    let now = SystemClock::default().now();
    Ok(Ring {
        ring: 0,
        conversation: ConversationId::parse("drill")?,
        kind: args.kind,
        language: args.lang,
        queue: rules.routing.queues.first().id.clone(),
        waiting_since: now,
        attempt,
        rung_at: now,
        target: target.clone(),
        secret_from: rules.routing.on_call.secret_from.clone(),
        is_drill: true,
    })
}

fn came_of_it(language: Language, rung: &Rung, look: Look) -> String {
    match rung {
        Rung::Delivered => pick(language, "it rings", "يرن").to_owned(),
        Rung::Reached(name) => {
            format!("{} {}", pick(language, "answered by", "رد"), look.foreign(name))
        }
        Rung::Failed(why) => {
            format!("{}: {}", pick(language, "CANNOT be rung", "تعذّر الرنين"), look.foreign(why))
        }
    }
}

async fn acknowledge(args: Acknowledge) -> anyhow::Result<()> {
    let channel = args.server.connect().await.map_err(|error| failure::told(error, args.lang))?;
    let client = SupervisorServiceClient::new(channel);
    let request = AcknowledgeOnCallRequest { token: args.token.clone(), name: args.name.clone() };
    // Saying it twice is saying it once, so it may be said again after a lost answer.
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.acknowledge_on_call(ask(request)).await }
    };
    let answer = patiently(|| {}, call).await;
    let answer = answer.map_err(|status| {
        failure::told(Failure::of("the acknowledgement", &args.server.server, status), args.lang)
    })?;
    println!("{}", said(args.lang, &answer.into_inner(), Look::of_stdout()));
    Ok(())
}

/// What became of it, and what to do next.
fn said(language: Language, answer: &AcknowledgeOnCallResponse, look: Look) -> String {
    let id = look.foreign(&answer.conversation_id);
    match (answer.counted, answer.state()) {
        (true, _) => format!(
            "{} {id}",
            pick(
                language,
                "the customer knows that you are there; take the conversation now:",
                "علم العميل أنك موجود، فتسلّم المحادثة الآن:",
            )
        ),
        (false, ConversationState::Human) => {
            pick(language, "a colleague has it already", "زميل لك قد تسلّمها").to_owned()
        }
        (false, ConversationState::Queued) => pick(
            language,
            "this ring no longer counts; a newer one may be on its way",
            "هذا الرنين لم يعد محسوبًا، وقد يصلك أحدث منه",
        )
        .to_owned(),
        (false, _) => {
            pick(language, "the customer no longer waits", "لم يعد العميل ينتظر").to_owned()
        }
    }
}

/// What happened with those on call, for staff.
pub fn changed(language: Language, change: &OnCallChanged, look: Look) -> String {
    let pick = |en, ar| pick(language, en, ar);
    let (target, name) = (look.foreign(&change.target), look.foreign(&change.name));
    let (reason, rings) = (look.foreign(&change.reason), change.rings);
    match change.stage() {
        OnCallStage::Unspecified => pick("on call: something", "المناوبة: شيء ما").to_owned(),
        OnCallStage::Rung => {
            format!("{} {target} ({rings})", pick("on call: ringing", "المناوبة: يُرَنّ على"))
        }
        OnCallStage::Failed => {
            format!("{}: {reason}", pick("on call: cannot be rung", "المناوبة: تعذّر الرنين"))
        }
        OnCallStage::Reached => {
            format!("{} {name}", pick("on call: reached", "المناوبة: رد"))
        }
        OnCallStage::NobodyReached => format!(
            "{} ({rings})",
            pick(
                "on call: NOBODY was reached, after rings",
                "المناوبة: لم يرد أحد، عدد مرات الرنين"
            )
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_acknowledges_reads_whether_it_counts_and_why_not() {
        let look = Look { rich: false, marks: false };
        let answer = |counted, state: ConversationState| {
            let (conversation_id, state) = ("c1".to_owned(), state.into());
            let answer = AcknowledgeOnCallResponse { conversation_id, counted, state };
            said(Language::En, &answer, look)
        };
        assert!(answer(true, ConversationState::Queued).contains("take the conversation now: c1"));
        assert!(answer(false, ConversationState::Human).contains("a colleague has it"));
        assert!(answer(false, ConversationState::Queued).contains("no longer counts"));
        assert!(answer(false, ConversationState::Closed).contains("no longer waits"));
    }
}
