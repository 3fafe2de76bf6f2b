//! The standard normal distribution `P` and its density `p`, as the Gaussian error linear unit and its cotangent need them.
//!
//! In f32 they are computed in f64 and rounded: with `x^2` exact and nothing lost where `P + x p` cancels, what is left is
//! the rounding. The arithmetic is branch-free, so that it vectorises: `P(-a) = e^(-a^2/2) R(a)` for positive `a`, where
//! `(a + 7/2) R(a)` is a polynomial in `(a - 7/2) / (a + 7/2)`, which takes the half-line to an interval.

use super::{Binary, Unary, horner};
use crate::isa::Isa;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, LOG2_E};

/// `1 / sqrt(2 pi)`.
const PEAK: f64 = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI;

/// `x P(x)`. f32 at most 1 ulp from the correctly rounded value.
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

/// `g (P(x) + x p(x))`, the cotangent of [`Gelu`] at `x`. f32 at most 1 ulp from the correctly rounded value for `g` of 1,
/// but for the neighbourhood of -0.75, where the value is 0: there within 1e-10.
#[derive(Clone, Copy, Debug)]
pub struct GeluGrad;

impl Unary<f64> for Gelu {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f64) -> f64 {
        x * distribution(x)
    }
}

impl Unary<f32> for Gelu {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f32) -> f32 {
        let x = f64::from(x);
        (x * distribution_and_density::<I>(x).0) as f32
    }
}

impl Binary<f64> for GeluGrad {
    #[inline(always)]
    fn apply<I: Isa>(self, g: f64, x: f64) -> f64 {
        g * (distribution(x) + x * (-0.5 * x * x).exp() * PEAK)
    }
}

impl Binary<f32> for GeluGrad {
    #[inline(always)]
    fn apply<I: Isa>(self, g: f32, x: f32) -> f32 {
        let x = f64::from(x);
        let (distribution, density) = distribution_and_density::<I>(x);
        (f64::from(g) * I::mul_add(x, density, distribution)) as f32
    }
}

/// `P(x)` to all digits of f64.
fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `P(x)` and `p(x)` of an `x` that is an f32, each with a relative error below 2e-10, and 0 where `x` times them is 0 in
/// f32. The coefficients are minimax fits (Remez) of the relative error, made for this use.
#[inline(always)]
fn distribution_and_density<I: Isa>(x: f64) -> (f64, f64) {
    let inverse = 1.0 / (x.abs() + 3.5);
    let ratio = inverse
        * horner::<I, _, 12>(
            1.0 - 7.0 * inverse,
            [
                0.744_416_075_403_52,
                -0.565_561_815_010_26,
                0.315_424_973_705_51,
                -0.116_050_975_844_91,
                0.017_407_743_613_233,
                0.006_476_796_901_899_8,
                -0.003_188_186_976_728_2,
                -0.000_447_814_534_915_23,
                0.000_471_947_081_084_99,
                0.000_072_360_982_075_652,
                -0.000_063_872_884_129_75,
                -0.000_019_872_387_355_729,
            ],
        );
    let bell = bell::<I>(x);
    let tail = bell * ratio;
    (if x < 0.0 { tail } else { 1.0 - tail }, bell * PEAK)
}

/// `e^(-x^2/2)`; 0 for `|x|` above 15.2, NaN for NaN.
#[inline(always)]
fn bell<I: Isa>(x: f64) -> f64 {
    // Adding 1.5 * 2^52 rounds to an integer, which then stands in the sum's low bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let y = -0.5 * x * x;
    let shifted = I::mul_add(y, LOG2_E, SHIFT);
    let exponential = horner::<I, _, 8>(
        I::mul_add(shifted - SHIFT, -LN_2, y),
        [
            0.999_999_999_961_69,
            1.000_000_000_243_1,
            0.500_000_010_453_88,
            0.166_666_651_261_92,
            0.041_666_225_411_641,
            0.008_333_561_076_521_3,
            0.001_394_818_430_960_6,
            0.000_197_751_807_952_24,
        ],
    );
    let power = f64::from_bits(shifted.to_bits().wrapping_sub(SHIFT.to_bits()).wrapping_add(1023) << 52);
    if y < -115.52 { 0.0 } else { exponential * power }
}
