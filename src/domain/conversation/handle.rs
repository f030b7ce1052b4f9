//! The front door of the machine: a command is answered in every state, or refused with the reason.

use super::command::{Command, Decision, Rejection, Start};
use super::event::Event;
use super::pool_side::Joining;
use super::promise::PromiseKind;
use super::state::Conversation;
use super::turn::Turn;
use super::{
    after_end, agent_side, banners, block, customer_side, identity, ledger, on_call, pool_side,
    supervision, survey, timers, transfer, waiting,
};
use crate::domain::bot::outcome::Outcome;
use crate::domain::language::Language;
use crate::domain::pool::command::Arrival;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// Decides what a command does. `at` is the store's time.
pub fn handle(
    rules: &Rules,
    conversation: Option<&Conversation>,
    command: &Command,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let Some(c) = conversation else {
        return match command {
            Command::Start(start_command) => start(rules, start_command, at),
            Command::CustomerSays { .. }
            | Command::RequestHuman
            | Command::CancelHumanRequest
            | Command::ChooseWait(_)
            | Command::Respond { .. }
            | Command::Reopen
            | Command::Leave
            | Command::ConfirmQueued(_)
            | Command::Bind { .. }
            | Command::Unbind { .. }
            | Command::HolderGone { .. }
            | Command::AgentSays { .. }
            | Command::AgentNotes { .. }
            | Command::AgentReportsAbuse { .. }
            | Command::AgentProposes { .. }
            | Command::AgentPromises { .. }
            | Command::AgentReleases { .. }
            | Command::AgentTransfers(_)
            | Command::Requeue { .. }
            | Command::Reassign { .. }
            | Command::Whisper { .. }
            | Command::RateAnswer { .. }
            | Command::RateConversation { .. }
            | Command::Identify { .. }
            | Command::AskForRecommendation
            | Command::Erase
            | Command::Tick { .. }
            | Command::OnCallAnswered { .. }
            | Command::AgentBlocks { .. }
            | Command::ReviewBlock { .. }
            | Command::FollowBlock(_)
            | Command::KeepQuestion
            | Command::CatchUp { .. } => Err(Rejection::NotFound),
        };
    };
    if c.is_erased() && !matches!(command, Command::Erase) {
        // Whoever asks is told like somebody who asks for what never was.
        return Err(Rejection::NotFound);
    }
    match command {
        Command::Start(_) => Err(Rejection::Exists),
        Command::CustomerSays { input, reading, wait } => {
            customer_side::says(rules, c, input, (reading, *wait), at)
        }
        Command::RequestHuman => customer_side::request_human(rules, c, at),
        Command::CancelHumanRequest => customer_side::cancel_human_request(rules, c, at),
        Command::ChooseWait(choice) => waiting::choose(rules, c, choice, at),
        Command::Respond { resolved } => customer_side::respond(rules, c, *resolved, at),
        Command::Reopen => after_end::reopen(rules, c, at),
        Command::Leave => customer_side::leave(rules, c, at),
        Command::ConfirmQueued(receipt) => pool_side::confirm_queued(rules, c, receipt, at),
        Command::Bind { token, agent, name, waited_ms, claimed_over, taken_over } => {
            let (claimed_over, taken_over) = (claimed_over.as_deref(), *taken_over);
            let joining = Joining { name, waited_ms: *waited_ms, claimed_over, taken_over };
            pool_side::bind(rules, c, *token, agent, &joining, at)
        }
        Command::Unbind { token, agent } => pool_side::unbind(rules, c, *token, agent, at),
        Command::HolderGone { agent } => pool_side::holder_gone(rules, c, agent, at),
        Command::AgentSays { agent, token, text, parts } => {
            agent_side::says(rules, c, agent, *token, (text, parts), at)
        }
        Command::AgentNotes { agent, token, text } => {
            agent_side::notes(rules, c, agent, *token, text, at)
        }
        Command::AgentReportsAbuse { agent, token, note } => {
            supervision::report_abuse(rules, c, (agent, *token), note, at)
        }
        Command::AgentProposes { agent, token, disposition } => {
            agent_side::proposes(rules, c, agent, *token, disposition, at)
        }
        Command::AgentPromises { agent, token, what, due } => {
            ledger::follow_up(rules, c, (agent, *token), what, *due, at)
        }
        Command::AgentReleases { agent, token, note } => {
            agent_side::releases(rules, c, agent, *token, note, at)
        }
        Command::AgentTransfers(transfer) => transfer::transfers(rules, c, transfer, at),
        Command::Requeue { note } => agent_side::requeue(rules, c, note, at),
        Command::Reassign { to, note } => supervision::reassign(rules, c, to, note, at),
        Command::Whisper { by, to, text } => {
            supervision::whisper(rules, c, by, (to.as_ref(), text), at)
        }
        Command::RateAnswer { answer, helpful } => {
            survey::rate_answer(rules, c, *answer, *helpful, at)
        }
        Command::RateConversation { measure, part, score, comment } => {
            survey::rate_conversation(rules, c, (*measure, *part), (*score, comment), at)
        }
        Command::Identify { customer, facts } => identity::identify(rules, c, customer, facts, at),
        Command::AskForRecommendation => survey::ask_for_recommendation(rules, c, at),
        Command::Erase => identity::erase(rules, c, at),
        Command::Tick { reading, wait } => {
            timers::tick(rules, c, reading.as_deref(), wait.as_ref(), at)
        }
        Command::CatchUp { token, handoff } => {
            pool_side::catch_up(rules, c, *token, handoff.as_deref(), at)
        }
        Command::OnCallAnswered { ring, answer } => on_call::answered(rules, c, *ring, answer, at),
        Command::AgentBlocks { agent, token, reason } => {
            block::begin(rules, c, (agent, *token), reason, at)
        }
        Command::ReviewBlock { by, upheld, reason } => {
            block::review(rules, c, (by, *upheld), reason, at)
        }
        Command::FollowBlock(elsewhere) => block::follow(rules, c, elsewhere, at),
        Command::KeepQuestion => waiting::keep_for_the_absent(rules, c, at),
    }
}

