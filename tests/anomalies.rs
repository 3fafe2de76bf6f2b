//! Programs with a planted NaN or infinity: the search names its op and its line.

use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::tape::{self, Anomalies, Anomaly, Stage};
use tapegrad::{DType, Grad, Op, Tensor, checkpoint, no_grad, scope, tensor};

fn leaf<const N: usize>(x: [f64; N]) -> Tensor {
    Tensor::from(x).requires_grad().named("x")
}

/// Runs a program, its loss and, if asked, the backward walk.
fn search(program: impl FnOnce() -> Tensor) -> Anomalies {
    tape::detect_anomaly(|| {
        let loss = program().sum();
        if loss.needs_grad() {
            loss.backward();
        }
    })
    .1
}

#[track_caller]
fn check(found: &Option<Anomaly>, stage: Stage, op: &str, line: u32) {
    let Some(found) = found else { panic!("nothing was found, expected {op} at line {line}") };
    assert_eq!((found.stage, found.op), (stage, op), "{found}");
    assert_eq!((found.site.file(), found.site.line()), ("tests/anomalies.rs", line), "{found}");
    assert!(!found.outputs.is_empty() && found.outputs.iter().any(|seen| !seen.statistics.is_finite()));
}

/// `forward!(op, program)`: the first output that is not finite is the op's, on this line.
macro_rules! forward {
    ($op:literal, $program:expr) => {{
        let (found, line) = (search($program), line!());
        check(&found.forward, Stage::Forward, $op, line);
        let fault = found.forward.unwrap();
        assert!(fault.inputs.iter().all(|seen| seen.statistics.is_finite()), "{fault}");
    }};
}

/// `backward!(op, program)`: all values are finite, and the first gradient that is not is the rule's.
macro_rules! backward {
    ($op:literal, $program:expr) => {{
        let (found, line) = (search($program), line!());
        assert!(found.forward.is_none(), "{found}");
        check(&found.backward, Stage::Rule, $op, line);
    }};
}

/// `both!(forward op, backward op, program)`.
macro_rules! both {
    ($forward:literal, $backward:literal, $program:expr) => {{
        let (found, line) = (search($program), line!());
        check(&found.forward, Stage::Forward, $forward, line);
        check(&found.backward, Stage::Rule, $backward, line);
    }};
}

/// 1 / x, with a rule that divides by an x of which it forgot that it may be small: x^2 underflows.
#[derive(Debug)]
struct Reciprocal;

impl Op for Reciprocal {
    fn name(&self) -> &'static str {
        "my_reciprocal"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![1.0 / inputs[0]]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.input(0);
        smallvec![Some(-ctx.g() / (&x * &x))]
    }
}

#[test]
fn faults_in_the_forward_pass() {
    let zero = || leaf([0.0, 2.0]);
    both!("log", "log", || zero().log() * 2.0);
    both!("div", "div", || zero() / zero().detach());
    forward!("exp", || (zero() * 1000.0).exp());
    forward!("pow", || (zero() - 1.0).pow(0.5));
    forward!("sqrt", || (zero() - 1.0).sqrt().tanh());
    forward!("log", || tensor![true, false].where_cond((zero() - 3.0).log(), zero()));
    forward!("mul", || no_grad(|| zero().exp() * 1e308 * 10.0));
    forward!("mean", || leaf([1.0]).i(0..0).mean());
    forward!("to_dtype", || (zero() * 1e300).to_dtype(DType::F32));
    forward!("my_reciprocal", || Reciprocal.apply(&[&zero()]));
    forward!("reciprocal", || zero().reciprocal());
    forward!("matmul", || (zero().reshape([1, 2]) * 1e200).matmul(&(zero().reshape([2, 1]) * 1e200)));
    forward!("log", || checkpoint(|| leaf([0.0]).log()));
    forward!("acos", || (zero() + 0.5).acos());
}

#[test]
fn faults_in_the_backward_pass_alone() {
    let zero = || leaf([0.0, 4.0]);
    backward!("sqrt", || zero().sqrt());
    backward!("pow", || zero().pow(0.5));
    backward!("my_reciprocal", || Reciprocal.apply(&[&(zero() + 1e-200)]));
    backward!("rsqrt", || (zero() + 1e-250).rsqrt());
    backward!("asin", || (zero() / 4.0).asin());
    backward!("log", || (zero() + 1e-310).log());
    backward!("mul", || (zero() * 0.0 + 1e-300) * 1e200 * 1e200);
}

