//! The accepted versions of the rules, each as the files it was made of, in a folder named by its
//! hash. A restart with a broken config starts from the newest; a decision can be replayed with the
//! rules that made it.

use crate::config::problem::Problems;
use crate::config::source::Sources;
use crate::domain::ids::RulesVersion;
use crate::domain::time::Timestamp;
use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many versions are kept; older ones go.
pub const VERSIONS_MAX: usize = 50;

/// The file that says when a version was accepted, in ms since the epoch.
const ACCEPTED_AT: &str = "accepted_at";
/// The folder of a version's files.
const FILES: &str = "config";
/// A version that is being written.
const PARTIAL: &str = ".partial";

/// The accepted versions.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
}

/// One accepted version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptVersion {
    /// Its hash.
    pub version: RulesVersion,
    /// When it was accepted last.
    pub accepted_at: Timestamp,
}

impl Kept {
    /// In `rules/` of the data folder.
    pub fn in_data(data: &Path) -> Kept {
        Kept { folder: data.join("rules") }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data folder around them.
    pub(super) fn data(&self) -> Option<&Path> {
        self.folder.parent()
    }

    /// Keeps a version that was accepted; one that is there already becomes the newest again.
    pub fn keep(&self, version: &RulesVersion, sources: &Sources, at: Timestamp) -> io::Result<()> {
        let home = self.folder.join(version.as_str());
        if !home.join(FILES).is_dir() {
            self.write_files(&home, sources)?;
        }
        replace(&home.join(ACCEPTED_AT), &at.as_millis().to_string())?;
        self.prune(version);
        Ok(())
    }

    /// All versions, the newest first.
    pub fn list(&self) -> Vec<KeptVersion> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut versions: Vec<KeptVersion> = entries
            .flatten()
            .filter_map(|entry| {
                let version = RulesVersion::parse(entry.file_name().to_str()?).ok()?;
                let millis = fs::read_to_string(entry.path().join(ACCEPTED_AT)).ok()?;
                let accepted_at = Timestamp::from_millis(millis.trim().parse().ok()?);
                Some(KeptVersion { version, accepted_at })
            })
            .collect();
        versions.sort_by_key(|kept| (Reverse(kept.accepted_at), kept.version.clone()));
        versions
    }

    /// The files of a version; `None` if it is not kept.
    pub fn sources(&self, version: &RulesVersion, problems: &mut Problems) -> Option<Sources> {
        let files = self.folder.join(version.as_str()).join(FILES);
        files.is_dir().then(|| Sources::read(&files, problems))
    }

    /// Writes beside and renames, so that a version is there whole or not at all.
    fn write_files(&self, home: &Path, sources: &Sources) -> io::Result<()> {
        let partial = self.folder.join(PARTIAL);
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        for (path, text) in sources.rules_files() {
            let file = partial.join(FILES).join(path);
            fs::create_dir_all(file.parent().unwrap_or(&partial))?;
            let mut out = fs::File::create(&file)?;
            io::Write::write_all(&mut out, text.as_bytes())?;
            out.sync_all()?;
        }
        if home.exists() {
            fs::remove_dir_all(home)?;
        }
        fs::rename(&partial, home)
    }

    /// Takes the oldest away; what cannot be taken away costs a little space and nothing else.
    fn prune(&self, newest: &RulesVersion) {
        let beyond = self.list().into_iter().skip(VERSIONS_MAX);
        for old in beyond.filter(|old| old.version != *newest) {
            let _ = fs::remove_dir_all(self.folder.join(old.version.as_str()));
        }
    }
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut out = fs::File::create(&beside)?;
    io::Write::write_all(&mut out, text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn version(number: usize) -> RulesVersion {
        RulesVersion::parse(&format!("{number:016x}")).unwrap()
    }

    fn files(text: &str) -> Sources {
        Sources::from_texts([
            ("bot.yaml", text),
            ("faq/a.yaml", "entries: []"),
            ("service.yaml", "data: x"),
            ("conversations/a.yaml", "name: x"),
        ])
    }

    #[test]
    fn a_version_is_kept_with_its_rules_files_and_found_again() {
        let data = tempfile::tempdir().unwrap();
        let kept = Kept::in_data(data.path());
        assert!(kept.list().is_empty());
        kept.keep(&version(1), &files("name: سند"), at(5)).unwrap();
        let mut problems = Problems::new();
        let sources = kept.sources(&version(1), &mut problems).unwrap();
        assert_eq!(sources.text("bot.yaml"), Some("name: سند"));
        assert_eq!(sources.text("faq/a.yaml"), Some("entries: []"));
        assert_eq!(sources.text("service.yaml"), None, "the operators' file is no rule");
        assert_eq!(sources.version(), files("name: سند").version());
        assert!(kept.sources(&version(2), &mut problems).is_none());
    }

    #[test]
    fn the_newest_is_the_one_accepted_last_also_when_it_was_there_before() {
        let data = tempfile::tempdir().unwrap();
        let kept = Kept::in_data(data.path());
        for (number, millis) in [(1, 10), (2, 20), (1, 30)] {
            kept.keep(&version(number), &files("x"), at(millis)).unwrap();
        }
        let versions: Vec<_> = kept.list().into_iter().map(|kept| kept.version).collect();
        assert_eq!(versions, [version(1), version(2)]);
    }

    #[test]
    fn only_the_newest_versions_stay() {
        let data = tempfile::tempdir().unwrap();
        let kept = Kept::in_data(data.path());
        for number in 0..VERSIONS_MAX + 3 {
            kept.keep(&version(number), &files("x"), at(number as i64)).unwrap();
        }
        let versions = kept.list();
        assert_eq!(versions.len(), VERSIONS_MAX);
        assert_eq!(versions.last().map(|kept| kept.version.clone()), Some(version(3)));
    }

    #[test]
    fn a_version_whose_writing_was_cut_off_is_not_there_and_is_written_anew() {
        let data = tempfile::tempdir().unwrap();
        let kept = Kept::in_data(data.path());
        let partial = kept.folder().join(PARTIAL).join(FILES);
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join("bot.yaml"), "half").unwrap();
        assert!(kept.list().is_empty());
        kept.keep(&version(1), &files("whole"), at(1)).unwrap();
        let sources = kept.sources(&version(1), &mut Problems::new()).unwrap();
        assert_eq!(sources.text("bot.yaml"), Some("whole"));
    }
}
