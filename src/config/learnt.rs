//! What training has yielded, kept in the data folder, or in the user's cache where there is none,
//! under the hash of all it depends on: the examples, the settings and the code that learns. A start
//! with the same rules recalls it. It is never needed: what is absent, damaged or cannot be written
//! is learnt anew.

use crate::domain::bot::matcher::{Matcher, MatcherSettings, PatternError, TrainingEntry};
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The code that learns, as the build names it.
const CODE: &str = env!("SANAD_LEARNING");

/// How many trainings are kept; those not recalled for longest go.
const KEPT_MAX: usize = 8;

/// Where trainings are kept.
#[derive(Debug, Clone)]
pub struct Learnt {
    folder: Option<PathBuf>,
    /// Whether nothing is written.
    only_recalls: bool,
}

impl Learnt {
    /// In `learnt/` of a data folder; nowhere if that does not exist.
    pub fn in_data(data: &Path) -> Learnt {
        Learnt { folder: data.is_dir().then(|| data.join("learnt")), only_recalls: false }
    }

    /// Where it would be nowhere, in `learnt/` of this other folder, which is made.
    pub fn or_in(self, other: Option<&Path>) -> Learnt {
        let folder = self.folder.or_else(|| other.map(|other| other.join("learnt")));
        Learnt { folder, ..self }
    }

    /// What is there is recalled, and nothing is written.
    pub fn untouched(self) -> Learnt {
        Learnt { only_recalls: true, ..self }
    }

    /// Nothing is kept.
    pub fn nowhere() -> Learnt {
        Learnt { folder: None, only_recalls: true }
    }

    /// Recalls what these entries teach, or learns and keeps it.
    pub fn train(
        &self,
        entries: &[TrainingEntry],
        settings: &MatcherSettings,
    ) -> Result<Matcher, PatternError> {
        let Some(folder) = &self.folder else { return Matcher::train(entries, settings) };
        let file = folder.join(key(entries, settings));
        let known = fs::read(&file).unwrap_or_default();
        let (matcher, recalled) = Matcher::recall(entries, settings, &known)?;
        if self.only_recalls {
            return Ok(matcher);
        }
        // What cannot be kept costs time at the next start and nothing else.
        let _ = match recalled {
            true => touch(&file),
            false => keep(folder, &file, &matcher.learnt()),
        };
        Ok(matcher)
    }
}

