//! `sanad import`: labelled messages become a config folder that can be checked, asked and served
//! at once. The answers are placeholders: the messages do not say them.

use super::direction::readable;
use super::fault::Fault;
use super::rows::{self, Row};
use crate::config::source::{BOT, FAQ, FILE_BYTES_MAX, ROUTING};
use crate::domain::ids::{EntryId, ID_BYTES_MAX};
use crate::domain::language::{Language, Variety, detect, normalise};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Entries are gathered into files of about this size.
const FILE_BYTES: usize = 1 << 20;

/// What a config needs beside its entries, as it ships.
const SHIPPED: [(&str, &str); 10] = [
    (BOT, include_str!("../../config/bot.yaml")),
    (ROUTING, include_str!("../../config/routing.yaml")),
    ("texts/ar.yaml", include_str!("../../config/texts/ar.yaml")),
    ("texts/en.yaml", include_str!("../../config/texts/en.yaml")),
    ("detectors/abuse.yaml", include_str!("../../config/detectors/abuse.yaml")),
    ("detectors/confusion.yaml", include_str!("../../config/detectors/confusion.yaml")),
    ("detectors/emergency.yaml", include_str!("../../config/detectors/emergency.yaml")),
    ("detectors/frustration.yaml", include_str!("../../config/detectors/frustration.yaml")),
    ("detectors/human_request.yaml", include_str!("../../config/detectors/human_request.yaml")),
    ("detectors/repetition.yaml", include_str!("../../config/detectors/repetition.yaml")),
];

/// Makes a config folder from labelled messages (JSON lines or CSV: text, intent and, if known, lang).
///
/// Each intent becomes an entry with its messages as examples, placeholders for answers and its
/// label as title. Rows labelled oos, none and the like are left out: they are no entry. Everything
/// else that a config needs is written as Sanad ships it.
#[derive(Debug, Args)]
pub struct Import {
    /// Files with the labelled messages, in UTF-8; a name that ends in .csv is read as CSV with a head,
    /// its fields parted by commas or semicolons.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The config folder to make.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Writes into a folder that has entries already; they are removed.
    #[arg(long)]
    pub replace: bool,
    /// The language of what is said: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    pub lang: Language,
}

/// Writes the folder and says what became of the rows.
pub fn run(options: &Import) -> anyhow::Result<()> {
    let gathered = import(options).map_err(|fault| anyhow::Error::msg(fault.says(options.lang)))?;
    for line in told(options, &gathered) {
        println!("{}", readable(options.lang, &line));
    }
    Ok(())
}

fn import(options: &Import) -> Result<All, Fault> {
    let mut rows = Vec::new();
    for file in &options.files {
        rows.extend(rows::read(file, &["text", "intent"])?);
    }
    let gathered = gather(&rows)?;
    if gathered.entries.is_empty() {
        return Err(Fault::new(
            "no row has an intent; there is nothing to import",
            "لا نية في أي صف؛ فلا شيء للاستيراد",
        ));
    }
    let texts = files(&gathered.entries)?;
    // Nothing is removed before all that takes its place is known.
    let faq = options.out.join(FAQ);
    if faq.exists() {
        if !options.replace {
            return Err(Fault::new(
                format!(
                    "{} has entries already; name another folder, or say --replace",
                    options.out.display()
                ),
                format!("في {} مداخل من قبل؛ سمّ مجلدًا آخر أو أضف --replace", options.out.display()),
            ));
        }
        let what = ("it cannot be removed", "تعذّر حذفه");
        fs::remove_dir_all(&faq).map_err(|error| Fault::of_system(&faq, what, &error))?;
    }
    for (file, text) in texts {
        write(&options.out, &file, &text)?;
    }
    for (file, text) in SHIPPED {
        if !options.out.join(file).exists() {
            write(&options.out, file, text)?;
        }
    }
    Ok(gathered)
}

