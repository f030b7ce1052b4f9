//! The commands of a client in the terminal and how each is written: for `/help`, for a command that
//! is not there, and for one of which a part is missing.

use super::transcript::Transcript;
use super::words::pick;
use crate::domain::language::Language;

/// A command with its arguments, what it does in English, and in Arabic.
pub type Row = (&'static str, &'static str, &'static str);

/// All commands of one client.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// In the order in which they are shown.
    pub rows: &'static [Row],
    /// What each is called in Arabic; both names are understood in either language.
    pub names: &'static [(&'static str, &'static str)],
}

impl Commands {
    /// All of them, one a line.
    pub fn help(self, transcript: &Transcript) -> Vec<String> {
        self.rows.iter().map(|row| self.line(row, transcript)).collect()
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
        let rows = self.rows.iter().filter(|(usage, _, _)| names(usage));
        let write = pick(transcript.language, "write", "اكتب");
        rows.map(|row| transcript.remark(&format!("{write} {}", self.line(row, transcript))))
            .collect()
    }

    fn line(self, (usage, en, ar): &Row, transcript: &Transcript) -> String {
        let shown = transcript.look.foreign(usage);
        match transcript.language {
            Language::En => format!("{shown}: {en}"),
            Language::Ar => {
                let names = self.named(usage);
                let names: Vec<String> =
                    names.iter().map(|name| transcript.look.foreign(name)).collect();
                match names.is_empty() {
                    true => format!("{shown}: {ar}"),
                    false => format!("{shown} ({}): {ar}", names.join("، ")),
                }
            }
        }
    }

    /// The Arabic names of the commands that a usage holds.
    fn named(self, usage: &str) -> Vec<&'static str> {
        let named = |word: &str| self.names.iter().find(|(en, _)| *en == word).map(|(_, ar)| *ar);
        usage.split_whitespace().filter_map(named).collect()
    }
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

#[cfg(test)]
impl Commands {
    /// Checks that each command has an Arabic name that means the same, and that help in Arabic tells it.
    pub fn have_arabic_names<L: std::fmt::Debug>(self, parse: impl Fn(&str) -> L) {
        use super::terminal::Look;
        use super::transcript::Reader;
        let (look, language) = (Look::PLAIN, Language::Ar);
        let help = Transcript { look, language, reader: Reader::Staff };
        let help = self.help(&help).join("\n");
        let words = self.rows.iter().flat_map(|(usage, _, _)| usage.split_whitespace());
        for word in words.filter(|word| word.starts_with('/')) {
            let found = self.names.iter().find(|(en, _)| *en == word);
            let (_, arabic) = found.unwrap_or_else(|| panic!("{word} has no Arabic name"));
            assert!(help.contains(arabic), "{arabic} in {help}");
            let mut is_known = false;
            for rest in ["", " 2", " 30m it", " 24.7 46.7 home", " agent sara"] {
                let meant = |name: &str| format!("{:?}", parse(&format!("{name}{rest}")));
                let [en, ar] = [word, arabic].map(|name| meant(name).replace(arabic, word));
                is_known |= !en.starts_with("Unknown");
                assert_eq!(en, ar, "{word} {arabic}");
            }
            assert!(is_known, "{word} is no command");
        }
        for (en, _) in self.names {
            assert!(help.contains(en), "{en} is not told");
        }
    }
}
