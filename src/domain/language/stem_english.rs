//! The stem of an English word by the rules of Snowball's "English" (Porter 2), written for words
//! of plain small letters: every word of every message comes through here.

use std::borrow::Cow;

/// Words whose stem no rule finds.
const EXCEPTIONS: [(&str, &str); 11] = [
    ("skis", "ski"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("idly", "idl"),
    ("gently", "gentl"),
    ("ugly", "ugli"),
    ("early", "earli"),
    ("only", "onli"),
    ("singly", "singl"),
];

/// Words that are their own stem.
const WHOLE: [&str; 7] = ["sky", "news", "howe", "atlas", "cosmos", "bias", "andes"];

/// Words that are their own stem once a plural's ending is gone.
const WHOLE_AS_SINGULAR: [&str; 8] =
    ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

/// Beginnings after which the first region begins, whatever their vowels.
const BEGINNINGS: [&str; 3] = ["gener", "commun", "arsen"];

/// A suffix, and what stands in its place if it lies in the first region; the longest first among
/// those that end alike.
const SECOND: [(&str, &str); 22] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("abli", "able"),
    ("entli", "ent"),
    ("ization", "ize"),
    ("izer", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("aliti", "al"),
    ("alli", "al"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("ousli", "ous"),
    ("iveness", "ive"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("bli", "ble"),
    ("fulli", "ful"),
    ("lessli", "less"),
];

/// The same in the next step.
const THIRD: [(&str, &str); 8] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("alize", "al"),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

/// Suffixes that go if they lie in the second region; the longest first among those that end alike.
const FOURTH: [&str; 17] = [
    "ance", "ence", "able", "ible", "ement", "ment", "ent", "ant", "ism", "ate", "iti", "ous",
    "ive", "ize", "al", "er", "ic",
];

/// The stem of a word of small letters from a to z.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || WHOLE.contains(&word) {
        return Cow::Borrowed(word);
    }
    if let Some((_, stem)) = EXCEPTIONS.iter().find(|(exception, _)| *exception == word) {
        return Cow::Borrowed(stem);
    }
    let mut cut = Cut::of(word);
    cut.plural();
    if !WHOLE_AS_SINGULAR.iter().any(|whole| whole.as_bytes() == cut.letters) {
        cut.past_and_progressive();
        cut.final_y();
        cut.second();
        cut.third();
        cut.fourth();
        cut.final_e_or_l();
    }
    cut.done(word)
}

/// A word that is being cut down. A `y` that is a consonant is written `Y`.
struct Cut {
    letters: Vec<u8>,
    /// Where the first and the second region begin: behind the first consonant that follows a
    /// vowel, and behind the next such one.
    first: usize,
    second: usize,
}

impl Cut {
    fn of(word: &str) -> Cut {
        let mut letters = word.as_bytes().to_vec();
        for at in 0..letters.len() {
            if letters[at] == b'y' && (at == 0 || is_vowel(letters[at - 1])) {
                letters[at] = b'Y';
            }
        }
        let begun = BEGINNINGS.iter().find(|beginning| word.starts_with(**beginning));
        let first = begun.map_or_else(|| region(&letters, 0), |beginning| beginning.len());
        let second = region(&letters, first);
        Cut { letters, first, second }
    }

    fn ends(&self, suffix: &str) -> bool {
        self.letters.ends_with(suffix.as_bytes())
    }

    /// Where a suffix of so many letters begins.
    fn before(&self, suffix: &str) -> usize {
        self.letters.len() - suffix.len()
    }

    fn replace(&mut self, suffix: &str, by: &str) {
        self.letters.truncate(self.before(suffix));
        self.letters.extend_from_slice(by.as_bytes());
    }

    fn has_vowel_before(&self, end: usize) -> bool {
        self.letters[..end].iter().any(|letter| is_vowel(*letter))
    }

    /// Whether the word ends in a short syllable: "rap", "trap", "ow" alone.
    fn ends_short(&self) -> bool {
        match *self.letters.as_slice() {
            [.., before, vowel, last] => {
                !is_vowel(before)
                    && is_vowel(vowel)
                    && !is_vowel(last)
                    && !matches!(last, b'w' | b'x' | b'Y')
            }
            [vowel, last] => is_vowel(vowel) && !is_vowel(last),
            _ => false,
        }
    }

    fn plural(&mut self) {
        if self.ends("sses") {
            self.replace("sses", "ss");
        } else if self.ends("ied") || self.ends("ies") {
            // "ties" is "tie", "cries" is "cri".
            let by = if self.letters.len() > 4 { "i" } else { "ie" };
            self.replace("ies", by);
        } else if self.ends("s") && !self.ends("us") && !self.ends("ss") {
            // "gas" and "this" keep theirs: the vowel must not stand right before it.
            let end = self.letters.len().saturating_sub(2);
            if self.has_vowel_before(end) {
                self.letters.pop();
            }
        }
    }

    fn past_and_progressive(&mut self) {
        for suffix in ["eedly", "eed"] {
            if self.ends(suffix) {
                if self.before(suffix) >= self.first {
                    self.replace(suffix, "ee");
                }
                return;
            }
        }
        let Some(suffix) = ["ingly", "edly", "ing", "ed"].into_iter().find(|s| self.ends(s)) else {
            return;
        };
        if !self.has_vowel_before(self.before(suffix)) {
            return;
        }
        self.replace(suffix, "");
        if ["at", "bl", "iz"].into_iter().any(|end| self.ends(end)) {
            self.letters.push(b'e');
        } else if ends_doubled(&self.letters) {
            self.letters.pop();
        } else if self.letters.len() == self.first && self.ends_short() {
            self.letters.push(b'e');
        }
    }

    fn final_y(&mut self) {
        if let [_, .., before, last @ (b'y' | b'Y')] = self.letters.as_mut_slice()
            && !is_vowel(*before)
        {
            *last = b'i';
        }
    }

    fn second(&mut self) {
        if let Some((suffix, by)) = SECOND.into_iter().find(|(suffix, _)| self.ends(suffix)) {
            if self.before(suffix) >= self.first {
                self.replace(suffix, by);
            }
        } else if self.ends("ogi") {
            if self.before("ogi") >= self.first && self.ends("logi") {
                self.letters.pop();
            }
        } else if self.ends("li") {
            let before = self.before("li");
            let fits = |letter: u8| b"cdeghkmnrt".contains(&letter);
            if before >= self.first && before > 0 && fits(self.letters[before - 1]) {
                self.letters.truncate(before);
            }
        }
    }

    fn third(&mut self) {
        if let Some((suffix, by)) = THIRD.into_iter().find(|(suffix, _)| self.ends(suffix)) {
            if self.before(suffix) >= self.first {
                self.replace(suffix, by);
            }
        } else if self.ends("ative") && self.before("ative") >= self.second {
            self.replace("ative", "");
        }
    }

    fn fourth(&mut self) {
        if let Some(suffix) = FOURTH.into_iter().find(|suffix| self.ends(suffix)) {
            if self.before(suffix) >= self.second {
                self.replace(suffix, "");
            }
        } else if (self.ends("sion") || self.ends("tion")) && self.before("ion") >= self.second {
            self.replace("ion", "");
        }
    }

    fn final_e_or_l(&mut self) {
        let at = self.letters.len().saturating_sub(1);
        if self.ends("e") {
            self.letters.pop();
            if at < self.second && (at < self.first || self.ends_short()) {
                self.letters.push(b'e');
            }
        } else if self.ends("ll") && at >= self.second {
            self.letters.pop();
        }
    }

    /// The stem: most are a beginning of the word itself.
    fn done(mut self, word: &str) -> Cow<'_, str> {
        self.letters.make_ascii_lowercase();
        if word.as_bytes().starts_with(&self.letters) {
            return Cow::Borrowed(&word[..self.letters.len()]);
        }
        Cow::Owned(self.letters.into_iter().map(char::from).collect())
    }
}

