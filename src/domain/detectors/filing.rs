//! Where a phrase is looked for. There are thousands of phrases and a message has words of
//! hundreds of them ("i", "not", "my"), so each is filed under those of its words that are named
//! most rarely: whatever lacks them cannot hold it, and is not asked about it.

use super::lexicon::Lexicon;
use super::scan::Node;
use super::vocabulary::{SetId, Vocabulary};

/// The number of a phrase, over all lexicons.
pub(super) type PhraseId = u32;

/// For each set of words the phrases that are filed under it.
#[derive(Debug, Default)]
pub(super) struct Filing {
    by_set: Vec<Vec<PhraseId>>,
}

impl Filing {
    /// Files the phrases of these lexicons, book by book, and tells each book its first number.
    pub(super) fn of(lexicons: &mut [Lexicon], vocabulary: &Vocabulary) -> Filing {
        let mut uses = vec![0; vocabulary.sets_len()];
        for lexicon in lexicons.iter() {
            for phrase in lexicon.books().into_iter().flat_map(|book| book.phrases()) {
                count(phrase, lexicon.lists(), &mut uses);
            }
        }
        let common = vocabulary.commonness(&uses);
        let mut filing = Filing { by_set: vec![Vec::new(); vocabulary.sets_len()] };
        let mut next: PhraseId = 0;
        for lexicon in lexicons {
            for book in 0..lexicon.books().len() {
                lexicon.number_book(book, next);
                for phrase in lexicon.books()[book].phrases() {
                    let needed = needed(phrase, lexicon.lists(), &common).unwrap_or_default();
                    for set in needed.sets {
                        filing.by_set[set as usize].push(next);
                    }
                    next += 1;
                }
            }
        }
        filing
    }

    /// The phrases filed under these sets, in order.
    pub(super) fn under(&self, sets: impl Iterator<Item = SetId>) -> Vec<PhraseId> {
        let filed = sets.filter_map(|set| self.by_set.get(set as usize)).flatten();
        let mut phrases: Vec<PhraseId> = filed.copied().collect();
        phrases.sort_unstable();
        phrases.dedup();
        phrases
    }
}

/// Sets of which a message must have one, or it does not hold the phrase.
#[derive(Debug, Clone, Default)]
struct Needed {
    sets: Vec<SetId>,
    /// How common they are together.
    common: u64,
}

/// Counts how often each set is named, also by the lists that phrases name.
fn count(nodes: &[Node], lists: &[Node], uses: &mut [u64]) {
    for node in nodes {
        match node {
            Node::Words(set) => uses[*set as usize] += 1,
            Node::Gap(_) | Node::Start | Node::End => {}
            Node::Optional(nodes) => count(nodes, lists, uses),
            Node::Choice(choices) => choices.iter().for_each(|nodes| count(nodes, lists, uses)),
            Node::List(list) => count(std::slice::from_ref(&lists[*list]), lists, uses),
        }
    }
}

/// The rarest that a row of nodes needs; `None` if it can be read without a word.
fn needed(nodes: &[Node], lists: &[Node], common: &[u64]) -> Option<Needed> {
    nodes.iter().filter_map(|node| needed_by(node, lists, common)).min_by_key(|one| one.common)
}

fn needed_by(node: &Node, lists: &[Node], common: &[u64]) -> Option<Needed> {
    match node {
        Node::Words(set) => Some(Needed { sets: vec![*set], common: common[*set as usize] }),
        Node::Gap(_) | Node::Start | Node::End | Node::Optional(_) => None,
        Node::Choice(choices) => {
            let mut all = Needed::default();
            for nodes in choices {
                let one = needed(nodes, lists, common)?;
                all.sets.extend(one.sets);
                all.common += one.common;
            }
            Some(all)
        }
        Node::List(list) => needed_by(&lists[*list], lists, common),
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::{Dialect, LexiconSettings};
    use super::*;
    use crate::domain::detectors::SignalKind;
    use std::collections::BTreeMap;

    #[test]
    fn a_phrase_is_filed_under_the_word_that_phrases_name_most_rarely() {
        let phrases = ["i want (a|the) person", "i want out", "i (give up|quit)", "not (i want)?"];
        let harmless = BTreeMap::from([(Dialect::En, phrases.map(str::to_owned).to_vec())]);
        let settings = LexiconSettings { harmless, ..LexiconSettings::default() };
        let (mut vocabulary, mut errors) = (Vocabulary::default(), Vec::new());
        let lexicon =
            Lexicon::compile(SignalKind::HumanRequest, &settings, &mut vocabulary, &mut errors);
        assert_eq!(errors, []);
        let filing = Filing::of(&mut [lexicon], &vocabulary);
        let under = |word: &str| filing.under(vocabulary.sets_of(word, false).into_iter());
        for (word, phrases) in [
            ("i", &[][..]),
            ("want", &[]),
            ("person", &[0]),
            ("out", &[1]),
            ("quit", &[2]),
            ("not", &[3]),
        ] {
            assert_eq!(under(word), phrases, "{word}");
        }
        assert_eq!([under("give"), under("up")].concat(), [2], "of a choice one word each");
    }
}
