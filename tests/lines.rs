//! Every edge and every panic names the user's line.

#[path = "common/calls.rs"]
mod calls;
mod common;

use std::collections::BTreeSet;
use std::ops::Mul;
use std::panic::Location;

use calls::{CALLS, Operands};
use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{DType, Grad, Op, Operand, Tensor, scope, tape};

fn x() -> Tensor {
    Tensor::from([1.0, 2.0]).requires_grad()
}

/// Every edge behind `y` names this file and the given line.
#[track_caller]
fn check_sites(y: &Tensor, line: u32) {
    let graph = tape::graph(&[y]);
    assert!(!graph.edges.is_empty());
    for edge in graph.edges {
        assert_eq!((edge.site.file(), edge.site.line()), ("tests/lines.rs", line), "{}", edge.op);
    }
}

/// `at_line!(expression)`: all edges behind the tensor name the expression's line.
macro_rules! at_line {
    ($($y:expr),+ $(,)?) => {{ $( check_sites(&$y, line!()); )+ }};
}

/// `fails_here!(expression, start)`: a panic, its place this line, its message starting so.
macro_rules! fails_here {
    ($y:expr, $start:expr) => {{
        let (message, place) = caught(|| $y);
        assert_eq!(place, format!("tests/lines.rs:{}", line!()), "{message}");
        assert!(message.starts_with($start), "{message}");
    }};
}

#[test]
fn operators_on_every_mix_of_operands_record_the_users_line() {
    let (c, r) = (Tensor::from([3.0, 4.0]), &x());
    at_line!(x() + x(), x() + r, r + x(), r + r, x() + &c, &c + x(), r + c.clone());
    at_line!(x() - x(), x() - r, r - x(), r - r, x() - &c, &c - x(), r - c.clone());
    at_line!(x() * x(), x() * r, r * x(), r * r, x() * &c, &c * x(), r * c.clone());
    at_line!(x() / x(), x() / r, r / x(), r / r, x() / &c, &c / x(), r / c.clone());
    at_line!(x() + 1.5f32, r + 1.5f64, r * 2i8, r * 2i16, r * 2i32, r * 2i64);
    let (f, d, i) = (&1.5f32, &1.5f64, &2i64);
    at_line!(x() - f, r - d, r * i);
    at_line!(r / 2u8, r / 2u16, r / 2u32, r / 2u64, r / 2usize, r / 2isize, r / 2i128, r / 2u128);
    at_line!(1.5 + r, 1.5 + x(), 1.5 - r, 1.5 - x(), 1.5 * r, 1.5 * x(), 1.5 / r, 1.5 / x());
    at_line!(2 + r, 2 + x(), 2 - r, 2 - x(), 2 * r, 2 * x(), 2 / r, 2 / x());
    at_line!(-r, -x());
}

#[test]
fn a_broadcast_and_the_op_that_asked_for_it_name_one_line() {
    let column = Tensor::ones([3, 1]).to_dtype(DType::F64).requires_grad();
    let y = x() * &column;
    assert_eq!(tape::graph(&[&y]).edges.len(), 3);
    let line = line!() - 2;
    check_sites(&y, line);
}

#[test]
fn assigning_operators_record_the_users_line() {
    let mut y = Tensor::from([0.0, 0.0]);
    let line = line!();
    y += x();
    y -= x();
    y *= 2.0;
    y /= 3;
    let lines: Vec<u32> = tape::graph(&[&y]).edges.iter().map(|edge| edge.site.line()).collect();
    assert_eq!(lines, [line + 1, line + 2, line + 3, line + 4]);
}

#[test]
fn methods_record_the_users_line() {
    at_line!(x().sin(), x().cos(), x().exp(), x().sum(), x().sum_dim(0), x().sum_keepdim(-1), x().reshape([2, 1]));
    at_line!(x().broadcast_to([3, 2]), x().sum_to([1]), x().to_dtype(tapegrad::DType::F32));
}

