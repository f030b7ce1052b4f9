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
    /// A call is to be made about the watched conversation.
    Do(Deed),
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
        Typed::Words(text) => return Line::Do(Deed::Say(text)),
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
        "/whisper" | "/همس" if rest.is_empty() => Line::Incomplete("/whisper"),
        "/whisper" | "/همس" => Line::Do(Deed::Whisper(text)),
        "/take" | "/تسلم" => Line::Do(Deed::Take),
        "/propose" | "/حل" => Line::Do(Deed::Propose),
        "/release" | "/إعادة" => Line::Do(Deed::Release(text)),
        "/reassign" | "/إسناد" if rest.is_empty() => Line::Incomplete("/reassign"),
        "/reassign" | "/إسناد" => {
            let (agent, note) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            Line::Do(Deed::Reassign(agent.to_owned(), note.trim().to_owned()))
        }
        "/requeue" | "/طابور" => Line::Do(Deed::Requeue(text)),
        "/help" | "/مساعدة" => Line::Help,
        "/quit" | "/exit" | "/خروج" => Line::Quit,
        _ => Line::Unknown(name),
    }
}

/// Whoever decides says why.
fn review(rest: &str, upheld: bool) -> Option<Line> {
    let (first, reason) = rest.split_once(char::is_whitespace)?;
    let reason = reason.trim().to_owned();
    (!reason.is_empty()).then_some(Line::Review { which: which(first)?, upheld, reason })
}

fn which(text: &str) -> Option<Which> {
    match number(text) {
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
            ("good morning", Line::Do(Deed::Say("good morning".into()))),
            ("//path", Line::Do(Deed::Say("/path".into()))),
            ("/watch 2", Line::Watch(Which::Number(2))),
            ("/مراقبة ٢", Line::Watch(Which::Number(2))),
            ("/watch c-17x", Line::Watch(Which::Id("c-17x".into()))),
            ("/watch", Line::Incomplete("/watch")),
            ("/whisper ask for the number", Line::Do(Deed::Whisper("ask for the number".into()))),
            ("/whisper", Line::Incomplete("/whisper")),
            ("/همس اسأله عن الرقم", Line::Do(Deed::Whisper("اسأله عن الرقم".into()))),
            ("/Take", Line::Do(Deed::Take)),
            ("/اسم منى", Line::Name("منى".into())),
            ("/name", Line::Incomplete("/name")),
            ("/reassign omar knows it", Line::Do(Deed::Reassign("omar".into(), "knows it".into()))),
            ("/reassign", Line::Incomplete("/reassign")),
            ("/requeue", Line::Do(Deed::Requeue("".into()))),
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
