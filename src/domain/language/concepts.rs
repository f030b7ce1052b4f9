//! Words that mean the same, in English and Arabic with its dialects: a small dictionary of what
//! people buy, pay, lose and ask about. Where examples are few, it finds "top up" under "add
//! money", and «فلوسي ما وصلت» under "my money has not arrived".

use super::normalise::normalise;
use super::stem::stem;
use super::word_map::WordMap;
use std::sync::LazyLock;

/// One concept a line: its name, English words, Arabic words as people write them.
pub(super) const TABLE: &str = include_str!("concepts.txt");

/// The concept of a word's stem, if it has one.
pub fn concept(stem: &str) -> Option<u16> {
    CONCEPTS.get(stem).copied().flatten()
}

static CONCEPTS: LazyLock<WordMap<Option<u16>>> = LazyLock::new(|| {
    let mut concepts: WordMap<Option<u16>> = WordMap::default();
    for (number, line) in TABLE.lines().enumerate() {
        let (_, words) = line.split_once(':').unwrap_or_default();
        for word in words.split_whitespace().filter(|word| *word != "|") {
            let word = normalise(word).joined();
            // A word that two concepts claim belongs to the first.
            concepts.entry(&stem(&word)).get_or_insert(number as u16);
        }
    }
    concepts
});

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str) -> Option<u16> {
        concept(&stem(&normalise(word).joined()))
    }

    #[test]
    fn both_languages_and_the_dialects_meet_in_one_concept() {
        for same in [
            &["money", "cash", "فلوسي", "المصاري", "نقود"][..],
            &["delivery", "shipped", "التوصيل"],
            &["declined", "rejecting", "مرفوضة", "انرفض"],
        ] {
            let first = of(same[0]);
            assert!(first.is_some());
            for word in same {
                assert_eq!(of(word), first, "{word}");
            }
        }
        assert_ne!(of("refund"), of("deposit"));
        assert_eq!(of("zebra"), None);
    }

    #[test]
    fn every_line_names_a_concept_in_both_languages() {
        for line in TABLE.lines() {
            let (name, words) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            let (english, arabic) = words.split_once(" | ").unwrap_or_else(|| panic!("{name}"));
            assert!(!english.trim().is_empty() && !arabic.trim().is_empty(), "{name}");
        }
    }
}
