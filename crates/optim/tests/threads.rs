//! Updates have the same bits on any number of threads.

use tapegrad_core::{Tensor, isa, parallel_jobs, set_num_threads};
use tapegrad_optim::{Adam, Optimizer, Rule, Sgd};

/// Odd, and several tasks long.
const LEN: usize = 200_003;

fn trained<R: Rule>(make: impl Fn(&Tensor) -> Optimizer<R>) -> Vec<u32> {
    let numbers = |seed: usize| Tensor::from_iter((0..LEN).map(|i| ((i * 7919 + seed) % 10_007) as f32 / 5003.0 - 1.0));
    let w = numbers(1).requires_grad();
    let g = [numbers(2), numbers(3), Tensor::from(0.3f32).broadcast_to([LEN])];
    let mut opt = make(&w);
    for g in &g {
        w.set_grad(g);
        opt.step();
    }
    w.to_vec::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
}

fn all() -> [Vec<u32>; 3] {
    [
        trained(|w| Sgd::new([w], 0.1).weight_decay(0.01)),
        trained(|w| Sgd::new([w], 0.1).nesterov(0.9)),
        trained(|w| Adam::new([w], 0.1).weight_decay(0.01)),
    ]
}

/// One test, since the number of threads and the level belong to the whole process.
#[test]
fn updates_have_the_same_bits_on_any_number_of_threads_and_at_every_simd_level() {
    set_num_threads(1);
    let expected = all();
    for threads in [2, 3, 16] {
        set_num_threads(threads);
        let before = parallel_jobs();
        assert!(all() == expected, "{threads} threads");
        assert!(parallel_jobs() - before >= 9, "each of nine updates ran in parallel");
    }
    for level in isa::Level::available() {
        isa::set_level(level);
        assert!(all() == expected, "{level:?}");
    }
}
