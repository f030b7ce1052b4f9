//! What commands end with, as processes: when nobody reads them any more, and when nothing is meant by
//! what they are asked for.

use std::process::{Command, Output, Stdio};

fn sanad(words: &[&str], out: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command.args(words).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_command_that_nobody_reads_ends_quietly() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_string_lossy().into_owned();
    for words in [
        vec!["schema", "faq"],
        vec!["doctor", "--no-scripts", "--data", &data],
        vec!["explain", "where is my order"],
        vec!["check"],
        vec!["sim", "--conversations", "1"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = sanad(&words, Stdio::from(writer));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!said.contains("panicked"), "{words:?}: {said}");
        assert!(ended.status.code().is_some(), "{words:?}");
    }
}

#[test]
fn a_test_that_plays_nothing_is_no_success_and_says_what_there_is() {
    for (lang, said) in [("en", "no scripted conversation"), ("ar", "لا توجد محادثة")] {
        let words = ["test", "--only", "no such name", "--lang", lang];
        let ended = sanad(&words, Stdio::piped());
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{told}");
        assert!(told.contains(said), "{told}");
        assert!(told.lines().count() > 50, "the names are there to choose from: {told}");
    }
}
