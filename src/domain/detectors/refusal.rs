//! What the customer says that they do *not* want: "I don't want to cancel". Where the refusal begins and
//! how far it reaches; what stands in it is for whoever matches topics to judge.
//!
//! A plain "not" is no refusal: "my order has not arrived" is what the message is about.

use super::compile::Compiler;
use super::scan::{Found, Node, PhraseBook, Reach, Reading};
use super::settings::Phrases;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How customers say what they do not want.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RefusalSettings {
    /// The wish that is denied: "I don't want to", «ما ابي». What follows is refused.
    pub wishes: Phrases,
    /// The deed itself is denied, and its word ends the phrase: "without cancelling", «لا تلغي».
    pub deeds: Phrases,
    /// Where such a phrase stands, a refusal is none: "I don't want to wait" complains.
    pub except: Phrases,
    /// Where such a phrase begins, a refusal ends: «ما ابي الغي ابي اغير».
    pub until: Phrases,
}

/// One refusal in a message, counted in its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// All of it.
    pub words: Range<usize>,
    /// What is refused.
    pub refused: Range<usize>,
}

/// The compiled phrases.
#[derive(Debug)]
pub(super) struct Refusals {
    book: PhraseBook,
}

/// The owners of the phrases.
const WISH: u32 = 0;
const DEED: u32 = 1;
const EXCEPT: u32 = 2;
const UNTIL: u32 = 3;

impl Refusals {
    pub(super) fn compile(settings: &RefusalSettings, compiler: &mut Compiler) -> Refusals {
        let RefusalSettings { wishes, deeds, except, until } = settings;
        let mut book = PhraseBook::default();
        let each = [
            ("wishes", wishes, WISH),
            ("deeds", deeds, DEED),
            ("except", except, EXCEPT),
            ("until", until, UNTIL),
        ];
        for (name, phrases, owner) in each {
            compiler.add(&format!("refusals.{name}"), phrases, owner, &mut book);
        }
        Refusals { book }
    }

    pub(super) fn book(&self) -> &PhraseBook {
        &self.book
    }

    pub(super) fn book_mut(&mut self) -> &mut PhraseBook {
        &mut self.book
    }

    /// The refusals of a message, in order, none within another.
    pub(super) fn find(&self, reading: &Reading, lists: &[Node]) -> Vec<Refusal> {
        let found = self.book.find(reading, lists, &[], Reach::Longest);
        let of = |owner| found.iter().filter(move |one| one.owner == owner);
        let mut begun: Vec<&Found> = of(WISH).chain(of(DEED)).collect();
        // Of two that begin together the longer one.
        begun.sort_by_key(|one| (one.words.start, std::cmp::Reverse(one.words.end)));
        let ends: Vec<usize> =
            of(UNTIL).chain(begun.iter().copied()).map(|it| it.words.start).collect();
        let mut refusals: Vec<Refusal> = Vec::new();
        for one in begun {
            if refusals.last().is_some_and(|last| one.words.start < last.words.end) {
                continue;
            }
            let goes_on =
                |word: &usize| reading.is_one_clause(*word - 1..*word + 1) && !ends.contains(word);
            let after = one.words.end..reading.len();
            let end = one.words.end + after.take_while(goes_on).count();
            let from = if one.owner == DEED { one.words.end - 1 } else { one.words.end };
            let words = one.words.start..end;
            let is_none = |by: &Found| by.words.start < end && words.start < by.words.end;
            if from < end && !of(EXCEPT).any(is_none) {
                refusals.push(Refusal { words, refused: from..end });
            }
        }
        refusals
    }
}
