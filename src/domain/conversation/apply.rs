//! The one place where a conversation changes: an event is folded into it. Total: every event can
//! be applied to every state, because it has already happened.

use super::block;
use super::event::{Alert, Choice, Event, LeaveReason};
use super::identity;
use super::need;
use super::on_call;
use super::promise;
use super::satisfaction::{self, Satisfaction};
use super::state::{
    Asked, Asking, Conversation, Fragment, Memory, Proposal, Proposer, Silence, State, text_hash,
};
use super::wait::{self, end_wait};
use super::withdrawal;
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::{Speaker, Turn, cut};
use crate::domain::handoff::Token;
use crate::domain::ids::{AgentId, EntryId};
use crate::domain::time::Timestamp;

/// Turns kept for the detectors.
const WINDOW_TURNS: usize = 8;
/// Hashes of sent texts kept; an episode is far shorter.
const SENT_MAX: usize = 256;

/// Folds one event into the conversation. `None` becomes something only by [`Event::Started`].
pub fn apply(
    conversation: Option<Conversation>,
    event: &Event,
    at: Timestamp,
) -> Option<Conversation> {
    match (conversation, event) {
        (None, Event::Started { conversation, bucket, pool, customer, language, channel }) => {
            Some(Conversation {
                id: conversation.clone(),
                bucket: *bucket,
                pool: pool.clone(),
                customer: customer.clone(),
                language: *language,
                channel: channel.clone(),
                other_language: 0,
                state: State::Bot,
                token: Token::default(),
                seq: 1,
                episode: 1,
                created_at: at,
                last_event_at: at,
                handoff: None,
                waited_ms: 0,
                waited_before_ms: 0,
                passed_on: None,
                preferred: None,
                agent_name: None,
                excluded: Default::default(),
                avoided: Default::default(),
                denied_bot: 0,
                denied_agent: 0,
                unanswered_since: None,
                unanswered: 0,
                silence: Silence::None,
                memory: Memory::default(),
                promise: None,
                promised: 0,
                broken: 0,
                agreed_language: None,
                abuse_reported: None,
                satisfaction: Satisfaction::default(),
                on_call: None,
                rung: 0,
                facts: Default::default(),
                block: None,
                endangered: false,
            })
        }
        (None, _) => None,
        (Some(mut conversation), event) => {
            go_on(&mut conversation, event, at);
            Some(conversation)
        }
    }
}

/// Folds one event into a conversation that has begun.
pub(super) fn go_on(c: &mut Conversation, event: &Event, at: Timestamp) {
    c.seq += 1;
    c.last_event_at = at;
    satisfaction::fold(c, event, at);
    on_call::fold(c, event, at);
    block::fold(c, event, at);
    need::fold(c, event, heard);
    withdrawal::fold(c, event, at);
    wait::fold(c, event);
    change(c, event, at);
}

