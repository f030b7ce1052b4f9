//! Mistakes on the command line, told to whoever asked for Arabic: what is wrong in a sentence, and below
//! it how the command is written. English is what the parser says by itself.

use super::direction::{own, readable};
use super::{Cli, chat};
use crate::domain::language::Language;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;

/// What a mistake on the command line ends with.
const MISTAKEN: i32 = 2;

/// Ends the process with what is wrong, in the language that was asked for; or with the help, if that was.
pub fn exit(error: &clap::Error, args: &[OsString]) -> ! {
    if let Some(help) = help_in_arabic(error, args) {
        super::terminal::print(&help);
        std::process::exit(0);
    }
    if let Some(told) = in_arabic(error).filter(|_| asks_for_arabic(args)) {
        eprint!("{told}");
        std::process::exit(MISTAKEN);
    }
    error.exit()
}

/// The help that was asked for, where it is the customers' and there in Arabic.
fn help_in_arabic(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let is_asked = error.kind() == ErrorKind::DisplayHelp && asks_for_arabic(args);
    let mut commands = Cli::command();
    commands.build();
    let chat = commands.find_subcommand("chat")?;
    // Options may stand before the command; their values are no commands.
    let first = args.iter().skip(1).find(|arg| commands.find_subcommand(arg).is_some());
    (is_asked && first.is_some_and(|arg| arg == "chat")).then(|| chat::usage::in_arabic(chat))?
}

/// Whether `--lang ar` stands there, wherever it is.
fn asks_for_arabic(args: &[OsString]) -> bool {
    let follows = |pair: &[OsString]| pair[0] == "--lang" && pair[1] == "ar";
    args.windows(2).any(follows) || args.iter().any(|arg| arg == "--lang=ar")
}

/// The mistake in Arabic, with the usage; `None` for what is none, such as `--help`.
fn in_arabic(error: &clap::Error) -> Option<String> {
    let mut lines = vec![format!("خطأ: {}", mistake(error)?)];
    let say = |what: &str, kind| told(error, kind).map(|it| format!("{what}: {it}"));
    lines.extend(say("المتاح", ContextKind::ValidValue));
    lines.extend(say("المتاح", ContextKind::ValidSubcommand));
    for suggested in
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
    {
        lines.extend(say("لعلك تريد", suggested));
    }
    if let Some(usage) = error.get(ContextKind::Usage) {
        lines.push(String::new());
        let usage = usage.to_string();
        let written = usage.trim_start_matches("Usage:").lines().map(str::trim);
        let written: Vec<String> = written.map(|line| own(Language::Ar, line)).collect();
        lines.push(format!("الاستعمال: {}", written.join("\n  ")));
    }
    lines.push(String::new());
    lines.push("للمزيد: --help".to_owned());
    Some(lines.iter().map(|line| readable(Language::Ar, line) + "\n").collect())
}

fn mistake(error: &clap::Error) -> Option<String> {
    let of = |kind| told(error, kind).unwrap_or_default();
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    Some(match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            format!("لا قيمة لـ {arg}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = error.source().and_then(|source| reason(&source.to_string()));
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("القيمة {value} لا تصح لـ {arg}{why}")
        }
        ErrorKind::UnknownArgument => format!("لا محل هنا لـ {arg}"),
        ErrorKind::InvalidSubcommand => {
            format!("لا يوجد أمر كهذا: {}", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "اذكر أحد الأوامر بعده".to_owned()
        }
        ErrorKind::MissingRequiredArgument => format!("ينقص: {arg}"),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            other if other.is_empty() || other == arg => format!("ذُكر مرتين: {arg}"),
            other => format!("لا يجتمع {arg} مع {other}"),
        },
        ErrorKind::NoEquals => format!("اكتب علامة = بعد {arg}"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("عدد القيم لا يصح لـ {arg}")
        }
        ErrorKind::InvalidUtf8 => "في سطر الأمر ما ليس UTF-8".to_owned(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::Io | ErrorKind::Format => {
            return None;
        }
        _ => "لم يُفهم سطر الأمر".to_owned(),
    })
}

/// What the parser tells of this sort; a list as Arabic writes it.
fn told(error: &clap::Error, kind: ContextKind) -> Option<String> {
    let l = Language::Ar;
    let text: Vec<String> = match error.get(kind)? {
        ContextValue::Strings(several) => several.iter().map(|it| own(l, it)).collect(),
        other => {
            let one = Some(other.to_string()).filter(|it| !it.is_empty());
            one.iter().map(|it| own(l, it)).collect()
        }
    };
    (!text.is_empty()).then(|| text.join("، "))
}

