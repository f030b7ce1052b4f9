//! The files of a config folder as texts, read before anything looks into them, so that the checks
//! are pure and the same for a folder, an upload and a test.

use super::problem::{Code, Place, Problem, Problems};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 4 << 20;

/// The most files that are read from one folder.
pub const FILES_MAX: usize = 2_000;

/// The operators' file.
pub const SERVICE: &str = "service.yaml";
/// The routing file.
pub const ROUTING: &str = "routing.yaml";
/// The bot's file.
pub const BOT: &str = "bot.yaml";
/// The folder of FAQ entries.
pub const FAQ: &str = "faq/";
/// The folder of system texts.
pub const TEXTS: &str = "texts/";
/// The folder of detectors.
pub const DETECTORS: &str = "detectors/";
/// The folder of scripted conversations.
pub const CONVERSATIONS: &str = "conversations/";

/// The folders that are read, each flat.
const FOLDERS: [&str; 4] = [FAQ, TEXTS, DETECTORS, CONVERSATIONS];

/// The texts of all config files, by their path relative to the config folder, with `/`.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: BTreeMap<String, String>,
    /// The folder as whoever named it wrote it; empty for texts that come from none.
    folder: PathBuf,
}

/// The same texts are the same rules, wherever they lie.
impl PartialEq for Sources {
    fn eq(&self, other: &Sources) -> bool {
        self.files == other.files
    }
}

impl Eq for Sources {}

impl Sources {
    /// Reads a config folder. What cannot be read is a problem, and the rest is still read.
    pub fn read(folder: &Path, problems: &mut Problems) -> Sources {
        let mut sources = Sources { folder: folder.to_owned(), ..Sources::default() };
        if !folder.is_dir() {
            let problem = Problem::new(Code::FolderMissing, &Place::top_of(""));
            problems.add(problem.with("folder", folder.display()));
            return sources;
        }
        for file in [SERVICE, ROUTING, BOT] {
            if folder.join(file).exists() {
                sources.read_file(folder, file.to_owned(), problems);
            }
        }
        for inner in FOLDERS {
            for name in names_in(&folder.join(inner)) {
                let path = format!("{inner}{name}");
                if name.starts_with('.') {
                    // Editors and ConfigMaps keep their own files under such names.
                } else if name.ends_with(".yaml") {
                    sources.read_file(folder, path, problems);
                } else if name.ends_with(".yml") || name.ends_with(".json") {
                    problems.add(ignored(&path));
                }
            }
        }
        for name in names_in(folder) {
            let known = [SERVICE, ROUTING, BOT].contains(&name.as_str());
            if !known
                && !name.starts_with('.')
                && (name.ends_with(".yaml") || name.ends_with(".yml"))
            {
                problems.add(ignored(&name));
            }
        }
        sources
    }

    /// From texts that are at hand already.
    pub fn from_texts<P: Into<String>, T: Into<String>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Sources {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Sources { files, folder: PathBuf::new() }
    }

    /// Where a file lies, as it can be opened from where the folder was named.
    pub fn place_of(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    /// The text of one file.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.files.get(file).map(String::as_str)
    }

    /// The files of a folder (or the one file of that name), in the order of their names.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files that decide what Sanad answers and does: all but the operators' own file and the
    /// scripted conversations, which only test the rest.
    pub fn rules_files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(|(path, _)| *path != SERVICE && !path.starts_with(CONVERSATIONS))
    }

    /// The hash that names these rules: 16 hex digits, the same whatever the line endings, the
    /// spaces at their ends and the byte order mark.
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in self.rules_files() {
            let text = normalised(text);
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn read_file(&mut self, folder: &Path, path: String, problems: &mut Problems) {
        if self.files.len() >= FILES_MAX {
            let place = Place::top_of(&path);
            let problem = Problem::new(Code::TooMany, &place).with("count", self.files.len() + 1);
            problems.add(problem.with("count_max", FILES_MAX));
            return;
        }
        match read_text(&folder.join(&path), &path) {
            Ok(text) => {
                self.files.insert(path, text);
            }
            Err(problem) => problems.add(problem),
        }
    }
}

fn read_text(file: &Path, path: &str) -> Result<String, Problem> {
    let place = Place::top_of(path);
    let unreadable = |error: std::io::Error| {
        Problem::new(Code::FileUnreadable, &place).with("path", path).with("reason", error)
    };
    let bytes_long = std::fs::metadata(file).map_err(unreadable)?.len();
    if bytes_long > FILE_BYTES_MAX {
        return Err(Problem::new(Code::FileTooLarge, &place)
            .with("bytes", bytes_long)
            .with("bytes_max", FILE_BYTES_MAX));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Problem::new(Code::NotUtf8, &end_of(&place, &String::from_utf8_lossy(valid)))
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// The spot behind a text that stands at the beginning of a file.
fn end_of(place: &Place, text: &str) -> Place {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Place {
        line: text.matches('\n').count() as u32 + 1,
        column: last.chars().count() as u32 + 1,
        length: 1,
        ..place.clone()
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

fn ignored(path: &str) -> Problem {
    Problem::new(Code::FileIgnored, &Place::top_of(path)).with("path", path)
}

fn normalised(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_follows_what_the_rules_say_and_not_how_they_were_saved() {
        let version = |routing: &str, service: &str, script: &str| {
            Sources::from_texts([
                (ROUTING, routing),
                (SERVICE, service),
                ("conversations/a.yaml", script),
            ])
            .version()
        };
        let first = version("pool: main\n", "", "");
        assert_eq!(first.len(), 16);
        assert_eq!(first, version("\u{feff}pool: main  \r\n", "data: x", "name: y"));
        assert_ne!(first, version("pool: other\n", "", ""));
    }

    #[test]
    fn moving_text_from_one_file_to_the_next_is_another_version() {
        let one = Sources::from_texts([("faq/a.yaml", "ab"), ("faq/b.yaml", "")]);
        let two = Sources::from_texts([("faq/a.yaml", "a"), ("faq/b.yaml", "b")]);
        assert_ne!(one.version(), two.version());
    }

    #[test]
    fn a_folder_is_read_with_every_problem_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        };
        write("bot.yaml", b"\xef\xbb\xbfname: x");
        write("faq/a.yaml", b"entries: []");
        write("faq/b.yml", b"entries: []");
        write("faq/.a.yaml.swp", b"\xff");
        write("faq/c.yaml", b"a: b\nx: \xff");
        write("texts.yaml", b"");
        let mut problems = Problems::new();
        let sources = Sources::read(folder.path(), &mut problems);
        let files: Vec<&str> = sources.files.keys().map(String::as_str).collect();
        assert_eq!(files, ["bot.yaml", "faq/a.yaml"]);
        assert_eq!(sources.text("bot.yaml"), Some("name: x"), "the byte order mark is gone");
        let found: Vec<(&str, String, u32, u32)> = problems
            .sorted()
            .iter()
            .map(|p| (p.code.name(), p.place.file.to_string(), p.place.line, p.place.column))
            .collect();
        assert_eq!(
            found,
            [
                ("CFG008", "faq/b.yml".to_owned(), 1, 1),
                ("CFG004", "faq/c.yaml".to_owned(), 2, 4),
                ("CFG008", "texts.yaml".to_owned(), 1, 1),
            ]
        );
    }
}
