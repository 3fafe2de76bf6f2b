//! What walks, leaves, hooks, modes and dtypes do: one law a test.

mod common;

use std::sync::{Arc, Mutex};

use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{
    Backward, DType, Grad, Op, Tensor, backward_all, enable_grad, grad, is_recording, no_grad, no_grad_guard, tape,
    tensor,
};

fn leaf(x: f64) -> Tensor {
    Tensor::from(x).requires_grad()
}

fn gradient(x: &Tensor) -> f64 {
    x.grad().unwrap().item()
}

// ---- backward and grad

#[test]
fn backward_never_leaves_a_graph_in_the_gradient() {
    let (x, g) = (leaf(2.0), leaf(3.0));
    (&x * &x).backward_with(&g);
    assert_eq!(gradient(&x), 12.0);
    assert!(!x.grad().unwrap().needs_grad());
    assert!(g.grad().is_none());
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn repeated_backward_accumulates_and_zero_grad_forgets() {
    let x = leaf(2.0);
    for n in 1..=3 {
        (&x * 5.0).backward();
        assert_eq!(gradient(&x), 5.0 * f64::from(n));
    }
    x.zero_grad();
    assert!(x.grad().is_none());
}

#[test]
fn a_gradient_is_a_snapshot() {
    let x = leaf(2.0);
    (&x * 5.0).backward();
    let early = x.grad().unwrap();
    (&x * 5.0).backward();
    assert_eq!((early.item(), gradient(&x)), (5.0, 10.0));
}

#[test]
fn gradients_that_share_a_buffer_do_not_change_each_other() {
    let (x, y) = (Tensor::from([1.0, 2.0]).requires_grad(), Tensor::from([3.0, 4.0]).requires_grad());
    let g = Tensor::from([1.0, 10.0]);
    (&x + &y).backward_with(&g);
    (&x * 2.0).backward_with(&g);
    assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [3.0, 30.0]);
    assert_eq!(y.grad().unwrap().to_vec::<f64>().unwrap(), [1.0, 10.0]);
    assert_eq!(g.to_vec::<f64>().unwrap(), [1.0, 10.0]);
}

#[test]
fn several_roots_are_one_walk_and_their_gradients_a_sum() {
    let x = leaf(2.0);
    let trunk = &x * &x;
    let (y, z) = (&trunk * 3.0, &trunk * 5.0);
    let before = tape::stats().visited;
    backward_all(&[(&y, &Tensor::from(1.0)), (&z, &Tensor::from(10.0)), (&y, &Tensor::from(100.0))]);
    assert_eq!(gradient(&x), 4.0 * (3.0 + 50.0 + 300.0));
    assert_eq!(tape::stats().visited - before, 3);
}

#[test]
fn a_leaf_root_gets_one() {
    let x = leaf(2.0);
    x.backward();
    assert_eq!(gradient(&x), 1.0);
    x.backward_with(&Tensor::from(4.0));
    assert_eq!(gradient(&x), 5.0);
}

#[test]
fn grad_touches_no_gradient_and_keeps_none_of_a_result() {
    let x = leaf(2.0);
    let y = &x * &x;
    y.retain_grad();
    let z = &y * 3.0;
    assert_eq!(Grad::of(&[&z]).wrt(&[&x]).keep_graph().run()[0].item(), 12.0);
    assert!(x.grad().is_none() && y.grad().is_none());
    z.backward();
    assert_eq!((gradient(&x), gradient(&y)), (12.0, 3.0));
}

#[test]
fn grad_is_by_results_duplicates_and_the_output_itself() {
    let x = leaf(2.0);
    let y = &x * &x;
    let z = &y * &y;
    let found = grad(&[&z], &[&y, &x, &z, &y, &x]);
    let found: Vec<f64> = found.iter().map(Tensor::item).collect();
    assert_eq!(found, [8.0, 32.0, 1.0, 8.0, 32.0]);
    let g = Tensor::from(7.0);
    assert_eq!(Grad::of(&[&x]).wrt(&[&x]).cotangents(&[&g]).run()[0].item(), 7.0);
}