/// What became of the rows, and what to do next.
fn told(options: &Import, gathered: &All) -> Vec<String> {
    let examples: usize = gathered.entries.values().map(Gathered::examples).sum();
    let (entries, out) = (gathered.entries.len(), options.out.display());
    let next = format!("sanad check --config {out}; sanad classify --config {out}");
    let (done, next) = match options.lang {
        Language::En => (
            format!("{entries} entries with {examples} examples in {out}"),
            format!("Next: {next}"),
        ),
        Language::Ar => (
            format!("عدد المداخل {entries}، وأمثلتها {examples}، في {out}"),
            format!("الخطوة التالية: {next}"),
        ),
    };
    let left = [
        (
            gathered.foreign,
            "are labelled as none of the entries",
            "تقول وسومها إنها ليست من المداخل",
        ),
        (
            gathered.twice,
            "say the same as an earlier one of their entry",
            "تكرر ما سبق في مدخلها نفسه",
        ),
        (
            gathered.claimed,
            "say the same as one of another entry, which keeps it",
            "تكرر ما في مدخل آخر، وبقي له",
        ),
        (gathered.empty, "have no words", "بلا كلمات"),
    ];
    let left = left.into_iter().filter(|(count, _, _)| *count > 0);
    let left = left.map(|(count, en, ar)| match options.lang {
        Language::En => format!("left out: {count} rows that {en}"),
        Language::Ar => format!("صفوف متروكة {ar}: {count}"),
    });
    std::iter::once(done).chain(left).chain([next]).collect()
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), Fault> {
    let path = folder.join(file);
    if let Some(parent) = path.parent() {
        let what = ("it cannot be made", "تعذّر إنشاؤه");
        fs::create_dir_all(parent).map_err(|error| Fault::of_system(parent, what, &error))?;
    }
    let what = ("it cannot be written", "تعذّرت كتابته");
    fs::write(&path, text).map_err(|error| Fault::of_system(&path, what, &error))
}

/// One intent with its examples by list.
#[derive(Debug, Default)]
struct Gathered {
    id: String,
    lists: BTreeMap<&'static str, Vec<String>>,
}

impl Gathered {
    fn examples(&self) -> usize {
        self.lists.values().map(Vec::len).sum()
    }
}

/// All intents by label, and how many rows became nothing.
#[derive(Debug, Default)]
struct All {
    entries: BTreeMap<String, Gathered>,
    foreign: usize,
    twice: usize,
    claimed: usize,
    empty: usize,
}

fn gather(rows: &[Row]) -> Result<All, Fault> {
    let mut all = All::default();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for row in rows {
        let text = row.message()?.replace(char::is_control, " ");
        let label = row.text("intent").ok_or_else(|| row.lacks("intent"))?.trim();
        if rows::is_foreign(label) {
            all.foreign += 1;
            continue;
        }
        let form = normalise(&text).text.trim().to_owned();
        if form.is_empty() {
            all.empty += 1;
            continue;
        }
        match owners.get(&form) {
            Some(owner) if owner == label => all.twice += 1,
            Some(_) => all.claimed += 1,
            None => {
                owners.insert(form, label.to_owned());
                let entry = all.entries.entry(label.to_owned()).or_insert_with(|| Gathered {
                    id: free_id(label, &mut ids),
                    lists: BTreeMap::new(),
                });
                entry.lists.entry(list(row.text("lang"), &text)).or_default().push(text);
            }
        }
    }
    Ok(all)
}

/// The list an example belongs to: by its row's language, else by its letters.
fn list(lang: Option<&str>, text: &str) -> &'static str {
    let lang = lang.unwrap_or_default().to_ascii_lowercase();
    match (lang.as_str(), detect(text)) {
        ("arabizi", _) => "arabizi",
        ("en", _) => "en",
        (_, Variety::Arabizi) => "arabizi",
        ("ar", _) | (_, Variety::Arabic | Variety::Mixed) => "ar",
        (_, Variety::English | Variety::Unknown) => "en",
    }
}

fn free_id(label: &str, taken: &mut BTreeSet<String>) -> String {
    let id = safe_id(label);
    let id = if taken.contains(&id) { marked(&id, label) } else { id };
    taken.insert(id.clone());
    id
}

