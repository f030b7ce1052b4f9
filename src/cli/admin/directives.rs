//! What ops put in force at once, and who is served worst: the words of the commands, and the lines
//! they come back as.

use super::show::Show;
use crate::cli::transcript::moment;
use crate::cli::words::{self, pick};
use crate::domain::language::Language;
use crate::grpc::pb::directive::What as Told;
use crate::grpc::pb::issue_directive_request::What as Asked;
use crate::grpc::pb::{self, Banner, IssueDirectiveRequest};
use clap::Args;

/// How long, and why.
#[derive(Debug, Clone, Args)]
pub struct How {
    /// For how long, such as 30m, 2h or 3d; left out: until the day ends by the queues' clock.
    #[arg(long = "for", value_name = "SPAN", value_parser = span)]
    seconds: Option<i64>,
    /// Why, for colleagues.
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
}

/// What customers are told.
#[derive(Debug, Clone, Args)]
pub struct BannerArgs {
    /// In Arabic.
    #[arg(long, value_name = "TEXT")]
    ar: String,
    /// In English.
    #[arg(long, value_name = "TEXT")]
    en: String,
    /// An entry it concerns (repeatable); without any, every message.
    #[arg(long = "topic", value_name = "ENTRY")]
    topics: Vec<String>,
    #[command(flatten)]
    how: How,
}

impl How {
    /// The request that asks for it; `now` in seconds.
    pub fn request(&self, request_id: String, what: Asked, now: i64) -> IssueDirectiveRequest {
        let until = self.seconds.map(|span| now.saturating_add(span));
        IssueDirectiveRequest {
            request_id,
            what: Some(what),
            until: until.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
            note: self.note.clone(),
        }
    }
}

impl BannerArgs {
    /// The request that asks for it; `now` in seconds.
    pub fn request(&self, request_id: String, now: i64) -> IssueDirectiveRequest {
        let (ar, en) = (self.ar.clone(), self.en.clone());
        let banner = Banner { ar, en, entry_ids: self.topics.clone() };
        self.how.request(request_id, Asked::Banner(banner), now)
    }
}

/// `30m`, `2h` or `3d`, in seconds.
fn span(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text} is not a span: write it as 30m, 2h or 3d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let span = count.checked_mul(seconds).filter(|span| *span > 0);
    span.ok_or_else(wrong)
}

/// The number of something in force.
pub fn number(text: &str) -> Result<u64, String> {
    let wrong = |_| "write its number: `sanad admin directives` shows it before each".to_owned();
    text.parse().map_err(wrong)
}

impl Show {
    /// All that is in force, one a line.
    pub fn directives(&self, answer: &pb::ListDirectivesResponse) -> Vec<String> {
        if answer.directives.is_empty() {
            return vec![self.pick("nothing is in force", "لا شيء سارٍ").to_owned()];
        }
        answer.directives.iter().map(|directive| self.directive(directive)).collect()
    }

    /// What is in force, until when, and by whom.
    pub fn directive(&self, directive: &pb::Directive) -> String {
        let (what, words) = match &directive.what {
            Some(Told::Banner(banner)) => {
                let told = match banner.entry_ids.is_empty() {
                    true => String::new(),
                    false => format!(" [{}]", banner.entry_ids.join(self.pick(", ", "، "))),
                };
                let text = format!("{} · {}{told}", banner.en, banner.ar);
                (self.pick("customers are told", "يُقال للعملاء").to_owned(), self.foreign(&text))
            }
            Some(Told::ClosedQueueId(queue)) => {
                (format!("{queue} {}", self.pick("is closed", "مغلقة")), String::new())
            }
            Some(Told::EntryOffId(entry)) => {
                (format!("{entry} {}", self.pick("is not answered", "لا يُجاب عنه")), String::new())
            }
            None => (self.pick("something newer", "شيء أحدث").to_owned(), String::new()),
        };
        let until = directive.until.as_ref().and_then(moment).unwrap_or_default();
        let number = self.bold(&directive.number.to_string());
        let mut line = format!(
            "{number}: {what} {} {until} ({})",
            self.pick("until", "حتى"),
            self.foreign(&directive.author)
        );
        for more in [words, self.foreign(&directive.note)] {
            if !more.is_empty() {
                line = format!("{line}: {more}");
            }
        }
        line
    }

    /// It ended.
    pub fn lifted(&self, number: u64) -> Vec<String> {
        vec![format!("{number} {}", self.pick("is no longer in force", "لم يعد ساريًا"))]
    }

