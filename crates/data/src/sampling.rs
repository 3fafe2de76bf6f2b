//! Seeded splits and batches of row numbers, the same on every machine.
//!
//! Rows are numbers here, so that whatever holds the data (`select(Axis(0), &rows)` of an array, a list of files) can be
//! split and batched alike. The generator is SplitMix64 (Steele, Lea, Flood 2014): eight lines, no state to carry, and
//! a promise that a seed means the same order in every version; it is no source of secrets.

/// The row numbers `0..n` in a random order, cut into batches of `batch` rows; the last has what is left.
///
/// Every row is in exactly one batch. The order depends on `n`, `seed` and `epoch` alone: each epoch of a training run
/// has its own, and a run that begins again at some epoch sees the same batches as before.
///
/// ```
/// let batches = tapegrad_data::shuffled_batches(10, 4, 42, 0);
/// assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
/// assert_eq!(batches, tapegrad_data::shuffled_batches(10, 4, 42, 0));
/// assert_ne!(batches, tapegrad_data::shuffled_batches(10, 4, 42, 1));
/// ```
///
/// # Panics
/// If `batch` is 0.
#[must_use]
#[track_caller]
pub fn shuffled_batches(n: usize, batch: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
    assert!(batch > 0, "shuffled_batches: a batch of 0 rows, expected at least 1");
    // `mix` is one-to-one, so two epochs of a seed never share a state.
    let generator = SplitMix64 { state: mix(mix(seed).wrapping_add(epoch)) };
    permutation(n, generator).chunks(batch).map(<[usize]>::to_vec).collect()
}

/// The row numbers `0..n` in a random order, cut into parts of the given fractions of `n`.
///
/// Every row is in exactly one part. Cuts are rounded to the nearest row. The result depends on `n`, `fractions` and
/// `seed` alone.
///
/// ```
/// let [train, validation, test] = tapegrad_data::split(150, [0.8, 0.1, 0.1], 42);
/// assert_eq!((train.len(), validation.len(), test.len()), (120, 15, 15));
/// ```
///
/// # Panics
/// If a fraction is negative or not finite, or the fractions do not sum to 1 (within 1e-9).
#[must_use]
#[track_caller]
pub fn split<const PARTS: usize>(n: usize, fractions: [f64; PARTS], seed: u64) -> [Vec<usize>; PARTS] {
    let sum: f64 = fractions.iter().sum();
    assert!(
        fractions.iter().all(|&fraction| fraction >= 0.0) && (sum - 1.0).abs() <= 1e-9,
        "split: fractions {fractions:?} sum to {sum}, expected fractions from 0 to 1 that sum to 1"
    );
    let order = permutation(n, SplitMix64 { state: mix(seed) });
    let mut reached = 0.0;
    let mut start = 0;
    fractions.map(|fraction| {
        reached += fraction;
        let end = (reached / sum * n as f64).round() as usize;
        let part = order[start..end].to_vec();
        start = end;
        part
    })
}

/// Fisher and Yates: each of the n! orders is equally likely, as far as the generator goes.
fn permutation(n: usize, mut generator: SplitMix64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, generator.below(last as u64 + 1) as usize);
    }
    order
}

struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`, each equally likely.
    ///
    /// The high word of a random word times `bound`, after Lemire (2019): without the rejection, the numbers that get one
    /// more of the 2^64 words than others would be a little likelier.
    fn below(&mut self, bound: u64) -> u64 {
        let surplus = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= surplus {
                return (product >> 64) as u64;
            }
        }
    }
}

/// SplitMix64's output function, a one-to-one scrambling of 64 bits.
fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the published generator for the seed 1234567.
    #[test]
    fn generator_gives_the_published_sequence() {
        let mut generator = SplitMix64 { state: 1_234_567 };
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(published.map(|_| generator.next()), published);
    }

    /// A bound of 3/4 of 2^64: without rejection, every third number would come twice as often as the others.
    #[test]
    fn numbers_below_a_huge_bound_are_unbiased() {
        let bound = 3 << 62;
        let mut generator = SplitMix64 { state: 5 };
        let draws = 30_000;
        let mut residues = [0_u32; 3];
        for _ in 0..draws {
            let number = generator.below(bound);
            assert!(number < bound);
            residues[(number % 3) as usize] += 1;
        }
        let expected = f64::from(draws) / 3.0;
        let chi_squared: f64 = residues.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(chi_squared < 20.0, "{residues:?}");
    }

    /// All 24 orders of 4 rows; chi-squared with 23 degrees of freedom exceeds 60 once in 50,000 seeds.
    #[test]
    fn every_order_is_equally_likely() {
        let mut seen = std::collections::HashMap::new();
        let epochs = 24_000;
        for epoch in 0..epochs {
            *seen.entry(shuffled_batches(4, 4, 3, epoch)).or_insert(0_u32) += 1;
        }
        assert_eq!(seen.len(), 24);
        let expected = epochs as f64 / 24.0;
        let chi_squared: f64 = seen.values().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(chi_squared < 60.0, "{chi_squared}");
    }

    #[test]
    fn every_row_is_in_exactly_one_batch() {
        for (n, batch) in [(0, 3), (1, 1), (1, 8), (10, 4), (12, 4), (1000, 64)] {
            let batches = shuffled_batches(n, batch, 9, 2);
            assert_eq!(batches.len(), n.div_ceil(batch));
            assert!(batches.iter().rev().skip(1).all(|rows| rows.len() == batch));
            let mut rows = batches.concat();
            rows.sort_unstable();
            assert_eq!(rows, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_row_is_in_exactly_one_part() {
        for n in [0, 1, 7, 150, 1001] {
            let parts = split(n, [0.7, 0.0, 0.15, 0.15], 11);
            assert!(parts[1].is_empty());
            assert!((parts[0].len() as f64 - 0.7 * n as f64).abs() <= 0.5);
            let mut rows = parts.concat();
            rows.sort_unstable();
            assert_eq!(rows, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn seeds_and_epochs_give_different_orders() {
        let order = |seed, epoch| shuffled_batches(50, 50, seed, epoch).concat();
        assert_eq!(order(1, 2), order(1, 2));
        assert_ne!(order(1, 2), order(1, 3));
        assert_ne!(order(1, 2), order(2, 2));
        assert_ne!(order(1, 2), order(2, 1));
        assert_ne!(split(50, [1.0], 1), split(50, [1.0], 2));
    }

    #[test]
    #[should_panic(expected = "a batch of 0 rows, expected at least 1")]
    fn batch_of_no_rows_is_refused() {
        let _ = shuffled_batches(10, 0, 0, 0);
    }

    #[test]
    #[should_panic(expected = "expected fractions from 0 to 1 that sum to 1")]
    fn fractions_that_do_not_sum_to_one_are_refused() {
        let _ = split(10, [0.8, 0.3], 0);
    }

    #[test]
    #[should_panic(expected = "expected fractions from 0 to 1 that sum to 1")]
    fn fractions_that_are_not_numbers_are_refused() {
        let _ = split(10, [f64::NAN, 1.0], 0);
    }
}