fn change(c: &mut Conversation, event: &Event, at: Timestamp) {
    match event {
        Event::Started { .. } => {}
        Event::CustomerSaid { text, choice, language, other_language, .. } => {
            c.language = *language;
            c.other_language = if *other_language { c.other_language + 1 } else { 0 };
            let is_wordless = text.is_empty() && choice.is_none();
            // What was said before something without words still waits for its answer.
            if !is_wordless {
                c.memory.reply_due = None;
            }
            if choice.is_some() {
                c.memory.burst.clear();
            }
            // A quick reply that steers (`wait:…`, `rate:…`) is not what the customer needs.
            if !is_wordless && !choice.as_ref().is_some_and(|id| id.contains(':')) {
                remember(c, Speaker::Customer, text, at);
                c.memory.said = cut(text).to_owned();
            }
            if c.owner().is_some() || c.state == State::Blocked {
                c.unanswered += 1;
            }
            if matches!(c.state, State::Human { .. }) && c.unanswered_since.is_none() {
                c.unanswered_since = Some(at);
            }
        }
        Event::Understood { levels, refused, .. } => {
            if c.memory.burst.is_empty() {
                c.memory.levels_before = c.memory.window.levels.clone();
            }
            c.memory.window.levels = levels.clone();
            c.memory.window.refused_answers += u32::from(*refused);
        }
        Event::FragmentKept { text, reply_due } => {
            c.memory.burst.push(Fragment { seq: c.seq, text: text.clone() });
            c.memory.reply_due = Some(*reply_due);
        }
        Event::BotSaid { outcome, text, entry, choices, slot, .. } => {
            bot_said(c, *outcome, text, at);
            c.memory.choices = match outcome {
                // Also below an answer topics are offered, and "the second one" takes one.
                Outcome::Clarify | Outcome::Answer => entries_of(choices),
                Outcome::Greeting
                | Outcome::Social
                | Outcome::AskSlot
                | Outcome::NotKnown
                | Outcome::Handoff
                | Outcome::Emergency
                | Outcome::SayAgain => Vec::new(),
            };
            match (outcome, entry, slot) {
                (Outcome::Answer, Some(entry), _) => {
                    c.memory.asking = None;
                    c.memory.proposed = false;
                    c.memory.window.misses = 0;
                    c.memory.last_answer = Some(entry.clone());
                    if !c.memory.answered.contains(entry) {
                        c.memory.answered.push(entry.clone());
                    }
                    if let Some(turn) = c.memory.window.turns.iter_mut().next_back() {
                        turn.answer = Some(entry.clone());
                    }
                }
                (Outcome::AskSlot, Some(entry), Some(slot)) => {
                    let before = c.memory.asking.take().filter(|asking| asking.slot == *slot);
                    let (times, need) = match before {
                        Some(asking) => (asking.times + 1, asking.need),
                        None => (1, c.memory.need.clone()),
                    };
                    let asking = Asking { entry: entry.clone(), slot: slot.clone(), times, need };
                    c.memory.asked_last = Some(asking.clone());
                    c.memory.asking = Some(asking);
                }
                // What we were told is not wanted was understood: asking what is wanted is no miss.
                (Outcome::Clarify, _, _) if choices.is_empty() => c.memory.asking = None,
                (Outcome::NotKnown | Outcome::Clarify, _, _) => {
                    c.memory.window.misses += 1;
                    c.memory.asking = None;
                    if let Some(turn) = c.memory.window.turns.iter_mut().next_back() {
                        turn.missed = true;
                    }
                }
                _ => {}
            }
        }
        Event::SlotFilled { slot, value } => {
            c.memory.asked_last.take_if(|asked| asked.slot == *slot);
            c.memory.slots.insert(slot.clone(), value.clone());
        }
        Event::Notice { text, .. } => {
            sent(c, text);
            c.memory.last_said = Some(text.clone());
            c.memory.last_outcome = None;
        }
        Event::HandoffRequested { token, handoff, headline, returned, preferred, exclude } => {
            end_wait(c, at);
            c.token = *token;
            c.state = State::Queued;
            c.unanswered_since = None;
            c.silence = Silence::None;
            c.preferred = preferred.clone();
            if let Some(preferred) = preferred {
                // Whoever is asked for by name is not kept away for what was before.
                c.avoided.remove(preferred);
            }
            c.excluded.extend(exclude.clone());
            c.memory.asking = None;
            c.memory.choices.clear();
            c.memory.burst.clear();
            c.memory.reply_due = None;
            c.memory.window.handoffs += 1;
            c.memory.window.waiting_since = Some(at);
            c.handoff = Some(Asked {
                handoff: handoff.clone(),
                headline: headline.clone(),
                waiting_since: at,
                confirmed: false,
                position_told: None,
                long_wait_told: false,
                returned: *returned,
                nobody_there: false,
            });
        }
        Event::Queued { delay, .. } => {
            if let Some(asked) = &mut c.handoff {
                asked.confirmed = true;
                asked.nobody_there = delay.is_for_want_of_people();
            }
        }
        Event::PositionTold { position } => {
            if let Some(asked) = &mut c.handoff {
                asked.position_told = Some(*position);
            }
        }
        Event::LongWaitTold => {
            if let Some(asked) = &mut c.handoff {
                asked.long_wait_told = true;
            }
            // Better one who failed before than nobody at all.
            c.excluded.clear();
        }
        Event::WaitOptionsOffered { text, .. } => sent(c, text),
        Event::OtherLanguageAgreed { language } => c.agreed_language = Some(*language),
        Event::PromiseMade { promise } => {
            if promise.returns_at > at {
                end_wait(c, at);
            }
            promise::made(c, promise, at);
        }
        Event::PromiseLate { due, .. } => promise::late(c, *due),
        Event::PromiseEnded { fate, .. } => promise::ended(c, *fate),
        Event::HandoffCancelled => {
            end_wait(c, at);
            c.handoff = None;
            c.state = State::Bot;
        }
        Event::AgentJoined { agent, name, token, waited_ms } => {
            c.token = *token;
            c.agent_name = Some(name.clone());
            c.waited_ms = *waited_ms;
            c.memory.window.waiting_since = None;
            c.state = State::Human { agent: agent.clone() };
            c.preferred = Some(agent.clone());
            // The customer asked before; from now on this agent owes the first word.
            c.unanswered_since = Some(at);
            c.unanswered = 0;
            c.silence = Silence::None;
            if let Some(asked) = &mut c.handoff {
                asked.returned = false;
                asked.nobody_there = false;
            }
        }
        Event::AgentLeft { agent, why, token, .. } => {
            c.token = *token;
            c.unanswered_since = None;
            c.silence = Silence::None;
            match why {
                LeaveReason::Lost => {
                    c.state = State::Queued;
                    c.preferred = None;
                    c.memory.window.waiting_since = Some(at);
                    if let Some(asked) = &mut c.handoff {
                        asked.waiting_since = at;
                        asked.returned = true;
                        // The pool requeued it itself: the place exists already.
                        asked.confirmed = true;
                    }
                }
                // What follows says where it goes.
                LeaveReason::Released | LeaveReason::Silent | LeaveReason::Requeued => {
                    c.avoided.insert(agent.clone());
                }
                LeaveReason::Transferred => {
                    // Another need, another look: only whoever passes it on is asked last.
                    c.avoided.clear();
                    c.avoided.insert(agent.clone());
                }
                LeaveReason::ToBot => {
                    c.handoff = None;
                    c.state = State::Bot;
                }
                // Whoever was abused is not the first to be asked again.
                LeaveReason::Blocked => {
                    c.avoided.insert(agent.clone());
                    c.preferred = None;
                }
                // Who it went to is said next.
                LeaveReason::TakenOver
                | LeaveReason::DeniedTwice
                | LeaveReason::Ended
                | LeaveReason::Promised => {}
            }
        }
        Event::TokenAdvanced { token } => c.token = *token,
        Event::AgentSaid { text, .. } => {
            // Whoever has only greeted still owes the answer that was promised.
            c.unanswered_since = promise::is_owed_after(c, event, at).then_some(at);
            c.unanswered = 0;
            c.silence = Silence::None;
            remember(c, Speaker::Agent, text, at);
        }
        Event::Noted { .. } | Event::Claimed { .. } | Event::Whispered { .. } => {}
        Event::TakenOver { .. } => c.abuse_reported = None,
        Event::CustomerIdentified { customer } => c.customer = customer.clone(),
        Event::FactsTold { facts } => c.facts = facts.clone(),
        Event::Erased => identity::forget(c, at),
        // Kept by `satisfaction::fold`, `on_call::fold` and `block::fold`.
        Event::CustomerBlocked { .. }
        | Event::BlockReviewed { .. }
        | Event::BlockEnded { .. }
        | Event::OnCallRung { .. }
        | Event::OnCallFailed { .. }
        | Event::OnCallReached { .. }
        | Event::OnCallMissed { .. }
        | Event::AnswerRated { .. }
        | Event::SurveyAsked { .. }
        | Event::ConversationRated { .. }
        | Event::ClosedFalsely { .. } => {}
        Event::AgentNudged { .. } => c.silence = Silence::Nudged,
        Event::SupervisorAlerted { what } => match what {
            Alert::AgentSilent => c.silence = Silence::Escalated,
            Alert::AbuseReported => c.abuse_reported = Some(at),
            Alert::Emergency(_)
            | Alert::LongWait
            | Alert::PromiseBroken
            | Alert::NobodyReached
            | Alert::BlockAwaitsReview
            | Alert::BlockLapsed => {}
        },
        Event::ResolutionProposed { by, .. } => {
            c.unanswered_since = None;
            c.memory.proposed = true;
            c.state = State::Confirming(Proposal {
                by: by.clone(),
                since: at,
                recalled_at: at,
                reminders: 0,
            });
        }
        Event::ProposalDropped => {
            c.state = match owner_of_proposal(c) {
                Some((agent, true)) => {
                    // The customer went on with something: the agent owes an answer to it.
                    c.unanswered_since = Some(at);
                    State::Human { agent }
                }
                Some((_, false)) | None => State::Bot,
            };
        }
        Event::HoldEnded => {
            if let State::Confirming(Proposal { by: Proposer::Agent { held, .. }, .. }) =
                &mut c.state
            {
                *held = false;
            }
        }
        Event::Reminded => {
            if let State::Confirming(proposal) = &mut c.state {
                proposal.reminders += 1;
                proposal.recalled_at = at;
            }
        }
        Event::ResolutionConfirmed => {
            end_episode(c);
            c.state = State::Resolved { since: at };
        }
        Event::ResolutionDenied => {
            c.memory.window.denied += 1;
            let owner = owner_of_proposal(c);
            match owner {
                Some(_) => c.denied_agent += 1,
                None => c.denied_bot += 1,
            }
            c.state = match owner {
                Some((agent, true)) => {
                    c.unanswered_since = Some(at);
                    State::Human { agent }
                }
                Some((_, false)) | None => State::Bot,
            };
        }
        Event::Closed { reason } => {
            end_wait(c, at);
            end_episode(c);
            c.state = State::Closed { reason: *reason, since: at };
        }
        Event::Reopened => {
            c.episode += 1;
            c.state = State::Bot;
            c.waited_ms = 0;
            c.denied_bot = 0;
            c.denied_agent = 0;
            // Whom the customer denied twice they do not get again by coming back.
            c.avoided.clear();
            c.broken = 0;
            c.agreed_language = None;
            c.abuse_reported = None;
            c.handoff = None;
            // What was told stays told: nobody is asked twice for the same number.
            let before = std::mem::take(&mut c.memory);
            let Memory { slots, need, need_answered, .. } = before;
            // What it was about is what it is about again, until they say something else.
            c.memory = Memory { slots, need, need_answered, ..Memory::default() };
            block::goes_on(c);
        }
    }
}