#[test]
fn every_edge_of_every_op_names_a_line_of_its_caller() {
    let mut strays = BTreeSet::new();
    for (name, call) in CALLS {
        let outputs = call(&Operands::new(DType::F32));
        let outputs: Vec<&Tensor> = outputs.iter().filter(|y| y.needs_grad()).collect();
        let strayed = |edge: &&tape::EdgeInfo| edge.site.file() != "tests/common/calls.rs";
        let edges = tape::graph(&outputs).edges;
        strays.extend(edges.iter().filter(strayed).map(|e| format!("{name}: {} at {}", e.op, e.site)));
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn misuse_of_operators_panics_at_the_users_line() {
    let (c, r) = (Tensor::from([1.0, 2.0, 3.0]), &x());
    fails_here!(r + &c, "add: shapes [2] and [3] do not broadcast");
    fails_here!(x() + c.clone(), "add: shapes [2] and [3] do not broadcast");
    fails_here!(&c - x(), "sub: shapes [3] and [2] do not broadcast");
    fails_here!(c.clone() * r, "mul: shapes [3] and [2] do not broadcast");
    fails_here!(r / &c, "div: shapes [2] and [3] do not broadcast");
    fails_here!(r / Tensor::arange(0, 2), "div: operands are f64 and i64");
    fails_here!(0.5 * Tensor::arange(0, 2), "mul: 0.5 is a float and the tensor i64");
    fails_here!(Tensor::arange(0, 2) - 0.5f32, "sub: 0.5 is a float and the tensor i64");
    let (mut y, mut w) = (x() * 2.0, x());
    fails_here!(y += &c, "add: shapes [2] and [3] do not broadcast");
    fails_here!(w += 1.0, "add_assign: this leaf requires a gradient");
}

#[test]
fn misuse_of_methods_panics_at_the_users_line() {
    let r = &x();
    fails_here!(r.sum_dim(1), "sum: axis 1 does not exist in [2]");
    fails_here!(r.reshape([3]), "reshape: [2] has 2 elements");
    fails_here!(r.broadcast_to([3]), "broadcast_to: ");
    fails_here!(r.sum_to([3]), "sum_to: ");
    fails_here!(r.item(), "item: the tensor has shape [2]");
    fails_here!(r.size(1), "size: ");
    fails_here!(r.set(&Tensor::from(1.0)), "set: ");
    fails_here!(r.update(|_| Tensor::from(1.0)), "set: ");
    fails_here!(r.set_grad(&Tensor::from(1.0)), "set_grad: ");
    fails_here!((r * 1.0).set(r), "set: only leaves can be set");
    fails_here!((r * 1.0).requires_grad(), "requires_grad: this is a result");
    fails_here!(Tensor::arange(0, 2).requires_grad(), "requires_grad: i64 tensors have no gradient");
    fails_here!(r.detach().register_hook(|_| None), "register_hook: this tensor has no graph");
    fails_here!(r.detach().retain_grad(), "retain_grad: this tensor has no graph");
    fails_here!(r.detach().set_requires_grad(false), "set_requires_grad: ");
}

#[test]
fn misuse_of_walks_panics_at_the_users_line() {
    let (r, c) = (&x(), &Tensor::from(1.0));
    fails_here!(r.backward(), "backward: the root has shape [2]");
    fails_here!(c.backward(), "backward: the root ([]) has no graph");
    fails_here!(r.backward_with(c), "backward: expected f64 [2]");
    fails_here!(tapegrad::backward_all(&[(r, c)]), "backward: expected f64 [2]");
    fails_here!(tapegrad::grad(&[r], &[r]), "grad: the root has shape [2]");
    fails_here!(tapegrad::grad(&[&r.sum()], &[c]), "grad: input 0 ([]) does not require a gradient");
    fails_here!(Grad::of(&[&r.sum()]).wrt(&[&x()]).run(), "grad: the outputs do not depend on input 0");
}

/// x^3, with attributes that make it misbehave.
#[derive(Debug)]
struct Cube {
    wrong_count: bool,
    wrong_shape: bool,
    wrong_dtype: bool,
    detached: bool,
}

const CUBE: Cube = Cube { wrong_count: false, wrong_shape: false, wrong_dtype: false, detached: false };

impl Op for Cube {
    fn name(&self) -> &'static str {
        "cube"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0] * inputs[0] * inputs[0]]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = if self.detached { ctx.input(0).detach() } else { ctx.input(0) };
        let g = ctx.g() * &x * &x * 3.0;
        if self.wrong_count {
            return smallvec![];
        }
        if self.wrong_shape {
            return smallvec![Some(g.sum())];
        }
        if self.wrong_dtype {
            return smallvec![Some(g.to_dtype(tapegrad::DType::F32))];
        }
        smallvec![Some(g)]
    }
}

