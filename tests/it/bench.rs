//! The bench measures what it says: a short run through the real binary, with everything in it.

use std::process::Command;

#[test]
fn a_short_bench_measures_every_part_and_nothing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["bench", "--seconds", "1", "--customers", "4", "--handoffs", "100"])
        .args(["--streams", "20", "--format", "json"])
        .arg("--on")
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["echo"]["calls_per_second"].as_f64().unwrap() > 0.0, "{report}");
    let stores = report["stores"].as_array().unwrap();
    assert_eq!(stores.len(), 2, "{report}");
    for store in stores {
        for part in ["peak", "half"] {
            assert_eq!(store[part]["failures"], serde_json::json!({}), "{report}");
        }
        let kinds = store["peak"]["kinds"].as_object().unwrap();
        for kind in ["start a conversation", "bot turn", "ask for a person", "asked → owned"] {
            assert!(kinds.contains_key(kind), "{kind} is missing: {report}");
        }
    }
    assert!(stores[1]["commits"]["peak"]["calls_per_second"].as_f64().unwrap() > 0.0, "{report}");
    assert_eq!(report["start_us"].as_array().unwrap().len(), 5, "{report}");
    assert_eq!(report["idle"]["streams"], 20, "{report}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the bench cleans up");
}
