//! Social acts: what people say to each other around a need. They are recognised first and only
//! when they are the whole message; so a greeting is never a failure to understand, and "hello,
//! where is my order" is never a greeting. Also the short yes and no that answer a proposal.

use super::answer_words as answers;
use super::normalise::Normalised;
use super::phrase_list::{Keys, Phrases};
use super::social_words as lists;
use serde::{Deserialize, Serialize};

/// What a purely social message does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SocialAct {
    /// "hello", «السلام عليكم».
    Greeting,
    /// "thanks a lot", «يعطيك العافية».
    Thanks,
    /// "bye", «مع السلامة».
    Goodbye,
    /// "ok", «تمام».
    Acknowledgement,
    /// «؟؟؟», "hello??", "...": are you there?
    Attention,
    /// Nothing but emoji or punctuation of feeling.
    Emoji,
    /// Nothing but an angry face.
    Anger,
}

/// Longer messages are never purely social, whatever their words.
const WORDS_MAX: usize = 16;

/// The social act a message is, if it is nothing else.
///
/// Several acts in one message (`ok thanks bye`) give the one that matters most for what comes
/// next: goodbye, then thanks, then greeting, then acknowledgement.
pub fn social_act(n: &Normalised, original: &str) -> Option<SocialAct> {
    if n.tokens.is_empty() || is_face(original) {
        return without_words(original);
    }
    let words: Vec<&str> = n.words().collect();
    if words.len() > WORDS_MAX {
        return None;
    }
    let act = acts(&words, false).or_else(|| acts(&words, true))?;
    let asks = n.text.contains("??") || n.text.ends_with('?');
    match act {
        SocialAct::Greeting | SocialAct::Acknowledgement | SocialAct::Attention if asks => {
            Some(SocialAct::Attention)
        }
        SocialAct::Greeting
        | SocialAct::Acknowledgement
        | SocialAct::Attention
        | SocialAct::Thanks
        | SocialAct::Goodbye
        | SocialAct::Emoji
        | SocialAct::Anger => Some(act),
    }
}

/// A short yes, as the whole message: "yes it is", «ايه نعم», "aywa".
pub fn affirm(n: &Normalised) -> bool {
    says(n, &answers::AFFIRM, Some(&answers::DENY))
}

/// A short no, as the whole message: "no, still not", «لا ما انحلت».
pub fn deny(n: &Normalised) -> bool {
    says(n, &answers::DENY, None)
}

/// A choice by its place, as the whole message: "yes, the second one", «الثانية». The place counts from 0;
/// the last one is [`LAST`].
pub fn pick(n: &Normalised) -> Option<usize> {
    let words: Vec<&str> = n.words().collect();
    let mut rest = &words[..];
    for before in [&answers::AFFIRM, &answers::NO, &answers::CHOOSES] {
        rest = &rest[before.longest(rest)..];
    }
    if says_in(rest, &answers::LAST_PLACE, None) {
        return Some(LAST);
    }
    answers::PLACES.iter().position(|place| says_in(rest, place, None))
}

/// The place of the last choice, however many there are.
pub const LAST: usize = usize::MAX;

/// Whether it is nothing but a change of mind: "actually no, keep it", «لا خلاص بخليها».
pub fn changes_mind(n: &Normalised) -> bool {
    says(n, &answers::CHANGED_MIND, None)
}

/// Whether it only says that something else is coming: "yes, one more thing", «لا باقي شي».
pub fn has_more(n: &Normalised) -> bool {
    let words: Vec<&str> = n.words().collect();
    let answered = answers::AFFIRM.longest(&words).max(answers::NO.longest(&words));
    says_in(&words[answered..], &answers::MORE, None) || says_in(&words, &answers::MORE, None)
}

/// Whether it says, beside whatever else it says, that what was ended is not settled: "my order is not
/// here, this is not solved", «طلبي ما وصل والمشكلة ما انحلت». A mere supposition does not say so.
pub fn says_unsettled(n: &Normalised) -> bool {
    let words: Vec<&str> = n.words().collect();
    let said = |at: usize| answers::UNSETTLED.longest(words.get(at..).unwrap_or_default()) > 0;
    let first = (0..words.len()).find(|at| said(*at));
    first.is_some_and(|at| !(0..at).any(|before| answers::SUPPOSES.longest(&words[before..]) > 0))
}

/// Whether a message says that the matter is not settled or that nothing has helped: more than a bare
/// no, which may only refuse what was offered. "not solved", «ما فادني», «الموضوع ما انحل».
pub fn says_unhelped(n: &Normalised) -> bool {
    let words: Vec<&str> = n.words().collect();
    let said = |at: usize| answers::UNHELPED.longest(words.get(at..).unwrap_or_default()) > 0;
    says_unsettled(n) || deny(n) && (0..words.len()).any(said)
}

