//! What a conversation is at one moment. Changed only by [`super::apply`].

use super::block::Block;
use super::on_call::OnCall;
use super::promise::Promise;
use super::satisfaction::Satisfaction;
use crate::domain::bot::outcome::Outcome;
use crate::domain::detectors::{Levels, Window};
use crate::domain::facts::Facts;
use crate::domain::handoff::{Handoff, Languages, Priority, Token};
use crate::domain::ids::{AgentId, ChannelId, ConversationId, CustomerId, EntryId, PoolId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One conversation: the truth of which its log is the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The bucket it lives in.
    pub bucket: u16,
    /// The pool that helps it.
    pub pool: PoolId,
    /// Whose it is.
    pub customer: CustomerId,
    /// What we answer in.
    pub language: Language,
    /// The way the customer came, if their client said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Customer messages in a row that were in the other language.
    pub other_language: u32,
    /// Where it stands.
    pub state: State,
    /// The newest token it has issued or learned.
    pub token: Token,
    /// The number of its last event.
    pub seq: u64,
    /// Rises with each reopening, from 1.
    pub episode: u32,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last event happened.
    pub last_event_at: Timestamp,
    /// Why humans were asked, as long as they have not finished with it.
    pub handoff: Option<Asked>,
    /// Milliseconds waited for humans in this episode, in waits that have ended.
    pub waited_ms: i64,
    /// Of these, those before they began to wait anew: a wait that goes on in another queue is one.
    #[serde(default, skip_serializing_if = "crate::domain::pool::item::is_zero")]
    pub waited_before_ms: i64,
    /// The agent who knows the matter.
    pub preferred: Option<AgentId>,
    /// The name customers know them by.
    pub agent_name: Option<String>,
    /// Agents who must not get it again: the customer said no to them twice. Only a wait that has become
    /// too long undoes it.
    pub excluded: BTreeSet<AgentId>,
    /// Agents from whom it came back; others are asked first.
    #[serde(default)]
    pub avoided: BTreeSet<AgentId>,
    /// Who passed it on to a queue or to a skill: not asked again until somebody else has come, or
    /// nobody has for long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<AgentId>,
    /// Denials of the bot's proposals in this episode.
    pub denied_bot: u32,
    /// Denials of an agent's proposals in this episode.
    pub denied_agent: u32,
    /// Since when a human owes the customer an answer.
    pub unanswered_since: Option<Timestamp>,
    /// Messages of the customer since an agent last wrote.
    #[serde(default)]
    pub unanswered: u32,
    /// What has been done about a silent agent.
    pub silence: Silence,
    /// What the bot remembers of this episode.
    pub memory: Memory,
    /// What was promised and is neither kept nor broken.
    #[serde(default)]
    pub promise: Option<Promise>,
    /// How many promises were made.
    #[serde(default)]
    pub promised: u32,
    /// Promises broken in this episode: each moves the place forward.
    #[serde(default)]
    pub broken: u32,
    /// The language of the agent, where the customer agreed to another than their own.
    #[serde(default)]
    pub agreed_language: Option<Language>,
    /// Since when an agent has reported abuse and no supervisor has taken it over.
    #[serde(default)]
    pub abuse_reported: Option<Timestamp>,
    /// What the customer said of how well it went.
    #[serde(default)]
    pub satisfaction: Satisfaction,
    /// The ringing of whoever is on call, while it waits in danger.
    #[serde(default)]
    pub on_call: Option<OnCall>,
    /// The latest ring there ever was: none is issued twice.
    #[serde(default)]
    pub rung: i64,
    /// What the host site tells of the customer.
    #[serde(default)]
    pub facts: Facts,
    /// The block that is in force, or the one that lapsed and nobody has taken notice of.
    #[serde(default)]
    pub block: Option<Block>,
    /// There was danger in this episode: whoever was in danger is never blocked.
    #[serde(default)]
    pub endangered: bool,
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// The bot answers.
    Bot,
    /// Waits for a human.
    Queued,
    /// Something was promised for later; nobody is held for it meanwhile.
    Pending {
        /// Since when.
        since: Timestamp,
    },
    /// A human owns it; the bot is silent.
    Human {
        /// Who.
        agent: AgentId,
    },
    /// Somebody proposed that the matter is resolved; only the customer can say so.
    Confirming(Proposal),
    /// The customer said yes.
    Resolved {
        /// When.
        since: Timestamp,
    },
    /// Ended without a yes.
    Closed {
        /// Why.
        reason: CloseReason,
        /// When.
        since: Timestamp,
    },
    /// The customer is blocked: no person is reached from here until the block is over.
    Blocked,
}

