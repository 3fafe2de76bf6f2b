//! The graph at its limits: shared nodes, many uses, great depth, crowded and reused tapes, and walks that come twice.

mod common;

use std::thread;

use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{Backward, Grad, Op, Tensor, grad, tape};

/// Runs `f` on a thread with little stack; its panic becomes the test's.
fn on_a_small_stack<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = thread::Builder::new().stack_size(256 << 10).spawn(f).unwrap();
    thread.join().unwrap()
}

/// `n` ops in a row, all of them the identity.
fn chain(x: &Tensor, n: usize) -> Tensor {
    (0..n).fold(x.clone(), |y, _| y * 1.0)
}

#[test]
fn doubling_sixty_times_counts_every_path_and_walks_every_edge_once() {
    let x = Tensor::from(1.0).requires_grad();
    let mut y = &x * 1.0;
    for _ in 0..60 {
        y = &y + &y;
    }
    let before = tape::stats().visited;
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 2f64.powi(60));
    assert_eq!(tape::stats().visited - before, 61);
}

#[test]
fn a_leaf_used_a_hundred_thousand_times_costs_one_visit_per_use() {
    const USES: u64 = 100_000;
    let w = Tensor::from(2.0).requires_grad();
    let mut total = Tensor::from(0.0);
    for k in 0..USES {
        total += &w * k;
    }
    let before = tape::stats().visited;
    total.backward();
    assert_eq!(tape::stats().visited - before, 2 * USES);
    assert_eq!(w.grad().unwrap().item(), (USES * (USES - 1) / 2) as f64);
}

#[test]
fn a_walk_visits_its_own_edges_only_beside_a_million_others() {
    let crowd = Tensor::from(1.0).requires_grad();
    let crowd = chain(&crowd, 1_000_000);
    let x = Tensor::from(3.0).requires_grad();
    let y = chain(&x, 10);
    let before = tape::stats();
    assert_eq!(before.edges, 1_000_010);
    y.backward();
    assert_eq!(tape::stats().visited - before.visited, 10);
    assert_eq!(x.grad().unwrap().item(), 1.0);

    let z = chain(&x, 10);
    let before = tape::stats().visited;
    grad(&[&z], &[&x]);
    assert_eq!(tape::stats().visited - before, 10);
    drop(crowd);
}

/// `sin` applied `n` times at `x`, and its derivative by the chain rule.
fn iterated_sine(x: f64, n: usize) -> (f64, f64) {
    (0..n).fold((x, 1.0), |(y, dy), _| (y.sin(), dy * y.cos()))
}

#[test]
fn slots_of_a_dropped_graph_are_reused_and_the_other_graph_stays_exact() {
    let (a, b, c) =
        (Tensor::from(0.7).requires_grad(), Tensor::from(-0.4).requires_grad(), Tensor::from(1.3).requires_grad());
    let (mut y, mut z) = (a.clone(), b.clone());
    for _ in 0..100 {
        y = y.sin();
        z = z.cos();
    }
    assert_eq!(tape::stats().edges, 200);
    drop(z);
    assert_eq!(tape::stats().edges, 100);
    let mut u = c.clone();
    for _ in 0..100 {
        u = u.sin();
    }
    assert_eq!(tape::stats().edges, 200);
    y.backward();
    u.backward();
    for (x, y) in [(&a, &y), (&c, &u)] {
        let (value, derivative) = iterated_sine(x.item(), 100);
        assert!((y.item() - value).abs() < 1e-12);
        assert!((x.grad().unwrap().item() / derivative - 1.0).abs() < 1e-12);
    }
    assert!(b.grad().is_none());
}

/// The lines named by the error of a second walk over `y`.
fn check_second_walk(y: &Tensor, op: &str, recorded: u32, first: u32) {
    let (message, place) = caught(|| y.backward());
    let second = line!() - 1;
    assert_eq!(place, format!("tests/graph.rs:{second}"));
    assert!(message.contains(&format!("saved by {op} (recorded at tests/graph.rs:{recorded}:")), "{message}");
    assert!(message.contains(&format!("the backward at tests/graph.rs:{first}:")), "{message}");
}

#[test]
fn a_second_walk_names_the_op_its_line_and_the_first_backward() {
    let x = Tensor::from(2.0).requires_grad();
    let (y, recorded) = (x.sin(), line!());
    let first = line!() + 1;
    y.backward();
    check_second_walk(&y, "sin", recorded, first);
}

