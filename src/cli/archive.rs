//! `sanad archive`: reads what retention has written: each conversation once, however often a crash
//! made it be written.

use super::direction::{own, readable};
use super::sealing;
use crate::config::service::{Overrides, ServiceSettings};
use crate::domain::language::Language;
use crate::store::archive::{Contents, read};
use crate::store::sealed::is_sealed;
use anyhow::{Context as _, bail};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where it is within the data folder where the settings name none.
const ARCHIVE: &str = "archive";

/// Show archived conversations, one JSON object a line, each once.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Only this conversation.
    conversation: Option<String>,
    /// The folder [default: where `retention.archive` in service.yaml says, as the server reads it].
    #[arg(long, env = "SANAD_ARCHIVE", value_name = "DIR")]
    archive: Option<PathBuf>,
    /// The server's data folder; its seal.secret opens what is sealed [default: as service.yaml says].
    #[arg(long, env = "SANAD_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder of the rules, whose service.yaml is read.
    #[arg(long, env = "SANAD_CONFIG", value_name = "DIR", default_value = "config")]
    config: PathBuf,
    /// The language of what is said of the archive: en or ar.
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = super::language)]
    lang: Language,
}

/// Where everything lies.
struct Places {
    archive: PathBuf,
    /// Whether it was named; one that was not is made by the first row that leaves the store.
    is_named: bool,
    data: PathBuf,
}

impl Places {
    /// As the server finds them, unless the command line says otherwise.
    fn of(args: &ArchiveArgs) -> Places {
        let overrides = Overrides { data: args.data.clone(), ..Overrides::default() };
        let settings: ServiceSettings =
            crate::config::settings_of(&args.config).overridden_by(overrides);
        let usual = || settings.archive_folder().unwrap_or_else(|| settings.data.join(ARCHIVE));
        Places {
            archive: args.archive.clone().unwrap_or_else(usual),
            is_named: args.archive.is_some(),
            data: settings.data.clone(),
        }
    }
}

/// That there is nothing, and why that may be.
fn nothing(l: Language, folder: &Path, conversation: Option<&str>) -> String {
    let folder = own(l, &folder.display().to_string());
    let told = match (l, conversation) {
        (Language::En, Some(id)) => format!(
            "conversation {id} is not in the archive {folder}: it may still be in the store (`sanad \
             admin conversation {id}`), or was erased"
        ),
        (Language::Ar, Some(id)) => format!(
            "المحادثة {id} ليست في الأرشيف {folder}: ربما ما زالت في المخزن (`sanad admin conversation \
             {id}`) أو مُحيت"
        ),
        (Language::En, None) => format!(
            "nothing is archived in {folder} yet: ended conversations leave the store after \
             `retention.after` of service.yaml; another folder is named with --archive DIR"
        ),
        (Language::Ar, None) => format!(
            "لا شيء في الأرشيف {folder} بعد: تغادر المحادثات المنتهية المخزن بعد مدة `retention.after` في \
             service.yaml؛ ويُسمّى مجلد آخر بـ --archive DIR"
        ),
    };
    readable(l, &told)
}

/// That it cannot be read.
fn unreadable(l: Language, folder: &Path) -> String {
    let folder = own(l, &folder.display().to_string());
    match l {
        Language::En => {
            format!("the archive {folder} cannot be read; name it with --archive DIR")
        }
        Language::Ar => readable(l, &format!("تعذّرت قراءة الأرشيف {folder}؛ سمّه بـ --archive DIR")),
    }
}

/// That what was archived is sealed, and what would open it is not there.
fn not_opened(l: Language, data: &Path) -> String {
    let file = own(l, &sealing::file_of(data).display().to_string());
    match l {
        Language::En => format!(
            "the archive is sealed, and {file} is not there; name the data folder with --data DIR"
        ),
        Language::Ar => readable(
            l,
            &format!("الأرشيف مختوم، والملف {file} غير موجود؛ سمّ مجلد البيانات بـ --data DIR"),
        ),
    }
}

/// How much there was.
fn summary(l: Language, contents: &Contents) -> String {
    let (rows, doubles, torn) = (contents.rows.len(), contents.doubles, contents.torn);
    match l {
        Language::En => format!(
            "{rows} conversations; {doubles} rows were there twice, {torn} lines were cut off by a crash"
        ),
        Language::Ar => format!(
            "عدد المحادثات {rows}؛ وعدد الأسطر المكررة {doubles}، والمقطوعة بسبب تعطّل {torn}"
        ),
    }
}

