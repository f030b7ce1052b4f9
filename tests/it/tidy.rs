//! The house rules that a compiler does not know: arrows between folders, a doc at the head of each
//! file, sizes, and what the domain must not name.

use std::fs;
use std::path::{Path, PathBuf};

/// Which folders of the crate a folder may name; itself is always allowed.
const ARROWS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("app", &["domain", "ports"]),
    ("config", &["domain", "ports"]),
    ("store", &["domain", "ports"]),
    ("grpc", &["app", "domain", "ports"]),
    ("web", &[]),
    ("rehearsal", &["app", "config", "domain", "ports", "store"]),
    ("eval", &["domain"]),
    ("ringing", &["domain", "ports"]),
    ("sim", &["app", "config", "domain", "ports", "store"]),
    (
        "cli",
        &[
            "app",
            "config",
            "domain",
            "eval",
            "grpc",
            "ports",
            "rehearsal",
            "ringing",
            "sim",
            "store",
            "web",
        ],
    ),
];

/// What the domain must not name: clocks, I/O, threads, async, order that varies.
const NOT_IN_DOMAIN: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "HashMap",
    "HashSet",
    "tokio::",
    "tonic::",
    "tracing::",
    "rand::",
];

/// Lines of a file, whatever they say.
const LINES_MAX: usize = 500;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The folder below `src`, such as `app`.
    fn folder(&self) -> String {
        let mut parts = self.path.components().skip(1);
        parts.next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn is_test(&self) -> bool {
        let path = self.path.to_string_lossy();
        path.contains("tests")
            || path.contains("contract")
            || path.ends_with("fake.rs")
            || path.ends_with("fixture.rs")
    }

    /// The code without comments and without what stands below `#[cfg(test)]`.
    fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        code.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<Source>) {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, text });
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("src"), &mut found);
    assert!(found.len() > 100, "the scan found only {} files", found.len());
    found
}

/// Reports every finding at once.
fn check(rule: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

#[test]
fn folders_name_only_what_the_arrows_allow() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let folder = source.folder();
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == folder) else { continue };
        let code = source.code();
        for (other, _) in ARROWS {
            let named = code.contains(&format!("crate::{other}::"));
            if named && other != folder && !allowed.contains(&other) {
                found.push(format!("{} names {other}", source.path.display()));
            }
        }
    }
    check("arrows", found);
}

#[test]
fn the_domain_knows_no_clock_no_io_and_no_varying_order() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| s.folder() == "domain" && !s.is_test()) {
        let code = source.code();
        for word in NOT_IN_DOMAIN {
            if code.contains(word) {
                found.push(format!("{} names {word}", source.path.display()));
            }
        }
    }
    check("a pure domain", found);
}

#[test]
fn the_application_neither_spawns_nor_sleeps() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| s.folder() == "app" && !s.is_test()) {
        for word in ["tokio::spawn", "tokio::time", "std::thread"] {
            if source.code().contains(word) {
                found.push(format!("{} names {word}", source.path.display()));
            }
        }
    }
    check("no tasks in app", found);
}

#[test]
fn every_file_begins_by_saying_what_lives_in_it() {
    let missing = sources().into_iter().filter(|source| !source.text.starts_with("//!"));
    check("module docs", missing.map(|source| source.path.display().to_string()).collect());
}

#[test]
fn no_file_is_too_long_to_be_read() {
    let long = sources().into_iter().filter(|source| !source.is_test()).filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > LINES_MAX).then(|| format!("{}: {lines} lines", source.path.display()))
    });
    check("sizes", long.collect());
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimpl", "emented!")];
    let left = sources().into_iter().filter(|source| marks.iter().any(|m| source.text.contains(m)));
    check("left open", left.map(|source| source.path.display().to_string()).collect());
}

#[test]
fn every_detector_has_a_scripted_conversation() {
    let scripts: String = fs::read_dir("config/conversations")
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let reasons = [
        "human_request",
        "frustration",
        "confusion",
        "repetition",
        "emergency_life",
        "denied_twice",
    ];
    let missing = reasons.into_iter().filter(|r| !scripts.contains(&format!("reason: {r}")));
    check("scripts", missing.map(str::to_owned).collect());
}
