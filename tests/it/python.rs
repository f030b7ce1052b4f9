//! A client in another language, generated from the proto files, walks the whole story.

use crate::service::Service;
use std::process::Command;

#[test]
fn a_python_client_walks_the_whole_story() {
    // scripts/test.sh makes one with grpcio; without it there is nothing to prove here.
    let Ok(python) = std::env::var("SANAD_PYTHON") else {
        println!("skipped: set SANAD_PYTHON to a python with grpcio and grpcio-tools");
        return;
    };
    let service = Service::start();
    let address = service.address().trim_start_matches("http://");
    let output = Command::new(python)
        .args(["tests/python/story.py", "proto", address])
        .arg(service.data().join("keys"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("the story holds"), "{said}");
}
