//! Random numbers that are the same on every machine and depend on nothing but their key.
//!
//! ChaCha with 8 rounds: its key holds 256 bits, so that what a number is for (an order, an item, a split), the seed, the
//! epoch and the place all go into it as they are. Two places never share a stream, and any of them can be drawn without
//! those before: that is why workers need not agree on who draws first, and why a run can begin again in the middle.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// A generator of random numbers (ChaCha with 8 rounds). Equal seeds give equal numbers everywhere.
///
/// The loader hands one to every item and every batch; by hand it is made from a seed.
///
/// ```
/// use tapegrad_data::Rng;
///
/// let mut rng = Rng::seeded(7);
/// let (coin, die) = (rng.chance(0.5), 1 + rng.below(6));
/// let mut again = Rng::seeded(7);
/// assert_eq!((again.chance(0.5), 1 + again.below(6)), (coin, die));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(ChaCha8Rng);

/// What numbers are drawn for: a part of the key, so that no two uses share a stream.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    User,
    Split,
    Order,
    Item,
    /// A batch's step after its items: 0 puts them together, the others are those of `map_batches`.
    Batch(u64),
}

impl Rng {
    /// A generator that depends on `seed` alone.
    pub fn seeded(seed: u64) -> Self {
        Rng::keyed(Purpose::User, seed, 0, 0)
    }

    /// The generator that a loader with this seed hands to the item `index` in the epoch `epoch`.
    ///
    /// Where an epoch has an item more than once, as a weighted one may, this is the first time's.
    pub fn of_item(seed: u64, epoch: u64, index: usize) -> Self {
        Rng::keyed(Purpose::Item, seed, epoch, index)
    }

    pub(crate) fn keyed(purpose: Purpose, seed: u64, epoch: u64, place: usize) -> Self {
        let purpose = match purpose {
            Purpose::User => 0,
            Purpose::Split => 1,
            Purpose::Order => 2,
            Purpose::Item => 3,
            Purpose::Batch(step) => 4 + step,
        };
        let mut key = [0; 32];
        for (part, word) in key.chunks_exact_mut(8).zip([seed, epoch, place as u64, purpose]) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        Rng(ChaCha8Rng::from_seed(key))
    }

    /// The same key's stream of that number; a fresh generator is at stream 0.
    pub(crate) fn stream(mut self, number: u64) -> Self {
        self.0.set_stream(number);
        self
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in [0, 1): a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from `low` up to `high`.
    ///
    /// # Panics
    /// If `low` is above `high`, or one of them or their difference is not finite.
    #[track_caller]
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        // Of a number that is not finite, no difference is.
        assert!(
            low <= high && (high - low).is_finite(),
            "between: from {low} to {high}, expected finite numbers, the lower one first, and a finite difference"
        );
        low + self.unit() * (high - low)
    }

    /// True with probability `p`.
    ///
    /// # Panics
    /// If `p` is not from 0 to 1.
    #[track_caller]
    pub fn chance(&mut self, p: f64) -> bool {
        assert!((0.0..=1.0).contains(&p), "chance: a probability of {p}, expected one from 0 to 1");
        self.unit() < p
    }

