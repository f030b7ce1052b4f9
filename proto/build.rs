//! Compiles the protocol definitions without `protoc`: protox parses them, tonic writes the Rust.
//! The descriptor set is kept for reflection and for the table of roles.
//!
//! Also names the code that learns, so that nothing learnt by other code is ever recalled.

use protox::prost::Message;
use std::error::Error;
use std::path::{Path, PathBuf};

const FILES: &[&str] = &[
    "sanad/v1/admin.proto",
    "sanad/v1/agent.proto",
    "sanad/v1/attendance.proto",
    "sanad/v1/block.proto",
    "sanad/v1/chat.proto",
    "sanad/v1/customer.proto",
    "sanad/v1/directives.proto",
    "sanad/v1/eta.proto",
    "sanad/v1/fairness.proto",
    "sanad/v1/on_call.proto",
    "sanad/v1/ops.proto",
    "sanad/v1/parts.proto",
    "sanad/v1/satisfaction.proto",
    "sanad/v1/seen.proto",
    "sanad/v1/supervisor.proto",
    "sanad/v1/types.proto",
    "sanad/v1/typing.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    name_the_learning_code()?;
    let descriptors = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("sanad_descriptor.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        // Maps in a stable order: the same answer is the same bytes.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}

/// What learning depends on: the matcher, the language below it, and the versions of what they use.
const LEARNING: [&str; 3] = ["src/domain/bot/matcher", "src/domain/language", "Cargo.lock"];

fn name_the_learning_code() -> Result<(), Box<dyn Error>> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in LEARNING {
        println!("cargo::rerun-if-changed={path}");
        for file in files(Path::new(path))? {
            for byte in std::fs::read(file)? {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    }
    println!("cargo::rustc-env=SANAD_LEARNING={hash:016x}");
    Ok(())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}