/// An id made of a label: what an id cannot hold becomes `_`. A label that would lose letters gets
/// a mark of its own, so that two labels stay two.
pub fn safe_id(label: &str) -> String {
    if EntryId::parse(label).is_ok() {
        return label.to_owned();
    }
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let id: String = label.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    let id = id.trim_matches('_').to_owned();
    let loses = label.chars().any(|c| c.is_alphanumeric() && !c.is_ascii()) || id.is_empty();
    if loses || id.len() > ID_BYTES_MAX { marked(&id, label) } else { id }
}

fn marked(id: &str, label: &str) -> String {
    let mark = label
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let kept: String = id.chars().take(ID_BYTES_MAX - 9).collect();
    let kept = if kept.is_empty() { "entry" } else { kept.as_str() };
    format!("{kept}_{mark:08x}")
}

/// The FAQ files with their texts.
fn files(entries: &BTreeMap<String, Gathered>) -> Result<Vec<(String, String)>, Fault> {
    let mut files: Vec<(String, String)> = Vec::new();
    for (label, entry) in entries {
        let text = yaml(label, entry);
        let bytes = text.len() as u64;
        if bytes >= FILE_BYTES_MAX {
            return Err(Fault::new(
                format!(
                    "the examples of `{label}` take {bytes} bytes; a file may have {FILE_BYTES_MAX}: keep fewer"
                ),
                format!(
                    "أمثلة `{label}` حجمها {bytes} بايت، والحد للملف {FILE_BYTES_MAX}: أبقِ أقل منها"
                ),
            ));
        }
        match files.last_mut() {
            Some((_, file)) if file.len() + text.len() < FILE_BYTES => file.push_str(&text),
            Some(_) | None => {
                let name = format!("{FAQ}imported-{:03}.yaml", files.len() + 1);
                files.push((name, format!("entries:\n{text}")));
            }
        }
    }
    Ok(files)
}