#[test]
fn a_second_walk_is_an_error_where_nothing_was_saved_too() {
    let x = Tensor::from(2.0).requires_grad();
    let (y, recorded) = (&x + 1.0, line!());
    let first = line!() + 1;
    y.backward();
    check_second_walk(&y, "add", recorded, first);
}

#[test]
fn a_trunk_released_by_one_head_is_an_error_for_the_other_and_its_leaf_stays_as_it_was() {
    let x = Tensor::from(2.0).requires_grad();
    let w = Tensor::from(5.0).requires_grad();
    let trunk = &x * &x;
    let (one, two) = (&trunk * 3.0, &trunk * &w);
    one.backward();
    let (message, _) = caught(|| two.backward());
    assert!(message.contains("saved by mul") && message.contains("keep_graph"), "{message}");
    assert_eq!(x.grad().unwrap().item(), 12.0);
    assert!(w.grad().is_none(), "a walk that fails gives to no leaf");
}

#[test]
fn a_kept_graph_can_be_walked_again_and_then_be_released() {
    let x = Tensor::from(2.0).requires_grad();
    let y = &x * &x;
    for _ in 0..3 {
        Backward::of(&[&y]).keep_graph().run();
    }
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 16.0);
    caught(|| y.backward());
}

#[test]
fn a_million_ops_are_recorded_walked_printed_drawn_and_dropped_on_a_small_stack() {
    on_a_small_stack(|| {
        let x = Tensor::from(1.0).requires_grad();
        let y = chain(&x, 1_000_000);
        assert_eq!(y.to_string(), "1.0 shape [], f64, recorded");
        assert_eq!(format!("{y:?}"), y.to_string());
        let graph = tape::graph(&[&y]);
        assert_eq!((graph.edges.len(), graph.nodes.len()), (1_000_000, 1_000_001));
        assert_eq!(tape::memory()[0].edges, 1_000_000);
        assert_eq!(grad(&[&y], &[&x])[0].item(), 1.0);
        drop(y);
        assert_eq!(tape::stats().edges, 0);
        let y = chain(&x, 1_000_000);
        y.backward();
        assert_eq!(x.grad().unwrap().item(), 1.0);
        drop(y);
        assert_eq!(tape::stats().edges, 0);
    });
}

#[test]
fn a_long_second_derivative_fits_a_small_stack() {
    on_a_small_stack(|| {
        const DEPTH: usize = 100_000;
        let x = Tensor::from(1.0).requires_grad();
        let y = chain(&(&x * &x), DEPTH);
        let first = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
        assert_eq!(grad(&[&first], &[&x])[0].item(), 2.0);
        drop((first, y));
        assert_eq!(tape::stats().edges, 0);
    });
}

#[test]
fn a_thread_may_end_with_a_million_live_ops() {
    let y = on_a_small_stack(|| chain(&Tensor::from(4.0).requires_grad(), 1_000_000));
    assert_eq!(y.item(), 4.0);
}

/// The identity, holding on to a tensor that is no input.
#[derive(Debug)]
struct Holding(Tensor);

impl Op for Holding {
    fn name(&self) -> &'static str {
        "holding"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("held", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].detach()]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().clone())]
    }
}

#[test]
fn a_long_chain_of_ops_that_hold_tensors_drops_on_a_small_stack() {
    on_a_small_stack(|| {
        let x = Tensor::from(1.0).requires_grad();
        let mut y = &x * 1.0;
        for _ in 0..200_000 {
            y = Holding(y).apply(&[&x]);
        }
        assert_eq!(tape::stats().edges, 200_001);
        drop(y);
        assert_eq!(tape::stats().edges, 0);
    });
}

#[test]
fn a_thread_may_end_with_a_long_chain_of_ops_that_hold_tensors() {
    let y = on_a_small_stack(|| {
        let x = Tensor::from(1.0).requires_grad();
        (0..200_000).fold(&x * 1.0, |y, _| Holding(y).apply(&[&x]))
    });
    assert_eq!(y.item(), 1.0);
}

#[test]
fn an_op_refused_for_a_foreign_input_gives_up_the_tensors_it_holds() {
    let x = Tensor::from(1.0).requires_grad();
    let held = &x * 2.0;
    let foreign = thread::spawn(|| Tensor::from(1.0).requires_grad() * 2.0).join().unwrap();
    let (message, _) = caught(|| Holding(held).apply(&[&foreign]));
    assert!(message.contains("holding: input 0") && message.contains("detach()"), "{message}");
    assert_eq!(tape::stats().edges, 0);
}
