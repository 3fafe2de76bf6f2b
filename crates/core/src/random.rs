//! Random numbers: ChaCha8, a generator that is the same on every machine, can be stopped, stored and continued, and draws
//! one stream, whatever threads and SIMD levels there are.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

use crate::create::checked;
use crate::fail;
use crate::tensor::Tensor;
use tapegrad_kernels::Array;

/// A generator of random numbers (ChaCha with 8 rounds). Equal seeds give equal numbers everywhere.
///
/// ```
/// use tapegrad_core::Rng;
/// let mut rng = Rng::seeded(7);
/// let state = rng.state();
/// let x = rng.randn([2, 3]);
/// assert!(x.equal(&Rng::from_state(state).randn([2, 3])));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(ChaCha8Rng);

/// Where a generator stands: all that is needed to continue it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RngState {
    /// The key.
    pub seed: [u8; 32],
    /// The nonce.
    pub stream: u64,
    /// How many 32-bit words were drawn.
    pub position: u128,
}

/// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// A mask that is false with probability `p`.
    pub(crate) fn kept(&mut self, shape: &[usize], p: f64) -> Tensor {
        Tensor::constant(Array::build::<bool>(shape, |out| out.iter_mut().for_each(|kept| *kept = self.unit() >= p)))
    }

    /// 1 with the probability that stands in each element, else 0, in the probabilities' type.
    ///
    /// # Panics
    /// If a probability is not between 0 and 1, or the tensor is not f32 or f64.
    #[track_caller]
    pub fn bernoulli(&mut self, probabilities: &Tensor) -> Tensor {
        let p = probabilities.detach();
        if !p.dtype().is_float() {
            fail!("bernoulli: not defined for {}; cast the tensor with to_dtype", p.dtype());
        }
        let within = p.ge(0).logical_and(&p.le(1));
        if !within.all().to_vec::<bool>().is_ok_and(|all| all == [true]) {
            fail!("bernoulli: probabilities from {} to {}, expected 0 to 1", p.min().item(), p.max().item());
        }
        let drawn = Array::build::<f64>(p.shape(), |out| out.iter_mut().for_each(|v| *v = self.unit()));
        Tensor::constant(drawn).lt(p.to_dtype(tapegrad_kernels::DType::F64)).to_dtype(p.dtype())
    }

    /// `count` places of the last axis, each drawn with a probability in proportion to its weight, for each row: I64
    /// `[.., count]`. Without replacement no place comes twice in a row.
    ///
    /// # Panics
    /// If the weights are not f32 or f64, `[n]` or `[rows, n]`; if one is negative or not finite; or if a row has fewer positive
    /// weights than are drawn without replacement, or none.
    #[track_caller]
    pub fn multinomial(&mut self, weights: &Tensor, count: usize, replacement: bool) -> Tensor {
        if !weights.dtype().is_float() {
            fail!("multinomial: not defined for {}; cast the tensor with to_dtype", weights.dtype());
        }
        let (shape, weights) = (weights.shape().to_vec(), weights.detach().to_dtype(tapegrad_kernels::DType::F64));
        let Some(&n) = shape.last().filter(|_| shape.len() <= 2) else {
            fail!("multinomial: weights {shape:?}, expected [n] or [rows, n]");
        };
        let mut weights = weights.to_vec::<f64>().unwrap_or_default();
        if let Some(wrong) = weights.iter().find(|w| !w.is_finite() || **w < 0.0) {
            fail!("multinomial: a weight is {wrong}, expected finite numbers that are not negative");
        }
        let mut drawn = shape;
        *drawn.last_mut().unwrap_or(&mut 0) = count;
        let mut places = Vec::new();
        for row in weights.chunks_exact_mut(n.max(1)) {
            for _ in 0..count {
                let total: f64 = row.iter().sum();
                if total <= 0.0 {
                    fail!("multinomial: a row of {n} weights has none left above 0 for {count} draws");
                }
                let mut rest = self.unit() * total;
                let reached = |w: &f64| {
                    rest -= w;
                    rest < 0.0
                };
                // Rounding may leave a rest behind the last; then it is the last that has a weight.
                let last = || row.iter().rposition(|&w| w > 0.0).unwrap_or(0);
                let place = row.iter().position(reached).unwrap_or_else(last);
                places.push(place as i64);
                if !replacement {
                    row[place] = 0.0;
                }
            }
        }
        Tensor::constant(Array::build::<i64>(&drawn, |out| out.copy_from_slice(&places)))
    }

    /// A generator whose key is four numbers of SplitMix64 from `seed` on.
    pub fn seeded(seed: u64) -> Self {
        let (mut state, mut key) = (seed, [0; 32]);
        for part in key.chunks_exact_mut(8) {
            part.copy_from_slice(&split_mix(&mut state).to_le_bytes());
        }
        Rng(ChaCha8Rng::from_seed(key))
    }

    /// Where the generator stands.
    pub fn state(&self) -> RngState {
        RngState { seed: self.0.get_seed(), stream: self.0.get_stream(), position: self.0.get_word_pos() }
    }

    /// The generator that stands there.
    pub fn from_state(state: RngState) -> Self {
        let mut rng = ChaCha8Rng::from_seed(state.seed);
        rng.set_stream(state.stream);
        rng.set_word_pos(state.position);
        Rng(rng)
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in [0, 1): a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An integer below `n`, each with the same probability (Lemire 2019, "Fast random integer generation in an interval").
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            fail!("below: there is no integer below 0");
        }
        // The products of a multiple of n and 2^64 come equally often once the first 2^64 mod n low parts are refused.
        let refused = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= refused {
                return (product >> 64) as u64;
            }
        }
    }

    /// Two independent numbers with mean 0 and variance 1 (Box and Muller 1958).
    fn normals(&mut self) -> [f64; 2] {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.unit()).sin_cos();
        [radius * cos, radius * sin]
    }

    /// Numbers evenly spread over [0, 1), multiples of 2^-24 (f32).
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[track_caller]
    pub fn rand(&mut self, shape: impl AsRef<[usize]>) -> Tensor {
        checked("rand", shape.as_ref());
        Tensor::constant(Array::build::<f32>(shape.as_ref(), |out| {
            out.iter_mut().for_each(|v| *v = (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32);
        }))
    }

    /// Normally distributed numbers with mean 0 and variance 1 (f32). Computed in f64.
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[track_caller]
    pub fn randn(&mut self, shape: impl AsRef<[usize]>) -> Tensor {
        checked("randn", shape.as_ref());
        Tensor::constant(Array::build::<f32>(shape.as_ref(), |out| {
            for pair in out.chunks_mut(2) {
                pair.iter_mut().zip(self.normals()).for_each(|(v, z)| *v = z as f32);
            }
        }))
    }

    /// Integers from `low` up to, not including, `high`, each with the same probability (i64).
    ///
    /// # Panics
    /// If there is none, or the shape does not fit the address space.
    #[track_caller]
    pub fn randint(&mut self, low: i64, high: i64, shape: impl AsRef<[usize]>) -> Tensor {
        checked("randint", shape.as_ref());
        if low >= high {
            fail!("randint: there is no integer from {low} up to, not including, {high}");
        }
        Tensor::constant(Array::build::<i64>(shape.as_ref(), |out| {
            out.iter_mut().for_each(|v| *v = low.wrapping_add_unsigned(self.below(high.abs_diff(low))));
        }))
    }

    /// The integers below `n` in random order, each order with the same probability (i64).
    #[track_caller]
    pub fn randperm(&mut self, n: usize) -> Tensor {
        checked("randperm", &[n]);
        Tensor::constant(Array::build::<i64>(&[n], |out| {
            out.iter_mut().zip(0..).for_each(|(v, i)| *v = i);
            // Fisher and Yates: the last place takes any of those before it, and so on down.
            for last in (1..n).rev() {
                out.swap(last, self.below(last as u64 + 1) as usize);
            }
        }))
    }
}