#[test]
fn grad_of_several_outputs_sums_them() {
    let x = leaf(2.0);
    let (y, z) = (&x * 3.0, &x * &x);
    assert_eq!(grad(&[&y, &z, &y], &[&x])[0].item(), 3.0 + 4.0 + 3.0);
}

#[test]
fn an_unused_input_is_an_error_that_names_it_or_zeros_where_allowed() {
    let (x, w) = (leaf(2.0), Tensor::from([1.0, 2.0]).requires_grad().named("weights"));
    let (message, _) = caught(|| grad(&[&(&x * 2.0)], &[&x, &w]));
    assert!(message.contains("input 1 \"weights\" ([2])") && message.contains("allow_unused()"), "{message}");
    let found = Grad::of(&[&(&x * 2.0)]).wrt(&[&x, &w]).allow_unused().run();
    assert_eq!(found[0].item(), 2.0);
    assert_eq!(found[1].to_vec::<f64>().unwrap(), [0.0, 0.0]);
}

#[test]
fn an_input_cut_off_by_detach_is_unused() {
    let x = leaf(2.0);
    let y = &x * 2.0;
    caught(|| grad(&[&(y.detach() * 3.0 + &leaf(1.0))], &[&y]));
    caught(|| grad(&[&y.detach()], &[&x]));
}

#[test]
fn derivatives_of_any_order_follow() {
    let x = leaf(0.7);
    let mut y = x.sin();
    let (sin, cos) = (0.7f64.sin(), 0.7f64.cos());
    for expected in [cos, -sin, -cos, sin, cos] {
        y = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
        assert!((y.item() - expected).abs() < 1e-14);
    }
}

#[test]
fn a_cotangent_with_a_graph_can_be_differentiated_by_too() {
    let (x, g) = (leaf(3.0), leaf(1.0));
    let pulled = Grad::of(&[&(&x * &x)]).wrt(&[&x]).cotangents(&[&g]).create_graph().run().remove(0);
    assert_eq!(grad(&[&pulled], &[&g])[0].item(), 6.0);
    // A result as a cotangent.
    let twice = &g * 2.0;
    let pulled = Grad::of(&[&(&x * &x)]).wrt(&[&x]).cotangents(&[&twice]).create_graph().run().remove(0);
    assert_eq!(grad(&[&pulled], &[&g])[0].item(), 12.0);
}

#[test]
fn a_result_without_create_graph_is_a_constant() {
    let x = leaf(3.0);
    assert!(!grad(&[&(&x * &x)], &[&x])[0].needs_grad());
    assert!(Grad::of(&[&(&x * &x)]).wrt(&[&x]).create_graph().run()[0].needs_grad());
}

#[test]
fn grad_under_no_grad_can_still_build_the_graph() {
    let x = leaf(3.0);
    let y = &x * &x;
    let dx = no_grad(|| Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0));
    assert_eq!(grad(&[&dx], &[&x])[0].item(), 2.0);
}

// ---- leaves

#[test]
fn every_clone_of_a_leaf_sees_updates_and_gradients() {
    let w = leaf(1.0);
    let twin = w.clone();
    w.set(&Tensor::from(5.0));
    (&twin * &w).backward();
    assert_eq!((twin.item(), gradient(&w), gradient(&twin)), (5.0, 10.0, 10.0));
    assert!(w.same(&twin));
    let copy = w.deep_copy();
    w.update(|w| w + 1.0);
    assert_eq!((copy.item(), copy.is_leaf()), (5.0, true));
}

#[test]
fn an_update_between_forward_and_backward_does_not_reach_the_pending_graph() {
    let updates: [fn(&Tensor); 4] = [
        |w| w.set(&Tensor::from(100.0)),
        |w| w.update(|w| w * 50.0),
        |w| no_grad(|| w.clone().add_assign(98.0)),
        |w| assert!(w.step_in_place(|value, _| value.make_mut::<f64>().fill(100.0))),
    ];
    use std::ops::AddAssign;
    for update in updates {
        let w = leaf(2.0);
        (&w * 0.0).backward();
        let y = &w * &w * &w;
        update(&w);
        assert_eq!((w.item(), y.item()), (100.0, 8.0));
        y.backward();
        assert_eq!(gradient(&w), 12.0);
    }
}

