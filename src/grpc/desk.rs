//! What an agent's desk does with a conversation beside speaking in it: notes, passes it on. The calls come
//! in through [`super::agent`], which has checked the session; here each is decoded, asked of the
//! application and encoded.

use super::agent::Right;
use super::context::{Context, id, request};
use super::decode;
use super::encode::{self, Reader};
use super::pb;
use super::pb::transfer_conversation_request::To;
use super::refusals::status;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::transfer::Wanted;
use crate::domain::ids::{AgentId, QueueId, SkillId};
use tonic::Status;

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
                _ => return Err(decode::wrong("skill.level", "must be from 1 to 5")),
            };
            Ok(Wanted::Skill(id("skill.skill_id", &need.skill_id, SkillId::parse)?, level))
        }
        Some(To::Bot(_)) => Ok(Wanted::Bot),
    }
}
