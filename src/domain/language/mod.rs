//! Human language: what a message is written in, how it is brought to a form that can be
//! compared, and what we answer in.

pub mod arabizi;
pub mod common;
pub mod concepts;
mod detect;
pub mod dictionary;
mod fold;
mod normalise;
pub mod social;
mod social_words;
mod span;
pub mod stem;
mod stem_english;
pub mod vectors;
pub(crate) mod word_map;
mod word_set;
mod words;

pub(crate) use fold::{is_blank, is_invisible};

pub use detect::{Variety, detect, language_of, variety_of};
pub use normalise::{Normalised, Token, normalise};
pub use social::{SocialAct, affirm, angry_face, deny, social_act};
pub use span::{Evidence, Span};

use serde::{Deserialize, Serialize};

/// The languages Sanad speaks. Both are equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Arabic.
    Ar,
    /// English.
    En,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::Ar, Language::En];

    /// The BCP-47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Ar => "ar",
            Language::En => "en",
        }
    }

    /// The one that is not this.
    pub const fn other(self) -> Language {
        match self {
            Language::Ar => Language::En,
            Language::En => Language::Ar,
        }
    }

    /// The direction it is written in: `rtl` or `ltr`.
    pub const fn direction(self) -> &'static str {
        match self {
            Language::Ar => "rtl",
            Language::En => "ltr",
        }
    }

    /// The language of a BCP-47 tag such as `ar-SA`; `None` if we do not speak it.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}
