//! The commands of a client in the terminal and how each is written: for `/help`, for a command that
//! is not there, and for one of which a part is missing.

use super::transcript::Transcript;
use super::words::pick;

/// A command with its arguments, what it does in English, and in Arabic.
pub type Row = (&'static str, &'static str, &'static str);

/// All commands of one client, in the order in which they are shown.
#[derive(Debug, Clone, Copy)]
pub struct Commands(pub &'static [Row]);

impl Commands {
    /// All of them, one a line.
    pub fn help(self, transcript: &Transcript) -> Vec<String> {
        self.0.iter().map(|row| line(row, transcript)).collect()
    }

    /// There is no such command.
    pub fn unknown(self, command: &str, transcript: &Transcript) -> String {
        let sorry = pick(
            transcript.language,
            "no such command; /help shows all",
            "لا يوجد أمر كهذا، و/help لعرض الأوامر",
        );
        transcript.remark(&format!("{}: {sorry}", transcript.look.foreign(command)))
    }

    /// How a command is written of which a part is missing or wrong.
    pub fn usage(self, command: &str, transcript: &Transcript) -> Vec<String> {
        let names = |usage: &str| usage.split_whitespace().any(|word| word == command);
        let rows = self.0.iter().filter(|(usage, _, _)| names(usage));
        let write = pick(transcript.language, "write", "اكتب");
        rows.map(|row| transcript.remark(&format!("{write} {}", line(row, transcript)))).collect()
    }
}

fn line((usage, en, ar): &Row, transcript: &Transcript) -> String {
    format!("{}: {}", transcript.look.foreign(usage), pick(transcript.language, en, ar))
}

/// A typed line, before a client knows what it means by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Nothing was typed.
    Nothing,
    /// Words for somebody else.
    Words(String),
    /// A command.
    Command {
        /// Its name in small letters, with its slash.
        name: String,
        /// What follows it.
        rest: &'a str,
    },
}

impl Typed<'_> {
    /// Tells words from commands.
    pub fn of(line: &str) -> Typed<'_> {
        let line = line.trim();
        if line.is_empty() {
            return Typed::Nothing;
        }
        // Two slashes are how a message begins with one.
        if let Some(text) = line.strip_prefix("//") {
            return Typed::Words(format!("/{text}"));
        }
        if !line.starts_with('/') {
            return Typed::Words(line.to_owned());
        }
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        Typed::Command { name: name.to_lowercase(), rest: rest.trim() }
    }
}