#[test]
fn a_bad_branch_that_where_hides_is_found_in_both_directions() {
    let x = leaf([-1.0, 4.0]);
    let (found, line) = (search(|| x.gt(0).where_cond(x.sqrt(), 0)), line!());
    check(&found.forward, Stage::Forward, "sqrt", line);
    check(&found.backward, Stage::Rule, "sqrt", line);
    let read = &found.backward.unwrap().inputs;
    assert!(read[0].statistics.is_finite(), "where gave it an exact zero");
}

#[test]
fn a_fault_of_the_second_derivative_names_the_forward_line() {
    let x = leaf([0.0, 4.0]);
    let line = line!() + 2;
    let (_, found) = tape::detect_anomaly(|| {
        let y = x.pow(1.5).sum();
        let dx = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
        assert!(dx.sum().item().is_finite());
        Grad::of(&[&dx.sum()]).wrt(&[&x]).run()
    });
    assert!(found.forward.is_none(), "{found}");
    check(&found.backward, Stage::Rule, "pow", line);
}

#[test]
fn a_fault_in_the_second_run_of_a_checkpoint_names_the_inner_line() {
    let x = leaf([0.0, 4.0]);
    let input = x.clone();
    let line = line!() + 1;
    let y = checkpoint(move || (input.sqrt() * 2.0).sum());
    let (_, found) = tape::detect_anomaly(|| y.backward());
    assert!(found.forward.is_none(), "{found}");
    check(&found.backward, Stage::Rule, "sqrt", line);
}

#[test]
fn finite_gradients_whose_sum_overflows_are_told_as_a_sum() {
    let x = leaf([1.0]);
    let line = line!() + 1;
    let found = search(|| &x * 1e308 + &x * 1.5e308 - 1e308 * 2.0);
    assert!(found.forward.is_some());
    check(&found.backward, Stage::Sum, "mul", line);
    let y = leaf([1.0]) * 1.0;
    let line = line!() - 1;
    let large = Tensor::from([1e308]);
    let (_, found) = tape::detect_anomaly(|| {
        tapegrad::backward_all(&[(&y, &large), (&y, &large)]);
    });
    assert!(found.forward.is_none());
    check(&found.backward, Stage::Sum, "mul", line);
}

#[test]
fn what_was_not_finite_from_the_start_is_named_where_it_is_read_first() {
    let data = Tensor::from([1.0, f64::NAN]);
    let (found, line) = (search(|| leaf([1.0, 2.0]) * &data), line!());
    check(&found.forward, Stage::Forward, "mul", line);
    assert_eq!(found.forward.unwrap().inputs[1].statistics.nan, 1);
}

#[test]
fn a_finite_program_is_told_to_be_finite_and_masks_are_no_fault() {
    let x = leaf([1.0, 2.0]);
    let found = search(|| x.masked_fill(&tensor![true, false], f64::NEG_INFINITY).softmax(0));
    assert!(found.is_empty(), "{found}");
    assert_eq!(found.to_string(), "every value and every gradient is finite");
}

#[test]
fn the_report_names_line_scope_and_ranges() {
    let x = leaf([0.0, 2.0]);
    // At 2 the gradient of the logarithm is 3 (1 - tanh(3 ln 2)^2) = 768 / 4225.
    let line = line!() + 1;
    let found = search(|| scope::named("head", || (x.log() * 3.0).tanh()));
    let expected = format!(
        "the first output that is not finite came from log, tests/anomalies.rs:{line}, in head\n  \
         from input 0 [2] f64: 0 to 2, mean 1\n  \
         made output 0 [2] f64: 0.6931, 1 of 2 infinite\n\
         the first gradient that is not finite came from the rule of log, tests/anomalies.rs:{line}\n  \
         from gradient of output 0 [2] f64: 0 to 0.1818, mean 0.09089\n  \
         from input 0 [2] f64: 0 to 2, mean 1\n  \
         made gradient of input 0 [2] f64: 0.09089, 1 of 2 NaN"
    );
    assert_eq!(found.to_string(), expected);
}

#[test]
fn the_search_ends_with_the_closure_and_changes_nothing() {
    let x = leaf([0.5, 2.0]);
    let run = || {
        x.zero_grad();
        (x.log() * 3.0).tanh().sum().backward();
        x.grad().unwrap().to_vec::<f64>().unwrap()
    };
    let plain = run();
    let (watched, found) = tape::detect_anomaly(run);
    assert!(found.is_empty() && plain == watched);
    let (_, found) = tape::detect_anomaly(|| ());
    x.log().sum().backward();
    assert!(found.is_empty());
}