#[test]
fn detach_shares_the_value_but_sees_no_later_update() {
    let w = leaf(2.0);
    let d = w.detach();
    w.set(&Tensor::from(3.0));
    assert_eq!((d.item(), d.needs_grad(), d.is_leaf()), (2.0, false, false));
}

#[test]
fn freezing_is_read_when_an_op_is_recorded() {
    let (w, v) = (leaf(2.0), leaf(3.0));
    let pending = &w * &v;
    w.set_requires_grad(false);
    let frozen = &w * &v;
    pending.backward();
    assert_eq!((gradient(&w), gradient(&v)), (3.0, 2.0));
    frozen.backward();
    assert_eq!((gradient(&w), gradient(&v)), (3.0, 4.0));
    assert!(!(&w * 2.0).needs_grad());
    w.clone().requires_grad();
    assert!((&w * 2.0).needs_grad());
}

#[test]
fn assigning_forms_rebind_results_and_constants_and_write_leaves() {
    let x = leaf(2.0);
    let mut y = &x * 1.0;
    let old = y.clone();
    y += &x;
    assert_eq!((old.item(), y.item()), (2.0, 4.0));
    y.backward();
    assert_eq!(gradient(&x), 2.0);

    let mut total = Tensor::from(0.0);
    let constant = total.clone();
    total += &x * 3.0;
    assert!(total.needs_grad() && !constant.needs_grad());

    let mut w = x.clone();
    let (message, _) = caught(|| w += 1.0);
    assert!(message.contains("no_grad"), "{message}");
    no_grad(|| w *= 10.0);
    assert_eq!(x.item(), 20.0);
    assert!(w.same(&x) && x.needs_grad());

    x.set_requires_grad(false);
    w -= 5.0;
    assert_eq!(x.item(), 15.0);
    let other = leaf(1.0);
    let (message, _) = caught(|| w += &other);
    assert!(message.contains("frozen"), "{message}");
}

#[test]
fn a_value_must_have_the_leafs_shape_and_type() {
    let w = Tensor::from([1.0, 2.0]).requires_grad();
    for wrong in [Tensor::from([1.0]), Tensor::from([1.0f32, 2.0]), Tensor::from([1i64, 2])] {
        caught(|| w.set(&wrong));
        caught(|| w.set_grad(&wrong));
        caught(|| w.update(|_| wrong.clone()));
    }
    assert_eq!(w.to_vec::<f64>().unwrap(), [1.0, 2.0]);
    assert!(w.grad().is_none());
}

#[test]
fn an_update_may_read_the_leaf_itself_and_records_nothing() {
    let w = leaf(2.0);
    w.update(|old| {
        assert!(!is_recording());
        old * 1.0 + w.item() + (&w * 1.0)
    });
    assert_eq!(w.item(), 6.0);
}

// ---- hooks

#[test]
fn hooks_run_in_order_replace_and_can_be_removed() {
    let x = leaf(1.0);
    let y = &x * 2.0;
    let order = Arc::new(Mutex::new(Vec::new()));
    let hook = |name: &'static str, by: f64| {
        let order = order.clone();
        move |g: &Tensor| {
            order.lock().unwrap().push((name, g.item()));
            (by != 0.0).then(|| g * by)
        }
    };
    x.register_hook(hook("x first", 10.0));
    x.register_hook(hook("x second", 0.0));
    y.register_hook(hook("y first", 3.0));
    let handle = y.register_hook(hook("y removed", 1000.0));
    y.register_hook(hook("y last", 0.0));
    handle.remove();
    y.retain_grad();
    Backward::of(&[&y]).keep_graph().run();
    assert_eq!(*order.lock().unwrap(), [("y first", 1.0), ("y last", 3.0), ("x first", 6.0), ("x second", 60.0)]);
    assert_eq!((gradient(&x), gradient(&y)), (60.0, 3.0));
    order.lock().unwrap().clear();
    assert_eq!(grad(&[&y], &[&x])[0].item(), 60.0);
    assert_eq!(order.lock().unwrap().len(), 4);
}

