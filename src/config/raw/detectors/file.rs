//! What stands in a file of `detectors/*.yaml`. Each struct is declared once: serde reads it, and
//! [`Described`] says what may stand there, for the schemas.

use crate::config::raw::shape::{Field, Shape};
use crate::domain::detectors::{EmergencyKind, Hazard};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// Something of which can be said what may stand where it is read.
pub trait Described {
    /// What may stand there.
    fn shape() -> Shape;
}

macro_rules! described_as {
    ($($of:ty: $shape:expr),+ $(,)?) => {
        $(impl Described for $of {
            fn shape() -> Shape {
                $shape
            }
        })+
    };
}

described_as! {
    f32: Shape::Number,
    usize: Shape::Whole,
    bool: Shape::Flag,
    String: Shape::Text,
    Duration: Shape::Text,
    EmergencyKind: Shape::Text,
    Hazard: Shape::Text,
}

impl<T: Described> Described for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Described> Described for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Described> Described for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Table(Box::new(T::shape()))
    }
}

/// Declares structs that serde reads, their keys a closed list, and describes them by the same
/// lines: a key is needed unless serde has a default for it, and explained by its own comment.
macro_rules! described {
    ($(
        $(#[doc = $about:literal])+
        $(#[derive($($more:ident),+)])?
        pub struct $name:ident $(<$of:ident>)? {
            $($(#[doc = $doc:literal])+ $(#[serde($($how:tt)*)])? pub $field:ident: $type:ty,)+
        }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Debug, Clone, Deserialize $($(, $more)+)?)]
        #[serde(deny_unknown_fields)]
        pub struct $name $(<$of>)? {
            $($(#[doc = $doc])+ $(#[serde($($how)*)])? pub $field: $type,)+
        }

        impl $(<$of: Described>)? Described for $name $(<$of>)? {
            fn shape() -> Shape {
                Shape::Map(vec![$(Field {
                    name: stringify!($field),
                    required: !concat!("", $(stringify!($($how)*))?).starts_with("default"),
                    doc: concat!($($doc),+).trim_start(),
                    shape: <$type>::shape(),
                }),+])
            }
        }
    )+ };
}

described! {
    /// One detector's file.
    pub struct RawDetector<C> {
        /// When it calls for a person.
        pub trigger: RawTrigger,
        /// What the weights learnt from labelled messages count; without it, nothing.
        #[serde(default)]
        pub learnt: Option<RawLearnt>,
        /// What counts besides words.
        pub conversation: C,
        /// How many words may stand between a negation and what it negates.
        pub negation_reach: usize,
        /// Named lists of words.
        #[serde(default)]
        pub words: BTreeMap<String, RawPhrases>,
        /// Phrases that mean something else.
        #[serde(default)]
        pub harmless: RawPhrases,
        /// Phrases that negate what follows.
        #[serde(default)]
        pub negations: RawPhrases,
        /// Phrases in which a word of negation negates nothing.
        #[serde(default)]
        pub affirmations: RawPhrases,
        /// Phrases that take back what is looked for; for `human_request.yaml` only.
        #[serde(default)]
        pub withdrawals: RawWithdrawals,
        /// The wish for a person in so many words, which nothing said before it explains away; for
        /// `human_request.yaml` only.
        #[serde(default)]
        pub wishes: RawPhrases,
        /// What else customers say that they do not want; for `human_request.yaml` only.
        #[serde(default)]
        pub refusals: RawRefusals,
        /// What is looked for.
        pub rules: Vec<RawRule>,
    }

    /// How the wish for a person is taken back.
    #[derive(Default)]
    pub struct RawWithdrawals {
        /// Beyond doubt: whoever waits no longer does. In danger they are asked first.
        #[serde(default)]
        pub clear: RawPhrases,
        /// Perhaps: whoever waits is asked.
        #[serde(default)]
        pub perhaps: RawPhrases,
    }

    /// How customers say what they do not want.
    #[derive(Default)]
    pub struct RawRefusals {
        /// The wish that is denied; what follows it is refused.
        #[serde(default)]
        pub wishes: RawPhrases,
        /// A denied deed, whose word ends the phrase.
        #[serde(default)]
        pub deeds: RawPhrases,
        /// Where such a phrase stands, nothing is refused.
        #[serde(default)]
        pub except: RawPhrases,
        /// Where such a phrase begins, a refusal ends.
        #[serde(default)]
        pub until: RawPhrases,
    }

    /// When a detector fires.
    pub struct RawTrigger {
        /// The level from which on it fires.
        pub threshold: f32,
        /// The share of a level left after another message.
        pub decay: f32,
        /// The least strength of the message itself.
        pub fresh_min: f32,
    }

    /// How a learnt margin becomes evidence.
    pub struct RawLearnt {
        /// The margin from which on it says something.
        pub hint_at: f32,
        /// The margin from which on it says `strength`.
        pub sure_at: f32,
        /// How much a sure margin says.
        pub strength: f32,
        /// The margin below which phrases count half.
        #[serde(default)]
        pub doubt_at: Option<f32>,
    }

    /// Phrases by variety of language.
    #[derive(Default)]
    pub struct RawPhrases {
        /// English.
        #[serde(default)]
        pub en: Vec<String>,
        /// Standard Arabic and what is common to all.
        #[serde(default)]
        pub msa: Vec<String>,
        /// Gulf.
        #[serde(default)]
        pub gulf: Vec<String>,
        /// Egyptian.
        #[serde(default)]
        pub egyptian: Vec<String>,
        /// Levantine.
        #[serde(default)]
        pub levantine: Vec<String>,
        /// Arabic in Latin letters.
        #[serde(default)]
        pub arabizi: Vec<String>,
    }

    /// One rule.
    pub struct RawRule {
        /// Its name within the file.
        pub id: String,
        /// How much one phrase says, 0 to 1.
        pub strength: f32,
        /// In emergencies: what is in danger, `life`, `money` or `property`.
        #[serde(default)]
        pub emergency: Option<EmergencyKind>,
        /// In dangers to life: `self_harm`, `swallowed`, `gas` or `fire`, if the general steps do not suit.
        #[serde(default)]
        pub hazard: Option<Hazard>,
        /// Whether a negation takes it back.
        #[serde(default = "yes")]
        pub negatable: bool,
        /// The longest message it counts in.
        #[serde(default)]
        pub words_max: Option<usize>,
        /// What is looked for, by variety of language.
        pub phrases: RawPhrases,
    }

    /// `conversation` of `human_request.yaml`.
    pub struct RawHumanRequest {
        /// How much each time in a row says that the bot had no answer.
        pub miss: f32,
        /// How much each answer says that was refused.
        pub refused_answer: f32,
        /// How much each earlier handoff says.
        pub handoff: f32,
    }

    /// `conversation` of `frustration.yaml`.
    pub struct RawFrustration {
        /// How much a message in capitals says.
        pub shouting: f32,
        /// Fewer capitals than this are no shouting.
        pub shouting_letters_min: usize,
        /// The share of the letters that must be in words of capitals.
        pub shouting_share_min: f32,
        /// How much a run of `!` or `?` says.
        pub marks: f32,
        /// From how many marks on it is a run.
        pub marks_min: usize,
        /// How much an angry face says.
        pub angry_face: f32,
        /// An angry face and no word.
        pub angry_face_alone: f32,
        /// How much several messages in a row say that nobody answered.
        pub burst: f32,
        /// From how many messages on.
        pub burst_messages_min: usize,
        /// Within what time: `20s`.
        #[serde(deserialize_with = "duration")]
        pub burst_within: Duration,
        /// How much each time in a row says that the bot had no answer.
        pub miss: f32,
        /// How much each answer says that was refused.
        pub refused_answer: f32,
        /// How much each “not solved” says.
        pub denied: f32,
        /// How much each earlier handoff says.
        pub handoff: f32,
        /// How much a long wait for a word says.
        pub waited: f32,
        /// How long a long wait is: `10m`.
        #[serde(deserialize_with = "duration")]
        pub waited_min: Duration,
    }

    /// `conversation` of `confusion.yaml`.
    pub struct RawConfusion {
        /// How much each time in a row says that the bot had no answer.
        pub miss: f32,
        /// How much each answer says that was refused.
        pub refused_answer: f32,
    }

    /// `conversation` of `repetition.yaml`.
    pub struct RawRepetition {
        /// How many turns all detectors remember.
        pub window_turns: usize,
        /// From which likeness on two messages say the same.
        pub similar_at: f32,
        /// How many first letters of a word are compared.
        pub letters: usize,
        /// Words that carry little.
        pub filler: Vec<String>,
        /// How little they carry.
        pub filler_weight: f32,
        /// Messages that carry less are not compared.
        pub weight_min: f32,
        /// How much each earlier message with the same need says.
        pub rephrased: f32,
        /// How much more if the bot had no answer to it.
        pub missed: f32,
        /// How much the same answer given twice says.
        pub same_answer: f32,
        /// How much it says that the bot has just repeated itself word for word.
        pub said_again: f32,
        /// How much a refused answer says.
        pub refused_answer: f32,
    }

    /// `conversation` of `emergency.yaml`.
    pub struct RawEmergency {
        /// From which strength on the graver danger leads.
        pub leads_at: f32,
    }

    /// `conversation` of `abuse.yaml`.
    pub struct RawAbuse {
        /// How much it says that the message before was abusive too.
        pub repeated: f32,
        /// From which level on it was.
        pub repeated_from: f32,
    }
}

fn yes() -> bool {
    true
}

/// `20s`, `5m`, `2h`: how all durations are written in the config.
fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    let read = text.parse::<jiff::SignedDuration>().ok().and_then(|span| span.try_into().ok());
    read.ok_or_else(|| {
        serde::de::Error::custom(format!("{text:?} is not a duration such as 20s, 5m or 2h"))
    })
}
