//! Random programs: 300 of them checked against central differences, a tenth in second order too. Programs that have failed
//! once are kept by their seeds in `tests/random_programs.txt` and run first.

use std::cell::Cell;

use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use tapegrad::gradcheck::{programs::programs, proptest};

#[test]
fn programs_agree_with_central_differences_in_both_orders() {
    let failures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random_programs.txt");
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(failures))),
        ..Config::default()
    });
    let (checked, steep) = (Cell::new(0u32), Cell::new(0u32));
    let result = runner.run(&programs(1..=14), |program| {
        let fail = |report: tapegrad::gradcheck::Report| TestCaseError::fail(report.to_string());
        let steep_here = program.check(false).map_err(fail)?;
        if checked.get() % 10 == 0 {
            program.check(true).map_err(fail)?;
        }
        checked.set(checked.get() + 1);
        steep.set(steep.get() + u32::from(steep_here));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(checked.get() >= 300);
    assert!(
        10 * steep.get() > 9 * checked.get(),
        "only {} of {} programs have a derivative",
        steep.get(),
        checked.get()
    );
}
