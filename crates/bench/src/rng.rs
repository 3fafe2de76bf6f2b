//! The generator of data and starting weights, the same in every program that runs the workloads: see `peers/README.md`.

use std::f64::consts::TAU;

use tapegrad_core::Tensor;

/// SplitMix64: data from seed 1, parameters from seed 2, the direction of a Hessian-vector product from seed 3.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `0..1`.
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 2f64.powi(53)
    }

    /// Uniform within `bound` of 0 (f32).
    pub fn uniform(&mut self, shape: impl AsRef<[usize]>, bound: f64) -> Tensor {
        let numbers = (0..count(&shape)).map(|_| ((self.unit() * 2.0 - 1.0) * bound) as f32).collect();
        shaped(numbers, shape)
    }

    /// Normal with mean 0 and this deviation (f32), two by two after Box and Muller; an odd count drops the last.
    pub fn normal(&mut self, shape: impl AsRef<[usize]>, deviation: f64) -> Tensor {
        let n = count(&shape);
        let mut numbers = Vec::with_capacity(n + 1);
        while numbers.len() < n {
            let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt() * deviation;
            let (sin, cos) = (TAU * self.unit()).sin_cos();
            numbers.extend([(radius * cos) as f32, (radius * sin) as f32]);
        }
        numbers.truncate(n);
        shaped(numbers, shape)
    }

    /// `n` integers in `0..k` (i64).
    pub fn classes(&mut self, k: u64, n: usize) -> Tensor {
        Tensor::from_iter((0..n).map(|_| (self.bits() % k) as i64))
    }
}

fn count(shape: &impl AsRef<[usize]>) -> usize {
    shape.as_ref().iter().product()
}

fn shaped(numbers: Vec<f32>, shape: impl AsRef<[usize]>) -> Tensor {
    Tensor::from_vec(numbers, shape).expect("as many numbers as the shape holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_splitmix64() {
        // The first outputs for the seed 1234567, which implementations of SplitMix64 are commonly checked by.
        let mut rng = Rng::new(1_234_567);
        let found: Vec<u64> = (0..3).map(|_| rng.bits()).collect();
        assert_eq!(found, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn an_odd_count_of_normals_drops_the_last() {
        let (odd, even) = (Rng::new(1).normal([3], 0.5), Rng::new(1).normal([2, 2], 0.5));
        assert_eq!(odd.to_vec::<f32>().unwrap(), even.to_vec::<f32>().unwrap()[..3]);
    }
}