    /// An integer below `n`, each with the same probability (Lemire 2019, "Fast random integer generation in an interval").
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "below: there is no integer below 0");
        // The products of a multiple of n and 2^64 come equally often once the first 2^64 mod n low parts are refused.
        let refused = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= refused {
                return (product >> 64) as u64;
            }
        }
    }

    /// A normally distributed number with mean 0 and variance 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A number of the gamma distribution with this shape and scale 1 (Marsaglia and Tsang 2000, "A simple method for
    /// generating gamma variables").
    ///
    /// # Panics
    /// If `shape` is not a finite number above 0.
    #[track_caller]
    pub fn gamma(&mut self, shape: f64) -> f64 {
        assert!(shape > 0.0 && shape.is_finite(), "gamma: a shape of {shape}, expected a finite number above 0");
        if shape < 1.0 {
            // The method wants a shape of 1 at least; a power of a uniform number brings it down again.
            let unit = 1.0 - self.unit();
            return self.gamma(shape + 1.0) * unit.powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A number of the beta distribution, from 0 to 1: with both parameters below 1 mostly near an end.
    ///
    /// # Panics
    /// If a parameter is not a finite number above 0.
    #[track_caller]
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // With tiny parameters both may be rounded to 0: the number is at one end or the other, as often as its mean says.
        if x + y > 0.0 { x / (x + y) } else { f64::from(self.chance(a / (a + b))) }
    }

    /// Brings `items` into a random order, each order with the same probability (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// The numbers `0..n` in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Strombergson's test vectors for ChaCha, TC1 with 256 bits and 8 rounds.
    #[test]
    fn key_0_gives_the_published_keystream_of_chacha8() {
        let mut rng = Rng::keyed(Purpose::User, 0, 0, 0);
        let published =
            [0x3e00_ef2f_895f_40d6_u64, 0x7f5b_b8e8_1f09_a5a1, 0x2c84_0ec3_ce9a_7f3b, 0x181b_e188_ef71_1a1e];
        assert_eq!(published.map(u64::swap_bytes), [(); 4].map(|()| rng.next_u64()));
    }

    #[test]
    fn every_part_of_the_key_gives_another_stream() {
        let first = |rng: Rng| rng.clone().next_u64();
        let mut seen: Vec<u64> = [
            Rng::keyed(Purpose::Item, 1, 2, 3),
            Rng::keyed(Purpose::Item, 2, 1, 3),
            Rng::keyed(Purpose::Item, 3, 2, 1),
            Rng::keyed(Purpose::Order, 1, 2, 3),
            Rng::keyed(Purpose::Batch(0), 1, 2, 3),
            Rng::keyed(Purpose::Batch(1), 1, 2, 3),
            Rng::keyed(Purpose::Item, 1, 2, 3).stream(1),
        ]
        .map(first)
        .to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7);
    }

    /// A bound of 3/4 of 2^64: without rejection, every third number would come twice as often as the others.
    #[test]
    fn numbers_below_a_huge_bound_are_unbiased() {
        let bound = 3 << 62;
        let mut rng = Rng::seeded(5);
        let draws = 30_000;
        let mut residues = [0_u32; 3];
        for _ in 0..draws {
            let number = rng.below(bound);
            assert!(number < bound);
            residues[(number % 3) as usize] += 1;
        }
        let expected = f64::from(draws) / 3.0;
        let chi_squared: f64 = residues.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(chi_squared < 20.0, "{residues:?}");
    }

    /// All 24 orders of 4; chi-squared with 23 degrees of freedom exceeds 60 once in 50,000 seeds.
    #[test]
    fn every_order_is_equally_likely() {
        let (mut rng, mut seen) = (Rng::seeded(3), BTreeMap::new());
        for _ in 0..24_000 {
            *seen.entry(rng.permutation(4)).or_insert(0_u32) += 1;
        }
        assert_eq!(seen.len(), 24);
        let chi_squared: f64 = seen.values().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi_squared < 60.0, "{chi_squared}");
    }

    /// Mean and variance by their laws, within five standard deviations of 100,000 draws.
    #[test]
    fn uniform_and_normal_numbers_follow_their_laws() {
        let n = 100_000;
        let mut rng = Rng::seeded(11);
        let moments = |draws: Vec<f64>| {
            let mean = draws.iter().sum::<f64>() / n as f64;
            (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64)
        };
        let (mean, variance) = moments((0..n).map(|_| rng.between(-1.0, 3.0)).collect());
        assert!((mean - 1.0).abs() < 0.019 && (variance - 16.0 / 12.0).abs() < 0.019, "{mean} {variance}");
        let (mean, variance) = moments((0..n).map(|_| rng.normal()).collect());
        assert!(mean.abs() < 0.016 && (variance - 1.0).abs() < 0.023, "{mean} {variance}");
    }

    /// The mean and the variance of gamma (both its shape) and beta, within five standard deviations of 100,000 draws.
    #[test]
    fn gamma_and_beta_numbers_follow_their_laws() {
        let n = 100_000;
        let mut rng = Rng::seeded(12);
        let mut check = |draw: &dyn Fn(&mut Rng) -> f64, mean: f64, variance: f64| {
            let draws: Vec<f64> = (0..n).map(|_| draw(&mut rng)).collect();
            let found = draws.iter().sum::<f64>() / n as f64;
            assert!((found - mean).abs() < 5.0 * (variance / n as f64).sqrt(), "mean {found}, expected {mean}");
            let squares: Vec<f64> = draws.iter().map(|x| (x - mean).powi(2)).collect();
            let spread = squares.iter().sum::<f64>() / n as f64;
            let error = (squares.iter().map(|x| (x - spread).powi(2)).sum::<f64>()).sqrt() / n as f64;
            assert!((spread - variance).abs() < 5.0 * error, "variance {spread}, expected {variance}");
        };
        for shape in [0.2, 1.0, 3.5] {
            check(&|rng| rng.gamma(shape), shape, shape);
        }
        for (a, b) in [(0.2, 0.2), (1.0, 1.0), (2.0, 5.0)] {
            let sum: f64 = a + b;
            check(&|rng| rng.beta(a, b), a / sum, a * b / (sum * sum * (sum + 1.0)));
        }
        assert!((0..100).all(|_| (0.0..=1.0).contains(&rng.beta(1e-5, 1e-5))));
    }

    #[test]
    #[should_panic(expected = "expected finite numbers, the lower one first, and a finite difference")]
    fn a_range_that_is_wider_than_f64_is_refused() {
        Rng::seeded(0).between(-1e308, 1e308);
    }

    #[test]
    #[should_panic(expected = "chance: a probability of 1.5, expected one from 0 to 1")]
    fn probabilities_above_one_are_refused() {
        Rng::seeded(0).chance(1.5);
    }
}
