//! The checker is checked: ops with ten kinds of planted mistakes, each as a user would write his own op. Every one must be
//! rejected and shrunk to a smallest case, and its right twin must pass on the same inputs.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{set_hook, take_hook};
use std::sync::Once;

use tapegrad::gradcheck::proptest::prelude::*;
use tapegrad::gradcheck::proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use tapegrad::gradcheck::{GradCheck, Report, strategies::*};
use tapegrad::op::{Cotangents, Op, Outputs, Vjp};
use tapegrad::{DType, Tensor};

/// An op with a rule that is right or, where asked for, wrong.
#[derive(Clone, Copy, Debug)]
struct Planted {
    forward: fn(&[&Tensor], Mistake) -> Tensor,
    rule: fn(&mut Vjp<'_>, Mistake) -> Vec<Tensor>,
    mistake: Mistake,
}

/// Whether the mistake is made.
type Mistake = bool;

impl Op for Planted {
    fn name(&self) -> &'static str {
        "planted"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        [(self.forward)(inputs, self.mistake)].into_iter().collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        (self.rule)(ctx, self.mistake).into_iter().map(Some).collect()
    }
}

thread_local! {
    /// Whether this thread's panics are expected, so that they need not be printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Checks the right twin and the wrong one; gives the shapes of the smallest inputs on which the wrong one is rejected, and why.
fn smallest<S: Strategy<Value = Vec<Tensor>>>(
    check: &GradCheck,
    strategy: &S,
    forward: fn(&[&Tensor], Mistake) -> Tensor,
    rule: fn(&mut Vjp<'_>, Mistake) -> Vec<Tensor>,
) -> (Vec<Tensor>, String) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    let run = |mistake: Mistake| {
        let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        runner.run(strategy, |inputs: Vec<Tensor>| {
            let op = Planted { forward, rule, mistake };
            let fail = |report: Report| TestCaseError::fail(report.to_string());
            check.run(|x| op.apply(&x.iter().collect::<Vec<_>>()), &inputs).map_err(fail)
        })
    };
    if let Err(error) = run(false) {
        panic!("the right twin is rejected: {error}");
    }
    QUIET.set(true);
    let wrong = run(true);
    QUIET.set(false);
    match wrong {
        Err(TestError::Fail(reason, inputs)) => (inputs, reason.message().to_string()),
        other => panic!("the mistake was not noticed: {other:?}"),
    }
}

/// The shapes of the inputs.
fn shapes_of(inputs: &[Tensor]) -> Vec<&[usize]> {
    inputs.iter().map(Tensor::shape).collect()
}

fn one(values: Values) -> impl Strategy<Value = Vec<Tensor>> {
    laid_out(tensors(shapes(0..=3, 1..=4), values)).prop_map(|x| vec![x])
}

fn two(values: Values) -> impl Strategy<Value = Vec<Tensor>> {
    (shapes(0..=3, 1..=4), any::<(u64, u64)>().no_shrink())
        .prop_map(move |(shape, (a, b))| vec![values.tensor(&shape, a), values.tensor(&shape, b)])
}

/// A tensor of a function's values.
fn map(x: &Tensor, f: impl Fn(f64) -> f64) -> Tensor {
    Tensor::from_vec(x.to_vec::<f64>().unwrap().into_iter().map(f).collect(), x.shape()).unwrap()
}

const SMOOTH: Values = Values::Between(-2.0, 2.0);

#[test]
fn a_wrong_sign_is_rejected() {
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &two(SMOOTH),
        |x, _| x[0] - x[1],
        |ctx, mistake| vec![ctx.g().clone(), if mistake { ctx.g().clone() } else { -ctx.g() }],
    );
    assert_eq!(shapes_of(&inputs), [[0usize; 0]; 2]);
    assert!(why.contains("wrong derivative by 1 of 1 elements of input 1 []"), "{why}");
    assert!(why.contains("through planted at tests/checker_is_checked.rs:"), "{why}");
}

#[test]
fn a_wrong_factor_is_rejected() {
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &one(SMOOTH),
        |x, _| x[0] * x[0],
        |ctx, mistake| vec![ctx.g() * ctx.input(0) * if mistake { 1.0 } else { 2.0 }],
    );
    assert_eq!(shapes_of(&inputs), [[0usize; 0]]);
    assert!(why.contains("wrong derivative"), "{why}");
}

#[test]
fn an_operand_that_is_not_transposed_is_rejected() {
    let matrices =
        ((1..=4isize, 1..=4isize, 1..=4isize), any::<(u64, u64)>().no_shrink()).prop_map(|((m, k, n), (a, b))| {
            let shape = |rows: isize, columns: isize| [rows as usize, columns as usize];
            vec![SMOOTH.tensor(&shape(m, k), a), SMOOTH.tensor(&shape(k, n), b)]
        });
    // Products [m, k] x [k, n] -> [m, n], as sums of broadcast products.
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &matrices,
        |x, _| {
            let (m, k, n) = (x[0].size(0) as isize, x[0].size(1) as isize, x[1].size(1) as isize);
            (x[0].reshape([m, k, 1]) * x[1].reshape([1, k, n])).sum_dim(1)
        },
        |ctx, mistake| {
            let (g, x, y) = (ctx.g(), ctx.input(0), ctx.input(1));
            let (m, k, n) = (x.size(0) as isize, x.size(1) as isize, y.size(1) as isize);
            let to_x = match mistake {
                false => (g.reshape([m, 1, n]) * y.reshape([1, k, n])).sum_dim(2),
                true => (g.reshape([m, n, 1]) * y.reshape([1, n, k])).sum_dim(1),
            };
            vec![to_x, (x.reshape([m, k, 1]) * g.reshape([m, 1, n])).sum_dim(0)]
        },
    );
    // A row or a column is its own transpose in memory, so nothing smaller is wrong.
    assert_eq!(shapes_of(&inputs), [[1, 2], [2, 2]]);
    assert!(why.contains("elements of input 0 [1, 2]"), "{why}");
}

