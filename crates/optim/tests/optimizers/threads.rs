//! Updates have the same bits on any number of threads and at every SIMD level.

use super::{ALL, Make};
use tapegrad_core::{Tensor, isa, parallel_jobs, set_num_threads};

/// Odd, and several tasks long.
const LEN: usize = 100_003;

fn trained(make: Make) -> Vec<u32> {
    let numbers = |seed: usize| Tensor::from_iter((0..LEN).map(|i| ((i * 7919 + seed) % 10_007) as f32 / 5003.0 - 1.0));
    let params = [numbers(1).requires_grad(), numbers(4).requires_grad()];
    let mut opt = make(&params);
    for g in [numbers(2), numbers(3), Tensor::from(0.3f32).broadcast_to([LEN])] {
        params.iter().for_each(|w| w.set_grad(&g));
        opt.step();
    }
    params.iter().flat_map(|w| w.to_vec::<f32>().unwrap()).map(f32::to_bits).collect()
}

/// One test, since the number of threads and the level belong to the whole process. The other tests of this program hold at
/// any.
#[test]
fn updates_have_the_same_bits_on_any_number_of_threads_and_at_every_simd_level() {
    let levels = isa::Level::available();
    for (name, make) in ALL {
        isa::set_level(levels[levels.len() - 1]);
        set_num_threads(1);
        let expected = trained(*make);
        for threads in [2, 3, 16] {
            set_num_threads(threads);
            let before = parallel_jobs();
            assert!(trained(*make) == expected, "{name} on {threads} threads");
            assert!(parallel_jobs() - before >= 6, "each of six updates ran in parallel");
        }
        for level in &levels {
            isa::set_level(*level);
            assert!(trained(*make) == expected, "{name} at {level:?}");
        }
    }
}
