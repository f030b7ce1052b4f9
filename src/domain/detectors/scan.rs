//! Finding compiled phrases in one message. Places are bits of one number, counted from the word
//! a phrase begins at, so that reading a phrase allocates nothing.

use super::filing::{Filing, PhraseId};
use super::vocabulary::{SetId, Vocabulary};
use crate::domain::language::{Normalised, Variety};
use std::cell::RefCell;
use std::ops::Range;

/// More words of a message are not read: beyond them lies pasted text, not a customer's need.
const WORDS_MAX: usize = 400;

/// Words that begin another clause: "it has not come and I want a person" wants one.
fn is_joining(word: &str) -> bool {
    matches!(word, "and" | "but" | "so" | "then" | "because" | "لكن" | "بس" | "عشان")
}

/// A message's words, looked up.
#[derive(Debug)]
pub(super) struct Reading {
    words: Vec<Word>,
    /// One bit for each set of words: whether some word of the message is in it.
    present: Vec<u64>,
    /// The phrases that the message may hold by the words they are filed under, in order.
    phrases: Vec<PhraseId>,
}

#[derive(Debug)]
struct Word {
    /// Where it stands in the normalised text.
    range: Range<usize>,
    /// The sets of written words it is in, in order.
    sets: Vec<SetId>,
    /// What stands before it.
    pause: Pause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pause {
    None,
    /// A comma and the like: negation ends here.
    Clause,
    /// A full stop, a question mark: phrases end here.
    Sentence,
}

impl Reading {
    /// Looks up a message's words.
    pub(super) fn of(
        message: &Normalised,
        variety: Variety,
        vocabulary: &Vocabulary,
        filing: &Filing,
    ) -> Reading {
        let arabizi = match variety {
            Variety::Arabizi | Variety::Mixed | Variety::Unknown => true,
            Variety::Arabic | Variety::English => false,
        };
        let mut before = 0;
        let mut words = Vec::with_capacity(message.tokens.len().min(WORDS_MAX));
        let mut present = vec![0; vocabulary.sets_len().div_ceil(64)];
        for (index, token) in message.tokens.iter().take(WORDS_MAX).enumerate() {
            let written = pause(message.text.get(before..token.range.start).unwrap_or_default());
            let pause = match is_joining(message.token(index)) {
                true => written.max(Pause::Clause),
                false => written,
            };
            before = token.range.end;
            let sets = vocabulary.sets_of(message.token(index), arabizi);
            sets.iter().for_each(|set| present[*set as usize / 64] |= 1 << (set % 64));
            words.push(Word { range: token.range.clone(), sets, pause });
        }
        let phrases = filing.under(each_of(&present));
        Reading { words, present, phrases }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The sets that a word is in; none if there is no such word.
    pub(super) fn sets(&self, word: usize) -> &[SetId] {
        self.words.get(word).map_or(&[], |word| &word.sets)
    }

    /// Where these words stand in the normalised text.
    pub(super) fn text_range(&self, words: &Range<usize>) -> Range<usize> {
        self.words[words.start].range.start..self.words[words.end - 1].range.end
    }

    /// Whether no comma or stop stands between these words.
    pub(super) fn is_one_clause(&self, words: Range<usize>) -> bool {
        let after_first = (words.start + 1).min(words.end)..words.end;
        self.words[after_first].iter().all(|word| word.pause == Pause::None)
    }

    /// Those of the phrases with these numbers that the message may hold.
    fn phrases_of(&self, numbers: Range<PhraseId>) -> &[PhraseId] {
        let from = self.phrases.partition_point(|phrase| *phrase < numbers.start);
        let to = self.phrases.partition_point(|phrase| *phrase < numbers.end);
        &self.phrases[from..to]
    }

    fn has(&self, set: SetId) -> bool {
        self.present[set as usize / 64] & (1 << (set % 64)) != 0
    }
}

fn pause(between: &str) -> Pause {
    // Dots in a row are a hesitation, not an end.
    if between.contains("..") || between.contains('…') {
        return Pause::Clause;
    }
    let of = |c: char| match c {
        '.' | '!' | '?' | ';' | ':' | '\n' => Pause::Sentence,
        ',' | '-' | '–' | '—' | '(' | ')' => Pause::Clause,
        _ => Pause::None,
    };
    between.chars().map(of).max().unwrap_or(Pause::None)
}

/// One part of a compiled phrase.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A word of this set.
    Words(SetId),
    /// Up to so many words of any kind.
    Gap(usize),
    /// The message begins here.
    Start,
    /// The message ends here.
    End,
    /// May be left out.
    Optional(Vec<Node>),
    /// One of these.
    Choice(Vec<Vec<Node>>),
    /// One of the lists of the lexicon.
    List(usize),
}

/// Compiled phrases, each with its owner.
#[derive(Debug, Default)]
pub(super) struct PhraseBook {
    phrases: Vec<(Vec<Node>, u32)>,
    /// The number of the first, over all books.
    first: PhraseId,
}

/// Where a phrase stands in a message.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its words.
    pub words: Range<usize>,
    /// Whose phrase it is.
    pub owner: u32,
    /// Its place in the book.
    phrase: usize,
}

