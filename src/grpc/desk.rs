//! What an agent's desk does with a conversation beside speaking in it: takes it by
//! hand, looks for replies, notes, passes it on. The calls come
//! in through [`super::agent`], which has checked the session; here each is decoded, asked of the
//! application and encoded.

use super::agent::Right;
use super::context::{Context, id, request};
use super::decode;
use super::encode::{self, Reader};
use super::encode_agent;
use super::pb;
use super::pb::transfer_conversation_request::To;
use super::refusals::status;
use super::seen;
use crate::app::requests::Once;
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::ids::{AgentId, ConversationId, QueueId, SkillId};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::item::Place;
use tonic::Status;

/// Waiting conversations on a page, usually and at most.
const WAITING_PAGE: (usize, usize) = (20, 100);

/// What the agent could take by hand.
pub(super) fn waiting(context: &Context, agent: &Agent, size: u32) -> pb::ListWaitingResponse {
    let size = decode::page_size(size, WAITING_PAGE.0, WAITING_PAGE.1);
    let waiting = context.app.claimable(&agent.id).into_iter().take(size);
    pb::ListWaitingResponse {
        waiting: waiting.map(|work| encode_agent::waiting(&context.app, work)).collect(),
    }
}

/// What the agent is offered and holds.
pub(super) async fn work(
    context: &Context,
    agent: &Agent,
) -> Result<pb::ListMyWorkResponse, Status> {
    let app = &context.app;
    let work = app.held_work(agent).await.map_err(status)?;
    let (offers, mut assignments) = encode_agent::work(app, &work);
    seen::tell_in(app, &mut assignments).await.map_err(status)?;
    let (agent, mode) = (context.agent(agent), context.mode().into());
    Ok(pb::ListMyWorkResponse { agent, offers, assignments, mode })
}

/// Takes a waiting conversation by hand.
pub(super) async fn claim(
    context: &Context,
    agent: &Agent,
    conversation: &ConversationId,
    once: &Once,
) -> Result<pb::ClaimConversationResponse, Status> {
    let app = &context.app;
    let c = app.claim_once(&agent.id, conversation, once).await.map_err(status)?;
    let since = match app.place(conversation).await.map_err(status)? {
        Some(Place::Here(item)) => Some(item.waiting_since),
        Some(Place::Gone { .. }) | None => None,
    };
    let assignment = encode_agent::assignment(app, &c, c.token, since);
    Ok(pb::ClaimConversationResponse { assignment: Some(assignment) })
}

/// The longest words to look for.
const ABOUT_CHARS_MAX: usize = 200;

/// Suggests what to answer next.
pub(super) async fn suggest(
    context: &Context,
    right: &Right,
    asked: &pb::SuggestRepliesRequest,
) -> Result<pb::SuggestRepliesResponse, Status> {
    let about = decode::at_most("about", &asked.about, ABOUT_CHARS_MAX)?;
    let app = &context.app;
    let found = app.suggest_replies(&right.agent.id, &right.conversation, right.token, &about);
    let found = found.await.map_err(status)?;
    let replies = found.into_iter().map(encode_agent::reply).collect();
    Ok(pb::SuggestRepliesResponse { replies })
}

/// Leaves a note for colleagues.
pub(super) async fn note(
    context: &Context,
    right: &Right,
    asked: &pb::AddNoteRequest,
) -> Result<pb::AddNoteResponse, Status> {
    let contents = right.contents(&format!("note {}", asked.text));
    let request = request(&asked.request_id, right.agent.id.as_str(), &contents)?;
    let (agent, text) = (right.agent.id.clone(), asked.text.clone());
    let noted = context.app.note(&right.conversation, request, agent, right.token, text);
    let noted = noted.await.map_err(status)?;
    let found = noted.events.iter().find(|l| matches!(l.logged.event, Event::Noted { .. }));
    let note = found.and_then(|found| encode::event(&context.app, found, None, Reader::Agent));
    Ok(pb::AddNoteResponse { note })
}

/// Tells the supervisors that the customer abuses the agent.
pub(super) async fn report_abuse(
    context: &Context,
    right: &Right,
    asked: &pb::ReportAbuseRequest,
) -> Result<pb::ReportAbuseResponse, Status> {
    let note = decode::at_most("note", &asked.note, context.app.settings().utterance_chars_max)?;
    let contents = right.contents(&format!("report abuse {note}"));
    let request = request(&asked.request_id, right.agent.id.as_str(), &contents)?;
    let (agent, token) = (right.agent.id.clone(), right.token);
    let command = Command::AgentReportsAbuse { agent, token, note };
    let done = context.app.command(&right.conversation, request, command).await.map_err(status)?;
    Ok(pb::ReportAbuseResponse { events: context.events(&done.events, Reader::Agent) })
}

/// Passes a conversation on.
pub(super) async fn transfer(
    context: &Context,
    right: &Right,
    asked: &pb::TransferConversationRequest,
) -> Result<pb::TransferConversationResponse, Status> {
    let note = decode::at_most("note", &asked.note, context.app.settings().utterance_chars_max)?;
    let to = wanted(asked.to.as_ref())?;
    let contents = right.contents(&format!("transfer {to:?} {note}"));
    let request = request(&asked.request_id, right.agent.id.as_str(), &contents)?;
    let agent = right.agent.id.clone();
    let done = context.app.transfer(&right.conversation, request, agent, right.token, to, note);
    let done = done.await.map_err(status)?;
    Ok(pb::TransferConversationResponse {
        events: context.events(&done.events, Reader::Agent),
        conversation: context.conversation(&done),
    })
}

fn wanted(to: Option<&To>) -> Result<Wanted, Status> {
    match to {
        None => Err(decode::wrong("to", "say to whom: an agent, a queue, a skill or the bot")),
        Some(To::AgentId(agent)) => Ok(Wanted::Agent(id("agent_id", agent, AgentId::parse)?)),
        Some(To::QueueId(queue)) => Ok(Wanted::Queue(id("queue_id", queue, QueueId::parse)?)),
        Some(To::Skill(need)) => {
            let level = match need.level {
                0 => 1,
                level @ 1..=5 => level as u8,
                _ => return Err(decode::range("skill.level", 1, 5)),
            };
            Ok(Wanted::Skill(id("skill.skill_id", &need.skill_id, SkillId::parse)?, level))
        }
        Some(To::Bot(_)) => Ok(Wanted::Bot),
    }
}
