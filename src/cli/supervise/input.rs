//! What a supervisor's typed line means. Pure.

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
    /// Say this to the agent of the watched conversation.
    Whisper(String),
    /// Take the watched conversation over.
    Take,
    /// Write to the customer of a conversation that was taken over.
    Say(String),
    /// Ask the customer whether it is settled.
    Propose,
    /// Give what was taken over back to its queue, with a note.
    Release(String),
    /// Give the watched conversation to this agent, with a note.
    Reassign(String, String),
    /// Put the watched conversation back into its queue, with a note.
    Requeue(String),
    /// The commands are wanted.
    Help,
    /// The end.
    Quit,
    /// A command that there is not, or that lacks something.
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
    let line = line.trim();
    if line.is_empty() {
        return Line::Nothing;
    }
    // Two slashes are how a message begins with one.
    if let Some(text) = line.strip_prefix("//") {
        return Line::Say(format!("/{text}"));
    }
    if !line.starts_with('/') {
        return Line::Say(line.to_owned());
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let unknown = || Line::Unknown(line.to_owned());
    match command.to_ascii_lowercase().as_str() {
        "/list" | "/قائمة" => Line::List,
        "/watch" | "/مراقبة" => which(rest).map_or_else(unknown, Line::Watch),
        "/unwatch" | "/كفى" => Line::Unwatch,
        "/whisper" | "/همس" if !rest.is_empty() => Line::Whisper(rest.to_owned()),
        "/take" | "/تسلم" => Line::Take,
        "/propose" | "/حل" => Line::Propose,
        "/release" | "/إعادة" => Line::Release(rest.to_owned()),
        "/reassign" | "/إسناد" if !rest.is_empty() => {
            let (agent, note) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            Line::Reassign(agent.to_owned(), note.trim().to_owned())
        }
        "/requeue" | "/طابور" => Line::Requeue(rest.to_owned()),
        "/help" | "/مساعدة" => Line::Help,
        "/quit" | "/exit" | "/خروج" => Line::Quit,
        _ => unknown(),
    }
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
            ("good morning", Line::Say("good morning".into())),
            ("//path", Line::Say("/path".into())),
            ("/watch 2", Line::Watch(Which::Number(2))),
            ("/مراقبة ٢", Line::Watch(Which::Number(2))),
            ("/watch c-17x", Line::Watch(Which::Id("c-17x".into()))),
            ("/watch", Line::Unknown("/watch".into())),
            ("/whisper ask for the number", Line::Whisper("ask for the number".into())),
            ("/whisper", Line::Unknown("/whisper".into())),
            ("/همس اسأله عن الرقم", Line::Whisper("اسأله عن الرقم".into())),
            ("/Take", Line::Take),
            ("/reassign omar knows it", Line::Reassign("omar".into(), "knows it".into())),
            ("/reassign", Line::Unknown("/reassign".into())),
            ("/requeue", Line::Requeue("".into())),
            ("/dance now", Line::Unknown("/dance now".into())),
        ] {
            assert_eq!(parse(line), expected, "{line:?}");
        }
    }
}
