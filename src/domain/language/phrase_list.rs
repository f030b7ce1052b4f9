//! Lists of fixed phrases, ready for being looked up in messages: word for word, and, where a list says so,
//! also as people type them in a hurry, words joined or parted, letters doubled, and Arabic in whichever
//! Latin letters.

use super::normalise::normalise;
use super::skeleton::skeleton;
use super::word_map::WordMap;
use std::sync::LazyLock;

/// A list of phrases made ready for look-ups on first use.
pub(super) type Phrases = LazyLock<PhraseList>;

/// A key of fewer letters is shared by too many words.
const WRITTEN_LETTERS_MIN: usize = 4;
/// The same of sounds: of one word that may be English, of several words, and of a word with digits,
/// which is Arabic.
const SOUNDS_MIN: (usize, usize, usize) = (6, 5, 3);
/// More words are not read as one.
const JOINED_MAX: usize = 6;

/// Phrases by their first word: for each, the words after it. Most words begin none.
pub(super) struct PhraseList {
    phrases: WordMap<Vec<Vec<String>>>,
    /// The letters of each phrase, and the sounds of those in Latin letters.
    written: WordMap<()>,
    sounds: WordMap<()>,
}

macro_rules! phrases {
    ($text:expr $(, $arabizi:expr)? $(,)?) => {
        LazyLock::new(|| $crate::domain::language::phrase_list::PhraseList::of($text, concat!($($arabizi)?)))
    };
}
pub(super) use phrases;

impl PhraseList {
    /// Lists of phrases parted by `;`, one in Arabic and English and one in Arabizi. `(a|b)` stands for
    /// either, `(a|)` for what may be left out.
    pub(super) fn of(text: &str, arabizi: &str) -> Self {
        let mut list = PhraseList {
            phrases: WordMap::default(),
            written: WordMap::default(),
            sounds: WordMap::default(),
        };
        for (texts, is_arabizi) in [(text, false), (arabizi, true)] {
            texts.split(';').flat_map(alternatives).for_each(|text| list.add(&text, is_arabizi));
        }
        list
    }

    fn add(&mut self, text: &str, is_arabizi: bool) {
        let phrase = normalise(text);
        let words: Vec<&str> = phrase.words().collect();
        let Some((first, rest)) = words.split_first() else { return };
        let rest: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
        let begun = self.phrases.entry(first);
        if !begun.contains(&rest) {
            begun.push(rest);
        }
        if let Some(key) = written(&words) {
            self.written.entry(&key);
        }
        if is_arabizi && let Some(key) = sounds(&words) {
            self.sounds.entry(&key);
        }
    }

    /// All phrases, each as one text.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<String> {
        let of = |(first, rests): (&str, &Vec<Vec<String>>)| -> Vec<String> {
            rests.iter().map(|rest| [&[first.to_owned()][..], rest].concat().join(" ")).collect()
        };
        self.phrases.iter().flat_map(of).collect()
    }

    /// How many words the longest phrase takes at the start of these words; 0 if none does.
    pub(super) fn longest(&self, words: &[&str]) -> usize {
        self.lengths(words).max().unwrap_or(0)
    }

    /// How many words each phrase takes that stands at the start of these words.
    pub(super) fn lengths<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
        let (first, rest) = words.split_first().unwrap_or((&"", &[]));
        let begun = self.phrases.get(first).into_iter().flatten();
        begun.filter_map(move |phrase| {
            let stands = rest.get(..phrase.len())?.iter().eq(phrase);
            stands.then_some(phrase.len() + 1)
        })
    }

    /// The same as [`PhraseList::longest`], however the phrase was typed.
    pub(super) fn longest_loosely(&self, words: &[&str], keys: &[Keys]) -> usize {
        let known = |keys: &Keys| {
            keys.written.as_ref().is_some_and(|key| self.written.get(key).is_some())
                || keys.sounds.as_ref().is_some_and(|key| self.sounds.get(key).is_some())
        };
        let joined = keys.iter().rposition(known).map_or(0, |at| at + 1);
        joined.max(self.longest(words))
    }
}

