//! The small language in which lexicons are written: a phrase is a row of words with optional
//! parts, choices, named word lists and gaps. This file reads one phrase; `vocabulary` knows the
//! words and `lexicon` finds phrases in messages.
//!
//! | written | means |
//! |---|---|
//! | `agent` | this word; Arabic words also with و ف ب ل ك ال before them |
//! | `agent*` | words that begin so |
//! | `~agent` | this word, also with one slip of the keyboard |
//! | `@كلم` | an Arabic verb's stem with person, tense and object: اكلم، بكلم، يكلمني، تكلمونا |
//! | `ما_فهمت` | two words written together or apart |
//! | `(a\|b c)` | one of these |
//! | `word?`, `(a\|b)?` | may be left out |
//! | `<name>` | one of the named list of this file |
//! | `..` or `..6` | up to 3 or 6 words of any kind, within one sentence |
//! | `^`, `$` | the message begins, ends here |

use crate::domain::language::normalise;

/// A gap without a number spans up to this many words.
const GAP_WORDS: u8 = 3;
/// The widest gap that may be written.
const GAP_WORDS_MAX: u8 = 12;
/// How deep groups may nest: more is unreadable, and the reader recurses.
const DEPTH_MAX: usize = 4;

/// How a written word is compared with a message's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Written {
    /// The word itself.
    Word(String),
    /// The word or one slip away from it.
    Typo(String),
    /// Every word that begins so.
    Prefix(String),
    /// An Arabic verb by its stem.
    Verb(String),
}

/// One part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Word(Written),
    Gap(u8),
    Start,
    End,
    Optional(Vec<Part>),
    Choice(Vec<Vec<Part>>),
    List(String),
}

/// Why a phrase cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// There are no words in it.
    #[error("it has no words")]
    Empty,
    /// It could match without a single word, or begins with a gap.
    #[error("it must begin with a word (or a list or choice of words), so that it can be found")]
    NoFirstWord,
    /// A bracket without its partner.
    #[error("the bracket {0:?} has no partner")]
    Unbalanced(char),
    /// Groups within groups within groups.
    #[error("groups are nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// A gap that is too wide.
    #[error("a gap spans at most {GAP_WORDS_MAX} words, this one {0}")]
    GapTooWide(u32),
    /// A list that is not there.
    #[error("there is no list of words named {0:?} in this file")]
    UnknownList(String),
    /// A list that contains itself.
    #[error("the list {0:?} contains itself")]
    Circular(String),
    /// A sign that does not belong to the language of phrases, or stands where it means nothing.
    #[error("{0:?} cannot stand here")]
    Unexpected(String),
}

/// Reads a phrase.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, PhraseError> {
    let mut reader = Reader { signs: signs(text)?, at: 0 };
    let parts = reader.sequence(0)?;
    match reader.peek() {
        Some(sign) => Err(PhraseError::Unbalanced(sign.text().chars().next().unwrap_or(')'))),
        None if parts.is_empty() => Err(PhraseError::Empty),
        None => Ok(parts),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sign {
    Open,
    Close,
    Or,
    Optional,
    Start,
    End,
    Gap(u8),
    List(String),
    Word(String),
}

impl Sign {
    fn text(&self) -> String {
        match self {
            Sign::Open => "(".into(),
            Sign::Close => ")".into(),
            Sign::Or => "|".into(),
            Sign::Optional => "?".into(),
            Sign::Start => "^".into(),
            Sign::End => "$".into(),
            Sign::Gap(words) => format!("..{words}"),
            Sign::List(name) => format!("<{name}>"),
            Sign::Word(word) => word.clone(),
        }
    }
}

/// Cuts a phrase into signs and words.
fn signs(text: &str) -> Result<Vec<Sign>, PhraseError> {
    let mut signs = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (sign, length) = match first {
            '(' => (Sign::Open, 1),
            ')' => (Sign::Close, 1),
            '|' => (Sign::Or, 1),
            '?' => (Sign::Optional, 1),
            '^' => (Sign::Start, 1),
            '$' => (Sign::End, 1),
            '<' => {
                let end = rest.find('>').ok_or(PhraseError::Unbalanced('<'))?;
                (Sign::List(rest[1..end].to_owned()), end + 1)
            }
            '.' => gap(rest)?,
            _ => {
                let ends = |c: char| c.is_whitespace() || "()|?^$<.".contains(c);
                let end = rest.find(ends).unwrap_or(rest.len());
                (Sign::Word(rest[..end].to_owned()), end)
            }
        };
        signs.push(sign);
        rest = rest[length..].trim_start();
    }
    Ok(signs)
}

fn gap(rest: &str) -> Result<(Sign, usize), PhraseError> {
    let Some(after) = rest.strip_prefix("..") else {
        return Err(PhraseError::Unexpected(".".into()));
    };
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return Ok((Sign::Gap(GAP_WORDS), 2));
    }
    let words: u32 = after[..digits].parse().unwrap_or(u32::MAX);
    match u8::try_from(words) {
        Ok(words) if words <= GAP_WORDS_MAX => Ok((Sign::Gap(words), 2 + digits)),
        Ok(_) | Err(_) => Err(PhraseError::GapTooWide(words)),
    }
}

