//! English words in Arabic letters, «ريفند» and «كستمر سيرفس», and what they are in Arabic: examples are
//! written in Arabic, and no two people spell a loan word alike.

use super::normalise::normalise;
use super::word_map::WordMap;
use std::borrow::Cow;
use std::sync::LazyLock;

/// One meaning a line: how it is said in Arabic, and its loan words in their spellings. `_` joins the
/// words of an expression, which has as many words on both sides.
const TABLE: &str = include_str!("loans.txt");

/// Glued before a word, the longest first, and how it stands before the Arabic word.
const PARTICLES: [&str; 11] = ["وال", "بال", "فال", "هال", "عال", "ال", "لل", "و", "ب", "ل", "ف"];

/// A loan word: the words after its first, and what is said instead of all of them.
type Loan = (Vec<String>, Vec<String>);

static LOANS: LazyLock<WordMap<Vec<Loan>>> = LazyLock::new(|| {
    let words = |text: &str| -> Vec<String> {
        text.split('_').map(|word| normalise(word).joined()).collect()
    };
    let mut loans: WordMap<Vec<Loan>> = WordMap::default();
    for line in TABLE.lines() {
        let (said, spellings) = line.split_once(" | ").unwrap_or_default();
        for spelling in spellings.split_whitespace() {
            let mut spelling = words(spelling);
            let first = spelling.remove(0);
            loans.entry(&first).push((spelling, words(said)));
        }
    }
    loans
});

/// The same message with its loan words said in Arabic, word for word, so that what is found can be
/// pointed at; `None` if it has none.
pub fn in_arabic<'w>(words: &[&'w str]) -> Option<Vec<Cow<'w, str>>> {
    let mut said: Vec<Cow<str>> = Vec::with_capacity(words.len());
    let mut any = false;
    while let Some(rest) = words.get(said.len()..).filter(|rest| !rest.is_empty()) {
        match loan(rest) {
            Some((particle, loan)) => {
                any = true;
                let first = format!("{particle}{}", loan[0]);
                // «الخدمة العملاء» says the article once too often, but is read like the other.
                said.push(Cow::Owned(first));
                said.extend(loan[1..].iter().map(|word| Cow::Borrowed(word.as_str())));
            }
            None => said.push(Cow::Borrowed(rest[0])),
        }
    }
    any.then_some(said)
}

/// The longest loan word that stands at the start of these words, with what is glued before it.
fn loan<'w>(words: &[&'w str]) -> Option<(&'w str, &'static [String])> {
    let known = |first: &str| {
        let loans = LOANS.get(first).into_iter().flatten();
        let stands = |loan: &&Loan| {
            words.get(1..=loan.0.len()).is_some_and(|rest| rest.iter().eq(loan.0.iter()))
        };
        loans.filter(stands).max_by_key(|loan| loan.0.len()).map(|loan| loan.1.as_slice())
    };
    let as_is = known(words[0]).map(|said| ("", said));
    as_is.or_else(|| {
        PARTICLES.iter().find_map(|particle| {
            let bare = words[0].strip_prefix(particle)?;
            let particle = &words[0][..particle.len()];
            known(bare).map(|said| (particle, said))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        let message = normalise(text);
        let words: Vec<&str> = message.words().collect();
        in_arabic(&words).map(|said| said.join(" "))
    }

    #[test]
    fn a_loan_word_is_said_in_arabic_word_for_word() {
        for (text, arabic) in [
            ("ابي ريفاند", "ابي استرجاع"),
            ("كم الديليفري", "كم التوصيل"),
            ("وين اوردري", "وين طلبي"),
            ("في كاش اون دليفري؟", "في الدفع عند الاستلام"),
            ("رقم الكستمر سيرفس", "رقم الخدمه العملاء"),
            ("سايز والبيمنت", "مقاس والدفع"),
        ] {
            assert_eq!(said(text).as_deref(), Some(arabic), "{text}");
        }
        for text in ["وين طلبي", "where is my order", "كستمر", ""] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn an_arabic_word_that_sounds_like_an_english_one_stays() {
        let rows = "ابغى ادرس في الجامعة;كيف اوفر فلوس;وش اوفر باقة;كيف دمج الحسابين;بشرتي جفت;لنك ما رديت;\
                    البلد والولد وال;السلام عليكم ورحمة الله;ابي بدل تالف;هل في توصيل لجدة;الو فيه احد;بكم الفستان;\
                    كم يوم ياخذ الشحن;لون القميص;عندي كرت هدية;فلوسي ما رجعت;بطاقتي انسرقت;لو سمحت وين فرعكم;\
                    تراك ما رديت علي;وقفت الشحنة عندكم;اتشنج المريض";
        for text in rows.split(';') {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn every_loan_has_as_many_words_as_its_meaning() {
        for line in TABLE.lines() {
            let (said, spellings) = line.split_once(" | ").unwrap_or_else(|| panic!("{line}"));
            for spelling in spellings.split_whitespace() {
                assert_eq!(spelling.split('_').count(), said.split('_').count(), "{spelling}");
            }
        }
    }
}
