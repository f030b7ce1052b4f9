//! `sanad on-call`: whoever was rung says that they are there; and the words for ringing, as staff
//! read them.

use super::connect::{Failure, ServerArgs, ask, patiently};
use super::terminal::Look;
use super::words::pick;
use crate::domain::language::Language;
use crate::grpc::pb::supervisor_service_client::SupervisorServiceClient;
use crate::grpc::pb::{
    AcknowledgeOnCallRequest, AcknowledgeOnCallResponse, ConversationState, OnCallChanged,
    OnCallStage,
};
use clap::{Args, Subcommand};

/// For those on call: say that you are there.
#[derive(Debug, Args)]
pub struct OnCallArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Acknowledge(Acknowledge),
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
pub async fn run(args: OnCallArgs) -> anyhow::Result<()> {
    let What::Acknowledge(args) = args.what;
    let channel = args.server.connect().await?;
    let client = SupervisorServiceClient::new(channel);
    let request = AcknowledgeOnCallRequest { token: args.token.clone(), name: args.name.clone() };
    // Saying it twice is saying it once, so it may be said again after a lost answer.
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.acknowledge_on_call(ask(request)).await }
    };
    let answer = patiently(|_| {}, call).await;
    let answer =
        answer.map_err(|status| Failure::of("the acknowledgement", &args.server.server, status))?;
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