/// Which of several readings of a phrase counts: for evidence the shortest, so that it points at
/// the words that matter; for what takes evidence away the longest, so that nothing is left over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach {
    Shortest,
    Longest,
}

impl PhraseBook {
    /// Adds a phrase.
    pub(super) fn add(&mut self, nodes: Vec<Node>, owner: u32) {
        self.phrases.push((nodes, owner));
    }

    /// All phrases in order.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &[Node]> {
        self.phrases.iter().map(|(nodes, _)| nodes.as_slice())
    }

    /// Tells the number of the first phrase.
    pub(super) fn number_from(&mut self, first: PhraseId) {
        self.first = first;
    }

    /// All places where a phrase stands, by place then phrase. Words that are `masked` carry nothing,
    /// but may lie in a gap.
    pub(super) fn find(
        &self,
        reading: &Reading,
        lists: &[Node],
        masked: &[bool],
        reach: Reach,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let filed = reading.phrases_of(self.first..self.first + self.phrases.len() as PhraseId);
        if filed.is_empty() {
            return found;
        }
        let scan = Scan::new(reading, lists, masked);
        let places = filed.iter().map(|phrase| (phrase - self.first) as usize);
        let held: Vec<usize> = places.filter(|at| scan.may_hold(&self.phrases[*at].0)).collect();
        for at in 0..reading.len() {
            for phrase in &held {
                let (nodes, owner) = &self.phrases[*phrase];
                // The first bit is the empty reading.
                let ends = scan.read(nodes, at, 1) & !1;
                let length = match reach {
                    _ if ends == 0 => continue,
                    Reach::Shortest => ends.trailing_zeros(),
                    Reach::Longest => 63 - ends.leading_zeros(),
                };
                let words = at..at + length as usize;
                found.push(Found { words, owner: *owner, phrase: *phrase });
            }
        }
        found
    }

    /// Whether a phrase that was found cannot be read there without this word: it is one of its
    /// own, not one that lies in a gap.
    pub(super) fn needs(
        &self,
        found: &Found,
        word: usize,
        reading: &Reading,
        lists: &[Node],
        masked: &[bool],
    ) -> bool {
        let mut without = masked.to_vec();
        without.resize(reading.len(), false);
        without[word] = true;
        let scan = Scan::new(reading, lists, &without);
        let (nodes, _) = &self.phrases[found.phrase];
        scan.read(nodes, found.words.start, 1) & bit(found.words.len()) == 0
    }
}

/// Reads phrases at places of one message. Bit `b` of a number of places stands for the place
/// before the word `b` words after where the phrase begins; no phrase spans more than 63 words.
struct Scan<'a> {
    reading: &'a Reading,
    lists: &'a [Node],
    masked: &'a [bool],
    /// What was found out about each list: whether the message can hold it, and where it ends when
    /// it begins before a certain word.
    known: RefCell<Known>,
}

struct Known {
    may_hold: Vec<Option<bool>>,
    /// Empty until a list is looked for: in most messages none is.
    ends: Vec<Option<u64>>,
}