/// A method as a user would write it for an op.
trait CubeExt {
    fn cube(&self) -> Tensor;
}

impl CubeExt for Tensor {
    #[track_caller]
    fn cube(&self) -> Tensor {
        CUBE.apply(&[self])
    }
}

#[test]
fn a_users_op_records_the_line_that_applies_it() {
    at_line!(CUBE.apply(&[&x()]), CUBE.apply_all(&[&x()])[0], x().cube());
}

#[test]
fn derivatives_of_derivatives_name_the_forward_line() {
    let r = &x();
    let (y, line) = ((r.sin() * r / (r + 3.0)).cube().sum(), line!());
    let dx = Grad::of(&[&y]).wrt(&[r]).create_graph().run().remove(0);
    check_sites(&dx, line);
    let ddx = Grad::of(&[&dx.sum()]).wrt(&[r]).create_graph().run().remove(0);
    let lines: Vec<u32> = tape::graph(&[&ddx]).edges.iter().map(|edge| edge.site.line()).collect();
    assert!(lines.iter().all(|&found| found == line || found == line + 3), "{lines:?}");
}

#[test]
fn a_sum_of_two_paths_names_a_forward_line_not_ours() {
    let r = &x();
    let trunk = r.sin();
    let y = (&trunk * &trunk * r).sum();
    let dx = Grad::of(&[&y]).wrt(&[r]).create_graph().run().remove(0);
    for edge in tape::graph(&[&dx]).edges {
        assert_eq!(edge.site.file(), "tests/lines.rs", "{}", edge.op);
    }
}

#[test]
fn closures_of_the_user_take_their_own_lines() {
    static LINES: std::sync::Mutex<Vec<u32>> = std::sync::Mutex::new(Vec::new());
    let r = &x();
    let y = r * 2.0;
    y.register_hook(|g| {
        let (new, line) = (g * 1.0, line!());
        let site = tape::graph(&[&new]).edges.last().map(|edge| edge.site.line());
        LINES.lock().unwrap().extend([Some(line), site].into_iter().flatten());
        Some(new)
    });
    r.register_hook(|g| {
        let (new, line) = (g * 1.0, line!());
        let site = tape::graph(&[&new]).edges.last().map(|edge| edge.site.line());
        LINES.lock().unwrap().extend([Some(line), site].into_iter().flatten());
        Some(new)
    });
    let z = (y.sin() * &y).sum();
    Grad::of(&[&z]).wrt(&[r]).create_graph().run();
    let lines = LINES.lock().unwrap();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.chunks(2).all(|pair| pair[0] == pair[1]), "{lines:?}");
}

#[test]
fn misuse_in_a_hook_panics_at_the_hooks_line() {
    let y = x() * 2.0;
    let line = line!() + 1;
    y.register_hook(|g| Some(g + Tensor::from([1.0, 2.0, 3.0])));
    let (message, place) = caught(|| y.sum().backward());
    assert_eq!(place, format!("tests/lines.rs:{line}"));
    assert_eq!(message, "add: shapes [2] and [3] do not broadcast");
}

#[test]
fn misuse_in_a_rule_names_the_rules_line_and_the_forward_line() {
    #[derive(Debug)]
    struct Bad;
    const RULE: u32 = line!() + 9;
    impl Op for Bad {
        fn name(&self) -> &'static str {
            "bad"
        }
        fn forward(&self, inputs: &[&Tensor]) -> Outputs {
            smallvec![inputs[0].detach()]
        }
        fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
            smallvec![Some(ctx.g() + Tensor::from([1.0, 2.0, 3.0]))]
        }
    }
    let (y, line) = (Bad.apply(&[&x()]), line!());
    let (message, place) = caught(|| y.sum().backward());
    assert_eq!(place, format!("tests/lines.rs:{RULE}"));
    assert!(message.starts_with("add: shapes [2] and [3]"), "{message}");
    assert!(message.contains(&format!("called from tests/lines.rs:{line}:")), "{message}");
}