/// A "no thanks" as the whole message: "no thank you", «لا شكرا», "nothing else". It refuses what
/// was offered and says nothing about whether anything is solved.
pub fn decline(n: &Normalised) -> bool {
    let words: Vec<&str> = n.words().collect();
    if words.is_empty() || words.len() > WORDS_MAX {
        return false;
    }
    let (mut at, mut no, mut thanks, mut nothing) = (0, false, false, false);
    while at < words.len() {
        let rest = &words[at..];
        let enough = answers::ENOUGH.longest(rest);
        let refuses = answers::NO.longest(rest);
        let grateful = lists::THANKS.longest(rest).max(lists::ACKNOWLEDGEMENT.longest(rest));
        let step = enough.max(refuses).max(grateful).max(lists::FILLER.longest(rest));
        match step {
            0 => return false,
            step if step == enough => nothing = true,
            step if step == refuses => no = true,
            step if step == grateful => thanks = true,
            _ => {}
        }
        at += step;
    }
    nothing || no && thanks
}

/// Whether the message can be read as these phrases and fillers, with at least one of the phrases,
/// and nowhere as one of the others that says more.
fn says(n: &Normalised, phrases: &Phrases, others: Option<&Phrases>) -> bool {
    let words: Vec<&str> = n.words().collect();
    says_in(&words, phrases, others)
}

fn says_in(words: &[&str], phrases: &Phrases, others: Option<&Phrases>) -> bool {
    if words.is_empty() || words.len() > WORDS_MAX {
        return false;
    }
    // Up to here it can be read: without one of the phrases, with one of them. The longest phrase
    // is not always the right one: "no it is not | solved" is "no | it is not solved".
    let mut read = vec![(false, false); words.len() + 1];
    read[0].0 = true;
    for at in 0..words.len() {
        let (rest, so_far) = (&words[at..], read[at]);
        if so_far == (false, false) {
            continue;
        }
        let meant = phrases.longest(rest);
        if others.is_some_and(|others| others.longest(rest) > meant) {
            continue;
        }
        for step in phrases.lengths(rest) {
            read[at + step].1 = true;
        }
        for step in lists::FILLER.lengths(rest).chain(lists::THANKS.lengths(rest)) {
            read[at + step].0 |= so_far.0;
            read[at + step].1 |= so_far.1;
        }
    }
    read[words.len()].1
}

/// Reads the whole message as social phrases, the longest first at each place.
fn acts(words: &[&str], loosely: bool) -> Option<SocialAct> {
    let (mut at, mut found) = (0, None);
    while at < words.len() {
        let rest = &words[at..];
        let keys = if loosely { Keys::of(rest) } else { Vec::new() };
        let (act, step) = lists::ACTS
            .iter()
            .map(|(act, phrases)| (Some(*act), phrases.longest_loosely(rest, &keys)))
            .chain([(None, lists::FILLER.longest_loosely(rest, &keys))])
            .fold((None, 0), |best, next| if next.1 > best.1 { next } else { best });
        if step == 0 {
            return None;
        }
        at += step;
        found = heavier(found, act);
    }
    found
}

fn heavier(one: Option<SocialAct>, other: Option<SocialAct>) -> Option<SocialAct> {
    let rank = |act: SocialAct| match act {
        SocialAct::Goodbye => 6,
        SocialAct::Thanks => 5,
        SocialAct::Attention => 4,
        SocialAct::Greeting => 3,
        SocialAct::Acknowledgement => 2,
        SocialAct::Emoji => 1,
        SocialAct::Anger => 0,
    };
    one.into_iter().chain(other).max_by_key(|act| rank(*act))
}

fn without_words(original: &str) -> Option<SocialAct> {
    let shown = |c: &char| !c.is_whitespace() && !super::is_invisible(*c);
    let marks: String = original.chars().filter(shown).collect();
    if angry_face(original).is_some() {
        return Some(SocialAct::Anger);
    }
    let only_marks = !marks.is_empty() && marks.chars().all(|c| MARKS.contains(&c));
    if only_marks || marks.contains(['?', '؟', '？']) {
        return Some(SocialAct::Attention);
    }
    let feeling = marks.chars().any(is_emoji)
        || FACES.iter().any(|face| marks.contains(face))
        || is_face(original);
    feeling.then_some(SocialAct::Emoji)
}

/// Whether a message is a face drawn with letters, and nothing else.
fn is_face(original: &str) -> bool {
    let face = original.trim();
    LETTER_FACES.iter().any(|known| face.eq_ignore_ascii_case(known))
}

/// The first angry face of a text, with its place in bytes. Anger is no pleasantry, but a face alone does
/// not say about what: it is asked.
pub fn angry_face(original: &str) -> Option<std::ops::Range<usize>> {
    let face = |(at, c): (usize, char)| ANGRY.contains(&c).then(|| at..at + c.len_utf8());
    original.char_indices().find_map(face)
}

/// Pouting, angry, swearing, huffing, and the hand that insults.
const ANGRY: [char; 6] = ['😡', '😠', '🤬', '😤', '👿', '🖕'];

const FACES: [&str; 13] =
    [":)", ":-)", ":(", ":-(", ";)", "(:", "):", "^_^", "^^", ":'(", "-_-", ":/", ":|"];

/// Faces with letters or digits in them, as the whole message.
const LETTER_FACES: [&str; 10] = [":d", ":-d", ":p", ":-p", ";d", ":o", "<3", "</3", "t_t", "t.t"];

/// Marks that somebody sends to see whether we are there.
const MARKS: [char; 10] = ['.', '!', '…', ',', '،', '؛', '！', '-', '~', '*'];

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{203c}' | '\u{2049}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
        | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests;