/// What the first words of a message are looked up by.
pub(super) struct Keys {
    written: Option<String>,
    sounds: Option<String>,
}

impl Keys {
    /// Those of the first word, of the first two words, and so on.
    pub(super) fn of(words: &[&str]) -> Vec<Keys> {
        let beginnings = (1..=words.len().min(JOINED_MAX)).map(|count| &words[..count]);
        beginnings.map(|words| Keys { written: written(words), sounds: sounds(words) }).collect()
    }
}

/// The letters of words without blanks, each once in a row: «مسالخير», "goodmorning".
fn written(words: &[&str]) -> Option<String> {
    let mut key = String::new();
    for letter in words.iter().flat_map(|word| word.chars()) {
        if !key.ends_with(letter) {
            key.push(letter);
        }
    }
    (key.chars().count() >= WRITTEN_LETTERS_MIN).then_some(key)
}

/// The consonants of Latin words without blanks and articles: "tesba7 3ala 5er" and "tisbah ala kheir".
fn sounds(words: &[&str]) -> Option<String> {
    if !words.iter().all(|word| word.is_ascii()) {
        return None;
    }
    let mut key = String::new();
    for word in words {
        let sounds = skeleton(word);
        let is_article = matches!(*word, "al" | "el" | "il" | "l");
        let bare = match sounds.strip_prefix("al") {
            Some("") if !is_article => "l",
            Some(bare) => bare,
            None if is_article => "",
            None => &sounds,
        };
        let again = key.chars().last().is_some_and(|last| bare.starts_with(last));
        key.push_str(if again { &bare[1..] } else { bare });
    }
    let has_digit = words.iter().any(|word| {
        word.contains(|c: char| c.is_ascii_digit())
            && word.contains(|c: char| c.is_ascii_alphabetic())
    });
    let (alone, several, with_digit) = SOUNDS_MIN;
    let enough = match words {
        _ if has_digit => with_digit,
        [_] => alone,
        _ => several,
    };
    (key.len() >= enough).then_some(key)
}

/// A phrase for each way through its `(a|b)`.
fn alternatives(text: &str) -> Vec<String> {
    let parts = text.split_once('(').and_then(|(before, rest)| {
        rest.split_once(')').map(|(choices, after)| (before, choices, after))
    });
    let Some((before, choices, after)) = parts else { return vec![text.to_owned()] };
    let after = alternatives(after);
    let both = |choice: &str| -> Vec<String> {
        after.iter().map(|after| format!("{before}{choice}{after}")).collect()
    };
    choices.split('|').flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> PhraseList {
        PhraseList::of("good (day|night); see you (soon|); مساء الخير", "tesba7 3ala 5er; sba7o")
    }

    fn taken(text: &str) -> (usize, usize) {
        let message = normalise(text);
        let words: Vec<&str> = message.words().collect();
        (list().longest(&words), list().longest_loosely(&words, &Keys::of(&words)))
    }

    #[test]
    fn alternatives_are_phrases_of_their_own() {
        for (text, words) in
            [("good day", 2), ("good night", 2), ("good", 0), ("see you soon", 3), ("see you", 2)]
        {
            assert_eq!(taken(text).0, words, "{text}");
        }
    }

    #[test]
    fn a_phrase_typed_in_a_hurry_is_found_loosely_only() {
        for (text, words) in [
            ("goodnight", 1),
            ("gooodd night", 2),
            ("مساءالخير", 1),
            ("مساء الخييير", 2),
            ("tisbah ala kheir", 3),
            ("tesba7ala 5eer", 2),
            ("saba7o", 1),
        ] {
            assert_eq!(
                taken(text),
                (if words == 2 && text.contains('ي') { 2 } else { 0 }, words),
                "{text}"
            );
        }
        for text in ["goods", "tasbih", "subs", "see", "مساء"] {
            assert_eq!(taken(text).1, 0, "{text}");
        }
    }
}
