//! What the examples teach is learnt once: commands that need no service find it again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder to work in with a config and its message, and nothing of the user's.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        // As a spreadsheet of a country that writes numbers with a comma saves it.
        let rows = "text;intent\nwhere is my parcel;parcel\nhas it been shipped, my parcel;parcel\n\
                    i want my money back;refund\nrefund please;refund\n";
        fs::write(place.path().join("rows.csv"), rows).unwrap();
        fs::write(place.path().join("asked.jsonl"), "{\"id\":1,\"text\":\"my parcel\"}\n").unwrap();
        let made = place.sanad(&["import", "rows.csv", "--out", "config"], &place.cache());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn cache(&self) -> PathBuf {
        self.path().join("cache")
    }

    fn sanad(&self, words: &[&str], cache: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        command.args(words).current_dir(self.path());
        let asked = fs::File::open(self.path().join("asked.jsonl")).unwrap();
        command.env("XDG_CACHE_HOME", cache).env_remove("SANAD_DATA").stdin(Stdio::from(asked));
        command.output().unwrap()
    }

    /// Answers the message, saying nothing else.
    fn classify(&self, words: &[&str], cache: &Path) -> String {
        let ended = self.sanad(&[&["classify"], words].concat(), cache);
        assert!(ended.status.success());
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
        String::from_utf8(ended.stdout).unwrap()
    }
}

/// The files of a folder, by what tells a file from one written anew in its place.
fn learnt(folder: &Path) -> Vec<u64> {
    let Ok(files) = fs::read_dir(folder.join("learnt")) else { return Vec::new() };
    files.map(|file| file.unwrap().metadata().unwrap().ino()).collect()
}

#[test]
fn what_is_learnt_is_kept_in_the_users_cache_and_found_again() {
    let place = Place::new();
    let first = place.classify(&[], &place.cache());
    let kept = learnt(&place.cache().join("sanad"));
    assert_eq!(kept.len(), 1);
    assert_eq!(place.classify(&[], &place.cache()), first);
    for words in [&["explain", "my parcel"][..], &["eval", "intents", "rows.csv"], &["check"]] {
        assert!(place.sanad(words, &place.cache()).status.success(), "{words:?}");
    }
    assert_eq!(learnt(&place.cache().join("sanad")), kept, "learnt again");
}

#[test]
fn a_data_folder_that_is_there_comes_first() {
    let place = Place::new();
    for (folder, words) in [("named", &["--data", "named"][..]), ("data", &[])] {
        fs::create_dir(place.path().join(folder)).unwrap();
        place.classify(words, &place.cache());
        assert_eq!(learnt(&place.path().join(folder)).len(), 1, "{folder}");
    }
    assert!(learnt(&place.cache().join("sanad")).is_empty());
}

#[test]
fn where_nothing_can_be_kept_everything_is_answered_all_the_same() {
    let place = Place::new();
    let as_ever = place.classify(&[], &place.cache());
    let no_folder = place.path().join("rows.csv");
    assert_eq!(place.classify(&[], &no_folder), as_ever);
}
