//! Seeds that must hold, and that what is reported is repeatable.

use super::*;

fn check(options: &SimOptions) -> SimReport {
    let report = run(options);
    assert!(report.is_clean(), "{report}");
    report
}

#[test]
fn everything_holds_while_things_go_wrong() {
    for seed in 1..=3 {
        let report = check(&SimOptions { seed, conversations: 250, ..SimOptions::default() });
        println!("{report}");
    }
}
