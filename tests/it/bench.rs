//! The bench measures what it says: a short run through the real binary, with everything in it.

use std::process::Command;

#[test]
fn where_there_is_no_config_the_option_for_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    let output = command.arg("bench").current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("--config DIR"), "{said}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_short_bench_measures_every_part_and_nothing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(["bench", "--seconds", "1", "--customers", "4", "--handoffs", "100"])
        .args(["--streams", "20", "--agents", "40", "--waiting", "20,200", "--format", "json"])
        .args(["--store", "memory,embedded,redis", "--appendfsync", "everysec"])
        .arg("--on")
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["echo"]["calls_per_second"].as_f64().unwrap() > 0.0, "{report}");
    let stores = report["stores"].as_array().unwrap();
    assert_eq!(stores.len(), 3, "{report}");
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
    looks_into_redis(&stores[2]["redis"]);
    let decisions = report["matcher"].as_array().unwrap();
    assert_eq!(
        decisions.iter().map(|of| of["waiting"].as_u64().unwrap()).collect::<Vec<_>>(),
        [20, 200]
    );
    for of in decisions {
        for what in ["freed_ns", "arrival_ns", "routed_ns"] {
            assert!(of[what].as_u64().unwrap() > 0, "{what}: {report}");
        }
    }
    assert_eq!(report["start_us"].as_array().unwrap().len(), 5, "{report}");
    assert_eq!(report["idle"]["streams"], 20, "{report}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the bench cleans up");
}

fn looks_into_redis(redis: &serde_json::Value) {
    assert!(redis["server"].as_str().unwrap().ends_with("appendfsync everysec"), "{redis}");
    for part in
        [&redis["turns"], &redis["scripts"], &redis["across"][0]["of"], &redis["across"][1]["of"]]
    {
        assert_eq!(part["failures"], serde_json::json!({}), "{redis}");
        assert!(part["calls_per_second"].as_f64().unwrap() > 0.0, "{redis}");
    }
    assert!(
        redis["across"][0]["of"]["kinds"]["asked → offered"]["count"].as_u64().unwrap() > 0,
        "{redis}"
    );
    assert!(redis["memory"]["bytes"].as_u64().unwrap() > 1_000, "{redis}");
    let steps = redis["steps"].as_array().unwrap();
    let costs = |name: &str| {
        let step = steps.iter().find(|step| step["step"] == name).unwrap();
        step["sent"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sent| sent.as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    // Counts are no speeds: one look and one transaction, and not a command more.
    assert!(costs("a bot turn").iter().all(|sent| *sent == 2), "{redis}");
    assert!(costs("a person is asked for, until offered").iter().all(|sent| *sent < 20), "{redis}");
    assert!(costs("the offer is accepted").iter().all(|sent| *sent < 12), "{redis}");
}
