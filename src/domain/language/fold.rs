//! Folding of single characters: which spellings count as the same letter, and which characters
//! count as nothing at all. Pure tables; how they are applied to a text is in `normalise`.

/// Signs, letters and digits that are neither invisible nor a mark and have no case but that of
/// ASCII: nearly all that customers write, so tables are asked only about the others.
pub(super) fn is_everyday(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' | '\u{660}'..='\u{669}'
        | '،' | '؛' | '؟')
}

/// Whether words are made of it: letters and digits of any script.
pub(crate) fn is_in_word(c: char) -> bool {
    match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' => true,
        c => c.is_alphanumeric(),
    }
}

/// Characters that change how a text looks but not what it says: directions, joiners, zero-width
/// spaces, variation selectors, tags and control codes. A sender can strew them anywhere.
pub(crate) fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && !c.is_ascii_whitespace() && c != '\u{b}';
    }
    matches!(c,
        '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing of a text can be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Marks that ride on a letter and are written or left out at will: Arabic vowel signs and Quranic
/// marks, tatweel, and accents that did not compose with their letter.
pub(super) fn is_optional_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{8d3}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}')
}

/// One letter for all the ways in which Arabic writers spell it, ASCII for Arabic and Persian
/// digits. Letters borrowed for foreign sounds join the letter that most people type instead.
pub(super) fn arabic(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' | '\u{672}' | '\u{673}' => 'ا',
        'ى' | 'ئ' | 'ی' | 'ې' | 'ے' | 'ۓ' => 'ي',
        'ؤ' | 'ۆ' | 'ۇ' => 'و',
        'ة' | 'ۀ' | 'ە' | 'ھ' | 'ہ' | 'ۂ' | 'ۃ' => 'ه',
        'ک' | 'گ' | 'چ' => 'ك',
        'پ' => 'ب',
        'ڤ' | 'ڥ' => 'ف',
        'ژ' => 'ز',
        '٠'..='٩' => ascii_digit(c as u32 - '٠' as u32),
        '۰'..='۹' => ascii_digit(c as u32 - '۰' as u32),
        '؟' => '?',
        '،' => ',',
        '؛' => ';',
        other => other,
    }
}

fn ascii_digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

/// The letter under a Latin letter's accents.
pub(super) fn without_accent(c: char) -> char {
    if !matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') {
        return c;
    }
    let mut base = None;
    unicode_normalization::char::decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.unwrap_or(c)
}

/// The many characters that people type for an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{b4}' | '\u{2bc}' | '\u{2018}' | '\u{2019}' | '\u{ff07}')
}

/// An Arabic letter (after folding).
pub(crate) fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d3}' | '\u{6fa}'..='\u{6ff}'
        | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8c9}')
}

/// A Latin letter (after folding).
pub(crate) fn is_latin_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (matches!(c, '\u{c0}'..='\u{24f}') && c.is_alphabetic())
}