thread_local! {
    static DEFAULT: RefCell<Rng> = RefCell::new(Rng::seeded(RandomState::new().hash_one(())));
}

/// Runs `f` with this thread's default generator, from which [`Tensor::rand`] and its like draw: to store its state, or to put
/// another generator in its place.
///
/// # Panics
/// If `f` itself asks for the default generator.
#[track_caller]
pub fn default_rng<R>(f: impl FnOnce(&mut Rng) -> R) -> R {
    DEFAULT.with(|rng| match rng.try_borrow_mut() {
        Ok(mut rng) => f(&mut rng),
        Err(_) => fail!("default_rng: the thread's generator is in use by the closure that this is called from"),
    })
}

/// Seeds the default generator of the calling thread. Until then it has a seed of its own in each thread and each run.
///
/// ```
/// use tapegrad_core::{Tensor, manual_seed};
/// manual_seed(1);
/// let x = Tensor::rand([3]);
/// manual_seed(1);
/// assert!(x.equal(&Tensor::rand([3])));
/// ```
pub fn manual_seed(seed: u64) {
    default_rng(|rng| *rng = Rng::seeded(seed));
}

impl Tensor {
    /// Numbers evenly spread over [0, 1) (f32), from the thread's default generator. See [`Rng::rand`].
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[must_use]
    #[track_caller]
    pub fn rand(shape: impl AsRef<[usize]>) -> Tensor {
        default_rng(|rng| rng.rand(shape))
    }

