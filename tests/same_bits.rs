//! The same bits on any number of threads, at every SIMD level: training of a network, and every op above the sizes from which
//! work is shared.

#[path = "common/calls.rs"]
mod calls;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use calls::{CALLS, Call, Operands};
use tapegrad::isa::{self, Level};
use tapegrad::spec::spread;
use tapegrad::{DType, Tensor, num_threads, ops, parallel_jobs, set_num_threads};

/// Runs `f` on each number of threads; the number is the whole process's, so one test at a time. All must give the same.
fn same_on<R: PartialEq>(threads: &[usize], what: &str, mut f: impl FnMut() -> R) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let usual = num_threads();
    let mut first = None;
    for &n in threads {
        set_num_threads(n);
        let found = f();
        match &first {
            None => first = Some(found),
            Some(first) => assert!(*first == found, "{what}: other bits on {n} threads"),
        }
    }
    set_num_threads(usual);
}

/// SplitMix64 as numbers between -1 and 1.
fn data(seed: u64, shape: [usize; 2]) -> Tensor {
    let mut state = seed;
    let numbers = (0..shape[0] * shape[1]).map(|_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
    });
    Tensor::from_vec(numbers.collect(), shape).unwrap()
}

/// The weights' bits after 50 steps of gradient descent on fixed data.
fn train() -> Vec<Vec<u32>> {
    let (x, target) = (data(1, [257, 211]), Tensor::arange(0, 257));
    let target = &target - (&target / 10).to_dtype(DType::I64) * 10;
    let parameters = [data(2, [211, 163]), data(3, [1, 163]), data(4, [163, 10]), data(5, [1, 10])];
    let [w1, b1, w2, b2] = parameters.map(|w| (w * 0.1).requires_grad());
    for _ in 0..50 {
        let h = (x.matmul(&w1) + &b1).tanh();
        let loss = (h.matmul(&w2) + &b2).cross_entropy(&target);
        loss.backward();
        for w in [&w1, &b1, &w2, &b2] {
            let grad = w.grad().unwrap();
            w.update(|w| w - grad * 0.5);
            w.zero_grad();
        }
    }
    [w1, b1, w2, b2].iter().map(|w| w.to_vec::<f32>().unwrap().into_iter().map(f32::to_bits).collect()).collect()
}

#[test]
fn fifty_steps_of_training_give_the_same_weights_on_any_number_of_threads_at_every_level() {
    let usual = isa::level();
    for level in Level::available() {
        same_on(&[1, 2, 3, 16], &format!("training at {level:?}"), || {
            isa::set_level(level);
            let jobs = parallel_jobs();
            let weights = train();
            assert!(weights.iter().flatten().all(|&bits| f32::from_bits(bits).is_finite()));
            assert!(num_threads() == 1 || parallel_jobs() > jobs, "nothing ran in parallel");
            isa::set_level(usual);
            weights
        });
    }
}

fn bits(x: &Tensor) -> Vec<u64> {
    x.to_dtype(DType::F64).to_vec::<f64>().unwrap().into_iter().map(f64::to_bits).collect()
}

/// Outputs and gradients of one call.
fn run(call: Call, dtype: DType) -> Vec<Vec<u64>> {
    let operands = Operands::new(dtype);
    let outputs = call(&operands);
    for y in outputs.iter().filter(|y| y.needs_grad()) {
        // Each root walks alone, since several may share a trunk.
        let g = spread(y.shape(), -1.0, 1.0).to_dtype(y.dtype());
        tapegrad::Backward::of(&[y]).cotangents(&[&g]).keep_graph().run();
    }
    let Operands { x, y, positive, row, column, a, b } = &operands;
    let gradients = [x, y, positive, row, column, a, b].map(Tensor::grad);
    outputs.iter().chain(gradients.iter().flatten()).map(bits).collect()
}

#[test]
fn every_op_gives_the_same_bits_on_three_threads_as_on_one() {
    let jobs = parallel_jobs();
    for (name, call) in CALLS {
        // f32 sums are gathered in f64, which hides how they were split; f64 sums show it.
        for dtype in [DType::F32, DType::F64] {
            same_on(&[1, 3], name, || run(*call, dtype));
        }
    }
    assert!(parallel_jobs() - jobs > CALLS.len() as u64 / 2, "hardly anything ran in parallel");
}

#[test]
fn no_op_lacks_a_call() {
    let listed: BTreeSet<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    // The rule of slice calls it; it has no method.
    let called_by_rules = ["slice_backward"];
    let missing: Vec<&str> = ops::ALL
        .iter()
        .map(|spec| spec.name)
        .filter(|name| !listed.contains(name) && !called_by_rules.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
