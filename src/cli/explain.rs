//! `sanad explain "text"`: what the rules make of a message, and why. No service is needed.

use super::terminal;
use crate::config::problem::{Look, render};
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::matcher::{Basis, Verdict};
use crate::domain::conversation::state::Memory;
use crate::domain::language::{Evidence, Language};
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Shows what the rules make of a message, and why.
#[derive(Debug, Args)]
pub struct Explain {
    /// The message, as a customer would write it.
    pub text: String,
    /// Folder of the rules.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    pub config: PathBuf,
    /// The language of the explanation: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    pub lang: Language,
}

/// 0 = explained, 1 = the config cannot be used.
pub fn run(options: &Explain) -> ExitCode {
    let (sources, checked) = crate::config::load(&options.config);
    let Some(rules) = checked.rules else {
        let look = Look { language: options.lang, colour: terminal::Look::of_stdout().rich };
        print!("{}", render(&checked.problems, &sources, look));
        return ExitCode::FAILURE;
    };
    let memory = Memory::default();
    let reading = reading::read(&rules, &options.text, &memory.window, Timestamp::ZERO);
    let step = ladder::next_step(&rules.bot, &memory, &reading, false);
    for line in explained(&rules, &options.text, &reading, &step, options.lang) {
        println!("{line}");
    }
    ExitCode::SUCCESS
}

/// The explanation, line by line.
pub fn explained(
    rules: &Rules,
    text: &str,
    reading: &Reading,
    step: &Step,
    language: Language,
) -> Vec<String> {
    let say = |en: &str, ar: &str| match language {
        Language::En => en.to_owned(),
        Language::Ar => ar.to_owned(),
    };
    let title = |id: &crate::domain::ids::EntryId| {
        let entry = rules.bot.entries.get(id);
        let title = entry.map(|entry| entry.title.get(language).clone()).unwrap_or_default();
        format!("{id} ({title})")
    };
    let mut lines = vec![
        format!("{}: {:?}", say("written in", "لغة الرسالة"), reading.variety),
        format!("{}: {}", say("read as", "بعد التوحيد"), reading.normalised),
    ];
    if let Some(act) = reading.social {
        lines.push(format!("{}: {act:?}", say("social act", "مجاملة")));
    }
    let verdict = match (&reading.matched.verdict, &reading.matched.basis) {
        (Verdict::Sure(entry), basis) => {
            format!("{} {} [{}]", say("sure of", "متأكد من"), title(entry), basis_name(*basis))
        }
        (Verdict::Unsure(entries), _) => {
            let names: Vec<String> = entries.iter().map(title).collect();
            format!("{} {}", say("wavers between", "متردد بين"), names.join(" / "))
        }
        (Verdict::Unknown, _) => say("does not know it", "لا يعرفها"),
    };
    lines.push(format!("{}: {verdict}", say("matching", "المطابقة")));
    for candidate in &reading.matched.candidates {
        lines.push(format!("  {:.2}  {}", candidate.score, title(&candidate.entry)));
    }
    lines.extend(evidence(text, &reading.matched.evidence));
    for signal in &reading.assessment.signals {
        let name = say("signal", "إشارة");
        lines.push(format!("{name}: {} {:.2}", signal.kind.name(), signal.strength));
        lines.extend(evidence(text, &signal.evidence));
    }
    lines.push(format!("{}: {}", say("so the bot", "فيفعل المساعد الآلي"), next(step, language)));
    lines
}

fn evidence(text: &str, found: &[Evidence]) -> Vec<String> {
    const SHOWN_MAX: usize = 6;
    found
        .iter()
        .take(SHOWN_MAX)
        .map(|found| {
            let words = text
                .get(found.span.start as usize..found.span.end as usize)
                .filter(|words| !words.is_empty())
                .map(|words| format!("“{words}” "))
                .unwrap_or_default();
            format!("    {words}{} ({:+.2})", found.what, found.weight)
        })
        .collect()
}

fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Exact => "exact example",
        Basis::Pattern => "pattern",
        Basis::Examples => "examples",
        Basis::None => "nothing",
    }
}

fn next(step: &Step, language: Language) -> String {
    let (en, ar) = match step {
        Step::Wait => ("waits for the rest of the thought", "ينتظر بقية الكلام"),
        Step::Social(_) => ("answers in kind", "يرد بالمثل"),
        Step::Affirmed => ("asks what it is about", "يسأل عن الموضوع"),
        Step::ProposeEnd => ("asks whether that settled it", "يسأل هل انتهى الأمر"),
        Step::Answer(_) => ("answers", "يجيب"),
        Step::FillSlot { .. } => ("takes the value and answers", "يأخذ القيمة ويجيب"),
        Step::AskSlotAgain { .. } => ("asks again for what is missing", "يسأل عما ينقص"),
        Step::Clarify(_) => ("asks which one is meant", "يسأل أيها المقصود"),
        Step::NotKnown => ("says that it does not know", "يقول إنه لا يعرف"),
        Step::HandOff(reason, _) => {
            let reason = reason.name();
            return match language {
                Language::En => format!("asks for a person ({reason})"),
                Language::Ar => format!("يطلب موظفا ({reason})"),
            };
        }
    };
    match language {
        Language::En => en.to_owned(),
        Language::Ar => ar.to_owned(),
    }
}
