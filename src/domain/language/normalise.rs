//! A message in the form in which everything compares it: one spelling for what people write in
//! many ways, with the way back to the customer's own words kept for every letter, because an
//! explanation must point at what was really typed.

use super::fold;
use super::span::Span;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// A word of a normalised text: a run of letters and digits of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in [`Normalised::text`], in bytes.
    pub range: Range<usize>,
}

/// A message brought to comparable form.
///
/// Compatible characters are unified (NFKC), letters are lower case and without accents, Arabic
/// is written with one form a letter and no vowel signs, digits are ASCII, white space is single
/// blanks, invisible characters are gone, a letter written three or more times stands once,
/// letters written apart are a word (`h e l l o`), and an apostrophe inside a word is dropped (`don't`
/// = `dont`) unless the result would be another word (`he'll`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The comparable text, punctuation included.
    pub text: String,
    /// Its words in order.
    pub tokens: Vec<Token>,
    /// For each character of `text`: where it begins there, and where it comes from.
    origins: Vec<(u32, Span)>,
}

impl Normalised {
    /// The part of the original utterance that a stretch of the normalised text comes from. The
    /// ends are widened to whole characters; a stretch outside the text gives an empty span.
    pub fn original_span(&self, range: Range<usize>) -> Span {
        let first = self.origins.partition_point(|(at, _)| (*at as usize) <= range.start);
        let past = self.origins.partition_point(|(at, _)| (*at as usize) < range.end);
        let first = if range.start < self.text.len() { first.saturating_sub(1) } else { past };
        match self.origins.get(first..past.max(first)) {
            Some([(_, only)]) => *only,
            Some([(_, first), .., (_, last)]) => first.join(*last),
            Some([]) | None => Span { start: 0, end: 0 },
        }
    }

    /// The words of one token; empty if there is no such token.
    pub fn token(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &self.text[token.range.clone()])
    }

    /// All words in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| &self.text[token.range.clone()])
    }

    /// The words joined by single blanks: two messages that say the same words have the same.
    pub fn joined(&self) -> String {
        let mut joined = String::with_capacity(self.text.len());
        for word in self.words() {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(word);
        }
        joined
    }
}

/// Fewer letters written apart are something else: sizes ("S M L"), initials, «ج.م.ع», a number plate («أ ب ج»).
const SPELT_LETTERS_MIN: usize = 4;
/// Each of these letters is a word in a hurried message: "y r u a ...".
const WORD_LETTERS: &str = "airuyn";

/// A folded character and the part of the original it stands for.
type Placed = (char, Span);

/// Brings a message to the form in which messages are compared. Total: any text has one.
pub fn normalise(original: &str) -> Normalised {
    let mut placed = compose(original);
    join_spelt(&mut placed);
    squeeze(&mut placed);
    join_contractions(&mut placed);
    blank(&mut placed);
    let mut text = String::with_capacity(original.len());
    let mut origins = Vec::with_capacity(placed.len());
    for (c, span) in placed {
        origins.push((offset(text.len()), span));
        text.push(c);
    }
    let tokens = tokens(&text);
    Normalised { text, tokens, origins }
}

/// Messages are limited long before, but a text beyond 4 GiB must not wrap around either.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// NFKC and folding, one group of characters that can combine at a time, so that each result can
/// be placed. Invisible characters go first: they must not keep a letter from its accent.
fn compose(original: &str) -> Vec<Placed> {
    let mut out = Vec::with_capacity(original.len());
    let mut group: Vec<char> = Vec::with_capacity(4);
    let mut span = Span { start: 0, end: 0 };
    let mut letters = original.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let is_everyday = fold::is_everyday(c);
        if !is_everyday && fold::is_invisible(c) {
            continue;
        }
        let past = offset(at + c.len_utf8());
        if is_everyday && letters.peek().is_none_or(|(_, next)| fold::is_everyday(*next)) {
            // Nothing combines with it.
            flush(&group, span, &mut out);
            group.clear();
            let c = if fold::is_apostrophe(c) { '\'' } else { c };
            fold_into(c, Span { start: offset(at), end: past }, &mut out);
            continue;
        }
        let c = if fold::is_apostrophe(c) { '\'' } else { c };
        if !group.is_empty() && begins_group(c) {
            flush(&group, span, &mut out);
            group.clear();
        }
        if group.is_empty() {
            span.start = offset(at);
        }
        span.end = past;
        group.push(c);
    }
    flush(&group, span, &mut out);
    out
}

