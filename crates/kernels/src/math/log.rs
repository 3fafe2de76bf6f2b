//! The natural logarithm.
//!
//! In f32: `x = 2^e (1 + r)` with `1 + r` between `sqrt(1/2)` and `sqrt 2`, so that near `x = 1` the exponent is 0 and
//! `log(1 + r) = r - r^2/2 + r^3 P(r)` keeps full relative accuracy.

use super::{Unary, horner};
use crate::isa::Isa;

/// `ln x`: `-inf` at 0, NaN below. f32 within 1 ulp; f64 by the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Log;

impl Unary<f32> for Log {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f32) -> f32 {
        const SQRT_HALF: u32 = 0x3f35_04f3;
        const LN_2_HIGH: f32 = 355.0 / 512.0;
        const LN_2_LOW: f32 = -2.121_944_4e-4;
        let denormal = x < f32::MIN_POSITIVE;
        let normal = if denormal { x * 8_388_608.0 } else { x };
        let offset = normal.to_bits().wrapping_sub(SQRT_HALF);
        let r = f32::from_bits((offset & 0x007f_ffff).wrapping_add(SQRT_HALF)) - 1.0;
        let e = ((offset as i32) >> 23) as f32 - if denormal { 23.0 } else { 0.0 };
        let p = horner::<I, _, 8>(
            r,
            [
                0.333_333_28,
                -0.250_007_33,
                0.200_014_26,
                -0.166_261_15,
                0.141_999_56,
                -0.131_345_85,
                0.127_611_95,
                -0.076_953_71,
            ],
        );
        let square = r * r;
        let tail = I::mul_add(square * r, p, I::mul_add(e, LN_2_LOW, -0.5 * square));
        let value = I::mul_add(e, LN_2_HIGH, r + tail);
        // One test for all the numbers above 0, on the bits: asked in floats it compiles to several.
        let ordinary = x.to_bits().wrapping_sub(1) < f32::INFINITY.to_bits() - 1;
        let edge = if x < 0.0 { f32::NAN } else { x };
        let edge = if x == 0.0 { f32::NEG_INFINITY } else { edge };
        if ordinary { value } else { edge }
    }
}

impl Unary<f64> for Log {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f64) -> f64 {
        x.ln()
    }
}