#[test]
fn a_rule_that_breaks_its_contract_names_the_ops_line_and_panics_at_the_walks() {
    let broken = [
        (Cube { wrong_count: true, ..CUBE }, "cube: the rule gave 0 cotangents for 1 inputs"),
        (Cube { wrong_shape: true, ..CUBE }, "cube: the rule's cotangent for input 0 is f64 [], the input is f64 [2]"),
        (Cube { wrong_dtype: true, ..CUBE }, "cube: the rule's cotangent for input 0 is f32 [2], the input is f64 [2]"),
    ];
    for (op, start) in broken {
        let (y, line) = (op.apply(&[&x()]).sum(), line!());
        let walk = line!() + 1;
        let (message, place) = caught(|| y.backward());
        assert_eq!(place, format!("tests/lines.rs:{walk}"), "{message}");
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains(&format!("(recorded at tests/lines.rs:{line}:")), "{message}");
    }
}

#[test]
fn a_rule_without_graph_names_the_ops_line_and_panics_at_the_walks() {
    let r = x();
    let (y, line) = (Cube { detached: true, ..CUBE }.apply(&[&r]).sum(), line!());
    let walk = line!() + 1;
    let (message, place) = caught(|| Grad::of(&[&y]).wrt(&[&r]).create_graph().run());
    assert_eq!(place, format!("tests/lines.rs:{walk}"), "{message}");
    assert!(message.starts_with("cube: a graph of the gradient was asked for"), "{message}");
    assert!(message.contains(&format!("(recorded at tests/lines.rs:{line}:")), "{message}");
}

#[test]
fn a_replacement_by_a_hook_that_does_not_fit_panics_at_the_walks_line() {
    let (r, y) = (x(), x() * 2.0);
    r.register_hook(|g| Some(g.sum()));
    y.register_hook(|g| Some(g.to_dtype(tapegrad::DType::F32)));
    fails_here!(r.sum().backward(), "hook: the replacement is f64 [], the cotangent is f64 [2]");
    fails_here!(y.sum().backward(), "hook: the replacement is f32 [2], the cotangent is f64 [2]");
}

fn generic<A: Operand>(x: &Tensor, by: A) -> (Tensor, u32)
where
    for<'a> &'a Tensor: Mul<A, Output = Tensor>,
{
    (x * by, line!())
}

#[track_caller]
fn tracked(x: &Tensor) -> Tensor {
    (x * 2.0).sin()
}

#[test]
fn generic_functions_record_their_own_lines_and_tracked_ones_their_callers() {
    for (y, line) in [generic(&x(), 2.0), generic(&x(), x()), generic(&x(), 3u8)] {
        check_sites(&y, line);
    }
    at_line!(tracked(&x()));
}

/// A layer of a library: its ops belong to the line that calls it.
#[track_caller]
fn layer(x: &Tensor, w: &Tensor, then: impl Fn(&Tensor) -> Tensor) -> Tensor {
    scope::library(Location::caller(), || {
        let h = x * w;
        let h = inner_layer(&h);
        scope::user(|| then(&h))
    })
}

fn inner_layer(h: &Tensor) -> Tensor {
    scope::library(Location::caller(), || h.sin())
}

#[test]
fn ops_in_a_library_scope_take_the_line_of_the_call_and_closures_their_own() {
    let (y, line) = (layer(&x(), &x(), |h| h.clone()), line!());
    check_sites(&y, line);
    let (double, closure) = (|h: &Tensor| h * 2.0, line!());
    let (y, line) = (layer(&x(), &x(), double), line!());
    let lines: Vec<u32> = tape::graph(&[&y]).edges.iter().map(|edge| edge.site.line()).collect();
    assert_eq!(lines, [line, line, closure]);
    at_line!(x() + 1.0);
}

#[test]
fn misuse_in_a_library_scope_names_the_users_line_in_the_message() {
    let w = Tensor::from([1.0, 2.0, 3.0]);
    let line = line!() + 1;
    let (message, _) = caught(|| layer(&x(), &w, |h| h.clone()));
    assert!(message.starts_with("mul: shapes [2] and [3] do not broadcast"), "{message}");
    assert!(message.contains(&format!("(called from tests/lines.rs:{line}:")), "{message}");
    at_line!(x() + 1.0);
}