impl State {
    /// The name used in errors, logs and scripts.
    pub const fn name(&self) -> &'static str {
        match self {
            State::Bot => "bot",
            State::Queued => "queued",
            State::Pending { .. } => "pending",
            State::Human { .. } => "human",
            State::Confirming(_) => "confirming",
            State::Resolved { .. } => "resolved",
            State::Closed { .. } => "closed",
            State::Blocked => "blocked",
        }
    }
}

/// An unanswered proposal that the matter is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Who proposed it.
    pub by: Proposer,
    /// When.
    pub since: Timestamp,
    /// When it was last recalled; `since` at first.
    pub recalled_at: Timestamp,
    /// How often it was recalled.
    pub reminders: u32,
}

/// Who proposed that the matter is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Proposer {
    /// The bot.
    Bot,
    /// An agent.
    Agent {
        /// Who.
        agent: AgentId,
        /// Whether they are still held for the answer.
        held: bool,
    },
}

/// Why a conversation ended without a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Nobody answered any more.
    Timeout,
    /// The customer left.
    Left,
    /// The customer left while waiting for a human.
    Abandoned,
    /// What was said is erased; nothing goes on here.
    Erased,
}

impl CloseReason {
    /// The name used in config, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            CloseReason::Timeout => "timeout",
            CloseReason::Left => "left",
            CloseReason::Abandoned => "abandoned",
            CloseReason::Erased => "erased",
        }
    }
}

/// Humans were asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Why and what it needs.
    pub handoff: Handoff,
    /// One sentence for the agent.
    pub headline: String,
    /// Since when it waits (or waited last).
    pub waiting_since: Timestamp,
    /// Whether the pool has confirmed the place.
    pub confirmed: bool,
    /// The position the customer was told last.
    pub position_told: Option<u32>,
    /// Whether the customer was told that it takes very long.
    pub long_wait_told: bool,
    /// Whether it came back from an agent who was lost or silent.
    pub returned: bool,
    /// Whether nobody was there who could have taken it when the pool registered it.
    #[serde(default)]
    pub nobody_there: bool,
}

/// What has been done about an agent who does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing yet.
    None,
    /// The agent was nudged.
    Nudged,
    /// The supervisor was told.
    Escalated,
}

/// What the bot remembers within an episode.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The conversation evidence for the detectors.
    pub window: Window,
    /// Hashes of the texts the customer was sent, so that none is sent twice.
    pub sent: Vec<u64>,
    /// The choices of the open clarification.
    pub choices: Vec<EntryId>,
    /// What the customer said last, as written, in its beginning.
    #[serde(default)]
    pub said: String,
    /// What was said and not yet answered.
    pub burst: Vec<Fragment>,
    /// The detectors' levels before the first of it.
    #[serde(default, skip_serializing_if = "Levels::is_empty")]
    pub levels_before: Levels,
    /// When the burst is answered if nothing more comes.
    pub reply_due: Option<Timestamp>,
    /// What the bot has asked for.
    pub asking: Option<Asking>,
    /// What it asked for last and was not told yet, however much was said since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_last: Option<Asking>,
    /// What the customer has told: slot → value.
    pub slots: BTreeMap<String, String>,
    /// The entry answered last.
    pub last_answer: Option<EntryId>,
    /// The entries answered in this episode, in order.
    pub answered: Vec<EntryId>,
    /// The bot's last words, for "say it again".
    pub last_said: Option<String>,
    /// Whether the bot has proposed an end since its last answer.
    pub proposed: bool,
    /// What kind of thing the bot said last; `None` after a notice. It decides what a bare yes or
    /// no refers to.
    #[serde(default)]
    pub last_outcome: Option<Outcome>,
    /// The customer's last words that say what they need.
    #[serde(default)]
    pub need: Option<String>,
    /// Whether that was answered.
    #[serde(default)]
    pub need_answered: bool,
    /// What they needed before they asked the machine while they wait; `None` if they did not.
    #[serde(default)]
    pub need_before: Option<Need>,
    /// Whether they were asked if they still want the person they wait for, and nothing was said or
    /// chosen since.
    #[serde(default)]
    pub withdrawing: bool,
    /// When, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawing_since: Option<Timestamp>,
}