    /// The groups of each trait, the worst served first.
    pub fn fairness(&self, answer: &pb::GetFairnessResponse) -> Vec<String> {
        let mut lines = Vec::new();
        for comparison in &answer.comparisons {
            let (en, ar) = match comparison.by() {
                pb::FairnessTrait::Unspecified => continue,
                pb::FairnessTrait::Priority => ("by priority", "حسب الأولوية"),
                pb::FairnessTrait::Language => ("by language", "حسب اللغة"),
                pb::FairnessTrait::Queue => ("by queue", "حسب قائمة الانتظار"),
                pb::FairnessTrait::Channel => ("by channel", "حسب القناة"),
                pb::FairnessTrait::Known => ("known or new", "معروف أو جديد"),
            };
            lines.push(self.bold(self.pick(en, ar)));
            let named = |group: &pb::FairnessGroup| {
                let name = group_name(self.language(), comparison.by(), &group.name).to_owned();
                format!("  {}", self.group(&name, group))
            };
            lines.extend(comparison.groups.iter().map(named));
        }
        lines
    }

    fn group(&self, name: &str, group: &pb::FairnessGroup) -> String {
        let waits = group.met + group.left;
        if !group.judged {
            let few = self.pick("too few waits to judge", "أقل من أن يُحكم عليها");
            return format!("{name}: {few} ({waits})");
        }
        let span = |span: &Option<prost_types::Duration>| {
            words::span(self.language(), span.as_ref().map_or(0, |span| span.seconds))
        };
        let left = f64::from(group.left_per_mille) / 10.0;
        let figures = [
            format!("{} {}", self.pick("median", "الوسيط"), span(&group.median)),
            format!("{} {}", self.pick("nine of ten", "تسعة من عشرة"), span(&group.p90)),
            format!("{left:.1} % {}", self.pick("left", "تركوا")),
            format!("{waits} {}", self.pick("waits", "انتظارًا")),
        ];
        format!("{name}: {}", figures.join(self.pick(", ", "، ")))
    }
}

/// What a group is called where its name is one of ours; queues are called as the rules call them.
fn group_name(language: Language, by: pb::FairnessTrait, name: &str) -> &str {
    use pb::FairnessTrait as T;
    match (by, name) {
        (_, "") => pick(language, "not said", "لم يُذكر"),
        (T::Priority, "low") => words::priority(language, pb::Priority::Low),
        (T::Priority, "normal") => words::priority(language, pb::Priority::Normal),
        (T::Priority, "high") => words::priority(language, pb::Priority::High),
        (T::Priority, "emergency") => words::priority(language, pb::Priority::Emergency),
        (T::Language, tag) => words::tongue(language, tag),
        (T::Channel, channel) => words::channel(language, channel),
        (T::Known, "known") => pick(language, "known", "معروف"),
        (T::Known, "new") => pick(language, "new", "جديد"),
        (_, own) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::cli::transcript::{Reader, Transcript};

    #[test]
    fn groups_are_called_by_their_names_in_the_readers_language() {
        use pb::FairnessTrait as T;
        let lines = |language, by: T, name: &str| {
            let group = pb::FairnessGroup { name: name.to_owned(), ..Default::default() };
            let comparison = pb::FairnessComparison { by: by.into(), groups: vec![group] };
            let answer = pb::GetFairnessResponse { comparisons: vec![comparison] };
            let transcript = Transcript { look: Look::PLAIN, language, reader: Reader::Staff };
            Show { transcript }.fairness(&answer)
        };
        for (by, name, title, expected) in [
            (T::Priority, "emergency", "حسب الأولوية", "طارئ"),
            (T::Language, "en", "حسب اللغة", "الإنجليزية"),
            (T::Queue, "care", "حسب قائمة الانتظار", "care"),
            (T::Channel, "terminal", "حسب القناة", "سطر الأوامر"),
            (T::Known, "new", "معروف أو جديد", "جديد"),
            (T::Known, "", "معروف أو جديد", "لم يُذكر"),
        ] {
            let told = lines(Language::Ar, by, name);
            assert_eq!(told[0], title);
            assert_eq!(told[1], format!("  {expected}: أقل من أن يُحكم عليها (0)"));
        }
        assert!(lines(Language::En, T::Language, "ar")[1].starts_with("  Arabic: "));
    }
}
