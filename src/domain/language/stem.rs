//! The part of a word that stays the same when the grammar around it changes. English by
//! Snowball's rules; Arabic lightly, by taking off articles, prepositions and endings only, which
//! needs no dictionary and does little harm to dialect.

use super::fold::is_arabic_letter;
use super::stem_english;
use std::borrow::Cow;

/// What may stand before an Arabic noun, longest first. A single «ب» or «ل» is left alone: it is
/// as often part of the word.
const PREFIXES: [&str; 10] = ["وبال", "وال", "بال", "كال", "فال", "هال", "عال", "ولل", "لل", "ال"];

/// What may follow an Arabic word, longest first: possession, number, gender.
const SUFFIXES: [&str; 22] = [
    "كما", "هما", "تين", "تهم", "ها", "ان", "ات", "ون", "ين", "يه", "هم", "هن", "كم", "كن", "نا",
    "ني", "تي", "تك", "وا", "ه", "ي", "ك",
];

/// Letters that must be left when something is taken off.
const LETTERS_LEFT: usize = 3;

/// The stem of a normalised word, by the rules of its script.
pub fn stem(word: &str) -> Cow<'_, str> {
    if word.chars().next().is_some_and(is_arabic_letter) {
        Cow::Borrowed(light_arabic(word))
    } else if word.bytes().all(|b| b.is_ascii_lowercase()) {
        stem_english::stem(word)
    } else {
        Cow::Borrowed(word)
    }
}

/// A normalised Arabic word without the commonest things before and after it.
fn light_arabic(word: &str) -> &str {
    let letters = |text: &str| text.chars().count();
    let bare = PREFIXES
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .find(|rest| letters(rest) >= LETTERS_LEFT)
        .or_else(|| word.strip_prefix('و').filter(|rest| letters(rest) > LETTERS_LEFT))
        .unwrap_or(word);
    SUFFIXES
        .iter()
        .filter_map(|suffix| bare.strip_suffix(suffix))
        .find(|rest| letters(rest) >= LETTERS_LEFT)
        .unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let groups: [&[&str]; 5] = [
            &["بطاقه", "البطاقه", "بطاقات", "بطاقتي", "والبطاقه"],
            &["طلب", "الطلب", "طلبي", "طلبك", "للطلب", "بالطلب"],
            &["order", "orders", "ordered", "ordering"],
            &["حساب", "حسابي", "الحساب", "حسابات"],
            &["cancel", "cancels"],
        ];
        for group in groups {
            let first = stem(group[0]).into_owned();
            for word in group {
                assert_eq!(stem(word), first, "{word}");
            }
        }
    }

    #[test]
    fn a_short_arabic_word_keeps_its_letters() {
        for word in ["ولد", "بيت", "الف", "لله", "كان", "انا"] {
            assert_eq!(stem(word), word);
        }
    }
}