/// All that decides what is learnt.
fn key(entries: &[TrainingEntry], settings: &MatcherSettings) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(CODE);
    add(&settings.reject_own_share.to_bits().to_string());
    add(&settings.word_vectors.to_string());
    for entry in entries {
        add(entry.id.as_str());
        add(&entry.examples.len().to_string());
        for example in &entry.examples {
            add(&format!("{:?}", example.variety));
            add(&example.text);
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes beside and renames, so that a training is there whole or not at all.
fn keep(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // Two processes may learn the same at once; each writes its own file.
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, file)?;
    prune(folder)
}

/// Marks a training as recalled now. The time of a file is the system's, not one of ours.
#[allow(clippy::disallowed_methods)]
fn touch(file: &Path) -> io::Result<()> {
    fs::File::options().append(true).open(file)?.set_modified(SystemTime::now())
}

fn prune(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let too_many = files.len().saturating_sub(KEPT_MAX);
    files.into_iter().take(too_many).try_for_each(|(_, file)| fs::remove_file(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bot::matcher::Example;
    use crate::domain::ids::EntryId;
    use crate::domain::language::{Variety, normalise};

    fn entries(extra: &str) -> Vec<TrainingEntry> {
        let entry = |id: &str, texts: &[&str]| TrainingEntry {
            id: EntryId::parse(id).unwrap(),
            examples: texts
                .iter()
                .map(|text| Example { text: (*text).to_owned(), variety: Variety::English })
                .collect(),
            patterns: Vec::new(),
        };
        vec![
            entry("order", &["where is my order", "track my parcel", "has it been shipped", extra]),
            entry("refund", &["i want my money back", "refund please", "how do i return this"]),
        ]
    }

    fn files(data: &Path) -> Vec<PathBuf> {
        let Ok(found) = fs::read_dir(data.join("learnt")) else { return Vec::new() };
        found.map(|entry| entry.unwrap().path()).collect()
    }

    fn opinion(matcher: &Matcher) -> crate::domain::bot::matcher::Match {
        matcher.find(&normalise("was my parcel shipped to you"), Variety::English)
    }

    #[test]
    fn what_is_recalled_finds_exactly_what_was_learnt() {
        let data = tempfile::tempdir().unwrap();
        let learnt = Learnt::in_data(data.path());
        let settings = MatcherSettings::default();
        let first = learnt.train(&entries("my parcel"), &settings).unwrap();
        let [file] = files(data.path()).try_into().unwrap();
        let (second, recalled) =
            Matcher::recall(&entries("my parcel"), &settings, &fs::read(file).unwrap()).unwrap();
        assert!(recalled);
        assert_eq!(opinion(&first), opinion(&second));
        learnt.train(&entries("my parcel"), &settings).unwrap();
        assert_eq!(files(data.path()).len(), 1, "it is found again under the same name");
        learnt.train(&entries("a new example"), &settings).unwrap();
        assert_eq!(files(data.path()).len(), 2, "other examples are another training");
    }

    #[test]
    fn who_only_recalls_leaves_the_folder_as_it_is() {
        let data = tempfile::tempdir().unwrap();
        let learnt = Learnt::in_data(data.path());
        let settings = MatcherSettings::default();
        learnt.clone().untouched().train(&entries("x"), &settings).unwrap();
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
        let kept = learnt.train(&entries("x"), &settings).unwrap();
        let recalled = learnt.clone().untouched().train(&entries("x"), &settings).unwrap();
        assert_eq!(recalled.learnt(), kept.learnt());
        let before = fs::metadata(&files(data.path())[0]).unwrap().modified().unwrap();
        learnt.untouched().train(&entries("x"), &settings).unwrap();
        let after = fs::metadata(&files(data.path())[0]).unwrap().modified().unwrap();
        assert_eq!(after, before, "nor is it marked as recalled");
    }

    #[test]
    fn a_damaged_training_is_learnt_anew_wherever_the_damage_is() {
        let data = tempfile::tempdir().unwrap();
        let learnt = Learnt::in_data(data.path());
        let settings = MatcherSettings::default();
        let whole = learnt.train(&entries("x"), &settings).unwrap();
        let [file] = files(data.path()).try_into().unwrap();
        let good = fs::read(&file).unwrap();
        for at in (0..good.len()).step_by(good.len() / 40) {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            let (matcher, recalled) = Matcher::recall(&entries("x"), &settings, &bad).unwrap();
            assert!(!recalled, "byte {at}");
            assert_eq!(opinion(&matcher), opinion(&whole));
            assert!(!Matcher::recall(&entries("x"), &settings, &good[..at]).unwrap().1);
        }
        fs::write(&file, b"nonsense").unwrap();
        learnt.train(&entries("x"), &settings).unwrap();
        assert_eq!(fs::read(&file).unwrap(), good, "and kept again");
    }

    #[test]
    fn without_a_data_folder_nothing_is_written() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("none");
        Learnt::in_data(&data).train(&entries("x"), &MatcherSettings::default()).unwrap();
        assert!(!data.exists());
    }

    #[test]
    fn only_so_many_trainings_are_kept() {
        let data = tempfile::tempdir().unwrap();
        let learnt = Learnt::in_data(data.path());
        for number in 0..KEPT_MAX + 2 {
            let entries = entries(&format!("example {number}"));
            learnt.train(&entries, &MatcherSettings::default()).unwrap();
        }
        assert_eq!(files(data.path()).len(), KEPT_MAX);
    }
}