struct Reader {
    signs: Vec<Sign>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.at)
    }

    /// Reads until the end, `|` or `)`.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Part>, PhraseError> {
        let mut parts = Vec::new();
        while let Some(sign) = self.peek().cloned() {
            if matches!(sign, Sign::Close | Sign::Or) {
                break;
            }
            self.at += 1;
            let part = match sign {
                Sign::Open => self.group(depth + 1)?,
                Sign::Start => Part::Start,
                Sign::End => Part::End,
                Sign::Gap(words) => Part::Gap(words),
                Sign::List(name) => Part::List(name),
                Sign::Word(word) => written(&word)?,
                Sign::Optional | Sign::Close | Sign::Or => {
                    return Err(PhraseError::Unexpected(sign.text()));
                }
            };
            if self.peek() == Some(&Sign::Optional) {
                self.at += 1;
                parts.push(Part::Optional(vec![part]));
            } else {
                parts.push(part);
            }
        }
        Ok(parts)
    }

    fn group(&mut self, depth: usize) -> Result<Part, PhraseError> {
        if depth > DEPTH_MAX {
            return Err(PhraseError::TooDeep);
        }
        let mut choices = Vec::new();
        loop {
            let choice = self.sequence(depth)?;
            if choice.is_empty() {
                return Err(PhraseError::Empty);
            }
            choices.push(choice);
            self.at += 1;
            match self.signs.get(self.at - 1) {
                Some(Sign::Or) => {}
                Some(Sign::Close) => return Ok(Part::Choice(choices)),
                Some(_) | None => return Err(PhraseError::Unbalanced('(')),
            }
        }
    }
}

/// Reads one word with its marks, in the form messages are compared in. A word that is several
/// tokens in a message ("we're") becomes a row of words.
fn written(word: &str) -> Result<Part, PhraseError> {
    if let Some((one, other)) = word.split_once('_') {
        let apart = vec![written(one)?, written(other)?];
        let together = vec![written(&format!("{one}{other}"))?];
        return Ok(Part::Choice(vec![apart, together]));
    }
    let unmarked = word.trim_start_matches(['~', '@']).trim_end_matches('*');
    let normalised = normalise(unmarked);
    let mut words: Vec<String> = normalised.words().map(str::to_owned).collect();
    let marks = (word.starts_with('~'), word.starts_with('@'), word.ends_with('*'));
    let single = |make: fn(String) -> Written, words: &mut Vec<String>| match words.pop() {
        Some(only) if words.is_empty() => Ok(Part::Word(make(only))),
        Some(_) | None => Err(PhraseError::Unexpected(word.to_owned())),
    };
    match marks {
        (true, false, false) => single(Written::Typo, &mut words),
        (false, true, false) => single(Written::Verb, &mut words),
        (false, false, true) => single(Written::Prefix, &mut words),
        (false, false, false) if words.len() > 1 => {
            let row = words.into_iter().map(|word| Part::Word(Written::Word(word))).collect();
            Ok(Part::Choice(vec![row]))
        }
        (false, false, false) => single(Written::Word, &mut words),
        (true, true, _) | (true, _, true) | (_, true, true) => {
            Err(PhraseError::Unexpected(word.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Part {
        Part::Word(Written::Word(text.into()))
    }

    #[test]
    fn a_phrase_is_read_into_its_parts() {
        let check = |text: &str, expected: Vec<Part>| assert_eq!(parse(text), Ok(expected));
        check("an agent", vec![word("an"), word("agent")]);
        check("don't go", vec![word("dont"), word("go")]);
        check("want .. person", vec![word("want"), Part::Gap(3), word("person")]);
        check(
            "want ..6 <who>$",
            vec![word("want"), Part::Gap(6), Part::List("who".into()), Part::End],
        );
        check(
            "a (b|c d)?",
            vec![
                word("a"),
                Part::Optional(vec![Part::Choice(vec![
                    vec![word("b")],
                    vec![word("c"), word("d")],
                ])]),
            ],
        );
        check(
            "ما_فهمت",
            vec![Part::Choice(vec![vec![word("ما"), word("فهمت")], vec![word("مافهمت")]])],
        );
        check("موظّف*", vec![Part::Word(Written::Prefix("موظف".into()))]);
        check("@أكلم", vec![Part::Word(Written::Verb("اكلم".into()))]);
    }

    #[test]
    fn a_phrase_that_cannot_be_read_says_why() {
        let check = |text: &str, expected: PhraseError| assert_eq!(parse(text), Err(expected));
        check("", PhraseError::Empty);
        check("a (b", PhraseError::Unbalanced('('));
        check("a b)", PhraseError::Unbalanced(')'));
        check("<who", PhraseError::Unbalanced('<'));
        check("a ..99 b", PhraseError::GapTooWide(99));
        check("a . b", PhraseError::Unexpected(".".into()));
        check("? a", PhraseError::Unexpected("?".into()));
        check("(((((a)))))", PhraseError::TooDeep);
        check("a ()", PhraseError::Empty);
        check("~a*", PhraseError::Unexpected("~a*".into()));
        check("!", PhraseError::Unexpected("!".into()));
    }
}