#[test]
fn a_hook_sees_the_total_once_whatever_the_number_of_paths() {
    let x = leaf(3.0);
    let y = &x * 1.0;
    let seen = Arc::new(Mutex::new(Vec::new()));
    for node in [&x, &y] {
        let seen = seen.clone();
        node.register_hook(move |g| {
            seen.lock().unwrap().push(g.item());
            None
        });
    }
    (&y * &y + &y * 5.0 + &x * 2.0).backward();
    assert_eq!(*seen.lock().unwrap(), [11.0, 13.0]);
}

#[test]
fn what_a_hook_computes_is_recorded_under_create_graph_only() {
    let x = leaf(3.0);
    x.register_hook(|g| {
        let new = g * g;
        assert_eq!(new.needs_grad(), is_recording());
        Some(new)
    });
    (&x * &x).backward();
    assert_eq!(gradient(&x), 36.0);
    let dx = Grad::of(&[&(&x * &x)]).wrt(&[&x]).create_graph().run().remove(0);
    // (2x)^2 by x is 8x.
    let x_again = Grad::of(&[&dx]).wrt(&[&x]).run().remove(0).item();
    assert_eq!(x_again, (8.0 * 3.0f64).powi(2), "the hook sees this walk's total too");
}

#[test]
fn a_walk_nested_in_a_hook_is_independent() {
    let (x, w) = (leaf(3.0), leaf(2.0));
    let trunk = &x * &x;
    let y = &trunk * 1.0;
    let (leaf, other) = (x.clone(), w.clone());
    y.register_hook(move |_| {
        // What lies behind is on the outer walk's way too.
        assert_eq!(Grad::of(&[&trunk]).wrt(&[&leaf]).keep_graph().run()[0].item(), 6.0);
        enable_grad(|| &other * &other).backward();
        None
    });
    let other_path = &y * 2.0 + &x;
    (&other_path * &other_path).backward();
    let dy = 2.0 * (2.0 * 9.0 + 3.0);
    assert_eq!(gradient(&x), dy * (2.0 * 6.0 + 1.0));
    assert_eq!(gradient(&w), 4.0);
}

// ---- ops of a user

/// The solution of z = cos(z) + x by iteration; forward and rule walk graphs of their own.
#[derive(Debug)]
struct FixedPoint;

impl Op for FixedPoint {
    fn name(&self) -> &'static str {
        "fixed_point"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        assert!(!is_recording());
        let mut z = Tensor::from(0.0);
        // Newton's method, with the derivative from a graph of its own.
        for _ in 0..50 {
            let at = z.requires_grad();
            let residual = enable_grad(|| &at - at.cos() * 0.5 - inputs[0].detach());
            residual.backward();
            z = at.detach() - residual.detach() / at.grad().unwrap();
        }
        smallvec![z]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let z = ctx.constant_output(0).requires_grad();
        let right = enable_grad(|| z.cos() * 0.5);
        let slope = grad(&[&right], &[&z]).remove(0);
        smallvec![Some(ctx.g() / (1.0 - slope))]
    }
}

#[test]
fn walks_nest_in_a_custom_forward_and_in_a_rule() {
    let x = leaf(0.3);
    let z = FixedPoint.apply(&[&(&x * 2.0)]);
    let value = z.item();
    assert!((value - value.cos() * 0.5 - 0.6).abs() < 1e-14);
    (&z * &x).backward();
    let slope = 2.0 / (1.0 + value.sin() * 0.5);
    assert!((gradient(&x) - (value + 0.3 * slope)).abs() < 1e-12);
    assert_eq!(tape::stats().edges, 1, "only z is left");
}

/// a x^2 + b: a rule in which only one cotangent depends on the inputs.
#[derive(Debug)]
struct Affine {
    once: bool,
}

