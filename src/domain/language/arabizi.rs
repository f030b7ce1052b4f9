//! Arabic in Latin letters, brought back to Arabic letters.
//!
//! Nobody writes Arabizi the same way twice: vowels come and go, and one sound has several
//! spellings (`talabi`, `6albi`, `telby`). So a word is first reduced to a skeleton of consonant
//! classes, under which known Arabic words are filed; among those that share it, the one that
//! reads most like what was typed wins. A word that resembles none is spelled out by rule.

use super::fold::is_arabic_letter;
use std::collections::BTreeMap;

/// Arabic words by skeleton.
#[derive(Debug, Clone, Default)]
pub struct ArabicWords {
    by_skeleton: BTreeMap<String, Vec<String>>,
}

/// A reading costlier than this (for each letter typed) is another word.
const COST_MAX: u32 = 14;

/// At most so many skeletons are tried for one word.
const SKELETONS_MAX: usize = 8;

/// Longer words are no words.
const CHARS_MAX: usize = 32;

impl ArabicWords {
    /// Files a normalised Arabic word; anything else is ignored.
    pub fn add(&mut self, word: &str) {
        if !word.chars().all(is_arabic_letter) || word.chars().count() > CHARS_MAX {
            return;
        }
        let bare = word.strip_prefix("ال").filter(|rest| rest.chars().count() >= 2);
        for form in [Some(word), bare].into_iter().flatten() {
            let words = self.by_skeleton.entry(arabic_skeleton(form)).or_default();
            if let Err(place) = words.binary_search_by(|known| known.as_str().cmp(form)) {
                words.insert(place, form.to_owned());
            }
        }
    }

    /// The known Arabic word that a normalised Arabizi word most likely stands for, with or
    /// without an article written on to it.
    pub fn read(&self, word: &str) -> Option<&str> {
        let bare = ["el", "al", "il"].iter().find_map(|article| word.strip_prefix(article));
        let forms = [Some(word), bare.filter(|rest| rest.len() >= 3)];
        forms
            .into_iter()
            .flatten()
            .filter_map(|form| self.nearest(&sounds(form)))
            .min()
            .map(|(_, known)| known)
    }

    /// The nearest word and its cost for each sound.
    fn nearest(&self, sounds: &[Sound]) -> Option<(u32, &str)> {
        let length = sounds.len() as u32;
        latin_skeletons(sounds)
            .iter()
            .filter_map(|skeleton| self.by_skeleton.get(skeleton))
            .flatten()
            .map(|known| (cost(sounds, known), known.as_str()))
            .filter(|(cost, _)| *cost <= COST_MAX * length)
            .min()
    }

    /// Whether no word is known.
    pub fn is_empty(&self) -> bool {
        self.by_skeleton.is_empty()
    }
}

/// One sound of a Latin spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    /// A vowel, long if it is written double or as a diphthong.
    Vowel { letter: char, long: bool },
    /// A consonant by its commonest spelling.
    Consonant(char),
}

/// The sounds of a Latin word; empty if it is not one.
fn sounds(word: &str) -> Vec<Sound> {
    let letters = word.as_bytes();
    let mut sounds = Vec::with_capacity(letters.len());
    let mut at = 0;
    if letters.len() > CHARS_MAX || !letters.iter().all(u8::is_ascii_alphanumeric) {
        return sounds;
    }
    while at < letters.len() {
        let next = letters.get(at + 1).copied().unwrap_or(b' ');
        let (sound, taken) = match (letters[at], next) {
            (b's', b'h') | (b'c', b'h') => (Sound::Consonant('ش'), 2),
            (b'k', b'h') => (Sound::Consonant('خ'), 2),
            (b'g', b'h') => (Sound::Consonant('غ'), 2),
            (b't', b'h') => (Sound::Consonant('ث'), 2),
            (b'd', b'h') => (Sound::Consonant('ذ'), 2),
            (b'd', b'j') => (Sound::Consonant('ج'), 2),
            (b'o', b'u' | b'o') => (Sound::Vowel { letter: 'و', long: true }, 2),
            (b'e' | b'a', b'e' | b'i' | b'y') => (Sound::Vowel { letter: 'ي', long: true }, 2),
            (b'a', b'a') => (Sound::Vowel { letter: 'ا', long: true }, 2),
            (b'i', b'i' | b'y' | b'e') => (Sound::Vowel { letter: 'ي', long: true }, 2),
            (b'u', b'u' | b'w') => (Sound::Vowel { letter: 'و', long: true }, 2),
            (letter, _) => (single(letter), 1),
        };
        at += taken;
        // A doubled consonant is one letter in Arabic.
        if sounds.last() != Some(&sound) || matches!(sound, Sound::Vowel { .. }) {
            sounds.push(sound);
        }
    }
    sounds
}