fn bot_said(c: &mut Conversation, outcome: Outcome, text: &str, at: Timestamp) {
    // Our own bot answers nothing twice in the same words; a bot whose transcript is read may.
    let again = outcome == Outcome::Answer && c.memory.was_sent(text);
    sent(c, text);
    c.memory.burst.clear();
    c.memory.reply_due = None;
    match outcome {
        Outcome::SayAgain => {}
        Outcome::Greeting
        | Outcome::Social
        | Outcome::Answer
        | Outcome::Clarify
        | Outcome::AskSlot
        | Outcome::NotKnown
        | Outcome::Handoff
        | Outcome::Emergency => {
            c.memory.last_said = Some(text.to_owned());
            c.memory.last_outcome = Some(outcome);
        }
    }
    remember(c, Speaker::Bot, text, at);
    if let Some(turn) = c.memory.window.turns.last_mut() {
        turn.again = again;
    }
}

/// What was just understood: the fragments that were kept and, unless they are answered because
/// nothing more came, the message after them.
fn heard(c: &Conversation) -> String {
    let fresh = if c.memory.reply_due.is_none() { c.memory.said.as_str() } else { "" };
    cut(&c.memory.joined(fresh)).to_owned()
}

fn remember(c: &mut Conversation, by: Speaker, text: &str, at: Timestamp) {
    c.memory.window.push(Turn::of(by, text, at), WINDOW_TURNS);
}

fn sent(c: &mut Conversation, text: &str) {
    c.memory.sent.push(text_hash(text));
    if c.memory.sent.len() > SENT_MAX {
        c.memory.sent.remove(0);
    }
}

fn entries_of(choices: &[Choice]) -> Vec<EntryId> {
    choices.iter().filter_map(|choice| EntryId::parse(&choice.id).ok()).collect()
}

/// The agent behind the open proposal and whether they are still held; `None` for the bot's.
fn owner_of_proposal(c: &Conversation) -> Option<(AgentId, bool)> {
    match &c.state {
        State::Confirming(Proposal { by: Proposer::Agent { agent, held }, .. }) => {
            Some((agent.clone(), *held))
        }
        State::Confirming(Proposal { by: Proposer::Bot, .. })
        | State::Bot
        | State::Queued
        | State::Pending { .. }
        | State::Human { .. }
        | State::Blocked
        | State::Resolved { .. }
        | State::Closed { .. } => None,
    }
}

fn end_episode(c: &mut Conversation) {
    c.unanswered_since = None;
    c.silence = Silence::None;
    c.memory.burst.clear();
    c.memory.reply_due = None;
    c.memory.asking = None;
    c.memory.choices.clear();
}