/// Whether nothing before this character can combine with it.
fn begins_group(c: char) -> bool {
    if is_plain(c) {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    let first = first.unwrap_or(c);
    canonical_combining_class(first) == 0
        && unicode_normalization::is_nfkc_quick(std::iter::once(first))
            == unicode_normalization::IsNormalized::Yes
}

/// Characters that NFKC leaves alone and that combine with nothing before them: nearly all that
/// customers write, so they take the short way.
fn is_plain(c: char) -> bool {
    c.is_ascii() || fold::is_everyday(c)
}

fn flush(group: &[char], span: Span, out: &mut Vec<Placed>) {
    match group {
        [] => {}
        [c] if is_plain(*c) => fold_into(*c, span, out),
        many => many.iter().copied().nfkc().for_each(|c| fold_into(c, span, out)),
    }
}

fn fold_into(c: char, span: Span, out: &mut Vec<Placed>) {
    if c.is_ascii() {
        out.push((c.to_ascii_lowercase(), span));
        return;
    }
    if fold::is_everyday(c) {
        out.push((fold::arabic(c), span));
        return;
    }
    for c in c.to_lowercase() {
        // NFKC can bring forth what was hidden in a compatibility character.
        if !fold::is_optional_mark(c) && !fold::is_invisible(c) {
            out.push((fold::without_accent(fold::arabic(c)), span));
        }
    }
}

/// «م ر ح ب ا» is «مرحبا», "w h e r e" is "where", "h.e.l.l.o" is "hello": letters written apart, so many in
/// a row that they are no words, are one word. More than one mark between them parts words also here.
fn join_spelt(placed: &mut Vec<Placed>) {
    let at = |place: usize| placed.get(place).map(|(c, _)| *c);
    let is_apart = |c: Option<char>| c.is_none_or(|c| !fold::is_in_word(c) && c != '\'');
    // A letter that touches no other, and the mark after which the next one stands.
    let is_alone = |place: usize| {
        at(place).is_some_and(char::is_alphabetic)
            && is_apart(at(place + 1))
            && (place == 0 || is_apart(at(place - 1)))
    };
    let is_mark = |c: char| c.is_whitespace() || c == '.';
    let mut dropped: Vec<usize> = Vec::new();
    let mut from = 0;
    while from < placed.len() {
        let mark = at(from + 1).filter(|c| is_mark(*c));
        let is_arabic = |place: usize| at(place).is_some_and(fold::is_arabic_letter);
        let goes_on = |letters: &usize| {
            is_alone(from + 2 * letters)
                && is_arabic(from + 2 * letters) == is_arabic(from)
                && (*letters == 0 || mark.is_some() && at(from + 2 * letters - 1) == mark)
        };
        let letters = (0..).take_while(goes_on).count();
        let is_word = |letter: usize| {
            at(from + 2 * letter).is_some_and(|letter| WORD_LETTERS.contains(letter))
        };
        if letters >= SPELT_LETTERS_MIN && !(0..letters).all(is_word) {
            dropped.extend((1..letters).map(|letter| from + 2 * letter - 1));
        }
        from += (2 * letters).max(1);
    }
    let (mut place, mut next) = (0, 0);
    placed.retain(|_| {
        let drop = dropped.get(next) == Some(&place);
        place += 1;
        next += usize::from(drop);
        !drop
    });
}

/// «شكراااا» is «شكرا», "heeelp" is "help": a letter three or more times in a row stands once.
fn squeeze(placed: &mut Vec<Placed>) {
    let (mut kept, mut at) = (0, 0);
    while at < placed.len() {
        let (c, mut span) = placed[at];
        let run = placed[at..].iter().take_while(|(next, _)| *next == c).count();
        if run >= 3 && c.is_alphabetic() {
            span = span.join(placed[at + run - 1].1);
            placed[kept] = (c, span);
            kept += 1;
        } else {
            placed.copy_within(at..at + run, kept);
            kept += run;
        }
        at += run;
    }
    placed.truncate(kept);
}

/// Drops the apostrophe of `don't`, `it's`, `i'm` and of Arabizi `3'`, `7'`; keeps it as a
/// boundary where joining would make another word (`he'll`, `we're`, `she'd`).
fn join_contractions(placed: &mut Vec<Placed>) {
    if !placed.iter().any(|(c, _)| *c == '\'') {
        return;
    }
    let letters: Vec<char> = placed.iter().map(|(c, _)| *c).collect();
    let mut at = 0;
    placed.retain(|_| {
        at += 1;
        !(letters[at - 1] == '\'' && joins(&letters, at - 1))
    });
}

fn joins(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(' ', |i| letters[i]);
    let after = letters.get(at + 1).copied().unwrap_or(' ');
    let next = letters.get(at + 2).copied().unwrap_or(' ');
    let past = letters.get(at + 3).copied().unwrap_or(' ');
    let inside = fold::is_latin_letter(after)
        && (fold::is_latin_letter(before) || matches!(before, '3' | '6' | '7' | '9'));
    let ends = |c: char| !c.is_alphanumeric();
    let other_word = match after {
        'd' => ends(next),
        'l' => next == 'l' && ends(past),
        'r' => next == 'e' && ends(past),
        _ => false,
    };
    inside && !other_word
}

/// White space of any kind and length is one blank between words and none at the ends.
fn blank(placed: &mut Vec<Placed>) {
    let mut after_blank = true;
    placed.retain_mut(|(c, _)| {
        let is_blank = c.is_whitespace();
        if is_blank {
            *c = ' ';
        }
        let keep = !(is_blank && after_blank);
        after_blank = is_blank;
        keep
    });
    if placed.last().is_some_and(|(c, _)| *c == ' ') {
        placed.pop();
    }
}

/// Runs of letters and digits, parted where Arabic meets Latin (`الorder`).
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5 + 1);
    let mut open: Option<(usize, Option<bool>)> = None;
    for (at, c) in text.char_indices() {
        let is_in_word = fold::is_in_word(c);
        let arabic = match (fold::is_arabic_letter(c), fold::is_latin_letter(c)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        let parts = matches!((open, arabic), (Some((_, Some(a))), Some(b)) if a != b);
        if let (Some((start, _)), true) = (open, parts || !is_in_word) {
            tokens.push(Token { range: start..at });
            open = None;
        }
        if is_in_word {
            let (start, script) = open.unwrap_or((at, None));
            open = Some((start, arabic.or(script)));
        }
    }
    if let Some((start, _)) = open {
        tokens.push(Token { range: start..text.len() });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_in_many_ways_has_one_spelling() {
        let rows = [
            ("  Where\tIS\n my   ORDER ", "where is my order"),
            ("أُريدُ إلغاءَ الطَّلَبِ", "اريد الغاء الطلب"),
            ("مكتبة مستشفى شئون مؤكد", "مكتبه مستشفي شيون موكد"),
            ("شكرااااا جزيييلا", "شكرا جزيلا"),
            ("طلبـــــي", "طلبي"),
            ("٣٤٥ ۶۷", "345 67"),
            ("ﻻ ﷲ ﻃﻠﺒﻲ", "لا الله طلبي"),
            ("کتاب گل", "كتاب كل"),
            ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
            ("Café naïve e\u{301}te\u{301}", "cafe naive ete"),
            ("heeeelp pleaseeee 1000", "help please 1000"),
            ("don't I'm it’s", "dont im its"),
            ("he'll we're I'd", "he'll we're i'd"),
            ("3'ali 7'ali", "3ali 7ali"),
            ("a\u{200b}b\u{202e}c\u{feff}d\u{0}e", "abcde"),
            ("وين؟", "وين?"),
            ("w h e r e  i s  m y  o r d e r", "where i s m y order"),
            ("م ر ح ب ا", "مرحبا"),
            ("ا.ر.ي.د طلبي h.e.l.l.o", "اريد طلبي hello"),
            ("plan a b c d e?", "plan abcde?"),
        ];
        for (original, expected) in rows {
            assert_eq!(normalise(original).text, expected, "{original}");
        }
    }

    #[test]
    fn letters_that_stand_apart_for_a_reason_stay_apart() {
        let rows = [
            "a b c",
            "i or a",
            "i m a customer",
            "y r u a robot",
            "do you have s m l xl xxl?",
            "size s, m, l, x or xl",
            "plan a / b / c / d",
            "a-b-c-d",
            "order a 1 2 3 4 b",
            "a 1 b 2 c 3 d 4",
            "1 2 3 4 5 6",
            "+966 5 0 1 2 3 4 5 6 7",
            "0 5 0 - 1 2 3",
            "j. k. rowling, j. r. r. t. smith, j r r tolkien",
            "e.g. this, i.e. that, at 9 a.m. in the u.s.a.",
            "1.5 l, 2 x 3 m",
            "vitamin b 1 2, vitamin c",
            "و في ا ب",
            "ج. م. ع",
            "ج.م.ع",
            "ش.م.م و ذ.م.م",
            "100 ر.س و 50 د.ا",
            "ص.ب 1 2 3 4",
            "لوحه ا ب ج 1 2 3 4",
            "مقاس س او ص",
            "انا و هو و هي",
            "مقاس l و m و s و xl",
        ];
        for text in rows {
            assert_eq!(normalise(text).text, text);
        }
    }

    #[test]
    fn words_part_at_marks_and_where_the_script_changes() {
        let rows: [(&str, &[&str]); 5] = [
            ("where is my order?", &["where", "is", "my", "order"]),
            ("الorder حقي", &["ال", "order", "حقي"]),
            ("7abibi wa2t 3ndi", &["7abibi", "wa2t", "3ndi"]),
            ("he'll pay 5kg", &["he", "ll", "pay", "5kg"]),
            ("", &[]),
        ];
        for (text, expected) in rows {
            let n = normalise(text);
            assert_eq!(n.words().collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn the_way_back_leads_to_the_words_as_typed() {
        let original = "قل: شكراً جزيييلاً، الـطَّلـب ﷲ";
        let n = normalise(original);
        let typed: Vec<&str> = n
            .tokens
            .iter()
            .map(|token| n.original_span(token.range.clone()).of(original))
            .collect();
        assert_eq!(typed, ["قل", "شكراً", "جزيييلاً", "الـطَّلـب", "ﷲ"]);
        assert_eq!(n.original_span(900..901), Span { start: 0, end: 0 });
    }

    proptest! {
        #[test]
        fn words_of_two_letters_and_more_are_joined_to_nothing(
            words in prop::collection::vec("[b-df-hj-np-tv-z][aeiou]|[ابتنم][رسلوي]|[0-9]", 0..12),
            mark in "[ .]",
        ) {
            let text = words.join(&mark);
            prop_assert_eq!(normalise(&text).text, text);
        }

        #[test]
        fn every_stretch_of_any_text_leads_back_to_whole_characters(text in any::<String>()) {
            let n = normalise(&text);
            for token in &n.tokens {
                prop_assert!(n.text.get(token.range.clone()).is_some_and(|word| !word.is_empty()));
                let span = n.original_span(token.range.clone());
                prop_assert!(span.start < span.end);
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
            }
        }

        #[test]
        fn canonically_equal_texts_are_one(text in "[a-zA-Zà-ÿ \u{0}-\u{7f}آ-ي\u{64b}-\u{655}\u{300}-\u{32f}ऩ가-각ｶ-ﾟ]{0,24}") {
            use unicode_normalization::UnicodeNormalization;
            let plain = normalise(&text);
            for other in [text.nfc().collect::<String>(), text.nfd().collect::<String>()] {
                prop_assert_eq!(&normalise(&other).text, &plain.text);
                prop_assert_eq!(&normalise(&other).tokens, &plain.tokens);
            }
        }
    }
}
