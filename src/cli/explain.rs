//! `sanad explain "text"`: what the rules make of a message, and why. No service is needed.

use super::learning::Keeping;
use super::system::SystemClock;
use super::words::pick;
use super::{direction, terminal};
use crate::app::explain as app;
use crate::config::problem::{Look, render};
use crate::domain::bot::entry::SlotRule;
use crate::domain::bot::ladder::{self, Step};
use crate::domain::bot::matcher::{Basis, Clue, Ground, Verdict};
use crate::domain::conversation::state::Memory;
use crate::domain::detectors::SignalKind;
use crate::domain::ids::EntryId;
use crate::domain::language::{self, Evidence, Language, SocialAct, Variety};
use crate::domain::reading::{self, Reading};
use crate::domain::rules::Rules;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
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
    let (sources, checked) = Keeping::default().load(&options.config);
    let Some(rules) = checked.rules else {
        let look = Look { language: options.lang, colour: terminal::Look::of_stdout().rich };
        let shown = render(&checked.problems, &sources, look);
        terminal::print(&direction::readable(options.lang, &shown));
        return ExitCode::FAILURE;
    };
    let memory = Memory::default();
    let reading = reading::read(&rules, &options.text, &memory.window, Timestamp::ZERO);
    let step = ladder::next_step(&rules.bot, &memory, &reading, false);
    let mut lines = explained(&rules, &options.text, &reading, &step, options.lang);
    let now = SystemClock::default().now();
    // What cannot be said to the bot at all, such as nothing, has no answer.
    if let Ok(would) = app::explained(&rules, &options.text, None, now) {
        lines.extend(said(&would, options.lang));
    }
    for line in lines {
        terminal::print(&(direction::readable(options.lang, &line) + "\n"));
    }
    ExitCode::SUCCESS
}

/// The explanation, line by line.
pub fn explained(
    rules: &Rules,
    text: &str,
    reading: &Reading,
    step: &Step,
    l: Language,
) -> Vec<String> {
    let title = |id: &EntryId| {
        let entry = rules.bot.entries.get(id);
        let title = entry.map(|entry| entry.title.get(l).clone()).unwrap_or_default();
        format!("{id} ({})", direction::own(l, &title))
    };
    let read_as = direction::own(l, &reading.normalised.replace('\n', " / "));
    let mut lines = vec![
        format!("{}: {}", pick(l, "written in", "لغة الرسالة"), variety(l, reading.variety)),
        format!("{}: {read_as}", pick(l, "read as", "بعد التوحيد")),
    ];
    if let Some(act) = reading.social {
        lines.push(format!("{}: {}", pick(l, "social act", "مجاملة"), social(l, act)));
    }
    let near = ladder::near_enough(&rules.bot, reading);
    let verdict = match (&reading.matched.verdict, near.as_slice()) {
        (Verdict::Sure(entry), _) => {
            let basis = basis_name(l, reading.matched.basis);
            format!("{} {} [{basis}]", pick(l, "sure of", "متأكد من"), title(entry))
        }
        (Verdict::Unsure(_), []) => {
            let floor = rules.bot.ladder.clarify_at;
            let nothing = pick(l, "nothing comes near enough", "لا شيء قريب بما يكفي");
            format!("{nothing} (clarify_at: {floor})")
        }
        (Verdict::Unsure(_), near) => {
            let names: Vec<String> = near.iter().map(title).collect();
            let basis = match reading.matched.basis {
                across @ Basis::OtherLanguage => format!(" [{}]", basis_name(l, across)),
                Basis::Exact | Basis::Pattern | Basis::Examples | Basis::None => String::new(),
            };
            format!(
                "{} {}{basis}",
                pick(l, "wavers between", "متردد بين"),
                names.join(pick(l, " / ", " أو "))
            )
        }
        (Verdict::Unknown, _) => pick(l, "does not know it", "لا يعرفها").to_owned(),
    };
    lines.push(format!("{}: {verdict}", pick(l, "matching", "المطابقة")));
    let grounds = reading::grounds(rules, text, reading);
    for candidate in &reading.matched.candidates {
        lines.push(format!("  {:.2}  {}", candidate.score, title(&candidate.entry)));
        let grounds = grounds.iter().filter(|grounds| grounds.entry == candidate.entry);
        lines.extend(grounds.filter_map(|grounds| because(l, text, &grounds.clues)));
    }
    for found in &reading.assessment.signals {
        let (name, kind) = (pick(l, "signal", "إشارة"), signal(l, found.kind));
        lines.push(format!("{name}: {kind} {:.2}", found.strength));
        lines.extend(evidence(l, text, &found.evidence));
    }
    let does = match step {
        Step::Answer(id) => missing(rules, id, reading).map(|slot| asks_for(slot, l)),
        _ => None,
    };
    let does = does.unwrap_or_else(|| next(step, l));
    lines.push(format!("{}: {does}", pick(l, "so the bot", "فيفعل المساعد الآلي")));
    lines
}

