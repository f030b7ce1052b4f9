//! What can happen in the small world: calls of customer and agents, deliveries, the matcher, time,
//! a change of the rules, and a store that goes back.

use super::super::model::{Invariant, Model};
use crate::app::App;
use crate::app::conversations::{Done, Request};
use crate::app::error::AppResult;
use crate::domain::conversation::command::{Command, Input};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, ConversationId, RequestId};
use crate::domain::pool::agent::Presence;
use crate::domain::time::Timestamp;
use crate::ports::store::Slot;
use std::sync::Mutex;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The customer asks for a person, under this request id; more than once is a repetition.
    Asks(u8),
    /// The customer says something, under this request id.
    Says(u8),
    /// The customer answers the open proposal.
    Answers(bool),
    /// The customer no longer wants a person.
    Cancels,
    /// The customer leaves.
    Leaves,
    /// What the conversation owes is carried to the pool.
    ToPool,
    /// What the pool owes is carried to the conversation.
    ToConversation,
    /// The matcher plans and offers.
    Matches,
    /// An agent takes an offer, perhaps one of long ago.
    Accepts(AgentId, Token),
    /// An agent turns it down.
    Declines(AgentId, Token),
    /// An agent speaks, perhaps from a screen of long ago.
    Speaks(AgentId, Token),
    /// An agent proposes the end.
    Proposes(AgentId, Token),
    /// An agent gives it back.
    Releases(AgentId, Token),
    /// A supervisor puts it back into its queue.
    Requeues,
    /// An agent turns away or leaves, in this session.
    Turns(AgentId, u64, Turn),
    /// It is later.
    Passes(Timestamp),
    /// What is due in a slot is done.
    Sweeps(Slot),
    /// Leases that have ended are looked at.
    Watches,
    /// The other rules count from now on.
    Reloads,
    /// The slot is remembered as it is.
    Marks(Slot),
    /// The slot that was remembered is put back, and the audit runs.
    Rewinds,
}

/// Where an agent turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Away,
    Gone,
}

/// Kinds of acts that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    FirstAsk,
    SecondAsk,
    FirstSay,
    SecondSay,
    Cancel,
    Leave,
    Match,
    Accept,
    Decline,
    Speak,
    Propose,
    Release,
    Requeue,
    Turn,
    Pass,
    Reload,
    Mark,
    Rewind,
}

impl Act {
    /// What it counts as; what is only done when it is needed is not counted.
    pub(super) fn kind(&self) -> Option<Kind> {
        Some(match self {
            Act::Asks(0) => Kind::FirstAsk,
            Act::Asks(_) => Kind::SecondAsk,
            Act::Says(0) => Kind::FirstSay,
            Act::Says(_) => Kind::SecondSay,
            Act::Cancels => Kind::Cancel,
            Act::Leaves => Kind::Leave,
            Act::Matches => Kind::Match,
            Act::Accepts(..) => Kind::Accept,
            Act::Declines(..) => Kind::Decline,
            Act::Speaks(..) => Kind::Speak,
            Act::Proposes(..) => Kind::Propose,
            Act::Releases(..) => Kind::Release,
            Act::Requeues => Kind::Requeue,
            Act::Turns(..) => Kind::Turn,
            Act::Passes(_) => Kind::Pass,
            Act::Reloads => Kind::Reload,
            Act::Marks(_) => Kind::Mark,
            Act::Rewinds => Kind::Rewind,
            Act::Answers(_) | Act::ToPool | Act::ToConversation | Act::Sweeps(_) | Act::Watches => {
                return None;
            }
        })
    }
}

/// Does what a process does; what moves the world itself is done by the ground. `once` is false
/// when request ids are ignored.
pub(super) async fn perform(
    act: &Act,
    app: &App,
    id: &ConversationId,
    once: bool,
    model: &Mutex<Model>,
) -> AppResult<()> {
    let request = |number: u8, contents: &str| {
        let name = RequestId::parse(&format!("r{contents}{number}")).expect("a constant id");
        once.then(|| Request::new(name, "customer", contents))
    };
    let quietly = async |command: Command| app.run_quietly(id, command).await.map(|_| ());
    let (text, note) = (|| "a word".to_owned(), String::new);
    let know = |done: Done| lock(model).acknowledged(id, &done.events);
    match act.clone() {
        Act::Asks(number) => {
            app.command(id, request(number, "ask"), Command::RequestHuman).await.map(know)
        }
        Act::Says(number) => {
            let words = Input::Text("كيف أدفع".to_owned());
            app.say(id, request(number, "say"), words).await.map(know)
        }
        Act::Answers(resolved) => quietly(Command::Respond { resolved }).await,
        Act::Cancels => app.command(id, None, Command::CancelHumanRequest).await.map(know),
        Act::Leaves => quietly(Command::Leave).await,
        Act::ToPool => app.deliver_to_pool(0, id).await,
        Act::ToConversation => app.deliver_to_conversation(id).await,
        Act::Matches => {
            app.match_now().await;
            Ok(())
        }
        Act::Accepts(agent, token) => {
            let c = app.accept(&agent, id, token, None).await?;
            let holds = c.owner() == Some(&agent);
            lock(model).check(Invariant::OneOwner, holds, || {
                format!("{agent} was told that it is theirs: {c:?}")
            });
            Ok(())
        }
        Act::Declines(agent, token) => app.decline(&agent, id, token, None).await,
        Act::Speaks(agent, token) => {
            let done = app.agent_says(id, None, agent.clone(), token, (text(), Vec::new())).await?;
            let at = done.conversation.seq;
            let mut model = lock(model);
            let counted = model.line(id, at).map(|line| line.token);
            model.check(Invariant::Fenced, counted == Some(token), || {
                format!("{agent} spoke with {token:?} when {counted:?} counted")
            });
            Ok(())
        }
        Act::Proposes(agent, token) => {
            let disposition = "solved".to_owned();
            quietly(Command::AgentProposes { agent, token, disposition }).await
        }
        Act::Releases(agent, token) => {
            quietly(Command::AgentReleases { agent, token, note: note() }).await
        }
        Act::Requeues => quietly(Command::Requeue { note: note() }).await,
        Act::Turns(agent, session, turn) => {
            let presence = match turn {
                Turn::Away => Presence::Away { reason: "tea".to_owned() },
                Turn::Gone => Presence::Offline,
            };
            app.set_presence(&agent, session, presence, None).await?;
            let newest = lock(model).agents.get(&agent).map_or(0, |agent| agent.incarnation);
            lock(model).check(Invariant::Fenced, session == newest, || {
                format!("{agent}: session {session} acted after {newest} had begun")
            });
            Ok(())
        }
        Act::Sweeps(slot) => app.sweep(&slot).await.map(|_| ()),
        Act::Watches => app.watch_leases().await.map(|_| ()),
        Act::Passes(_) | Act::Reloads | Act::Marks(_) | Act::Rewinds => Ok(()),
    }
}

fn lock(model: &Mutex<Model>) -> std::sync::MutexGuard<'_, Model> {
    model.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