/// What is wrong with a value: as our own parsers and those of numbers say it, and in Arabic.
const REASONS: [(&str, &str); 12] = [
    ("is not a span: write it as", "اكتب المدة هكذا: 30m أو 2h أو 3d"),
    ("write its number:", "اكتب رقمه كما يعرضه `sanad admin directives`"),
    (
        "one of: bot,",
        "إحدى هذه: bot، queued، pending، human، confirming، resolved، closed، blocked",
    ),
    ("write NAME=LEVEL", "اكتب الاسم=المستوى، مثل ar=5"),
    ("a level is a number", "المستوى رقم من 1 إلى 5"),
    ("write ar or en", "اكتب ar أو en"),
    ("write life, money or property", "اكتب life أو money أو property"),
    ("write agent, platform, supervisor or admin", "اكتب agent أو platform أو supervisor أو admin"),
    ("could be guessed", "هو قصير وقد يُخمَّن؛ اترك --device ليُختار عشوائيًا"),
    ("is not in", "الرقم خارج الحدود"),
    ("invalid digit", "اكتب رقمًا"),
    ("number too", "الرقم خارج الحدود"),
];

fn reason(english: &str) -> Option<&'static str> {
    REASONS.iter().find(|(said, _)| english.contains(said)).map(|(_, arabic)| *arabic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::understood;

    fn read(line: &str) -> (clap::Error, Vec<OsString>) {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        (understood(&args).expect_err(line), args)
    }

    #[test]
    fn a_mistake_is_told_in_arabic_with_what_is_wrong_and_the_usage() {
        for (line, names, has_usage) in [
            ("sanad admin --lang ar", vec!["rules"], true),
            ("sanad admin --lang ar nosuch", vec!["nosuch"], true),
            ("sanad admin --lang ar queuez", vec!["queuez", "queues"], true),
            ("sanad admin why --lang ar", vec!["<CONVERSATION>"], true),
            ("sanad admin erase --lang ar", vec!["--yes"], true),
            ("sanad doctor --lang ar --nope", vec!["--nope"], true),
            ("sanad doctor --lang=ar --format xml", vec!["xml", "--format", "text", "json"], false),
            ("sanad chat --lang ar --lang en", vec!["--lang"], true),
            ("sanad chat --lang ar --device", vec!["--device"], false),
        ] {
            let (error, args) = read(line);
            assert!(asks_for_arabic(&args), "{line}");
            let told = in_arabic(&error).unwrap_or_else(|| panic!("{line}: {error}"));
            assert!(told.starts_with("خطأ: "), "{line}: {told}");
            for name in names {
                assert!(told.contains(name), "{line}: {told}");
            }
            assert_eq!(told.contains("الاستعمال:"), has_usage, "{line}: {told}");
            for english in ["error", "Usage", "tip", "required", "invalid", ", "] {
                assert!(!told.contains(english), "{line}: {english} in {told}");
            }
        }
        assert!(!asks_for_arabic(&read("sanad admin nosuch").1));
        assert_eq!(in_arabic(&read("sanad admin --lang ar --help").0), None);
    }

    #[test]
    fn customers_read_the_whole_help_in_arabic() {
        for line in ["sanad chat --lang ar --help", "sanad chat -h --lang=ar"] {
            let (error, args) = read(line);
            let help = help_in_arabic(&error, &args).unwrap_or_else(|| panic!("{line}"));
            for english in ["Usage", "Options", "Print", "default:", "Where", "How long"] {
                assert!(!help.contains(english), "{line}: {english} in {help}");
            }
            for there in ["--server", "<URL>", "SANAD_SERVER", "--stay", "--help", "http://"] {
                assert!(help.contains(there), "{line}: {there} in {help}");
            }
        }
        for line in ["sanad chat --lang en --help", "sanad admin --lang ar --help"] {
            let (error, args) = read(line);
            assert_eq!(help_in_arabic(&error, &args), None, "{line}");
        }
    }

    #[test]
    fn what_a_parser_of_ours_says_of_a_value_is_said_in_arabic_too() {
        for line in [
            "sanad admin conversations --state no",
            "sanad admin conversations --last x",
            "sanad admin conversations --last 99999999999",
            "sanad admin close q --for long",
            "sanad admin lift first",
            "sanad admin agent add a --skill orders",
            "sanad admin agent add a --skill orders=9",
            "sanad admin --lang fr queues",
            "sanad chat --device short",
            "sanad on-call try fire",
            "sanad key mint boss one",
            "sanad classify --threads 0",
        ] {
            let (error, _) = read(line);
            let source = error.source().unwrap_or_else(|| panic!("{line}: {error}")).to_string();
            let why = reason(&source).unwrap_or_else(|| panic!("{line}: {source}"));
            assert!(mistake(&error).unwrap().contains(why), "{line}");
        }
    }
}