/// One entry. JSON strings are YAML strings.
fn yaml(label: &str, entry: &Gathered) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    // Braces are slots in an answer.
    let name = label.replace('{', "(").replace('}', ")");
    let mut out = format!("  - id: {}\n", quoted(&entry.id));
    let title = quoted(label);
    let _ = writeln!(out, "    title: {{ en: {title}, ar: {title} }}");
    out.push_str("    examples:\n");
    for (list, texts) in &entry.lists {
        let _ = writeln!(out, "      {list}:");
        for text in texts {
            let _ = writeln!(out, "        - {}", quoted(text));
        }
    }
    out.push_str("    answers:\n");
    for (language, wordings) in [
        (
            "en",
            [
                "Placeholder: write the answer to “NAME” here.",
                "Placeholder: write a second wording of the answer to “NAME” here.",
            ],
        ),
        ("ar", ["نص مؤقت: اكتب هنا جواب «NAME».", "نص مؤقت: اكتب هنا صيغة ثانية لجواب «NAME»."]),
    ] {
        let _ = writeln!(out, "      {language}:");
        for wording in wordings {
            let _ = writeln!(out, "        - {}", quoted(&wording.replace("NAME", &name)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(file: &str, text: &str) -> (tempfile::TempDir, anyhow::Result<()>) {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join(file);
        fs::write(&input, text).unwrap();
        let out = folder.path().join("config");
        let done = run(&Import { files: vec![input], out, replace: false, lang: Language::En });
        (folder, done)
    }

    #[test]
    fn what_was_imported_checks_and_finds_its_entries() {
        let (folder, done) = imported(
            "rows.csv",
            "text,intent,lang\n\
             where is my {card},card arrival?,en\nيا هلا وين بطاقتي,card arrival?,ar\n\
             wen elbe6a8a,card arrival?,\nclose \"\"my\"\" account now,إغلاق,en\n\
             the weather,oos,en\nWhere is my card,إغلاق,en\n???,إغلاق,en\n",
        );
        done.unwrap();
        let (_, checked) = crate::config::load(&folder.path().join("config"));
        let rules = checked.rules.unwrap_or_else(|| panic!("{:?}", checked.problems));
        let ids: Vec<&str> = rules.bot.entries.keys().map(EntryId::as_str).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], "card_arrival");
        assert!(ids[1].starts_with("entry_"), "{}", ids[1]);
        let found = crate::eval::replay::Replay::new(&rules).decide(&[], "where is my {card}");
        assert_eq!(found.intent().map(EntryId::as_str), Some("card_arrival"));
        assert_eq!(
            rules.bot.entries[&EntryId::parse("card_arrival").unwrap()].title.en,
            "card arrival?"
        );
    }

    #[test]
    fn entries_that_are_there_are_not_overwritten_unasked() {
        let (folder, done) = imported("rows.jsonl", "{\"text\":\"a b\",\"intent\":\"x\"}\n");
        done.unwrap();
        let again = Import {
            files: vec![folder.path().join("rows.jsonl")],
            out: folder.path().join("config"),
            replace: false,
            lang: Language::En,
        };
        assert!(run(&again).unwrap_err().to_string().contains("--replace"));
        let replacing = Import { replace: true, ..again };
        run(&replacing).unwrap();
        fs::write(&replacing.files[0], "{\"text\":\"no intent\"}\n").unwrap();
        let entries = || fs::read_to_string(replacing.out.join("faq/imported-001.yaml")).unwrap();
        let before = entries();
        assert!(run(&replacing).is_err());
        assert_eq!(entries(), before, "nothing is removed for rows that cannot take its place");
    }

    #[test]
    fn what_becomes_of_the_rows_is_said_in_arabic_too() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("rows.csv");
        fs::write(&input, "text,intent\na b,x\na b,x\na b,y\nwhat,oos\n").unwrap();
        let (files, out) = (vec![input.clone()], folder.path().join("config"));
        let options = Import { files, out, replace: false, lang: Language::Ar };
        let lines = told(&options, &import(&options).unwrap());
        assert_eq!(lines.len(), 5, "{lines:?}");
        let arabic = |text: &str| text.chars().any(|c| ('\u{0600}'..='\u{06FF}').contains(&c));
        assert!(lines.iter().all(|line| arabic(line)), "{lines:?}");
        fs::write(&input, "text;label\n").unwrap();
        let again = run(&options).unwrap_err().to_string();
        assert!(again.contains("السطر 1: الرأس هو"), "{again}");
        fs::write(&input, "text,intent\na,x\n").unwrap();
        assert!(run(&options).unwrap_err().to_string().contains("--replace"), "and why not");
    }

    #[test]
    fn words_that_a_line_parts_stay_apart() {
        let (folder, done) =
            imported("rows.jsonl", "{\"text\":\"lost\\tmy\\ncard\",\"intent\":\"x\"}\n");
        done.unwrap();
        let file = fs::read_to_string(folder.path().join("config/faq/imported-001.yaml")).unwrap();
        assert!(file.contains("\"lost my card\""), "{file}");
    }

    #[test]
    fn everything_that_ships_beside_the_entries_is_written() {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let in_folder = |folder: &str| {
            let files = fs::read_dir(config.join(folder)).unwrap();
            let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
            let folder = folder.to_owned();
            names
                .filter(|name| name.ends_with(".yaml"))
                .map(move |name| format!("{folder}{name}"))
                .collect::<Vec<_>>()
        };
        let mut ships = [BOT.to_owned(), ROUTING.to_owned()].to_vec();
        ships.extend(in_folder("texts/"));
        ships.extend(in_folder("detectors/"));
        let mut written = SHIPPED.map(|(file, _)| file.to_owned()).to_vec();
        ships.sort();
        written.sort();
        assert_eq!(written, ships);
    }

    #[test]
    fn labels_become_ids_that_stay_apart() {
        assert_eq!(safe_id("reverted_card_payment?"), "reverted_card_payment");
        assert_eq!(safe_id("Refund not showing up"), "Refund_not_showing_up");
        assert_ne!(safe_id("دفع"), safe_id("طلب"));
        let long = "x".repeat(100);
        assert!(EntryId::parse(&safe_id(&long)).is_ok());
        let mut taken = BTreeSet::new();
        assert_ne!(free_id("a b", &mut taken), free_id("a?b", &mut taken));
    }

    #[test]
    fn a_row_without_an_intent_is_told_with_its_line() {
        let (_folder, done) =
            imported("rows.jsonl", "{\"text\":\"a\",\"intent\":\"x\"}\n{\"text\":\"b\"}\n");
        assert!(done.unwrap_err().to_string().contains("line 2"));
    }
}
