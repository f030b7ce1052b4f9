//! What a supervisor's typed line means. Pure.

use super::calls::Deed;
use crate::cli::commands::Typed;
use crate::cli::words::number;

/// A typed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing was typed.
    Nothing,
    /// Show queues, agents and what they hold.
    List,
    /// Attach to this conversation.
    Watch(Which),
    /// Watch no longer.
    Unwatch,
    /// The name customers see.
    Name(String),
    /// Show who is blocked.
    Blocks,
    /// Uphold or lift a block, with the reason.
    Review {
        /// Which.
        which: Which,
        /// Whether it goes on.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// A call is to be made about a conversation, or about the watched one.
    Do(Deed, Option<Which>),
    /// The commands are wanted.
    Help,
    /// The end.
    Quit,
    /// A command of which a part is missing.
    Incomplete(&'static str),
    /// A command that there is not.
    Unknown(String),
}

/// Which conversation is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one of this number in what was shown.
    Number(usize),
    /// The one of this id.
    Id(String),
}

/// What a line means.
pub fn parse(line: &str) -> Line {
    let (name, rest) = match Typed::of(line) {
        Typed::Nothing => return Line::Nothing,
        Typed::Words(text) => return Line::Do(Deed::Say(text), None),
        Typed::Command { name, rest } => (name, rest),
    };
    let text = rest.to_owned();
    match name.as_str() {
        "/list" | "/قائمة" => Line::List,
        "/watch" | "/مراقبة" => which(rest).map_or(Line::Incomplete("/watch"), Line::Watch),
        "/unwatch" | "/كفى" => Line::Unwatch,
        "/name" | "/اسم" if rest.is_empty() => Line::Incomplete("/name"),
        "/name" | "/اسم" => Line::Name(text),
        "/blocks" | "/الموقوفون" => Line::Blocks,
        "/uphold" | "/إبقاء" => review(rest, true).unwrap_or(Line::Incomplete("/uphold")),
        "/lift" | "/رفع" => review(rest, false).unwrap_or(Line::Incomplete("/uphold")),
        // A number alone names a conversation, and says nothing to anybody.
        "/whisper" | "/همس" if rest.is_empty() || numbered(rest).0.is_some() => {
            Line::Incomplete("/whisper")
        }
        "/whisper" | "/همس" => Line::Do(Deed::Whisper(text), None),
        "/take" | "/تسلم" => about(rest, "/take", Deed::Take),
        "/propose" | "/حل" => about(rest, "/propose", Deed::Propose),
        "/release" | "/إعادة" => noted(rest, Deed::Release),
        "/reassign" | "/إسناد" => reassign(rest),
        "/requeue" | "/طابور" => noted(rest, Deed::Requeue),
        "/help" | "/مساعدة" => Line::Help,
        "/quit" | "/exit" | "/خروج" => Line::Quit,
        _ => Line::Unknown(name),
    }
}

/// The whole rest names the conversation; without it, it is the watched one.
fn about(rest: &str, name: &'static str, deed: Deed) -> Line {
    match rest.contains(char::is_whitespace) {
        true => Line::Incomplete(name),
        false => Line::Do(deed, which(rest)),
    }
}

/// A number that is marked, or alone, names the conversation; what follows is for whoever has it next.
fn noted(rest: &str, deed: impl Fn(String) -> Deed) -> Line {
    let (number, note) = numbered(rest);
    Line::Do(deed(note.to_owned()), number)
}

/// A number before the agent names the conversation.
fn reassign(rest: &str) -> Line {
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (number, rest) = match number(first.strip_prefix('#').unwrap_or(first)) {
        Some(number) if !after.is_empty() => (Some(Which::Number(number)), after.trim()),
        // Alone it can only be whom to ask.
        Some(_) | None => (None, rest),
    };
    if rest.is_empty() {
        return Line::Incomplete("/reassign");
    }
    let (agent, note) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Line::Do(Deed::Reassign(agent.to_owned(), note.trim().to_owned()), number)
}