/// Where the region behind `from` begins.
fn region(letters: &[u8], from: usize) -> usize {
    let pairs = letters[from..].windows(2);
    let ends = |pair: &[u8]| is_vowel(pair[0]) && !is_vowel(pair[1]);
    pairs.enumerate().find(|(_, pair)| ends(pair)).map_or(letters.len(), |(at, _)| from + at + 2)
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn ends_doubled(letters: &[u8]) -> bool {
    let doubled = |letter: u8| b"bdfgmnprt".contains(&letter);
    matches!(letters, [.., one, other] if one == other && doubled(*one))
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_end_in_the_stem_that_the_rules_give() {
        let rows = [
            ("consigned consign consigning consignment", "consign"),
            ("knock knocked knocking knocks", "knock"),
            ("ties tie tied", "tie"),
            ("cries cried cry", "cri"),
            ("generate generated generating generation", "generat"),
            ("communication communicate", "communic"),
            ("relational relate related", "relat"),
            ("hopping hop hopped", "hop"),
            ("hoping hope hoped", "hope"),
            ("agreed agree", "agre"),
            ("proceed proceeds", "proceed"),
            ("yellow", "yellow"),
            ("say says", "say"),
            ("by", "by"),
            ("gas", "gas"),
            ("dying die", "die"),
            ("terribly", "terribl"),
            ("apologies apology", "apolog"),
            ("cancellation", "cancel"),
            ("useful usefulness", "use"),
        ];
        for (words, expected) in rows {
            for word in words.split(' ') {
                assert_eq!(stem(word), expected, "{word}");
            }
        }
    }
}