/// What the customer would read, as they would read it: at the beginning of a conversation and at this
/// hour.
fn said(would: &app::Explained, l: Language) -> Vec<String> {
    if would.says.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("{}:", pick(l, "it says", "ويقول"))];
    for (_, text) in &would.says {
        lines.extend(text.lines().map(|line| format!("  {}", direction::own(l, line))));
    }
    if !would.choices.is_empty() {
        let buttons: Vec<String> =
            would.choices.iter().map(|title| format!("[{}]", direction::own(l, title))).collect();
        lines.push(format!("  {}: {}", pick(l, "buttons", "أزرار"), buttons.join(" ")));
    }
    lines
}

/// The first detail that the answer needs and the message does not hold: at the beginning of a
/// conversation nothing is remembered.
fn missing<'a>(rules: &'a Rules, id: &EntryId, reading: &Reading) -> Option<&'a SlotRule> {
    let slots = &rules.bot.entries.get(id)?.slots;
    slots.iter().find(|slot| slot.pattern.find(&reading.normalised).is_none())
}

fn asks_for(slot: &SlotRule, l: Language) -> String {
    format!("{} `{}`", pick(l, "asks first for", "يسأل أولًا عن"), slot.name)
}

/// What spoke for an entry, below its name.
fn because(l: Language, text: &str, clues: &[Ground]) -> Option<String> {
    let shown = |ground: &Ground| format!("{} {:.2}", clue(l, text, ground), ground.weight);
    let shown: Vec<String> = clues.iter().map(shown).collect();
    let because = pick(l, "because of", "بسبب");
    (!shown.is_empty()).then(|| format!("        {because} {}", shown.join(pick(l, ", ", "، "))))
}

/// In the customer's own words, and how they were read if that is something else.
fn clue(l: Language, text: &str, ground: &Ground) -> String {
    let quoted = |words: &str| format!("“{}”", direction::own(l, words));
    let own: Vec<String> = ground.spans.iter().map(|span| quoted(span.of(text))).collect();
    let own = own.join(" + ");
    let is_own = |read: &str| {
        let said = language::normalise(ground.span().of(text)).joined();
        said == read || said == read.replace('…', "")
    };
    match &ground.clue {
        Clue::Near(_, to) => format!("{own} ≈ {}", direction::own(l, to)),
        Clue::Pattern(number) => format!("{own} ({} {number})", pick(l, "pattern", "النمط")),
        Clue::Pair(..) | Clue::Example(_) => own,
        Clue::Letters(read) if is_own(read) => quoted(read),
        Clue::Word(read) if is_own(read) => own,
        Clue::Word(read) | Clue::Letters(read) => format!("{own} = {}", direction::own(l, read)),
    }
}

fn evidence(l: Language, text: &str, found: &[Evidence]) -> Vec<String> {
    const SHOWN_MAX: usize = 6;
    found
        .iter()
        .take(SHOWN_MAX)
        .map(|found| {
            let words = text
                .get(found.span.start as usize..found.span.end as usize)
                .filter(|words| !words.is_empty())
                .map(|words| format!("“{}” ", direction::own(l, words)))
                .unwrap_or_default();
            format!("    {words}{} ({:+.2})", direction::own(l, &found.what), found.weight)
        })
        .collect()
}

fn variety(l: Language, variety: Variety) -> &'static str {
    let (en, ar) = match variety {
        Variety::Arabic => ("Arabic", "العربية"),
        Variety::English => ("English", "الإنجليزية"),
        Variety::Arabizi => ("Arabizi", "العربية بحروف لاتينية"),
        Variety::Mixed => ("both", "اللغتان معًا"),
        Variety::Unknown => ("not known", "غير معروفة"),
    };
    pick(l, en, ar)
}

fn social(l: Language, act: SocialAct) -> &'static str {
    let (en, ar) = match act {
        SocialAct::Greeting => ("greeting", "تحية"),
        SocialAct::Thanks => ("thanks", "شكر"),
        SocialAct::Goodbye => ("goodbye", "وداع"),
        SocialAct::Acknowledgement => ("acknowledgement", "موافقة"),
        SocialAct::Attention => ("is anybody there?", "سؤال عمن يسمع"),
        SocialAct::Emoji => ("emoji", "رموز تعبيرية"),
        SocialAct::Anger => ("an angry face", "وجه غاضب"),
    };
    pick(l, en, ar)
}

