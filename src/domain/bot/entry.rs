//! What the bot knows: FAQ entries as the checked rules hold them.

use crate::domain::ids::{EntryId, QueueId};
use crate::domain::texts::PerLanguage;
use regex::Regex;

/// One topic with its answers. How it is recognised is the matcher's affair.
#[derive(Debug, Clone)]
pub struct FaqEntry {
    /// Its id.
    pub id: EntryId,
    /// What stands on a button that leads to it.
    pub title: PerLanguage<String>,
    /// Wordings per language; no text of them is sent twice in an episode.
    pub answers: PerLanguage<Vec<String>>,
    /// Entries offered as buttons after the answer.
    pub quick_replies: Vec<EntryId>,
    /// What the answer needs to know.
    pub slots: Vec<SlotRule>,
    /// Answered by people only: the bot acknowledges and hands over.
    pub human_first: bool,
    /// Whether asking for it says what the customer needs; who we are, or "I need help", does not.
    pub is_need: bool,
    /// The queue for handoffs about this topic, where it differs from the reason's.
    pub queue: Option<QueueId>,
}

/// Something an answer needs to know, such as an order number.
#[derive(Debug, Clone)]
pub struct SlotRule {
    /// The name that answers use as `{name}`.
    pub name: String,
    /// How it is found in a normalised message.
    pub pattern: Regex,
    /// How it is asked for, once.
    pub ask: PerLanguage<String>,
}

impl SlotRule {
    /// What a normalised text tells of it.
    pub fn value_in(&self, text: &str) -> Option<String> {
        self.pattern.find(text).map(|found| found.as_str().to_owned())
    }
}