fn single(letter: u8) -> Sound {
    let vowel = |letter| Sound::Vowel { letter, long: false };
    Sound::Consonant(match letter {
        b'a' => return vowel('ا'),
        b'e' | b'i' => return vowel('ي'),
        b'o' | b'u' => return vowel('و'),
        b'b' | b'p' => 'ب',
        b't' => 'ت',
        b'j' => 'ج',
        b'g' => 'g',
        b'7' => 'ح',
        b'h' => 'ه',
        b'5' | b'x' => 'خ',
        b'd' => 'د',
        b'r' => 'ر',
        b'z' => 'ز',
        b's' => 'س',
        b'4' => 'ش',
        b'9' => '9',
        b'6' => 'ط',
        b'3' => 'ع',
        b'8' => '8',
        b'f' | b'v' => 'ف',
        b'q' => 'ق',
        b'k' | b'c' => 'ك',
        b'l' => 'ل',
        b'm' => 'م',
        b'n' => 'ن',
        b'w' => 'و',
        b'y' => 'ي',
        b'2' => '2',
        _ => '?',
    })
}

/// The class of an Arabic letter in a skeleton: letters that Latin spellings do not keep apart
/// share one; vowels and the sounds that are often left out have none.
fn class(letter: char) -> Option<char> {
    Some(match letter {
        'ت' | 'ط' | 'ث' | 'د' | 'ض' | 'ظ' | 'ذ' | 'ز' => 't',
        'س' | 'ص' => 's',
        'ق' | 'ك' => 'k',
        'ح' | 'ه' => 'h',
        'ا' | 'و' | 'ي' | 'ع' | 'ء' => return None,
        other => other,
    })
}

fn arabic_skeleton(word: &str) -> String {
    // A final «ه» is mostly a vowel's ending and written as such.
    let word = word.strip_suffix('ه').unwrap_or(word);
    squeezed(word.chars().filter_map(class))
}

fn squeezed(classes: impl Iterator<Item = char>) -> String {
    let mut skeleton = String::new();
    for class in classes {
        if !skeleton.ends_with(class) {
            skeleton.push(class);
        }
    }
    skeleton
}

/// The skeletons a Latin spelling may have: some letters stand for two sounds.
fn latin_skeletons(sounds: &[Sound]) -> Vec<String> {
    let mut all: Vec<Vec<char>> = vec![Vec::new()];
    let last = sounds.len().saturating_sub(1);
    for (at, sound) in sounds.iter().enumerate() {
        let Sound::Consonant(letter) = sound else { continue };
        let silent = at == last && *letter == 'ه';
        let readings: &[Option<char>] = match letter {
            _ if silent => &[None],
            'g' => &[Some('ج'), Some('k')],
            '9' => &[Some('s'), Some('k')],
            '8' => &[Some('غ'), Some('k')],
            '2' => &[None, Some('k')],
            'ث' => &[Some('t'), Some('s')],
            other => &[class(*other)],
        };
        let room = if all.len() * readings.len() > SKELETONS_MAX { 1 } else { readings.len() };
        let before = std::mem::take(&mut all);
        for reading in &readings[..room] {
            all.extend(before.iter().map(|start| start.iter().copied().chain(*reading).collect()));
        }
    }
    all.into_iter().map(|classes| squeezed(classes.into_iter())).collect()
}

