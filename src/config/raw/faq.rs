//! `faq/*.yaml`: what the bot answers.

use super::{At, Languages, Text, raw};

raw! {
    /// One file of entries.
    pub struct Faq {
        /// Its entries.
        required entries: Vec<Entry>,
    }

    /// One topic.
    pub struct Entry {
        /// Its id.
        required id: Text,
        /// What stands on a button that leads to it.
        required title: Languages<Text>,
        /// What customers write.
        optional examples: Examples,
        /// Regular expressions on the normalised message.
        optional patterns: Vec<Text>,
        /// What its answers need to know.
        optional slots: Vec<Slot>,
        /// Wordings of the answer.
        required answers: Languages<Vec<Text>>,
        /// Entries offered as buttons after the answer.
        optional quick_replies: Vec<Text>,
        /// Whether people answer it.
        optional human_first: bool,
        /// Whether asking for it says what the customer needs.
        optional is_need: bool,
        /// The queue for handoffs about it.
        optional queue: Text,
        /// Who keeps it right.
        optional owner: Text,
        /// When it is to be looked at again.
        optional review_by: Text,
    }

    /// Examples by the way they are written.
    pub struct Examples {
        /// English.
        optional en: Vec<Text>,
        /// Arabic, in any dialect.
        optional ar: Vec<Text>,
        /// Arabic in Latin letters and digits.
        optional arabizi: Vec<Text>,
    }

    /// Something an answer needs to know.
    pub struct Slot {
        /// The name that answers use.
        required name: Text,
        /// How it is found in a message.
        required pattern: Text,
        /// How it is asked for.
        required ask: Languages<Text>,
    }
}

impl Examples {
    /// The examples with the name of the list they stand in.
    pub fn lists(&self) -> [(&'static str, &[At<String>]); 3] {
        let list = |list: &'static str, texts| (list, texts);
        [
            list("ar", self.ar.as_deref().unwrap_or_default()),
            list("en", self.en.as_deref().unwrap_or_default()),
            list("arabizi", self.arabizi.as_deref().unwrap_or_default()),
        ]
    }
}