impl Memory {
    /// The unanswered fragments and what came after them, as one text.
    pub fn joined(&self, text: &str) -> String {
        let fragments = self.burst.iter().map(|fragment| fragment.text.as_str());
        let mut parts: Vec<&str> = fragments.collect();
        if !text.is_empty() {
            parts.push(text);
        }
        parts.join("\n")
    }

    /// What went before the text that is read now. Unanswered fragments are read once more, with what
    /// came after them: what they raised before would count twice.
    pub fn earlier(&self) -> Cow<'_, Window> {
        match self.burst.is_empty() {
            true => Cow::Borrowed(&self.window),
            false => {
                Cow::Owned(Window { levels: self.levels_before.clone(), ..self.window.clone() })
            }
        }
    }

    /// Whether the customer was sent this text in this episode.
    pub fn was_sent(&self, text: &str) -> bool {
        self.sent.contains(&text_hash(text))
    }
}

/// What a customer needs, and whether it was answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Their words; `None` if they have not said it.
    pub said: Option<String>,
    /// Whether it was answered.
    pub answered: bool,
}

/// A part of a thought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fragment {
    /// Its place in the log.
    pub seq: u64,
    /// The words.
    pub text: String,
}

/// Something the bot has asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asking {
    /// For which entry.
    pub entry: EntryId,
    /// Which slot.
    pub slot: String,
    /// How often.
    pub times: u32,
    /// What the customer needed then, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
}

impl Conversation {
    /// Who must not get it as things are. Nobody in danger waits because somebody passed them on:
    /// then others are only asked before.
    pub fn kept_out(&self) -> BTreeSet<AgentId> {
        let passed_on = self.passed_on.iter().filter(|_| !self.is_in_danger());
        self.excluded.iter().chain(passed_on).cloned().collect()
    }

    /// The agent who owns it now or is held for it.
    pub fn owner(&self) -> Option<&AgentId> {
        match &self.state {
            State::Human { agent } => Some(agent),
            State::Confirming(Proposal { by: Proposer::Agent { agent, held: true }, .. }) => {
                Some(agent)
            }
            State::Confirming(_)
            | State::Bot
            | State::Queued
            | State::Pending { .. }
            | State::Blocked
            | State::Resolved { .. }
            | State::Closed { .. } => None,
        }
    }

    /// Whether the person who is asked for, or who came, is there for a danger.
    pub fn is_in_danger(&self) -> bool {
        self.handoff.as_ref().is_some_and(|asked| asked.handoff.priority == Priority::Emergency)
    }

    /// Whether what was said is erased.
    pub fn is_erased(&self) -> bool {
        matches!(self.state, State::Closed { reason: CloseReason::Erased, .. })
    }

    /// Whether the pool should know of it.
    pub fn is_entangled(&self) -> bool {
        matches!(self.state, State::Queued) || self.owner().is_some()
    }

    /// Whether it is over (it may still be reopened).
    pub fn has_ended(&self) -> Option<Timestamp> {
        match &self.state {
            State::Resolved { since } | State::Closed { since, .. } => Some(*since),
            State::Bot
            | State::Queued
            | State::Pending { .. }
            | State::Blocked
            | State::Human { .. }
            | State::Confirming(_) => None,
        }
    }

    /// Since when they wait for a person, told as one span like [`Item::waits_since`]; `None` unless
    /// they do.
    ///
    /// [`Item::waits_since`]: crate::domain::pool::item::Item::waits_since
    pub fn waits_since(&self) -> Option<Timestamp> {
        let asked = self.handoff.as_ref().filter(|_| self.state == State::Queued)?;
        Some(Timestamp::from_millis(asked.waiting_since.as_millis() - self.waited_ms))
    }

    /// The languages of which its agent must speak one.
    pub fn languages(&self) -> Languages {
        Languages { own: self.language, also: self.agreed_language }
    }
}

/// A stable hash of a text, for [`Memory::sent`] (FNV-1a, 64 bit).
pub fn text_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
