//! Passing a conversation on: to a colleague, a queue, a skill, or back to the bot. The customer is
//! told and keeps the wait so far; the note stays among colleagues. To whom it is passed is only a
//! wish: the pool alone says who is busy, and so who takes it.

use super::agent_side::holder;
use super::command::{Decision, Rejection};
use super::event::{Event, LeaveReason};
use super::ledger;
use super::state::Conversation;
use super::turn::{Keeping, Turn};
use super::why::NotPassed;
use crate::domain::handoff::{Handoff, Token};
use crate::domain::ids::{AgentId, QueueId, SkillId};
use crate::domain::pool::agent::{Agent, Presence};
use crate::domain::pool::work::meets;
use crate::domain::routing::route;
use crate::domain::rules::Rules;
use crate::domain::texts::TextKey;
use crate::domain::time::Timestamp;

/// An agent passes a conversation on.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Who.
    pub agent: AgentId,
    /// Their token.
    pub token: Token,
    /// To whom.
    pub to: Destination,
    /// What the next one should know; may be empty.
    pub note: String,
}

/// To whom an agent wants to pass a conversation, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A colleague.
    Agent(AgentId),
    /// A queue.
    Queue(QueueId),
    /// Whoever has this skill at this level.
    Skill(SkillId, u8),
    /// The bot.
    Bot,
}

/// To whom a conversation is passed, with what the rules must know of them.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A colleague, as the pool knows them now. They are asked first; should they not take it,
    /// others are asked.
    Agent(Box<Agent>),
    /// Another queue, with what that queue asks for.
    Queue(QueueId),
    /// Whoever has this skill, beside what is needed already.
    Skill {
        /// Which.
        skill: SkillId,
        /// The least level, 1–5.
        level: u8,
    },
    /// The bot.
    Bot,
}

pub(super) fn transfers(
    rules: &Rules,
    c: &Conversation,
    transfer: &Transfer,
    at: Timestamp,
) -> Result<Decision, Rejection> {
    let mut turn = Turn::new(rules, c, at);
    holder(c, &transfer.agent, transfer.token)?;
    // The need stands in the conversation for as long as people have not finished with it.
    let Some(handoff) = c.handoff.as_ref().map(|asked| asked.handoff.clone()) else {
        return Err(Rejection::WrongState { state: c.state.name() });
    };
    match &transfer.to {
        Destination::Bot => to_bot(&mut turn, transfer, &handoff)?,
        Destination::Agent(colleague) => {
            let mut handoff = handoff;
            handoff.needs = handoff.needs.in_languages(c.languages());
            can_take(c, Some(&transfer.agent), colleague, &handoff)?;
            leave(&mut turn, transfer, LeaveReason::Transferred);
            let shown = rules.routing.agent_name(&colleague.id, c.language);
            let name = shown.unwrap_or(&colleague.profile.name).to_owned();
            turn.notice(TextKey::TransferredToAgent, &[("agent", name)]);
            let preferred = Some(colleague.id.clone());
            turn.hand_over(handoff, Keeping { returned: true, preferred, exclude: None });
        }
        Destination::Queue(queue) => {
            let name = queue.to_string();
            let unknown = Rejection::NoSuchDestination { what: "queue", name };
            let handoff = route::redirect(&rules.routing, &handoff, queue, c.languages(), at);
            let handoff = handoff.ok_or(unknown)?;
            // A closed queue may name another one: the customer is told where it really goes.
            let title = rules.routing.queues.get(&handoff.needs.queue);
            let title = title.map(|queue| queue.title.get(c.language).clone()).unwrap_or_default();
            leave(&mut turn, transfer, LeaveReason::Transferred);
            turn.notice(TextKey::TransferredToQueue, &[("queue", title)]);
            turn.hand_over(handoff, Keeping::returned());
        }
        Destination::Skill { skill, level } => {
            if !rules.routing.skills.contains(skill) {
                let name = skill.to_string();
                return Err(Rejection::NoSuchDestination { what: "skill", name });
            }
            let mut handoff = handoff;
            handoff.needs = handoff.needs.in_languages(c.languages());
            let least = handoff.needs.skills.entry(skill.clone()).or_insert(*level);
            *least = (*least).max(*level);
            leave(&mut turn, transfer, LeaveReason::Transferred);
            turn.notice(TextKey::TransferredToSkill, &[]);
            turn.hand_over(handoff, Keeping::returned());
        }
    }
    Ok(turn.done())
}

/// The note first: whoever wrote it still sees it. What follows is no longer theirs to see.
fn leave(turn: &mut Turn<'_>, transfer: &Transfer, why: LeaveReason) {
    let agent = transfer.agent.clone();
    if !transfer.note.is_empty() {
        let text = transfer.note.clone();
        turn.happen(Event::Noted { agent: Some(agent.clone()), text });
    }
    let token = turn.c.token;
    turn.agent_leaves(agent, why, token);
}

fn to_bot(turn: &mut Turn<'_>, transfer: &Transfer, handoff: &Handoff) -> Result<(), Rejection> {
    // A machine does not understand danger: what needed people at once stays with people.
    if handoff.reason.is_emergency() {
        return Err(Rejection::NotTransferable { why: NotPassed::Emergency });
    }
    ledger::nothing_open(&turn.c)?;
    leave(turn, transfer, LeaveReason::ToBot);
    turn.release();
    turn.notice(TextKey::TransferredToBot, &[]);
    Ok(())
}

/// Refuses what would tell the customer of a colleague who cannot come.
pub(super) fn can_take(
    c: &Conversation,
    from: Option<&AgentId>,
    colleague: &Agent,
    handoff: &Handoff,
) -> Result<(), Rejection> {
    let no = |why| Err(Rejection::NotTransferable { why });
    if Some(&colleague.id) == from {
        no(NotPassed::TheirsAlready)
    } else if !colleague.is_signed_in() {
        no(NotPassed::NotSignedIn)
    } else if colleague.leaving || colleague.presence == Presence::Draining {
        no(NotPassed::TakesNothing)
    } else if !meets(colleague, &handoff.needs) {
        no(NotPassed::LacksNeeds)
    } else if c.excluded.contains(&colleague.id) {
        no(NotPassed::DeniedTwice)
    } else {
        Ok(())
    }
}
