//! Memory: what a program holds, by a counting allocator and by the tape's own account.

use std::sync::{Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;
use tapegrad::{DType, Grad, Tensor, cached_bytes, set_cache_limit, tape, trim_cache};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The allocator counts for the whole process, so one test at a time; and without reuse of buffers, so that what is freed is
/// seen to be freed.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    set_cache_limit(0);
    assert_eq!(cached_bytes(), 0);
    guard
}

/// Runs `round` again and again; the tape and the heap must stay as they were after the first few. The test harness itself
/// allocates a little now and then; a leak of one byte per round is seen.
fn check_flat(rounds: usize, mut round: impl FnMut()) {
    for _ in 0..10 {
        round();
    }
    let (stats, heap) = (tape::stats(), ALLOCATOR.current_usage());
    for _ in 0..rounds {
        round();
    }
    let after = tape::stats();
    assert_eq!((after.nodes, after.edges, after.bytes), (stats.nodes, stats.edges, stats.bytes));
    let grown = ALLOCATOR.current_usage().saturating_sub(heap);
    assert!(grown < rounds, "the heap grew by {grown} bytes in {rounds} rounds");
}

struct Model {
    weights: [Tensor; 2],
    bias: Tensor,
}

impl Model {
    fn new() -> Self {
        let leaf = |shape: &[usize]| tapegrad::spec::spread(shape, -1.0, 1.0).requires_grad();
        Model { weights: [leaf(&[4, 1]), leaf(&[3])], bias: leaf(&[4, 3]) }
    }

    fn loss(&self, x: &Tensor) -> Tensor {
        let h = (x * &self.weights[0] + &self.bias).sin();
        (&h * &self.weights[1] * h.cos() / 2.0).sum()
    }

    fn parameters(&self) -> [&Tensor; 3] {
        [&self.weights[0], &self.weights[1], &self.bias]
    }
}

#[test]
fn ten_thousand_forward_passes_leave_nothing() {
    let _alone = alone();
    let (model, x) = (Model::new(), Tensor::from([[0.5, -0.5, 1.0]]));
    let mut last = None;
    check_flat(10_000, || last = Some(model.loss(&x)));
}

#[test]
fn ten_thousand_forward_passes_leave_nothing_in_the_buffer_cache_either() {
    let _alone = alone();
    set_cache_limit(512 << 20);
    let (model, x) = (Model::new(), Tensor::from([[0.5, -0.5, 1.0]]));
    check_flat(10_000, || drop(model.loss(&x)));
    assert!(cached_bytes() > 0);
    trim_cache();
    assert_eq!(cached_bytes(), 0);
}

#[test]
fn ten_thousand_training_steps_leave_nothing() {
    let _alone = alone();
    let (model, x) = (Model::new(), Tensor::from([[0.5, -0.5, 1.0]]));
    check_flat(10_000, || {
        model.loss(&x).backward();
        for w in model.parameters() {
            let step = w.grad().unwrap() * 1e-3;
            w.update(|w| w - &step);
            w.zero_grad();
        }
    });
}

#[test]
fn ten_thousand_steps_on_second_derivatives_leave_nothing() {
    let _alone = alone();
    let (model, x) = (Model::new(), Tensor::from([[0.5, -0.5, 1.0]]));
    check_flat(10_000, || {
        let loss = model.loss(&x);
        let first = Grad::of(&[&loss]).wrt(&model.parameters()).create_graph().run();
        let size: Tensor = first.iter().map(|g| (g * g).sum()).sum();
        size.backward();
        model.parameters().iter().for_each(|w| w.zero_grad());
    });
}

#[test]
fn ten_thousand_hooks_and_names_leave_nothing() {
    let _alone = alone();
    let w = Tensor::from(2.0).requires_grad();
    check_flat(10_000, || {
        let y = (&w * 3.0).named("y");
        y.retain_grad();
        let of_y = y.register_hook(|g| Some(g * 2.0));
        let of_w = w.register_hook(|g| Some(g * 2.0));
        y.backward();
        assert_eq!(y.grad().unwrap().item(), 2.0);
        of_y.remove();
        of_w.remove();
        w.zero_grad();
    });
}

#[test]
fn ten_thousand_short_threads_leave_nothing_behind() {
    let _alone = alone();
    let w = Tensor::from(2.0).requires_grad();
    check_flat(1_000, || std::thread::scope(|s| drop(s.spawn(|| (&w * 3.0).sin()).join().unwrap())));
}

const LAYERS: usize = 100;
/// With an array's header, a whole block of the cache's sizes.
const WIDTH: usize = (1 << 15) - 64;
const ACTIVATION: usize = WIDTH * size_of::<f32>();

