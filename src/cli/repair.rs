//! `sanad repair`: what is wrong with one conversation, shown first; mended by the server if asked
//! to. The server does the work, so that it is done by the code that runs and written to its trail.

use super::connect::{Failure, KeyArgs, ServerArgs, ask, patiently};
use super::doctor::show::Shown;
use super::failure;
use super::terminal::Look;
use super::words::pick;
use crate::domain::language::Language;
use crate::grpc::keys::Role;
use crate::grpc::pb::RepairConversationRequest;
use crate::grpc::pb::admin_service_client::AdminServiceClient;
use clap::Args;
use std::process::ExitCode;

/// Find what keeps one conversation from going on, and mend it with --apply.
///
/// Without --apply nothing is changed. Exit codes: 0 nothing is wrong (any more); 1 something is.
#[derive(Debug, Clone, Args)]
pub struct Repair {
    /// The conversation's id.
    conversation: String,
    /// Mend what is found.
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Who asks: the subject of the key of an admin.
    #[arg(long = "as", value_name = "NAME", default_value = "main")]
    subject: String,
    /// The language of the output.
    #[arg(long, value_name = "ar|en", default_value = "en", value_parser = super::language)]
    lang: Language,
}

/// Runs the command and prints what it found.
pub async fn run(args: Repair) -> anyhow::Result<ExitCode> {
    let asked = ask_server(&args, Look::of_stdout()).await;
    let (lines, is_sound) = asked.map_err(|error| failure::told(error, args.lang))?;
    lines.iter().for_each(|line| println!("{line}"));
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The lines to show, and whether nothing is wrong (any more).
async fn ask_server(args: &Repair, look: Look) -> Result<(Vec<String>, bool), Failure> {
    let bearer = args.key.read(Role::Admin, &args.subject)?;
    let channel = args.server.connect().await?;
    let client = AdminServiceClient::with_interceptor(channel, bearer);
    let request =
        RepairConversationRequest { conversation_id: args.conversation.clone(), apply: args.apply };
    // Mending twice changes no more than once, so it may be asked again after a lost answer.
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.repair_conversation(ask(request)).await }
    };
    let answer = patiently(|| {}, call).await;
    let answer = answer
        .map_err(|status| Failure::of("the repair", &args.server.server, status))?
        .into_inner();
    let say = |en, ar| pick(args.lang, en, ar).to_owned();
    if answer.found.is_empty() {
        return Ok((vec![say("nothing is wrong with it", "لا شيء معطوب فيها")], true));
    }
    let show = |found: Vec<_>| {
        let shown = found.into_iter().map(Shown::of_wire);
        shown.flat_map(|shown| shown.lines(args.lang, look)).collect::<Vec<String>>()
    };
    let mut lines = show(answer.found);
    if !args.apply {
        lines.push(say(
            "nothing was changed; with --apply it is mended",
            "لم يتغير شيء؛ ومع --apply يُصلح",
        ));
        return Ok((lines, false));
    }
    lines.extend(answer.failed.iter().map(|why| look.foreign(why)));
    if answer.left.is_empty() {
        lines.push(say("mended", "تم الإصلاح"));
        return Ok((lines, true));
    }
    lines.push(say("still wrong:", "ما زال معطوبًا:"));
    lines.extend(show(answer.left));
    Ok((lines, false))
}
