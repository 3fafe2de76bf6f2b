//! A checkpoint is a plain call that keeps less: same values, same gradients to the last bit, same lines.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common::caught;
use tapegrad::gradcheck::{gradcheck, gradgradcheck};
use tapegrad::{
    Backward, DType, Grad, Tensor, Tensors, checkpoint, default_rng, enable_grad, grad, hvp, is_recording, is_rerun,
    manual_seed, no_grad, spec::spread, tape,
};

fn leaf(x: f64) -> Tensor {
    Tensor::from(x).requires_grad()
}

fn bits(x: &Tensor) -> Vec<u64> {
    x.to_vec::<f64>().unwrap().into_iter().map(f64::to_bits).collect()
}

fn count() -> Arc<AtomicUsize> {
    Arc::default()
}

/// Calls `f` plainly or through a checkpoint.
fn call<T: Tensors>(checkpointed: bool, f: impl Fn() -> T + Send + Sync + 'static) -> T {
    if checkpointed { checkpoint(f) } else { f() }
}

/// A block with dropout and batch statistics, and the running mean it keeps.
#[derive(Clone)]
struct Block {
    weight: Tensor,
    scale: Tensor,
    running: Tensor,
    updates: Arc<AtomicUsize>,
}

impl Block {
    fn new() -> Self {
        let running = Tensor::zeros([6]).to_dtype(DType::F64).requires_grad();
        running.set_requires_grad(false);
        Block {
            weight: spread([6, 6], -0.5, 0.5).requires_grad(),
            scale: spread([6], 0.5, 1.5).requires_grad(),
            running,
            updates: count(),
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let (y, mean, _) = x.matmul(&self.weight).batch_norm(Some(&self.scale), None, 1e-5);
        if !is_rerun() {
            self.running.update(|running| running * 0.9 + mean * 0.1);
            self.updates.fetch_add(1, Ordering::Relaxed);
        }
        (y.tanh() + x).dropout(0.3, true)
    }
}

#[test]
fn dropout_and_batch_statistics_equal_the_plain_run_bit_for_bit() {
    let run = |checkpointed: bool| {
        manual_seed(5);
        let blocks: Vec<Block> = (0..4).map(|_| Block::new()).collect();
        let x = spread([8, 6], -1.0, 1.0).requires_grad();
        let mut h = &x * 1.0;
        for block in &blocks {
            let (inside, input) = (block.clone(), h.clone());
            // What is read inside and outside gets its contributions in the same order.
            h = call(checkpointed, move || inside.forward(&input)) + &h * &block.scale;
        }
        let loss = (h.square() * Tensor::rand([8, 6]).to_dtype(DType::F64)).sum();
        let after = default_rng(|rng| rng.state());
        loss.backward();
        assert_eq!(default_rng(|rng| rng.state()), after, "the generator is put back");
        let mut all = vec![bits(&loss), bits(&x.grad().unwrap())];
        for block in &blocks {
            assert_eq!(block.updates.load(Ordering::Relaxed), 1);
            all.extend([&block.weight, &block.scale].map(|w| bits(&w.grad().unwrap())));
            all.push(bits(&block.running));
        }
        all
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn the_closure_runs_twice_and_its_edges_are_let_go_in_between() {
    let (x, runs) = (leaf(0.5), count());
    let (input, inner) = (x.clone(), runs.clone());
    let y = checkpoint(move || {
        inner.fetch_add(1, Ordering::Relaxed);
        input.sin().exp().square()
    });
    assert_eq!((tape::stats().edges, runs.load(Ordering::Relaxed)), (1, 1));
    let graph = tape::graph(&[&y]);
    assert_eq!((graph.edges[0].op, graph.edges[0].site.file()), ("checkpoint", "tests/checkpoint.rs"));
    y.backward();
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    drop(y);
    assert_eq!((tape::stats().edges, tape::stats().nodes), (0, 0));
}

#[test]
fn first_and_second_derivatives_agree_with_differences() {
    let f = |x: &[Tensor]| {
        let (a, b) = (x[0].clone(), x[1].clone());
        let h = checkpoint(move || (a.exp() * &b).tanh());
        let (c, d) = (h.clone(), x[1].clone());
        checkpoint(move || (c.square() * d.sin()).sum())
    };
    let inputs = [spread([2, 3], -0.8, 0.8), spread([3], 0.4, 1.1)];
    gradcheck(f, &inputs).unwrap();
    gradgradcheck(f, &inputs).unwrap();
    let plain = |x: &[Tensor]| ((x[0].exp() * &x[1]).tanh().square() * x[1].sin()).sum();
    let vectors = [spread([2, 3], 0.1, 0.9), spread([3], -0.5, 0.5)];
    for (ours, theirs) in hvp(f, &inputs, &vectors).iter().zip(&hvp(plain, &inputs, &vectors)) {
        assert!(ours.allclose(theirs, 1e-13, 0.0));
    }
}

#[test]
fn checkpoints_nest() {
    let run = |checkpointed: bool| {
        manual_seed(7);
        let (x, w, runs) = (spread([5], -1.0, 1.0).requires_grad(), leaf(1.5), count());
        let (input, weight, inner) = (x.clone(), w.clone(), runs.clone());
        let y = call(checkpointed, move || {
            let h = (&input * &weight).dropout(0.5, true);
            let (deep, weight, inner) = (h.clone(), weight.clone(), inner.clone());
            let z = call(checkpointed, move || {
                inner.fetch_add(usize::from(!is_rerun()), Ordering::Relaxed);
                (deep.sin() * &weight).dropout(0.5, true)
            });
            (z + h).exp().sum()
        });
        let first = Grad::of(&[&y]).wrt(&[&x, &w]).create_graph().run();
        let second = Grad::of(&[&(first[0].square().sum() + &first[1])]).wrt(&[&x, &w]).keep_graph().run();
        y.backward();
        assert_eq!(runs.load(Ordering::Relaxed), 1, "a re-run inside a re-run knows what it is");
        let first = [&y, &first[0], &first[1], &x.grad().unwrap(), &w.grad().unwrap()].map(bits);
        (first, second)
    };
    let (plain, ours) = (run(false), run(true));
    assert_eq!(plain.0, ours.0);
    // Edges of the second run are younger than those of a plain one, so second derivatives are summed in another order.
    assert!(plain.1.iter().zip(&ours.1).all(|(plain, ours)| ours.allclose(plain, 1e-13, 0.0)));
}

#[test]
fn a_leaf_that_nobody_passed_gets_its_gradient() {
    static WEIGHT: Mutex<Option<Tensor>> = Mutex::new(None);
    let w = leaf(3.0);
    *WEIGHT.lock().unwrap() = Some(w.clone());
    let y = checkpoint(|| WEIGHT.lock().unwrap().as_ref().unwrap().square());
    assert_eq!(tape::graph(&[&y]).edges[0].inputs.len(), 1);
    y.backward();
    assert_eq!(w.grad().unwrap().item(), 6.0);
}

#[test]
fn several_results_and_those_without_graph() {
    let (x, shift) = (leaf(2.0), Tensor::from(1.0));
    let (input, constant) = (x.clone(), shift.clone());
    let [square, fixed, unused, itself] =
        checkpoint(move || [input.square(), &constant * 2.0, input.exp(), input.clone()]);
    assert_eq!((square.item(), fixed.item(), itself.item()), (4.0, 2.0, 2.0));
    assert!(!fixed.needs_grad() && unused.needs_grad());
    (square * fixed + itself).backward();
    assert_eq!(x.grad().unwrap().item(), 9.0);
    let input = x.clone();
    let (double, (index, few)) = {
        let (a, b, c) = checkpoint(move || (&input * 2.0, input.gt(0), vec![input.clone()].remove(0).detach()));
        (a, (b, c))
    };
    assert_eq!((index.dtype(), few.needs_grad()), (DType::Bool, false));
    double.backward();
    assert_eq!(x.grad().unwrap().item(), 11.0);
    let none: Vec<Tensor> = checkpoint(Vec::new);
    assert!(none.is_empty());
}

#[test]
fn gradients_of_some_inputs_and_of_the_result_itself() {
    let (x, w) = (leaf(0.7), leaf(1.3));
    let trunk = x.sin();
    let (a, b) = (trunk.clone(), w.clone());
    let y = checkpoint(move || (&a * &b).exp() + &a);
    let z = y.square();
    let found = Grad::of(&[&z]).wrt(&[&trunk, &y, &x]).keep_graph().run();
    let e = (0.7f64.sin() * 1.3).exp();
    let dy = 2.0 * (e + 0.7f64.sin());
    for (found, expected) in found.iter().zip([dy * (1.3 * e + 1.0), dy, dy * (1.3 * e + 1.0) * 0.7f64.cos()]) {
        assert!((found.item() / expected - 1.0).abs() < 1e-14, "{} {expected}", found.item());
    }
    assert!(w.grad().is_none());
    let only = grad(&[&z], &[&w]).remove(0).item();
    assert!((only / (dy * e * 0.7f64.sin()) - 1.0).abs() < 1e-14);
}

#[test]
fn a_kept_graph_runs_the_closure_again_for_every_walk() {
    let (x, runs) = (leaf(2.0), count());
    let (input, inner) = (x.clone(), runs.clone());
    let y = checkpoint(move || {
        inner.fetch_add(1, Ordering::Relaxed);
        input.square()
    });
    Backward::of(&[&y]).keep_graph().run();
    y.backward();
    assert_eq!((x.grad().unwrap().item(), runs.load(Ordering::Relaxed)), (8.0, 3));
    let (message, _) = caught(|| y.backward());
    assert!(message.contains("saved by checkpoint (recorded at tests/checkpoint.rs:"), "{message}");
}

#[test]
fn the_second_run_reads_leaves_as_they_were() {
    let (x, frozen) = (leaf(2.0), leaf(5.0));
    let (a, b) = (x.clone(), frozen.clone());
    let y = checkpoint(move || [a.square() * &b, b.clone()]);
    x.set(&Tensor::from(100.0));
    frozen.set(&Tensor::from(100.0));
    frozen.set_requires_grad(false);
    (&y[0] + &y[1]).backward();
    assert_eq!(x.grad().unwrap().item(), 20.0);
    assert_eq!(frozen.grad().unwrap().item(), 5.0, "frozen later: what was recorded keeps its gradient");
    assert_eq!((x.item(), frozen.item()), (100.0, 100.0));
    assert!(!frozen.needs_grad());
}

#[test]
fn hooks_inside_and_outside_are_called_in_the_walk() {
    let (x, seen) = (leaf(2.0), Arc::new(Mutex::new(Vec::new())));
    let (input, inside) = (x.clone(), seen.clone());
    let y = checkpoint(move || {
        let h = &input * 3.0;
        let inside = inside.clone();
        h.register_hook(move |g| {
            inside.lock().unwrap().push(g.item());
            Some(g * 10.0)
        });
        h.square()
    });
    y.register_hook(|g| Some(g * 2.0));
    y.backward();
    assert_eq!(*seen.lock().unwrap(), [24.0]);
    assert_eq!(x.grad().unwrap().item(), 720.0);
}

#[test]
fn a_panic_in_the_first_run_leaves_everything_as_it_was() {
    let x = leaf(2.0);
    let input = x.clone();
    let line = line!() + 1;
    let (message, place) = caught(|| checkpoint(move || input.sin().reshape([3])));
    assert_eq!((place, message.starts_with("reshape: ")), (format!("tests/checkpoint.rs:{line}"), true), "{message}");
    assert_eq!(tape::stats().edges, 0);
    let y = x.square();
    assert!(!is_rerun() && is_recording());
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 4.0);
}

#[test]
fn a_panic_in_the_second_run_leaves_gradients_generator_and_mode() {
    let (x, w) = (leaf(2.0), leaf(3.0));
    let input = x.clone();
    let y = checkpoint(move || {
        let h = input.sin() * Tensor::rand([]).to_dtype(DType::F64);
        if is_rerun() { h.reshape([3]) } else { h }
    });
    let before = default_rng(|rng| rng.state());
    let z = y * &w;
    caught(|| z.backward());
    assert!(x.grad().is_none() && w.grad().is_none() && !is_rerun() && is_recording());
    assert_eq!(default_rng(|rng| rng.state()), before);
    drop(z);
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn a_second_run_that_differs_is_an_error_that_says_how() {
    let x = Tensor::from([1.0, 2.0]).requires_grad();
    let fails = |f: fn(&Tensor) -> Vec<Tensor>, expected: &str| {
        let input = x.clone();
        let y = checkpoint(move || f(&input));
        let (message, _) = caught(|| y[0].sum().backward());
        assert!(message.contains(expected) && message.contains("recorded at tests/checkpoint.rs:"), "{message}");
    };
    fails(|x| if is_rerun() { vec![] } else { vec![x.sin()] }, "the first run gave 1 tensors, the second 0");
    fails(|x| vec![if is_rerun() { x.sum() } else { x.sin() }], "the first run gave f64 [2], the second f64 []");
    fails(|x| vec![if is_rerun() { x.detach() } else { x.sin() }], "the second f64 [2] without graph");
}

#[test]
fn without_recording_the_closure_simply_runs() {
    let x = leaf(2.0);
    let input = x.clone();
    let y = no_grad(|| checkpoint(move || input.square()));
    assert!(!y.needs_grad());
    let input = x.clone();
    let y = checkpoint(move || no_grad(|| input.square()) + enable_grad(|| &input * 1.0));
    y.backward();
    assert_eq!((y.item(), x.grad().unwrap().item()), (6.0, 1.0));
}

#[test]
fn the_closures_ops_take_their_own_lines() {
    let x = leaf(2.0);
    let input = x.clone();
    let line = line!() + 1;
    let y = checkpoint(move || input.square());
    let dx = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
    let edges = tape::graph(&[&dx]).edges;
    assert!(!edges.is_empty());
    for edge in edges {
        assert_eq!((edge.site.file(), edge.site.line()), ("tests/checkpoint.rs", line), "{}", edge.op);
    }
}

#[test]
fn ten_thousand_checkpoints_leave_the_tape_where_it_was() {
    let w = leaf(1.1);
    let round = |i: usize| {
        let mut h = &w * 1.0;
        for _ in 0..2 {
            let (x, w) = (h.clone(), w.clone());
            h = checkpoint(move || (&x * &w).sin());
        }
        if i.is_multiple_of(2) {
            h.backward();
        }
    };
    round(1);
    let before = tape::stats();
    (0..10_000).for_each(round);
    let after = tape::stats();
    assert_eq!((after.nodes, after.edges, after.bytes), (before.nodes, before.edges, before.bytes));
}

#[test]
fn a_long_chain_of_checkpoints_is_walked_and_dropped_on_a_small_stack() {
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(|| {
            let x = leaf(1.0);
            let chain = || (0..20_000).fold(&x * 1.0, |h, _| checkpoint(move || &h + 1e-3));
            drop(chain());
            assert_eq!(tape::stats().edges, 0);
            chain().backward();
            assert_eq!(x.grad().unwrap().item(), 1.0);
        })
        .unwrap()
        .join()
        .unwrap();
}
