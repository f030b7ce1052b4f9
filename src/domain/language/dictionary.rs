//! What a word of one language is called in the other: a small dictionary of everyday words and of
//! what people buy, pay, lose and ask about. With it a message in one language is said in the other
//! for entries whose examples know only that one. It knows words, not grammar; what comes out is
//! read by a classifier, never by people.

use super::Language;
use super::concepts;
use super::fold::is_arabic_letter;
use super::normalise::normalise;
use super::stem::stem;
use super::word_map::WordMap;
use std::borrow::Cow;
use std::sync::LazyLock;

/// One sense a line: its English words, then its Arabic words, the commonest of each first. `_`
/// joins the words of an expression. A word may stand in several lines, its commonest sense first.
const TABLE: &str = include_str!("dictionary.txt");

/// The longest expression the dictionary knows, in words.
pub const EXPRESSION_WORDS_MAX: usize = 2;

/// One thing that words of both languages say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sense(u16);

impl Sense {
    /// Its commonest words in a language, normalised; never none.
    pub fn words(self, language: Language) -> &'static [String] {
        let (english, arabic) = &DICTIONARY.words[usize::from(self.0)];
        match language {
            Language::En => english,
            Language::Ar => arabic,
        }
    }
}

/// What these normalised words may mean as one expression, the commonest first; empty if they are
/// not known.
pub fn senses(words: &[&str]) -> &'static [Sense] {
    let known = |key: &str| DICTIONARY.senses.get(key).map(Vec::as_slice);
    // Words that share a stem need not mean the same: the word itself comes first.
    let as_written = known(&written(words)).or_else(|| known(&stemmed(words)));
    match words {
        [word] => as_written.or_else(|| bare_forms(word).find_map(known)).unwrap_or_default(),
        _ => as_written.unwrap_or_default(),
    }
}

/// Every Arabic word of the dictionary, normalised.
pub fn arabic_words() -> impl Iterator<Item = &'static str> {
    DICTIONARY.words.iter().flat_map(|(_, arabic)| arabic).flat_map(|words| words.split(' '))
}

struct Dictionary {
    senses: WordMap<Vec<Sense>>,
    words: Vec<(Vec<String>, Vec<String>)>,
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut dictionary = Dictionary { senses: WordMap::default(), words: Vec::new() };
    let concepts = concepts::TABLE.lines().filter_map(|line| Some(line.split_once(": ")?.1));
    for line in TABLE.lines().chain(concepts) {
        let Some((english, arabic)) = line.split_once(" | ") else { continue };
        let sense = Sense(dictionary.words.len() as u16);
        let [english, arabic] = [english, arabic].map(|words| -> Vec<String> {
            words
                .split_whitespace()
                .map(|word| normalise(&word.replace('_', " ")).joined())
                .collect()
        });
        for word in english.iter().chain(&arabic) {
            let words: Vec<&str> = word.split(' ').collect();
            for key in [written(&words), stemmed(&words)] {
                let senses = dictionary.senses.entry(&key);
                if !senses.contains(&sense) {
                    senses.push(sense);
                }
            }
        }
        dictionary.words.push((english, arabic));
    }
    dictionary
});

/// The key of an expression as it is written, but for articles; no stem begins like it.
fn written(words: &[&str]) -> String {
    words.iter().fold(String::from("="), |key, word| key + " " + without_article(word))
}

fn without_article(word: &str) -> &str {
    let bare = ARTICLES.iter().find_map(|article| word.strip_prefix(article));
    bare.filter(|bare| bare.chars().count() >= LETTERS_LEFT).unwrap_or(word)
}

/// The key of an expression by its stems.
fn stemmed(words: &[&str]) -> String {
    words.iter().map(|word| stem(word)).collect::<Vec<_>>().join(" ")
}

/// The article, alone and with what may stand before it.
const ARTICLES: [&str; 3] = ["ال", "وال", "بال"];

/// What an Arabic word holds before its stem: "and", "with", "for", the future, the persons of a
/// verb. At most so many letters are taken off.
const BEFORE: [char; 9] = ['و', 'ف', 'ب', 'ل', 'س', 'ي', 'ت', 'ن', 'ا'];
const BEFORE_MAX: usize = 3;

/// Letters that must be left.
const LETTERS_LEFT: usize = 3;

/// The stems of an Arabic word without the ending of an accusative, and with fewer and fewer
/// letters before it.
fn bare_forms(word: &str) -> impl Iterator<Item = &str> {
    let enough = |form: &&str| form.chars().count() >= LETTERS_LEFT;
    let word = if word.chars().all(is_arabic_letter) { word } else { "" };
    let accusative = word.strip_suffix('ا').filter(enough);
    let shorter =
        std::iter::successors(Some(word), move |form| form.strip_prefix(BEFORE).filter(enough));
    // Stems of Arabic words are parts of them.
    accusative.into_iter().chain(shorter.skip(1).take(BEFORE_MAX)).map(|form| match stem(form) {
        Cow::Borrowed(stem) => stem,
        Cow::Owned(_) => form,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commonest words of the commonest sense, in the other language.
    fn said(words: &str, language: Language) -> Option<&'static str> {
        let n = normalise(words);
        let words: Vec<&str> = n.words().collect();
        senses(&words).first().map(|sense| sense.words(language)[0].as_str())
    }

    #[test]
    fn words_of_both_languages_and_their_forms_find_each_other() {
        for (arabic, english) in [
            ("بطاقتي", "card"),
            ("والبطاقات", "card"),
            ("سأستلم", "receive"),
            ("فلوسي", "money"),
            ("نقودا", "money"),
            ("عملات", "currency"),
            ("عمليات", "operation"),
            ("اليوم", "day"),
            ("كلمة المرور", "password"),
            ("سعر الصرف", "exchange rate"),
        ] {
            assert_eq!(said(arabic, Language::En), Some(english), "{arabic}");
        }
        for (english, arabic) in
            [("cards", "بطاقه"), ("password", "كلمه المرور"), ("opening hours", "ساعات العمل")]
        {
            assert_eq!(said(english, Language::Ar), Some(arabic), "{english}");
        }
        for unknown in ["zebra", "قرنبيط", "card zebra", ""] {
            assert_eq!(said(unknown, Language::En), None, "{unknown}");
        }
    }

    #[test]
    fn every_line_has_words_of_both_languages_in_their_letters() {
        let mut heads = std::collections::BTreeSet::new();
        for line in TABLE.lines() {
            let (english, arabic) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
            let is_english = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let is_arabic = |word: &str| {
                word.chars().all(|c| {
                    c == '_' || is_arabic_letter(c) || !normalise(&c.to_string()).text.contains(c)
                })
            };
            assert!(english.split(' ').all(is_english), "{line}");
            assert!(arabic.split(' ').all(is_arabic), "{line}");
            assert!(heads.insert(english.split(' ').next()), "{line}: its first word has a line");
            let longest = line.split([' ', '|']).map(|word| word.split('_').count()).max();
            assert!(longest <= Some(EXPRESSION_WORDS_MAX), "{line}");
        }
    }
}
