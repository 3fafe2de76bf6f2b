//! Random programs: 300 of them checked against central differences, a tenth in second order too. Programs that have failed
//! once, here or in `cargo xtask soak`, are kept by their seeds in `tests/random_programs.txt` and run first.

use tapegrad::gradcheck::programs::{check_programs, ops_in_programs};
use tapegrad::gradcheck::proptest::test_runner::{Config, FileFailurePersistence};
use tapegrad::ops;
use tapegrad::spec::Derivative;

#[test]
fn programs_agree_with_central_differences_in_both_orders() {
    let failures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random_programs.txt");
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(failures)) as _);
    let config = Config { cases: 300, failure_persistence, ..Config::default() };
    let counts = check_programs(config, |_| {}).unwrap_or_else(|error| panic!("{error}"));
    assert!(counts.checked >= 300 && counts.second_order >= 10, "{counts:?}");
    assert!(10 * counts.steep > 9 * counts.checked, "most programs should have a derivative: {counts:?}");
}

#[test]
fn programs_are_made_of_all_ops_that_have_a_derivative() {
    let drawn = ops_in_programs();
    let missing: Vec<&str> = ops::ALL
        .iter()
        .filter(|spec| spec.kind != Derivative::None)
        .map(|spec| spec.name)
        .filter(|name| !drawn.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