/// An empty archive is an answer; a conversation that was asked for and is not there is none.
fn found_nothing(args: &ArchiveArgs, places: &Places) -> anyhow::Result<()> {
    let told = nothing(args.lang, &places.archive, args.conversation.as_deref());
    if args.conversation.is_some() {
        bail!(told);
    }
    eprintln!("{told}");
    Ok(())
}

/// Runs the command.
pub fn run(args: &ArchiveArgs) -> anyhow::Result<()> {
    let places = Places::of(args);
    if !places.is_named && !places.archive.try_exists()? {
        return found_nothing(args, &places);
    }
    let contents = read(&places.archive, args.conversation.as_deref())
        .with_context(|| unreadable(args.lang, &places.archive))?;
    if contents.rows.is_empty() {
        return found_nothing(args, &places);
    }
    let seals = sealing::seals_of(&places.data)?;
    let mut out = io::stdout().lock();
    for row in contents.rows.iter().cloned() {
        let row = match &seals {
            Some(seals) => seals.open_row(row).map_err(anyhow::Error::msg)?,
            None if is_sealed(&row) => bail!(not_opened(args.lang, &places.data)),
            None => row,
        };
        serde_json::to_writer(&mut out, &row)?;
        writeln!(out)?;
    }
    eprintln!("{}", summary(args.lang, &contents));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        archive: ArchiveArgs,
    }

    fn args(words: &[&str]) -> ArchiveArgs {
        Alone::parse_from(["archive"].iter().chain(words)).archive
    }

    #[test]
    fn an_empty_archive_is_called_empty_and_says_why() {
        let told = nothing(Language::En, Path::new("data/archive"), None);
        assert!(told.contains("nothing is archived in data/archive"), "{told}");
        let told = nothing(Language::En, Path::new("data/archive"), Some("c1"));
        assert!(told.contains("conversation c1 is not in the archive"), "{told}");
    }

    #[test]
    fn a_conversation_that_is_not_there_is_a_failure_and_an_empty_archive_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        for (named, there) in [("--archive", "--data"), ("--data", "--config")] {
            let words = [named, data, there, data];
            run(&args(&words)).unwrap();
            let told = run(&args(&[&["c1"], &words[..]].concat())).unwrap_err().to_string();
            assert!(told.starts_with("conversation c1 is not in the archive"), "{told}");
            assert!(!told.contains('\n'), "one line: {told}");
        }
    }

    #[test]
    fn the_archive_is_where_the_server_of_that_data_folder_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let (config, data) = (folder.path().join("config"), folder.path().join("served"));
        std::fs::create_dir(&config).unwrap();
        let [config_word, data_word] = [&config, &data].map(|path| path.to_str().unwrap());
        let words = ["--config", config_word, "--data", data_word];
        let found = || Places::of(&args(&words)).archive;
        assert_eq!(found(), data.join("archive"), "nothing is said of it");
        for (written, archive) in [
            ("archive: ended", data.join("ended")),
            ("archive: /srv/ended", PathBuf::from("/srv/ended")),
            ("delete: true", data.join("archive")),
        ] {
            let text = format!("data: elsewhere\nretention:\n  after: 90d\n  {written}\n");
            std::fs::write(config.join("service.yaml"), text).unwrap();
            assert_eq!(found(), archive, "{written}");
        }
        let words = ["--config", config_word];
        assert_eq!(Places::of(&args(&words)).data, Path::new("elsewhere"), "as the server has it");
    }

    #[test]
    fn all_is_said_in_arabic_too() {
        let folder = Path::new("data/archive");
        for told in [
            nothing(Language::Ar, folder, None),
            nothing(Language::Ar, folder, Some("c1")),
            unreadable(Language::Ar, folder),
            not_opened(Language::Ar, folder),
            summary(Language::Ar, &Contents::default()),
        ] {
            assert!(told.contains("الأ") || told.contains("عدد"), "{told}");
            assert!(!told.contains(", ") && !told.contains("; "), "{told}");
        }
    }
}