impl Op for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0] * inputs[0] + inputs[1]]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = if self.once { ctx.input(0).detach() } else { ctx.input(0) };
        smallvec![Some(ctx.g() * x * 2.0), Some(ctx.g().clone())]
    }

    fn once_differentiable(&self) -> bool {
        self.once
    }
}

#[test]
fn a_cotangent_that_is_rightly_constant_is_no_missing_graph() {
    let (x, b) = (leaf(3.0), leaf(1.0));
    let y = Affine { once: false }.apply(&[&x, &b]);
    let first = Grad::of(&[&y]).wrt(&[&x, &b]).create_graph().run();
    assert_eq!((first[0].item(), first[1].item()), (6.0, 1.0));
    assert_eq!(grad(&[&first[0]], &[&x])[0].item(), 2.0);
}

#[test]
fn an_op_declared_once_differentiable_refuses_the_second_derivative() {
    let (x, b) = (leaf(3.0), leaf(1.0));
    let y = Affine { once: true }.apply(&[&x, &b]);
    let first = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
    assert_eq!(first.item(), 6.0);
    let (message, _) = caught(|| grad(&[&first], &[&x]));
    assert!(message.starts_with("affine: the op is declared `once_differentiable`"), "{message}");
}

/// (x, x as integers, 2 x): several outputs, one of a type without gradient.
#[derive(Debug)]
struct Several;

impl Op for Several {
    fn name(&self) -> &'static str {
        "several"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].detach(), inputs[0].to_dtype(DType::I64), inputs[0] * 2.0]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        assert!(ctx.cotangent(1).is_none());
        let doubled = ctx.cotangent(2).map(|g| g * 2.0);
        smallvec![match (ctx.cotangent(0), doubled) {
            (Some(g), Some(h)) => Some(g + h),
            (Some(g), None) => Some(g.clone()),
            (None, h) => h,
        }]
    }
}

#[test]
fn outputs_without_cotangent_are_none_and_integers_have_no_node() {
    let x = leaf(1.5);
    type Case = (fn(&[Tensor]) -> Tensor, f64);
    let cases: [Case; 3] =
        [(|y| y[0].clone() * 1.0, 1.0), (|y| y[2].clone() * 1.0, 2.0), (|y| &y[0] * &y[2], 2.0 * 1.5 + 2.0 * 1.5)];
    for (f, expected) in cases {
        let y = Several.apply_all(&[&x]);
        assert!(y[0].needs_grad() && !y[1].needs_grad() && y[2].needs_grad());
        assert_eq!(y[1].to_vec::<i64>().unwrap(), [1]);
        f(&y).backward();
        assert_eq!(gradient(&x), expected);
        x.zero_grad();
    }
}

// ---- modes

#[test]
fn modes_nest_and_are_restored() {
    let w = leaf(1.0);
    let records = || (&w * 2.0).needs_grad();
    assert!(records());
    no_grad(|| {
        assert!(!records());
        enable_grad(|| {
            assert!(records());
            let guard = no_grad_guard();
            assert!(!records());
            drop(guard);
            assert!(records());
        });
        assert!(!records());
        assert!(std::thread::scope(|s| s.spawn(records).join().unwrap()), "a new thread records");
    });
    assert!(records());
}

#[test]
fn backward_works_under_no_grad_on_what_was_recorded() {
    let w = leaf(3.0);
    let y = &w * &w;
    no_grad(|| y.backward());
    assert_eq!(gradient(&w), 6.0);
    let (message, _) = caught(|| no_grad(|| &w * &w).backward());
    assert!(message.contains("no graph") && message.contains("no_grad"), "{message}");
}

// ---- dtypes

#[test]
fn gradients_have_their_leafs_type_through_casts() {
    let w = Tensor::from(2.0f32).requires_grad();
    let y = w.to_dtype(DType::F64);
    (&y * &y).backward();
    let g = w.grad().unwrap();
    assert_eq!((g.dtype(), g.item()), (DType::F32, 4.0));
    assert!(!w.to_dtype(DType::I64).needs_grad());
}

