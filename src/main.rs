//! The `sanad` binary: parses the command line and hands over to `sanad::cli`.
fn main() {}
