//! The `sanad` binary: parses the command line and hands over to `sanad::cli`.

use std::process::ExitCode;

/// Many small values are made and dropped for each message; the system's allocator is slower at it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sanad::cli::run(sanad::cli::parse(std::env::args_os().collect()))
}