/// How far a Latin spelling is from an Arabic word, in hundredths of a letter.
fn cost(sounds: &[Sound], word: &str) -> u32 {
    let letters: Vec<char> = word.chars().collect();
    let mut row: Vec<u32> = Vec::with_capacity(letters.len() + 1);
    row.push(0);
    for (at, letter) in letters.iter().enumerate() {
        let so_far = row[at];
        row.push(so_far + left_out(*letter, at + 1 == letters.len()));
    }
    for (place, sound) in sounds.iter().enumerate() {
        let final_sound = place + 1 == sounds.len();
        let silent = unwritten(*sound, final_sound);
        let mut before = row[0];
        row[0] += silent;
        for (at, letter) in letters.iter().enumerate() {
            let last = at + 1 == letters.len();
            let both = before + unlike(*sound, *letter, final_sound || place == 0);
            before = row[at + 1];
            row[at + 1] = both.min(before + silent).min(row[at] + left_out(*letter, last));
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The cost of an Arabic letter that the Latin spelling leaves out.
fn left_out(letter: char, last: bool) -> u32 {
    match letter {
        'ه' if last => 10,
        'ا' | 'و' | 'ي' => 35,
        'ع' | 'ء' => 40,
        _ => 100,
    }
}

/// The cost of a Latin sound that Arabic does not write.
fn unwritten(sound: Sound, last: bool) -> u32 {
    match sound {
        // A final vowel is nearly always written.
        Sound::Vowel { .. } if last => 40,
        Sound::Vowel { long: false, .. } => 10,
        Sound::Vowel { long: true, .. } => 40,
        Sound::Consonant('2') => 20,
        Sound::Consonant(_) => 100,
    }
}

/// The cost of taking a Latin sound for an Arabic letter. At the ends of a word a short vowel is
/// as good as a long one; inside it, Arabic writes the long ones only.
fn unlike(sound: Sound, letter: char, at_end: bool) -> u32 {
    match sound {
        Sound::Vowel { letter: vowel, long } if vowel == letter => {
            if long || at_end {
                0
            } else {
                15
            }
        }
        Sound::Vowel { letter: 'ا', .. } if matches!(letter, 'ه' | 'ع' | 'ء' | 'ي') => 15,
        Sound::Vowel { .. } if matches!(letter, 'ا' | 'و' | 'ي') => 30,
        Sound::Vowel { .. } if matches!(letter, 'ع' | 'ه') => 40,
        Sound::Vowel { .. } => 100,
        Sound::Consonant(consonant) if consonant == letter => 0,
        Sound::Consonant('2') if matches!(letter, 'ق' | 'ء' | 'ا' | 'و' | 'ي') => 10,
        Sound::Consonant('9') if matches!(letter, 'ص' | 'ق') => 0,
        Sound::Consonant('8') if matches!(letter, 'غ' | 'ق') => 0,
        Sound::Consonant('g') if matches!(letter, 'ج' | 'ق' | 'ك') => 5,
        Sound::Consonant('ث') if matches!(letter, 'ذ' | 'ظ' | 'س') => 10,
        Sound::Consonant('ه') if letter == 'ح' => 10,
        Sound::Consonant(consonant) => match (class(consonant), class(letter)) {
            (Some(one), Some(other)) if one == other => 12,
            _ => 100,
        },
    }
}

/// A normalised Arabizi word spelled in Arabic letters by rule, for words nobody has filed.
pub fn spelled(word: &str) -> String {
    let sounds = sounds(word);
    let last = sounds.len().saturating_sub(1);
    let mut spelled = String::with_capacity(word.len() * 2);
    for (at, sound) in sounds.iter().enumerate() {
        match *sound {
            Sound::Vowel { .. } if at == 0 => spelled.push('ا'),
            Sound::Vowel { letter: 'ا', .. } if at == last => spelled.push('ه'),
            Sound::Vowel { letter, long } if long || at == last => spelled.push(letter),
            Sound::Vowel { .. } => {}
            Sound::Consonant('g') => spelled.push('ج'),
            Sound::Consonant('9') => spelled.push('ص'),
            Sound::Consonant('8') => spelled.push('غ'),
            Sound::Consonant('2') => spelled.push('ا'),
            Sound::Consonant('?') => {}
            Sound::Consonant(letter) => spelled.push(letter),
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arabizi_word_reaches_the_arabic_word_it_stands_for() {
        let mut words = ArabicWords::default();
        for word in [
            "وين",
            "طلبي",
            "طالب",
            "الطلب",
            "فين",
            "متي",
            "يوصل",
            "عايز",
            "ابغي",
            "استرجاع",
            "فلوسي",
            "مشكله",
            "الشحنه",
            "كيف",
            "حسابي",
            "بطاقتي",
            "انا",
            "اين",
            "قلب",
            "كلب",
            "رقم",
            "جديد",
            "الغاء",
            "لغي",
            "خصم",
            "ضاعت",
            "صلح",
        ] {
            words.add(word);
        }
        let rows = [
            ("wen", "وين"),
            ("wein", "وين"),
            ("ween", "وين"),
            ("talabi", "طلبي"),
            ("6alabi", "طلبي"),
            ("talaby", "طلبي"),
            ("eltalab", "طلب"),
            ("feen", "فين"),
            ("mata", "متي"),
            ("yousal", "يوصل"),
            ("yew9al", "يوصل"),
            ("3ayez", "عايز"),
            ("abgha", "ابغي"),
            ("ab8a", "ابغي"),
            ("flousi", "فلوسي"),
            ("mushkila", "مشكله"),
            ("moshkela", "مشكله"),
            ("el7esabi", "حسابي"),
            ("7esabi", "حسابي"),
            ("be6a8ti", "بطاقتي"),
            ("2lb", "قلب"),
            ("ra2m", "رقم"),
            ("rakam", "رقم"),
            ("gedid", "جديد"),
            ("da3et", "ضاعت"),
            ("5asm", "خصم"),
            ("khasm", "خصم"),
        ];
        for (latin, arabic) in rows {
            assert_eq!(words.read(latin), Some(arabic), "{latin}");
        }
        for word in ["computer", "", "xyz", "123", "مرحبا", "printer"] {
            assert_eq!(words.read(word), None, "{word}");
        }
    }

    #[test]
    fn a_word_nobody_filed_is_spelled_by_rule() {
        for (latin, arabic) in
            [("talab", "تلب"), ("7abibi", "حببي"), ("shukran", "شكرن"), ("sa3a", "سعه")]
        {
            // Short vowels are not written, except where a word begins or ends with them.
            let spelled = spelled(latin);
            assert_eq!(spelled, arabic, "{latin}");
        }
    }
}