fn signal(l: Language, kind: SignalKind) -> String {
    let ar = match kind {
        SignalKind::HumanRequest => "يريد شخصًا",
        SignalKind::Frustration => "غاضب",
        SignalKind::Confusion => "تائه",
        SignalKind::Repetition => "يكرر",
        SignalKind::Emergency => "في خطر",
        SignalKind::Abuse => "يسيء بالكلام",
    };
    match l {
        Language::En => kind.name().to_owned(),
        Language::Ar => format!("{ar} ({})", kind.name()),
    }
}

fn basis_name(l: Language, basis: Basis) -> &'static str {
    let (en, ar) = match basis {
        Basis::Exact => ("exact example", "مثال بنصه"),
        Basis::Pattern => ("pattern", "نمط"),
        Basis::Examples => ("examples", "الأمثلة"),
        Basis::OtherLanguage => (
            "meanings shared with examples of the other language",
            "معانٍ مشتركة مع أمثلة اللغة الأخرى",
        ),
        Basis::None => ("nothing", "لا شيء"),
    };
    pick(l, en, ar)
}

fn next(step: &Step, language: Language) -> String {
    let (en, ar) = match step {
        Step::Wait => ("waits for the rest of the thought", "ينتظر بقية الكلام"),
        Step::Social(_) => ("answers in kind", "يرد بالمثل"),
        Step::Affirmed => ("asks what it is about", "يسأل عن الموضوع"),
        Step::Declined => ("takes leave politely", "يودّع بلطف"),
        Step::Refused => ("asks what is still missing", "يسأل عما بقي"),
        Step::ProposeEnd => ("asks whether that settled it", "يسأل هل انتهى الأمر"),
        Step::Answer(_) => ("answers", "يجيب"),
        Step::FillSlot { .. } => ("takes the value and answers", "يأخذ القيمة ويجيب"),
        Step::AskSlotAgain { .. } => ("asks again for what is missing", "يسأل عما ينقص"),
        Step::AskInstead => ("asks what is wanted instead", "يسأل عما يريده بدلًا منه"),
        Step::Clarify(_) => ("asks which one is meant", "يسأل أيها المقصود"),
        Step::NotKnown => ("says that it does not know", "يقول إنه لا يعرف"),
        Step::HandOff(reason, _) => {
            let reason = reason.name();
            return match language {
                Language::En => format!("asks for a person ({reason})"),
                Language::Ar => format!("يطلب موظفًا ({reason})"),
            };
        }
    };
    pick(language, en, ar).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::detectors::Window;

    fn of(text: &str, language: Language) -> String {
        let rules = crate::sim::rules::rules(2);
        let reading = reading::read(&rules, text, &Window::default(), Timestamp::ZERO);
        let step = ladder::next_step(&rules.bot, &Memory::default(), &reading, false);
        let mut lines = explained(&rules, text, &reading, &step, language);
        lines.extend(said(&app::explained(&rules, text, None, Timestamp::ZERO).unwrap(), language));
        lines.iter().map(|line| direction::readable(language, line) + "\n").collect()
    }

    #[test]
    fn an_explanation_in_arabic_has_no_english_words_but_names_and_keeps_those_together() {
        let shown = of("where is my order", Language::Ar);
        assert!(shown.starts_with("لغة الرسالة: الإنجليزية\n"), "{shown}");
        assert!(shown.contains("\u{2068}where is my order\u{2069}"), "{shown}");
        assert!(shown.contains("[مثال بنصه]") || shown.contains("[الأمثلة]"), "{shown}");
        for english in ["English", "exact example", "answers", "sure of"] {
            assert!(!shown.contains(english), "{shown}");
        }
        let thanks = of("شكرا", Language::Ar);
        assert!(thanks.contains("مجاملة: شكر"), "{thanks}");
        assert!(of("شكرا", Language::En).contains("social act: thanks"));
    }

    #[test]
    fn what_the_bot_would_ask_is_shown_in_the_language_it_would_ask_it_in() {
        for l in [Language::Ar, Language::En] {
            assert!(of("وين طلبي", l).contains("رقم الطلب"), "{}", of("وين طلبي", l));
            let asked = of("where is my order", l);
            assert!(asked.contains("order number"), "{asked}");
        }
    }

    #[test]
    fn what_the_bot_would_say_is_shown_with_its_buttons() {
        for (l, says, buttons) in
            [(Language::En, "it says:\n", "buttons: ["), (Language::Ar, "ويقول:\n", "أزرار: [")]
        {
            for text in ["where is my order 123456", "وين طلبي 123456"] {
                let rules = crate::sim::rules::rules(2);
                let would = app::explained(&rules, text, None, Timestamp::ZERO).unwrap();
                let shown = of(text, l);
                let (_, block) = shown.split_once(says).unwrap_or_else(|| panic!("{shown}"));
                let (_, said) = would.says.first().unwrap();
                assert!(block.contains(said.lines().next().unwrap()), "{shown}");
                assert_eq!(block.contains(buttons), !would.choices.is_empty(), "{shown}");
            }
        }
    }
}
