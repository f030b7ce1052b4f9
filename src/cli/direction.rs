//! Arabic lines that hold Latin words: paths, keys, codes and commands are isolated, so that a
//! terminal that writes from right to left does not take them apart. Only characters that nobody
//! sees are added; whoever searches the output for a path still finds it.

use crate::domain::language::Language;

/// Left-to-right isolate, first-strong isolate, and the end of either.
const LTR: char = '\u{2066}';
const FIRST_STRONG: char = '\u{2068}';
const END: char = '\u{2069}';

/// Text of the tools in this language, made readable in a terminal of any direction.
pub fn readable(language: Language, text: &str) -> String {
    match language {
        Language::En => text.to_owned(),
        Language::Ar => text.split_inclusive('\n').map(line).collect(),
    }
}

/// Somebody's own words within an Arabic line, whatever their direction.
pub fn own(language: Language, text: &str) -> String {
    match language {
        Language::En => text.to_owned(),
        Language::Ar => format!("{FIRST_STRONG}{text}{END}"),
    }
}

fn line(whole: &str) -> String {
    let text = whole.trim_end_matches('\n');
    let end = &whole[text.len()..];
    if !text.chars().any(is_right_to_left) {
        return whole.to_owned();
    }
    if is_source_row(text) {
        // An excerpt of a file stands as it stands in the file, with its number on the left.
        return format!("{LTR}{text}{END}{end}");
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if let Some(length) = escape(rest) {
            out.push_str(&rest[..length]);
            length
        } else if first == FIRST_STRONG {
            // Set apart already.
            let length = rest.find(END).map_or(rest.len(), |at| at + END.len_utf8());
            out.push_str(&rest[..length]);
            length
        } else if let Some(length) = latin_run(rest) {
            out.extend([LTR]);
            out.push_str(&rest[..length]);
            out.push(END);
            length
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out + end
}

/// `12 | key: value`, with or without a number.
fn is_source_row(text: &str) -> bool {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = escape(rest);
        if length.is_none() {
            plain.push(c);
        }
        rest = &rest[length.unwrap_or(c.len_utf8())..];
    }
    plain
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start()
        .starts_with('|')
}

/// A colour at the beginning of the text: it must stay whole.
fn escape(text: &str) -> Option<usize> {
    let sequence = text.strip_prefix('\u{1b}')?;
    Some(sequence.find('m').map_or(text.len(), |at| at + 2))
}

/// The length of the Latin words at the beginning of the text, with what joins them; a bare number
/// needs no help.
fn latin_run(text: &str) -> Option<usize> {
    let opens = |c: char| c.is_ascii_alphanumeric() || matches!(c, '`' | '/' | '-' | '_' | '"');
    if !text.starts_with(opens) {
        return None;
    }
    // A bracket that was opened before the run is closed after it: isolated it would open nothing.
    let mut open = 0u32;
    let mut closes_another = |c: char| match c {
        '(' | '[' => {
            open += 1;
            false
        }
        ')' | ']' => {
            let is_of_before = open == 0;
            open = open.saturating_sub(1);
            is_of_before
        }
        _ => false,
    };
    let stops = |c: char| is_right_to_left(c) || matches!(c, '\u{1b}' | FIRST_STRONG | '«' | '»');
    let ends = text
        .char_indices()
        .find(|(_, c)| stops(*c) || closes_another(*c))
        .map_or(text.len(), |(at, _)| at);
    let closes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '`' | '/' | '_' | '"' | '}');
    let length = text[..ends].rfind(closes)? + 1;
    text[..length].contains(|c: char| c.is_ascii_alphabetic()).then_some(length)
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the invisible marks made visible.
    fn shown(text: &str) -> String {
        readable(Language::Ar, text).replace([LTR, FIRST_STRONG], "<").replace(END, ">")
    }

    #[test]
    fn latin_words_in_arabic_lines_are_set_apart_and_nothing_else_is_touched() {
        for (text, expected) in [
            ("الملف `faq/a.yaml` غير موجود", "الملف <`faq/a.yaml`> غير موجود"),
            ("خطأ[CFG101]: المفتاح `x` غير معروف", "خطأ[<CFG101>]: المفتاح <`x`> غير معروف"),
            ("الخطوة التالية: sanad test", "الخطوة التالية: <sanad test>"),
            ("عدد المداخل 70، والإصدار 5f3a.", "عدد المداخل 70، والإصدار <5f3a>."),
            ("اكتب --config DIR، أو غيره", "اكتب <--config DIR>، أو غيره"),
            ("غاضب (frustration) 1.00", "غاضب (<frustration>) 1.00"),
            ("اكتب f(x) y مرتين", "اكتب <f(x) y> مرتين"),
            ("12 | name: سند", "<12 | name: سند>"),
            ("  |   ^^^ «سند»", "<  |   ^^^ «سند»>"),
            (" --> faq/a.yaml:3:5", " --> faq/a.yaml:3:5"),
            ("لا شيء هنا", "لا شيء هنا"),
            ("\u{1b}[1mخطأ\u{1b}[0m: a", "\u{1b}[1mخطأ\u{1b}[0m: <a>"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(shown(&format!("كتب: {}", own(Language::Ar, "my order"))), "كتب: <my order>");
        assert_eq!(shown("أول\nb ثان\n"), "أول\n<b> ثان\n");
        assert_eq!(readable(Language::En, "the file سند"), "the file سند");
    }
}