    /// Normally distributed numbers with mean 0 and variance 1 (f32), from the thread's default generator. See [`Rng::randn`].
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[must_use]
    #[track_caller]
    pub fn randn(shape: impl AsRef<[usize]>) -> Tensor {
        default_rng(|rng| rng.randn(shape))
    }

    /// Integers from `low` up to, not including, `high` (i64), from the thread's default generator. See [`Rng::randint`].
    ///
    /// # Panics
    /// If there is none, or the shape does not fit the address space.
    #[must_use]
    #[track_caller]
    pub fn randint(low: i64, high: i64, shape: impl AsRef<[usize]>) -> Tensor {
        default_rng(|rng| rng.randint(low, high, shape))
    }

    /// The integers below `n` in random order (i64), from the thread's default generator. See [`Rng::randperm`].
    #[must_use]
    #[track_caller]
    pub fn randperm(n: usize) -> Tensor {
        default_rng(|rng| rng.randperm(n))
    }

    /// As [`Rng::bernoulli`], from this thread's generator, these being the probabilities.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, 1.0].bernoulli().to_vec::<f32>().unwrap(), [0.0, 1.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn bernoulli(&self) -> Tensor {
        default_rng(|rng| rng.bernoulli(self))
    }

    /// As [`Rng::multinomial`], from this thread's generator, these being the weights.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, 2.0, 0.0].multinomial(2, true).to_vec::<i64>().unwrap(), [1, 1]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn multinomial(&self, count: usize, replacement: bool) -> Tensor {
        default_rng(|rng| rng.multinomial(self, count, replacement))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_frequencies_of_their_weights() {
        let mut rng = Rng::seeded(5);
        let mean = rng.bernoulli(&Tensor::full([100_000], 0.3)).mean().item();
        // Five standard deviations.
        assert!((mean - 0.3).abs() < 0.0073, "{mean}");
        let drawn = rng.multinomial(&Tensor::from([1.0, 0.0, 3.0]), 100_000, true).to_vec::<i64>().unwrap();
        let counts = [0, 1, 2].map(|k| drawn.iter().filter(|&&place| place == k).count());
        assert_eq!(counts[1], 0);
        assert!((counts[0] as f64 - 25_000.0).abs() < 685.0, "{counts:?}");
        let rows = rng.multinomial(&Tensor::ones([50, 4]), 4, false);
        for row in rows.unbind(0) {
            let mut row = row.to_vec::<i64>().unwrap();
            row.sort_unstable();
            assert_eq!(row, [0, 1, 2, 3]);
        }
    }

    #[test]
    #[should_panic(expected = "multinomial: not defined for i64; cast the tensor with to_dtype")]
    fn integers_are_no_weights() {
        let _ = Rng::seeded(0).multinomial(&Tensor::arange(0, 3), 1, true);
    }

    const N: usize = 100_000;

    fn moments(x: &[f64]) -> (f64, f64) {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64)
    }

    fn floats(x: &Tensor) -> Vec<f64> {
        x.to_vec::<f32>().unwrap().into_iter().map(f64::from).collect()
    }

    #[test]
    fn key_0_gives_the_published_keystream_of_chacha8() {
        // Strombergson's test vectors for ChaCha, TC1 with 256 bits and 8 rounds.
        let mut rng = Rng::from_state(RngState { seed: [0; 32], stream: 0, position: 0 });
        let expected = [0x3e00_ef2f_895f_40d6u64, 0x7f5b_b8e8_1f09_a5a1, 0x2c84_0ec3_ce9a_7f3b, 0x181b_e188_ef71_1a1e];
        assert_eq!(expected.map(u64::swap_bytes), [(); 4].map(|()| rng.next_u64()));
    }

    #[test]
    fn seeds_are_spread_by_split_mix() {
        let mut state = 1_234_567;
        assert_eq!(
            [(); 3].map(|()| split_mix(&mut state)),
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
        let state = Rng::seeded(1_234_567).state();
        assert_eq!(state.seed[..8], 6_457_827_717_110_365_317u64.to_le_bytes());
    }

    #[test]
    fn a_restored_generator_continues_from_any_place() {
        let mut rng = Rng::seeded(3);
        for drawn in [1, 2, 7, 64, 129] {
            let _ = rng.rand([drawn]);
            let mut again = Rng::from_state(rng.state());
            assert_eq!(rng.clone().next_u64(), again.next_u64(), "after {drawn}");
        }
    }

    #[test]
    fn uniform_numbers_fill_the_unit_interval() {
        let x = floats(&Rng::seeded(1).rand([N]));
        assert!(x.iter().all(|x| (0.0..1.0).contains(x) && (x * 16_777_216.0).fract() == 0.0));
        // Five standard deviations of the mean, sqrt(1/12 / N), and of the variance, sqrt(1/180 / N).
        let (mean, variance) = moments(&x);
        assert!((mean - 0.5).abs() < 4.6e-3, "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 1.2e-3, "{variance}");
    }

    #[test]
    fn normal_numbers_follow_the_normal_law() {
        let x = floats(&Rng::seeded(2).randn([N + 1]));
        let (mean, variance) = moments(&x);
        assert!((mean).abs() < 5.0 / (N as f64).sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / N as f64).sqrt(), "{variance}");
        // Shares below a bound, from tables of the normal distribution; five standard deviations.
        for (bound, share) in
            [(-2.0, 0.022_750_1), (-1.0, 0.158_655_3), (0.0, 0.5), (0.5, 0.691_462_5), (3.0, 0.998_650_1)]
        {
            let found = x.iter().filter(|&&x| x < bound).count() as f64 / x.len() as f64;
            assert!((found - share).abs() < 5.0 * (share * (1.0 - share) / N as f64).sqrt(), "{found} below {bound}");
        }
        let neighbours = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / N as f64;
        assert!(neighbours.abs() < 5.0 / (N as f64).sqrt(), "correlation of neighbours {neighbours}");
    }

    #[test]
    fn integers_are_equally_frequent() {
        let drawn = Rng::seeded(4).randint(-3, 4, [N]).to_vec::<i64>().unwrap();
        let each = N as f64 / 7.0;
        for value in -3..4 {
            let count = drawn.iter().filter(|&&v| v == value).count() as f64;
            assert!((count - each).abs() < 5.0 * (each * 6.0 / 7.0).sqrt(), "{value}: {count}");
        }
        assert!(drawn.iter().all(|v| (-3..4).contains(v)));
        // Where a remainder would prefer the lower third by half: three quarters of 2^64.
        let mut rng = Rng::seeded(5);
        let n = 3 << 62;
        let low = (0..N).filter(|_| rng.below(n) < n / 3).count() as f64;
        assert!((low - N as f64 / 3.0).abs() < 5.0 * (N as f64 * 2.0 / 9.0).sqrt(), "{low}");
        let widest = Rng::seeded(6).randint(i64::MIN, i64::MAX, [100]).to_vec::<i64>().unwrap();
        assert!(widest.iter().any(|&v| v < -(1 << 62)) && widest.iter().any(|&v| v > 1 << 62));
    }

    #[test]
    fn every_order_is_equally_frequent() {
        let mut rng = Rng::seeded(7);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            *counts.entry(rng.randperm(4).to_vec::<i64>().unwrap()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 24);
        // Five standard deviations of a count of 1000 in 24,000.
        assert!(counts.values().all(|&n: &i32| (n - 1000).abs() < 155), "{counts:?}");
        assert_eq!(rng.randperm(0).shape(), [0]);
    }

    #[test]
    fn each_thread_has_a_default_generator_of_its_own() {
        manual_seed(1);
        let other = std::thread::spawn(|| {
            let unseeded = Tensor::rand([8]);
            manual_seed(1);
            (unseeded, Tensor::rand([8]))
        });
        let (unseeded, seeded) = other.join().unwrap();
        let here = Tensor::rand([8]);
        assert!(here.equal(&seeded) && !here.equal(&unseeded));
    }

    #[test]
    #[should_panic(expected = "randint: there is no integer from 2 up to, not including, 2")]
    fn an_empty_range_of_integers_panics() {
        let _ = Tensor::randint(2, 2, [1]);
    }
}
