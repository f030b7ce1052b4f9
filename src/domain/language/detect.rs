//! What one message is written in. General language identifiers fail on short chat, so this goes
//! by the share of scripts and, among Latin letters, by words and by digits that stand for Arabic
//! sounds (`3ndi`, `sa7`). It judges a message, never a conversation.

use super::Language;
use super::fold::{is_arabic_letter, is_in_word, is_latin_letter};
use super::normalise::{Normalised, normalise};
use super::words;
use serde::{Deserialize, Serialize};

/// What one message is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variety {
    /// Arabic in Arabic letters, whatever the dialect.
    Arabic,
    /// English, and any other text in Latin letters.
    English,
    /// Arabic in Latin letters and digits.
    Arabizi,
    /// Arabic letters with a good share of Latin words.
    Mixed,
    /// No letters of either script: digits, emoji, punctuation, nothing.
    Unknown,
}

/// Below this share of letters (in percent) the rarer script is a name or a code, not a language.
const MIXED_SHARE: usize = 20;

/// How much Arabizi a text must show, in tenths of a clear word.
const ARABIZI_LEAST: u32 = 5;

/// What a message is written in.
pub fn detect(text: &str) -> Variety {
    variety_of(&normalise(text))
}

/// The language whose letters a text is written in, in which it is shown and read aloud; `None` if
/// it has letters of both or of neither. Far cheaper than [`detect`], and blind to Arabizi.
pub fn language_of(text: &str) -> Option<Language> {
    let (mut arabic, mut latin) = (0, 0);
    for word in text.split(|c: char| !is_in_word(c)) {
        let letters = word.chars().filter(|c| is_latin_letter(c.to_ascii_lowercase())).count();
        arabic += word.chars().filter(|c| is_arabic_letter(*c)).count();
        // An order number or a product code is no word of a language.
        if !word.bytes().any(|b| b.is_ascii_digit()) {
            latin += letters;
        }
    }
    match (arabic, latin) {
        (0, 0) => None,
        (0, _) => Some(Language::En),
        (_, _) if is_mixed(arabic, latin) => None,
        (_, _) => Some(Language::Ar),
    }
}

fn is_mixed(arabic: usize, latin: usize) -> bool {
    latin * 100 > (arabic + latin) * MIXED_SHARE
}

/// What a normalised message is written in.
pub fn variety_of(n: &Normalised) -> Variety {
    let (mut arabic, mut latin) = (0, 0);
    for word in n.words() {
        let letters = word.chars().filter(|c| is_latin_letter(*c)).count();
        arabic += word.chars().filter(|c| is_arabic_letter(*c)).count();
        // An order number or a product code is no word of a language.
        if letters > 0 && (letters == word.chars().count() || is_arabizi_shape(word)) {
            latin += letters;
        }
    }
    if arabic > 0 {
        return if is_mixed(arabic, latin) { Variety::Mixed } else { Variety::Arabic };
    }
    if !n.words().any(|word| word.chars().any(is_latin_letter)) {
        return Variety::Unknown;
    }
    if is_arabizi(n) { Variety::Arabizi } else { Variety::English }
}

fn is_arabizi(n: &Normalised) -> bool {
    let (mut arabizi, mut english) = (0, 0);
    for word in n.words() {
        let (a, e) = leaning(word);
        arabizi += a;
        english += e;
    }
    arabizi >= ARABIZI_LEAST && arabizi >= english
}

/// How far a word speaks for Arabizi and for English, in tenths.
fn leaning(word: &str) -> (u32, u32) {
    if words::ARABIZI.has(word) {
        return (10, 0);
    }
    let maybe = words::MAYBE_ARABIZI.has(word);
    if words::LOANED.has(word) {
        return (0, 3);
    }
    match (maybe, words::ENGLISH.has(word)) {
        (true, true) => (3, 6),
        (true, false) => (6, 0),
        (false, true) => (0, 10),
        (false, false) if is_arabizi_shape(word) => (10, 0),
        (false, false) if has_arabizi_stem(word) => (8, 0),
        (false, false) => (0, 1),
    }
}

/// A Latin word in which digits stand for Arabic sounds: `7abibi`, `sa7`, `t2kl`.
pub(crate) fn is_arabizi_shape(word: &str) -> bool {
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let sounds = word.bytes().filter(|b| matches!(b, b'2' | b'3' | b'5'..=b'9')).count();
    if letters + sounds != word.len() || letters < 1 || sounds < 1 || word.len() < 3 {
        return false;
    }
    let adjacent = word.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_digit));
    if adjacent || words::NOT_ARABIZI.has(word) {
        return false;
    }
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    if unit.len() < word.len() && (words::UNITS.has(unit) || words::ENGLISH.has(unit)) {
        return false;
    }
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = name.len() < word.len() && !name.bytes().any(|b| b.is_ascii_digit());
    // `model5` is numbered; `sa7`, `ma3`, `la2` end in a sound.
    !(numbered && (!word.ends_with(['2', '3', '7']) || words::ENGLISH.has(name) || name.len() > 5))
}

/// An Arabizi word behind an article or before a pronoun: `eltalab`, `talabak`.
fn has_arabizi_stem(word: &str) -> bool {
    let bare = ["wel", "el", "al", "il", "bel", "lel", "l"]
        .into_iter()
        .filter_map(|prefix| word.strip_prefix(prefix).filter(|rest| rest.len() >= 4))
        .any(|rest| words::ARABIZI.has(rest));
    let possessed = ["ak", "ik", "ek", "kom", "na", "ha", "hom", "i", "y", "o"]
        .into_iter()
        .filter_map(|suffix| word.strip_suffix(suffix).filter(|rest| rest.len() >= 4))
        .any(|rest| words::ARABIZI.has(rest));
    bare || possessed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_in_the_language_of_their_letters() {
        let rows = [
            ("وين طلبي", Some(Language::Ar)),
            ("أين طلبي رقم AB1234؟", Some(Language::Ar)),
            ("Where is my order AB12", Some(Language::En)),
            ("WEN TALABI", Some(Language::En)),
            ("ابغى refund", None),
            ("12345", None),
            ("؟؟؟ 😡", None),
        ];
        for (text, expected) in rows {
            assert_eq!(language_of(text), expected, "{text}");
        }
    }

    #[test]
    fn each_message_is_seen_in_the_language_it_is_written_in() {
        let rows = [
            ("وين طلبي", Variety::Arabic),
            ("أين طلبي رقم AB1234؟", Variety::Arabic),
            ("وين الorder حقي delivery", Variety::Mixed),
            ("ابغى refund", Variety::Mixed),
            ("hi", Variety::English),
            ("ok", Variety::English),
            ("where is my order", Variety::English),
            ("i want to pay by card 2day at 5pm", Variety::English),
            ("min order for free delivery?", Variety::English),
            ("my ps5 mp3 player b2b order", Variety::English),
            ("wen talabi", Variety::Arabizi),
            ("feen el order", Variety::Arabizi),
            ("3ayez akallem 7ad", Variety::Arabizi),
            ("salam", Variety::Arabizi),
            ("salam, where is my order", Variety::English),
            ("eltalab mawsalsh", Variety::Arabizi),
            ("la2", Variety::Arabizi),
            ("ma3 elsalama", Variety::Arabizi),
            ("bghit nraja3 flousi", Variety::Arabizi),
            ("12345", Variety::Unknown),
            ("😡😡", Variety::Unknown),
            ("؟؟؟", Variety::Unknown),
            ("", Variety::Unknown),
        ];
        for (text, expected) in rows {
            assert_eq!(detect(text), expected, "{text}");
        }
    }
}
