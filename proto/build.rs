//! Compiles the protocol definitions without `protoc`: protox parses them, tonic writes the Rust.
//! The descriptor set is kept for reflection and for the table of roles.

use protox::prost::Message;
use std::error::Error;
use std::path::PathBuf;

const FILES: [&str; 4] =
    ["sanad/v1/types.proto", "sanad/v1/chat.proto", "sanad/v1/agent.proto", "sanad/v1/admin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
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
