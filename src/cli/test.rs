//! `sanad test`: plays the scripted conversations against the rules.

use super::direction::{own, readable};
use super::terminal;
use super::words::pick;
use crate::config::problem::{Look, render, render_json};
use crate::domain::language::Language;
use crate::rehearsal;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Plays the scripted conversations of the config.
#[derive(Debug, Args)]
pub struct Test {
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// Plays only those whose name contains this.
    #[arg(long, value_name = "PART")]
    pub only: Option<String>,
    /// How the result is written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: super::check::Format,
    /// The language of the messages: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    pub lang: Language,
}

/// 0 = all hold, 1 = some do not, none is meant, or the config cannot be used.
pub fn run(options: &Test) -> ExitCode {
    let (sources, checked) = super::learning::Keeping::default().load(&options.config);
    let look = Look { language: options.lang, colour: terminal::Look::of_stdout().rich };
    let Some(rules) = checked.rules.map(Arc::new) else {
        terminal::print(&readable(options.lang, &render(&checked.problems, &sources, look)));
        return ExitCode::FAILURE;
    };
    let wanted = |name: &str| options.only.as_ref().is_none_or(|part| name.contains(part.as_str()));
    let names = || checked.scripts.iter().map(|script| script.name.as_str());
    if let Some(part) = options.only.as_deref().filter(|_| !names().any(wanted)) {
        eprint!("{}", nothing_meant(options.lang, part, names()));
        return ExitCode::FAILURE;
    }
    let mut problems = Vec::new();
    let (mut held, mut failed) = (0u32, 0u32);
    for script in checked.scripts.iter().filter(|script| wanted(&script.name)) {
        let found = rehearsal::play(&rules, script);
        let (mark, count) = match found.is_empty() {
            true => (pick(options.lang, "ok  ", "تحققت:"), &mut held),
            false => (pick(options.lang, "FAIL", "لم تتحقق:"), &mut failed),
        };
        *count += 1;
        if options.format == super::check::Format::Text {
            terminal::print(&format!("{mark} {}\n", own(options.lang, &script.name)));
        }
        problems.extend(found);
    }
    match options.format {
        super::check::Format::Json => terminal::print(&format!("{:#}\n", render_json(&problems))),
        super::check::Format::Text => {
            if !problems.is_empty() {
                let shown = readable(options.lang, &render(&problems, &sources, look));
                terminal::print(&format!("\n{shown}"));
            }
            terminal::print(&match options.lang {
                Language::En => format!("\n{held} hold, {failed} do not\n"),
                Language::Ar => format!("\nتحققت {held}، ولم تتحقق {failed}\n"),
            });
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// That nothing was played is not that all hold: the names are there to choose from.
fn nothing_meant<'a>(
    language: Language,
    part: &str,
    names: impl Iterator<Item = &'a str>,
) -> String {
    let mut said = match language {
        Language::En => {
            format!("sanad: no scripted conversation has `{part}` in its name; there are:\n")
        }
        Language::Ar => format!("sanad: لا توجد محادثة مكتوبة في اسمها `{part}`، والموجود:\n"),
    };
    names.for_each(|name| said.push_str(&format!("  {}\n", own(language, name))));
    said
}