fn start(rules: &Rules, start: &Start, at: Timestamp) -> Result<Decision, Rejection> {
    let event = Event::Started {
        conversation: start.conversation.clone(),
        bucket: start.bucket,
        pool: start.pool.clone(),
        customer: start.customer.clone(),
        language: start.language.unwrap_or(Language::Ar),
        channel: start.channel.clone(),
    };
    let Some(mut turn) = Turn::begin(rules, event, at) else { return Err(Rejection::Exists) };
    let greeting = |language: Language| {
        let name = ("name", rules.bot.name.get(language).clone());
        let wordings = rules.texts.wordings(language, TextKey::Greeting, None, &[name]);
        wordings.into_iter().next().unwrap_or_default()
    };
    // Nobody knows yet which language the customer speaks: greet in both.
    let text = match start.language {
        Some(language) => greeting(language),
        None => Language::ALL.map(greeting).join("\n"),
    };
    turn.bot_says(Outcome::Greeting, text, None, Vec::new(), None);
    banners::at_greeting(&mut turn, start.language);
    Ok(turn.done())
}

/// What the conversation says of itself when it enters the pool; `None` unless it wants a place.
pub fn arrival(rules: &Rules, c: &Conversation) -> Option<Arrival> {
    let asked = c.handoff.as_ref()?;
    let cost = rules.routing.costs.of(asked.handoff.reason);
    Some(Arrival {
        bucket: c.bucket,
        term: c.token.term,
        handoff: asked.handoff.clone(),
        headline: asked.headline.clone(),
        waiting_since: asked.waiting_since,
        waited_ms: c.waited_ms,
        waited_before_ms: c.waited_before_ms,
        preferred: c.preferred.clone(),
        excluded: c.kept_out(),
        avoided: c.avoided.clone(),
        cost,
        returned: asked.returned,
        broken: c.broken,
        promised: c.promise.as_ref().is_some_and(|open| open.kind != PromiseKind::Wait),
    })
}