#[test]
fn backward_of_a_hundred_layers_needs_three_activations_more_than_forward() {
    let _alone = alone();
    let x = Tensor::full([WIDTH], 0.1).requires_grad();
    x.set_grad(&Tensor::zeros([WIDTH]));
    let (stats, heap) = (tape::stats(), ALLOCATOR.current_usage());
    ALLOCATOR.reset_peak_usage();
    let y = (0..LAYERS).fold(x.clone(), |y, _| y.sin()).sum();
    let forward = ALLOCATOR.peak_usage() - heap;
    assert!(forward >= (LAYERS - 1) * ACTIVATION, "sin keeps its inputs: {forward}");
    let kept = tape::stats().bytes - stats.bytes;
    assert!(kept.abs_diff(LAYERS * ACTIVATION) < LAYERS * 1024 + ACTIVATION, "{kept}");
    ALLOCATOR.reset_peak_usage();
    y.backward();
    let backward = ALLOCATOR.peak_usage() - heap;
    assert!(
        backward <= forward + 3 * ACTIVATION,
        "{} activations more than forward",
        (backward - forward) as f64 / ACTIVATION as f64
    );
    let left = ALLOCATOR.current_usage() - heap;
    assert!(left < ACTIVATION, "{left} bytes are left while only the loss is");
    assert!(tape::stats().bytes - stats.bytes < LAYERS * 1024);
    drop(y);
    let after = tape::stats();
    assert_eq!((after.nodes, after.edges, after.bytes), (stats.nodes, stats.edges, stats.bytes));
}

#[test]
fn a_walk_frees_what_it_has_passed_before_it_ends() {
    let _alone = alone();
    let x = Tensor::full([WIDTH], 0.1).requires_grad();
    let middle = std::sync::Arc::new(Mutex::new(0));
    let seen = middle.clone();
    let mut y = x.clone();
    for layer in 0..LAYERS {
        y = y.sin();
        if layer == LAYERS / 2 {
            let seen = seen.clone();
            y.register_hook(move |_| {
                *seen.lock().unwrap() = ALLOCATOR.current_usage();
                None
            });
        }
    }
    let y = y.sum();
    let before = ALLOCATOR.current_usage();
    y.backward();
    let freed = before.saturating_sub(*middle.lock().unwrap());
    assert!(freed > (LAYERS / 2 - 5) * ACTIVATION, "{} activations", freed as f64 / ACTIVATION as f64);
}

#[test]
fn the_memory_table_names_the_line_that_keeps_most() {
    let _alone = alone();
    let x = Tensor::ones([100, 100]).requires_grad();
    let small = Tensor::ones([10]).requires_grad();
    let (y, large) = (x.exp(), line!());
    let (z, little) = ([small.exp(), small.sin(), small.cos()], line!());
    let table = tape::memory();
    assert_eq!(table.iter().map(|line| line.edges).sum::<usize>(), 4);
    assert_eq!(table.iter().map(|line| line.bytes).collect::<Vec<_>>(), {
        let mut sorted: Vec<_> = table.iter().map(|line| line.bytes).collect();
        sorted.sort_by(|a, b| b.cmp(a));
        sorted
    });
    assert!(table.iter().all(|line| line.site.file() == "tests/memory.rs"));
    assert_eq!(table[0].site.line(), large);
    assert!(table[0].bytes.abs_diff(100 * 100 * 4) < 2048, "{}", table[0].bytes);
    assert!(table[0].to_string().contains(&format!("tests/memory.rs:{large}")));
    assert!(table[1..].iter().all(|line| line.site.line() == little));
    let all: usize = table.iter().map(|line| line.bytes).sum();
    assert!(all <= tape::stats().bytes);
    drop((y, z));
    assert!(tape::memory().is_empty());
}

#[test]
fn a_buffer_kept_twice_is_counted_once() {
    let _alone = alone();
    let x = Tensor::ones([100, 100]).requires_grad();
    let y = [x.sin(), x.cos(), &x * &x];
    let bytes = tape::stats().bytes;
    assert!(bytes.abs_diff(100 * 100 * 4) < 4096, "{bytes}");
    drop(y);
}

#[test]
fn casts_and_views_of_a_frozen_input_keep_nothing() {
    let _alone = alone();
    let x = Tensor::ones([100, 100]);
    let w = Tensor::from(1.0f32).requires_grad();
    let y = (&w + x.reshape([-1])).to_dtype(DType::F64).sum();
    let bytes = tape::stats().bytes;
    assert!(bytes < 4096, "{bytes}");
    y.backward();
    assert_eq!(w.grad().unwrap().item(), 10_000.0);
}

#[test]
fn checkpoints_every_ten_layers_keep_a_third_at_most() {
    const LAYERS: usize = 100;
    let _alone = alone();
    let x = tapegrad::spec::spread([64, 64], -1.0, 1.0);
    let weights: Vec<Tensor> = (0..LAYERS).map(|_| Tensor::from(0.9).requires_grad()).collect();
    let layers = |x: &Tensor, weights: &[Tensor]| weights.iter().fold(x.clone(), |h, w| (h * w).tanh());
    let peak = |checkpointed: bool| {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let mut h = x.clone();
        for weights in weights.chunks(10) {
            let (input, weights) = (h.clone(), weights.to_vec());
            let run = move || layers(&input, &weights);
            h = if checkpointed { tapegrad::checkpoint(run) } else { run() };
        }
        let recorded = tape::stats().bytes;
        h.sum().backward();
        (recorded, ALLOCATOR.peak_usage() - before)
    };
    let (plain, checkpointed) = (peak(false), peak(true));
    println!("recorded and peak bytes: plain {plain:?}, with checkpoints {checkpointed:?}");
    assert!(plain.0 > LAYERS * 64 * 64 * 8, "{plain:?}");
    assert!(3 * checkpointed.0 <= plain.0 && 3 * checkpointed.1 <= plain.1, "{checkpointed:?} of {plain:?}");
}
