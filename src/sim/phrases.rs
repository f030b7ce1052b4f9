//! What customers say, in both languages, by what moves them.

use super::random::Random;
use super::rules::questions;
use crate::domain::language::Language;

/// What moves a customer to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Asks what the bot knows.
    Asks,
    /// Says what nobody understands.
    Gibberish,
    /// Part of a thought.
    Fragment,
    Thanks,
    Yes,
    No,
    WantsHuman,
    Angry,
    Lost,
    Danger,
    /// Answers a question for a number.
    Number,
    /// Asks in the other language.
    OtherLanguage,
}

const DANGER: [&str; 4] =
    ["حريق في البيت", "نحتاج إسعاف الآن", "we need an ambulance now", "stolen card"];

const YES: [&str; 4] = ["نعم", "ايوه", "yes", "yes it is"];

/// A phrase of this mood.
pub(super) fn phrase(mood: Mood, language: Language, random: &Random) -> String {
    let other = match language {
        Language::Ar => Language::En,
        Language::En => Language::Ar,
    };
    let (ar, en): (&[&str], &[&str]) = match mood {
        Mood::Asks => return (*random.pick(&questions(language))).to_owned(),
        Mood::OtherLanguage => return (*random.pick(&questions(other))).to_owned(),
        Mood::Number => return format!("{}", random.between(10_000, 99_999)),
        Mood::Gibberish => (
            &[
                "هل يوجد عندكم شيء للحديقة المعلقة في الصيف",
                "الموضوع معقد جدا وطويل يا جماعة الخير.",
            ],
            &[
                "do you sell hanging gardens for the summer season",
                "it is a long and winding story.",
            ],
        ),
        Mood::Fragment => (&["يعني", "الطلب اللي", "بخصوص"], &["about the", "my thing", "so"]),
        Mood::Thanks => (&["شكرا", "يعطيك العافية"], &["thanks", "thank you"]),
        Mood::Yes => (&YES[..2], &YES[2..]),
        Mood::No => (&["لا", "لم تحل"], &["no", "still not"]),
        Mood::WantsHuman => (&["أريد موظف"], &["i want a human", "agent please"]),
        Mood::Angry => (&["خدمة زفت", "أغبياء"], &["this is terrible", "you are idiots!!!"]),
        Mood::Lost => (&["ضعت معكم"], &["i am confused"]),
        Mood::Danger => (&DANGER[..2], &DANGER[2..]),
    };
    let phrases = match language {
        Language::Ar => ar,
        Language::En => en,
    };
    (*random.pick(phrases)).to_owned()
}

/// Whether the customer speaks of danger.
pub(super) fn is_danger(text: &str) -> bool {
    DANGER.contains(&text)
}

/// Whether the customer means yes by this.
pub(super) fn is_yes(text: &str) -> bool {
    YES.contains(&text)
}
