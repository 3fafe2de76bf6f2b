//! The exponential function.
//!
//! In f32: `x = n ln 2 + r` with `|r| <= ln 2 / 2`, a polynomial for `e^r`, and a scaling by `2^n` in two halves, so that
//! results beyond the range of normal numbers overflow to infinity or round once into the denormals, without a branch.
//! The coefficients here and in the sibling files are minimax fits (Remez) of the relative error, made for this use.

use super::{Unary, horner};
use crate::isa::Isa;

/// `e^x`. f32 at most 1 ulp from the correctly rounded value; f64 by the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Exp;

impl Unary<f32> for Exp {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f32) -> f32 {
        // Where e^x is infinite or 0 in f32 already; NaN passes.
        let x = if x > 89.0 { 89.0 } else { x };
        let x = if x < -104.0 { -104.0 } else { x };
        let (mantissa, n) = exp_parts::<I>(x);
        let half = n >> 1;
        mantissa * power_of_two(half) * power_of_two(n.wrapping_sub(half))
    }
}

impl Unary<f64> for Exp {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f64) -> f64 {
        x.exp()
    }
}

/// `(e^r, n)` with `e^x = e^r 2^n`, for `|x|` below some thousands; NaN gives NaN and any `n`.
#[inline(always)]
pub(super) fn exp_parts<I: Isa>(x: f32) -> (f32, i32) {
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the sum's low bits.
    const SHIFT: f32 = 12_582_912.0;
    // ln 2 in two parts; the first has so few bits that its product with n is exact.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let shifted = I::mul_add(x, std::f32::consts::LOG2_E, SHIFT);
    let n = shifted - SHIFT;
    let r = I::mul_add(n, -LN_2_LOW, I::mul_add(n, -LN_2_HIGH, x));
    let tail = horner::<I, _, 5>(r, [0.499_999_94, 0.166_665_24, 0.041_668_147, 0.008_368_398, 0.001_382_627_3]);
    (1.0 + I::mul_add(r * r, tail, r), shifted.to_bits().wrapping_sub(SHIFT.to_bits()) as i32)
}

/// `2^n` for `n` from -126 to 127.
#[inline(always)]
pub(super) fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}