/// What begins with a number, and the rest of it. Before words it must be marked: "2 parcels are missing"
/// is a note, "#2 parcels are missing" one about the second conversation.
fn numbered(rest: &str) -> (Option<Which>, &str) {
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let marked = first.strip_prefix('#').and_then(number);
    match marked.or_else(|| number(first).filter(|_| after.is_empty())) {
        Some(number) => (Some(Which::Number(number)), after.trim()),
        None => (None, rest),
    }
}

/// Whoever decides says why.
fn review(rest: &str, upheld: bool) -> Option<Line> {
    let (first, reason) = rest.split_once(char::is_whitespace)?;
    let reason = reason.trim().to_owned();
    (!reason.is_empty()).then_some(Line::Review { which: which(first)?, upheld, reason })
}

fn which(text: &str) -> Option<Which> {
    match number(text.strip_prefix('#').unwrap_or(text)) {
        _ if text.is_empty() => None,
        Some(number) => Some(Which::Number(number)),
        None => Some(Which::Id(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands_with_numbers_ids_and_words() {
        for (line, expected) in [
            ("", Line::Nothing),
            ("good morning", Line::Do(Deed::Say("good morning".into()), None)),
            ("//path", Line::Do(Deed::Say("/path".into()), None)),
            ("/watch 2", Line::Watch(Which::Number(2))),
            ("/مراقبة ٢", Line::Watch(Which::Number(2))),
            ("/watch c-17x", Line::Watch(Which::Id("c-17x".into()))),
            ("/watch", Line::Incomplete("/watch")),
            (
                "/whisper ask for the number",
                Line::Do(Deed::Whisper("ask for the number".into()), None),
            ),
            ("/whisper 2", Line::Incomplete("/whisper")),
            ("/whisper", Line::Incomplete("/whisper")),
            ("/همس اسأله عن الرقم", Line::Do(Deed::Whisper("اسأله عن الرقم".into()), None)),
            ("/Take", Line::Do(Deed::Take, None)),
            ("/take 2", Line::Do(Deed::Take, Some(Which::Number(2)))),
            ("/تسلم ٢", Line::Do(Deed::Take, Some(Which::Number(2)))),
            ("/take c-17x", Line::Do(Deed::Take, Some(Which::Id("c-17x".into())))),
            ("/take it please", Line::Incomplete("/take")),
            ("/propose 1", Line::Do(Deed::Propose, Some(Which::Number(1)))),
            ("/release 1", Line::Do(Deed::Release("".into()), Some(Which::Number(1)))),
            ("/release not mine", Line::Do(Deed::Release("not mine".into()), None)),
            (
                "/requeue #1 other team",
                Line::Do(Deed::Requeue("other team".into()), Some(Which::Number(1))),
            ),
            // A note may begin with a number, and is about the watched one.
            (
                "/requeue 2 parcels are missing",
                Line::Do(Deed::Requeue("2 parcels are missing".into()), None),
            ),
            ("/take #2", Line::Do(Deed::Take, Some(Which::Number(2)))),
            ("/whisper #2 be kind", Line::Incomplete("/whisper")),
            ("/اسم منى", Line::Name("منى".into())),
            ("/name", Line::Incomplete("/name")),
            (
                "/reassign omar knows it",
                Line::Do(Deed::Reassign("omar".into(), "knows it".into()), None),
            ),
            (
                "/reassign 3 omar",
                Line::Do(Deed::Reassign("omar".into(), "".into()), Some(Which::Number(3))),
            ),
            ("/reassign 3", Line::Do(Deed::Reassign("3".into(), "".into()), None)),
            ("/reassign", Line::Incomplete("/reassign")),
            ("/requeue", Line::Do(Deed::Requeue("".into()), None)),
            ("/blocks", Line::Blocks),
            (
                "/رفع ١ كان غاضبًا فقط",
                Line::Review {
                    which: Which::Number(1),
                    upheld: false,
                    reason: "كان غاضبًا فقط".into(),
                },
            ),
            ("/uphold 1", Line::Incomplete("/uphold")),
            ("/dance now", Line::Unknown("/dance".into())),
        ] {
            assert_eq!(parse(line), expected, "{line:?}");
        }
    }
}
