//! Tables that are kept as documents: a test renders what the code does, and compares it with what
//! was read and agreed to. A change of behaviour is so a change of one line that someone reads.
//!
//! After a change that is meant, the documents are written anew with
//! `SANAD_REWRITE_TABLES=1 cargo test --lib in_every_state_as_written`; read the difference before
//! you commit it.

use std::fmt::Write;
use std::path::Path;

/// Compares what was rendered with the document at `file` (from the root of the repository).
pub fn check(file: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("SANAD_REWRITE_TABLES").is_some() {
        std::fs::write(&path, rendered).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != rendered {
        panic!("{file} says something else than the code does:\n{}", difference(&kept, rendered));
    }
}

/// The lines that stand in only one of the two, each below the heading of its section.
fn difference(kept: &str, rendered: &str) -> String {
    let mut told = String::new();
    for (mark, ours, theirs) in [("-", kept, rendered), ("+", rendered, kept)] {
        let known: std::collections::BTreeSet<_> = located(theirs).collect();
        for line in located(ours).filter(|line| !known.contains(line)) {
            writeln!(told, "{mark} [{}] {}", line.0, line.1).unwrap();
        }
    }
    told
}

/// Each line with the heading it stands below.
fn located(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().scan("", |heading, line| {
        if let Some(found) = line.strip_prefix("## ") {
            *heading = found;
        }
        Some((*heading, line))
    })
}

/// Declares the kinds of an enum of ours, for tests that must have something to say of each: the
/// list of all, and the kind of a value. A variant that is missing here does not compile, and the
/// test that matches on the kind without a wildcard does not compile until it is dealt with.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident of $of:ident { $($kind:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum $name { $($kind),* }

        impl $name {
            const ALL: &[$name] = &[$($name::$kind),*];

            fn of(value: &$of) -> $name {
                match value {
                    $($of::$kind { .. } => $name::$kind),*
                }
            }
        }
    };
}
pub(crate) use kinds;