impl<'a> Scan<'a> {
    fn new(reading: &'a Reading, lists: &'a [Node], masked: &'a [bool]) -> Scan<'a> {
        let known = Known { may_hold: vec![None; lists.len()], ends: Vec::new() };
        Scan { reading, lists, masked, known: RefCell::new(known) }
    }

    /// Whether the message has the words at all, wherever: most phrases end here.
    fn may_hold(&self, nodes: &[Node]) -> bool {
        nodes.iter().all(|node| match node {
            Node::Words(set) => self.reading.has(*set),
            Node::Gap(_) | Node::Start | Node::End | Node::Optional(_) => true,
            Node::Choice(choices) => choices.iter().any(|nodes| self.may_hold(nodes)),
            Node::List(list) => self.may_hold_list(*list),
        })
    }

    fn may_hold_list(&self, list: usize) -> bool {
        let known = self.known.borrow().may_hold[list];
        known.unwrap_or_else(|| {
            let may = self.may_hold(std::slice::from_ref(&self.lists[list]));
            self.known.borrow_mut().may_hold[list] = Some(may);
            may
        })
    }

    /// The places that can be reached by reading the nodes from these places.
    fn read(&self, nodes: &[Node], at: usize, mut places: u64) -> u64 {
        for node in nodes {
            if places == 0 {
                break;
            }
            places = self.step(node, at, places);
        }
        places
    }

    fn step(&self, node: &Node, at: usize, places: u64) -> u64 {
        match node {
            Node::Words(set) => each(places)
                .filter(|place| self.goes_on(at, *place) && self.is_in(at + place, *set))
                .fold(0, |reached, place| reached | bit(place + 1)),
            Node::Gap(words) => {
                each(places).fold(0, |reached, place| reached | self.gap(at, place, *words))
            }
            Node::Start => places & if at == 0 { 1 } else { 0 },
            Node::End => places & bit(self.reading.len() - at),
            Node::Optional(nodes) => places | self.read(nodes, at, places),
            Node::Choice(choices) => {
                choices.iter().fold(0, |reached, nodes| reached | self.read(nodes, at, places))
            }
            Node::List(list) => each(places)
                .filter(|place| self.goes_on(at, *place))
                .fold(0, |reached, place| reached | (self.list_ends(*list, at + place) << place)),
        }
    }

    /// Where a list that begins before a word ends, counted from there.
    fn list_ends(&self, list: usize, at: usize) -> u64 {
        let index = list * (self.reading.len() + 1) + at;
        let known = self.known.borrow().ends.get(index).copied().flatten();
        known.unwrap_or_else(|| {
            let ends = self.step(&self.lists[list], at, 1);
            let known = &mut self.known.borrow_mut().ends;
            known.resize(self.lists.len() * (self.reading.len() + 1), None);
            known[index] = Some(ends);
            ends
        })
    }

    /// A phrase does not go on into the next sentence.
    fn goes_on(&self, at: usize, place: usize) -> bool {
        let next = self.reading.words.get(at + place);
        place == 0 || next.is_none_or(|word| word.pause < Pause::Sentence)
    }

    fn is_in(&self, at: usize, set: SetId) -> bool {
        !self.masked.get(at).copied().unwrap_or(false)
            && self.reading.words.get(at).is_some_and(|word| word.sets.binary_search(&set).is_ok())
    }

    /// The places within a gap that begins at this place: it stays within its sentence.
    fn gap(&self, at: usize, place: usize, words_max: usize) -> u64 {
        let rest = self.reading.words.get(at + place..).unwrap_or_default();
        let open = rest.iter().take(words_max).take_while(|word| word.pause < Pause::Sentence);
        (0..=open.count()).fold(0, |reached, word| reached | bit(place + word))
    }
}

fn bit(place: usize) -> u64 {
    if place < 64 { 1 << place } else { 0 }
}

/// The numbers of the bits that are set.
fn each_of(bits: &[u64]) -> impl Iterator<Item = SetId> {
    (0..)
        .zip(bits)
        .flat_map(|(at, bits): (SetId, _)| each(*bits).map(move |bit| at * 64 + bit as SetId))
}

fn each(mut places: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (places != 0).then(|| places.trailing_zeros() as usize);
        places &= places.wrapping_sub(1);
        place
    })
}
