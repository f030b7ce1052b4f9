//! The name of this program as it was started, for commands that can be typed again as they stand.

use std::path::Path;

/// What stands before a command: `sanad`, a path to it, or `cargo run --release --`.
pub fn started_as() -> String {
    let first = std::env::args_os().next().unwrap_or_default();
    as_written(&first.to_string_lossy(), std::env::var_os("CARGO").is_some())
}

/// Cargo sets its variable for whatever it runs, and runs what it has built into its own folder.
fn as_written(first: &str, below_cargo: bool) -> String {
    let path = Path::new(first);
    let folder = path.parent().and_then(Path::file_name).and_then(|folder| folder.to_str());
    match folder {
        Some("release") if below_cargo => "cargo run --release --".to_owned(),
        Some("debug") if below_cargo => "cargo run --".to_owned(),
        // Found by its name alone.
        Some("") | None if !first.contains('/') => "sanad".to_owned(),
        Some(_) | None if first.contains(char::is_whitespace) => format!("'{first}'"),
        Some(_) | None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_can_be_typed_where_the_program_was_started() {
        for (first, below_cargo, expected) in [
            ("sanad", false, "sanad"),
            ("sanad", true, "sanad"),
            ("", false, "sanad"),
            ("/usr/local/bin/sanad", false, "/usr/local/bin/sanad"),
            ("/usr/local/bin/sanad", true, "/usr/local/bin/sanad"),
            ("./sanad", false, "./sanad"),
            ("target/release/sanad", false, "target/release/sanad"),
            ("target/release/sanad", true, "cargo run --release --"),
            ("/work/target/debug/sanad", true, "cargo run --"),
            ("/my tools/sanad", false, "'/my tools/sanad'"),
        ] {
            assert_eq!(as_written(first, below_cargo), expected, "{first} {below_cargo}");
        }
    }
}