#[test]
fn wrong_only_where_an_axis_has_length_1_is_rejected() {
    let (inputs, _) = smallest(
        &GradCheck::new(),
        &one(SMOOTH),
        |x, _| x[0] * 3.0,
        |ctx, mistake| {
            let short = ctx.input(0).shape().contains(&1);
            vec![ctx.g() * if mistake && short { 1.0 } else { 3.0 }]
        },
    );
    assert_eq!(shapes_of(&inputs), [[1]]);
}

#[test]
fn wrong_only_for_stride_0_is_rejected() {
    let (inputs, _) = smallest(
        &GradCheck::new(),
        &one(SMOOTH),
        |x, _| x[0].sin(),
        |ctx, mistake| {
            let x = ctx.input(0);
            let elements = x.to_vec::<f64>().unwrap();
            let repeats = !x.is_contiguous() && elements[0] == elements[1];
            vec![ctx.g() * if mistake && repeats { x.sin() } else { x.cos() }]
        },
    );
    assert_eq!(shapes_of(&inputs), [[2]]);
    assert!(!inputs[0].is_contiguous());
}

#[test]
fn wrong_only_at_ties_is_rejected() {
    fn larger(x: &Tensor, y: &Tensor, tie: f64) -> Tensor {
        map(&(x - y), |d| if d == 0.0 { tie } else { f64::from(d > 0.0) })
    }
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &two(Values::Few),
        |x, _| x[0] * larger(x[0], x[1], 0.5) + x[1] * larger(x[1], x[0], 0.5),
        |ctx, mistake| {
            let (x, y) = (ctx.constant_input(0), ctx.constant_input(1));
            let tie = if mistake { 1.0 } else { 0.5 };
            vec![ctx.g() * larger(&x, &y, tie), ctx.g() * larger(&y, &x, tie)]
        },
    );
    assert!(inputs[0].numel() <= 4, "{inputs:?}");
    assert!(why.contains("not differentiable here: a kink"), "{why}");
}

#[test]
fn wrong_only_for_negative_numbers_is_rejected() {
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &one(Values::Around(0.5, 2.0)),
        |x, _| map(x[0], f64::abs),
        |ctx, mistake| vec![ctx.g() * map(&ctx.constant_input(0), |v| if mistake { 1.0 } else { v.signum() })],
    );
    assert!(inputs[0].numel() <= 4, "{inputs:?}");
    assert!(why.contains("analytic") && why.contains("wrong derivative by"), "{why}");
}

#[test]
fn wrong_only_in_second_order_is_rejected() {
    let forward = |x: &[&Tensor], _| x[0] * x[0];
    let rule = |ctx: &mut Vjp<'_>, mistake| {
        let x = if mistake { ctx.constant_input(0) } else { ctx.input(0) };
        vec![ctx.g() * x * 2.0]
    };
    let op = Planted { forward, rule, mistake: true };
    GradCheck::new().check(|x| op.apply(&[&x[0]]), &[SMOOTH.tensor(&[2, 3], 1)]);
    let (inputs, why) = smallest(&GradCheck::new().second_order(), &one(SMOOTH), forward, rule);
    assert_eq!(shapes_of(&inputs), [[0usize; 0]]);
    assert!(why.starts_with("gradgradcheck: wrong derivative by 1 of 1 elements of input 0 []"), "{why}");
}

#[test]
fn a_broadcast_that_is_not_undone_is_rejected() {
    let pairs = tensor_pairs(shapes(0..=3, 1..=4), SMOOTH).prop_map(|(x, y)| vec![x, y]);
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &pairs,
        |x, _| x[0] * x[1],
        |ctx, mistake| {
            let (x, y) = (ctx.input(0), ctx.input(1));
            let undo = |g: Tensor, to: &Tensor| if mistake { g } else { g.sum_to(to.shape()) };
            vec![undo(ctx.g() * &y, &x), undo(ctx.g() * &x, &y)]
        },
    );
    assert!(inputs.iter().all(|x| x.numel() <= 2), "{inputs:?}");
    assert!(why.contains("the rule's cotangent for input"), "{why}");
}

#[test]
fn a_value_computed_in_a_smaller_type_is_rejected() {
    let (inputs, why) = smallest(
        &GradCheck::new(),
        &one(SMOOTH),
        |x, mistake| {
            let y = x[0].exp();
            if mistake { y.to_dtype(DType::F32).to_dtype(DType::F64) } else { y }
        },
        |ctx, _| vec![ctx.g() * ctx.input(0).exp()],
    );
    assert_eq!(shapes_of(&inputs), [[0usize; 0]]);
    assert!(!why.is_empty());
}