#[test]
fn literals_and_vectors_have_the_documented_types() {
    assert_eq!(tensor![1.0, 2.0].dtype(), DType::F32);
    assert_eq!(tensor![1, 2].dtype(), DType::I64);
    assert_eq!(tensor![true].dtype(), DType::Bool);
    assert_eq!(Tensor::from(vec![1.0]).dtype(), DType::F64);
    assert_eq!(Tensor::from(vec![1.0f32]).dtype(), DType::F32);
}

#[test]
fn numbers_take_the_tensors_type_and_types_do_not_mix() {
    assert_eq!((tensor![1.0] * 2.5f64).dtype(), DType::F32);
    assert_eq!((tensor![3] * 2u8).to_vec::<i64>().unwrap(), [6]);
    assert_eq!((tensor![7] / tensor![2]).to_vec::<f32>().unwrap(), [3.5]);
    assert_eq!((tensor![7] / 2).dtype(), DType::F32);
    assert_eq!((tensor![i64::MAX] + 1).to_vec::<i64>().unwrap(), [i64::MIN]);
    assert_eq!(tensor![true, true, false].sum().to_vec::<i64>().unwrap(), [2]);
    for refused in [|| 0.5 * tensor![1], || tensor![1] + tensor![1.0], || tensor![true] + tensor![true]] {
        caught(refused);
    }
    let x = Tensor::from([1.9, -1.9, f64::NAN, 1e300, f64::NEG_INFINITY]).to_dtype(DType::I64);
    assert_eq!(x.to_vec::<i64>().unwrap(), [1, -1, 0, i64::MAX, i64::MIN]);
}

#[test]
fn size_zero_broadcasts_against_one_and_sums_to_zero() {
    assert_eq!((Tensor::zeros([0]) + Tensor::zeros([1])).shape(), [0]);
    caught(|| Tensor::zeros([0]) + Tensor::zeros([2]));
    assert_eq!(Tensor::zeros([0, 3]).sum().item(), 0.0);
    let w = Tensor::zeros([1]).requires_grad();
    (&w * Tensor::zeros([0])).sum().backward();
    assert_eq!(w.grad().unwrap().to_vec::<f32>().unwrap(), [0.0]);
}

#[test]
fn a_cell_without_gradient_takes_any_type_and_is_seen_by_its_clones() {
    let count = Tensor::from([1i64, 2]).into_leaf();
    let clone = count.clone();
    count.set(&Tensor::from([3i64, 4]));
    assert!(clone.equal(&Tensor::from([3i64, 4])) && count.is_leaf() && !count.needs_grad());
    let (message, _) = caught(|| count.set_requires_grad(true));
    assert_eq!(message, "set_requires_grad: i64 tensors have no gradient");
    let (message, _) = caught(|| count.clone().requires_grad());
    assert_eq!(message, "set_requires_grad: i64 tensors have no gradient");
    let mean = Tensor::from([1.0]).into_leaf();
    assert!(!mean.deep_copy().needs_grad() && mean.deep_copy().is_leaf());
    let w = mean.requires_grad();
    let (message, _) = caught(|| (&w * 2.0).into_leaf());
    assert!(message.starts_with("into_leaf: this is a result"), "{message}");
}

#[test]
fn a_leaf_converted_in_place_keeps_value_and_gradient_for_all_its_clones() {
    let w = Tensor::from([1.0f32, 2.0]).requires_grad();
    let clone = w.clone();
    w.square().sum().backward();
    w.set_dtype(DType::F64);
    assert!(clone.equal(&Tensor::from([1.0, 2.0])));
    assert!(clone.grad().unwrap().equal(&Tensor::from([2.0, 4.0])));
    clone.square().sum().backward();
    assert!(w.grad().unwrap().equal(&Tensor::from([4.0, 8.0])));
    let (message, _) = caught(|| w.set_dtype(DType::I64));
    assert_eq!(message, "set_dtype: this leaf requires a gradient, i64 tensors have none");
    let (message, _) = caught(|| w.detach().set_dtype(DType::F32));
    assert!(message.starts_with("set_dtype: only leaves"), "{message}");
}
