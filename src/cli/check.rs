//! `sanad check`: shows everything that is wrong with the config at once.

use super::direction::readable;
use super::system::SystemClock;
use super::terminal;
use crate::config::problem::{Look, render, render_json};
use crate::domain::language::Language;
use crate::ports::clock::Clock;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Checks the config and shows every problem at once.
#[derive(Debug, Args)]
pub struct Check {
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// How the problems are written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The language of the messages: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    pub lang: Language,
}

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// 0 = may go live, 1 = may not.
pub fn run(options: &Check) -> ExitCode {
    let (sources, checked) = super::learning::Keeping::default().load(&options.config);
    let checked = checked.at(SystemClock::default().now());
    let checked = checked.in_environment(|name| std::env::var_os(name).is_some());
    match options.format {
        Format::Json => terminal::print(&format!("{:#}\n", render_json(&checked.problems))),
        Format::Text => {
            let look = Look { language: options.lang, colour: terminal::Look::of_stdout().rich };
            let problems = render(&checked.problems, &sources, look);
            terminal::print(&readable(options.lang, &problems));
            if let Some(rules) = &checked.rules {
                let (entries, scripts) = (rules.bot.entries.len(), checked.scripts.len());
                let summary = match options.lang {
                    Language::En => format!(
                        "{entries} entries, {scripts} scripted conversations, version {}. \
                         Next: sanad test",
                        rules.version
                    ),
                    Language::Ar => format!(
                        "عدد المداخل {entries}، والمحادثات المكتوبة {scripts}، والإصدار {}. \
                         الخطوة التالية: sanad test",
                        rules.version
                    ),
                };
                terminal::print(&(readable(options.lang, &summary) + "\n"));
            }
        }
    }
    if checked.rules.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn problems_in_arabic_keep_codes_paths_and_commands_together_and_lose_no_letter() {
        let (sources, checked) = crate::config::load(Path::new("nowhere"));
        let look = Look { language: Language::Ar, colour: false };
        let plain = render(&checked.problems, &sources, look);
        let shown = readable(Language::Ar, &plain);
        for together in ["CFG010", "`nowhere`", "--config DIR"] {
            assert!(shown.contains(&format!("\u{2066}{together}\u{2069}")), "{shown}");
        }
        let is_mark = |c: &char| matches!(c, '\u{2066}'..='\u{2069}');
        assert_eq!(shown.chars().filter(|c| !is_mark(c)).collect::<String>(), plain);
    }
}
