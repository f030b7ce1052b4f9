//! Ringing whoever is on call. A ring is committed as an event first; the process that has committed
//! it performs it, once. If that process dies in between, nobody is rung twice: the next ring has a
//! deadline of its own, which any process takes up.

use super::App;
use super::conversations::Done;
use super::error::{AppError, AppResult};
use crate::domain::conversation::command::Command;
use crate::domain::conversation::event::Event;
use crate::domain::conversation::on_call::{RingAnswer, is_ringing};
use crate::domain::conversation::state::Conversation;
use crate::domain::ids::ConversationId;
use crate::ports::ringer::{Ring, Ringer, Rung};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The longest name that a customer is told.
const NAME_CHARS_MAX: usize = 60;
/// The longest reason that colleagues are told.
const WHY_CHARS_MAX: usize = 200;

/// A ring that this process has committed and nobody has performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedRing {
    /// For which conversation.
    pub conversation: ConversationId,
    /// Which ring.
    pub ring: i64,
}

/// The line to those on call, and what is to be rung over it.
pub(super) struct Line {
    ringer: Arc<dyn Ringer>,
    owing: UnboundedSender<OwedRing>,
    owed: Mutex<UnboundedReceiver<OwedRing>>,
}

impl Line {
    pub(super) fn over(ringer: Arc<dyn Ringer>) -> Line {
        let (owing, owed) = unbounded_channel();
        Line { ringer, owing, owed: Mutex::new(owed) }
    }
}

impl App {
    /// The same application with a line to those on call.
    pub fn ringing_over(mut self, ringer: Arc<dyn Ringer>) -> Self {
        self.line = Line::over(ringer);
        self
    }

    /// Remembers what a commit has decided to ring, and says in the log what colleagues must know.
    pub(super) fn note_rings(&self, done: &Done) {
        let conversation = &done.conversation.id;
        for logged in &done.events {
            let event = &logged.logged.event;
            if let Event::OnCallRung { ring, .. } = event {
                let owed = OwedRing { conversation: conversation.clone(), ring: *ring };
                // The receiver lives as long as the sender: both are in this application.
                self.line.owing.send(owed).ok();
            } else if let Event::OnCallFailed { why, .. } = event {
                tracing::warn!(%conversation, %why, "somebody on call could not be rung");
            } else if let Event::OnCallMissed { attempts } = event {
                tracing::error!(
                    %conversation,
                    attempts,
                    "somebody in danger waits, and nobody on call was reached"
                );
            }
        }
    }

    /// The next ring that this process owes; waits for one.
    pub async fn next_ring(&self) -> OwedRing {
        match self.line.owed.lock().await.recv().await {
            Some(owed) => owed,
            None => std::future::pending().await,
        }
    }

    /// What this process owes at this moment.
    pub async fn rings_owed(&self) -> Vec<OwedRing> {
        let mut owed = self.line.owed.lock().await;
        std::iter::from_fn(|| owed.try_recv().ok()).collect()
    }

    /// Performs a ring, unless somebody has the conversation by now; what the conversation must be
    /// told of it.
    pub async fn ring(&self, owed: &OwedRing) -> AppResult<Option<RingAnswer>> {
        let c = self.conversation(&owed.conversation).await?;
        if !is_ringing(&c, owed.ring) {
            return Ok(None);
        }
        let Some(ring) = self.ring_of(&c, owed.ring) else {
            let why = "the rules no longer name this target".to_owned();
            return Ok(Some(RingAnswer::Failed { why }));
        };
        Ok(match self.line.ringer.ring(&ring).await {
            Rung::Delivered => None,
            Rung::Reached(name) => Some(RingAnswer::Reached { name }),
            Rung::Failed(why) => Some(RingAnswer::Failed { why }),
        })
    }

    fn ring_of(&self, c: &Conversation, ring: i64) -> Option<Ring> {
        let (rules, open, asked) = (self.rules(), c.on_call.as_ref()?, c.handoff.as_ref()?);
        let on_call = &rules.routing.on_call;
        Some(Ring {
            ring,
            conversation: c.id.clone(),
            kind: open.kind,
            language: c.language,
            queue: asked.handoff.needs.queue.clone(),
            waiting_since: asked.waiting_since,
            attempt: open.attempts,
            rung_at: open.rung_at,
            target: on_call.named(open.kind, &open.target)?.clone(),
            secret_from: on_call.secret_from.clone(),
        })
    }

    /// Somebody on call says that they are there, or could not be rung. A name is a line of its own
    /// among the words for the customer: it is cut to what a name can be.
    pub async fn on_call_answered(&self, owed: &OwedRing, answer: RingAnswer) -> AppResult<Done> {
        let answer = match answer {
            RingAnswer::Reached { name } => {
                let name = one_line(&name, NAME_CHARS_MAX);
                if name.is_empty() {
                    return Err(AppError::Empty);
                }
                RingAnswer::Reached { name }
            }
            RingAnswer::Failed { why } => RingAnswer::Failed { why: one_line(&why, WHY_CHARS_MAX) },
        };
        let command = Command::OnCallAnswered { ring: owed.ring, answer };
        self.command(&owed.conversation, None, command).await
    }
}

/// A text from outside without what could pass for other lines or change how they are read.
fn one_line(text: &str, chars_max: usize) -> String {
    let plain = |c: char| if c.is_whitespace() { ' ' } else { c };
    let kept = text.chars().map(plain).filter(|c| !c.is_control() && !is_bidi_mark(*c));
    let words: Vec<String> =
        kept.collect::<String>().split_whitespace().map(str::to_owned).collect();
    words.join(" ").chars().take(chars_max).collect()
}

fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
