//! The two S-shaped functions made of the exponential: tanh and the logistic sigmoid.

use super::exp::{Exp, exp_parts, power_of_two};
use super::{Unary, horner};
use crate::isa::Isa;

/// The hyperbolic tangent. f32 within 2 ulp; f64 by the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Unary<f32> for Tanh {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f32) -> f32 {
        let a = x.abs();
        let u = a * a;
        let odd = horner::<I, _, 5>(u, [-0.333_333, 0.133_317_84, -0.053_763_524, 0.020_706_493, -0.005_772_011_4]);
        let near = I::mul_add(a * u, odd, a);
        // From 9.02 up tanh rounds to 1.
        let (mantissa, n) = exp_parts::<I>(if a > 10.0 { 20.0 } else { 2.0 * a });
        let far = 1.0 - 2.0 / I::mul_add(mantissa, power_of_two(n), 1.0);
        (if a < 0.625 { near } else { far }).copysign(x)
    }
}

impl Unary<f64> for Tanh {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f64) -> f64 {
        x.tanh()
    }
}

/// `1 / (1 + e^-x)`, from `e^-|x|`, which cannot overflow. f32 at most 2 ulp from the correctly rounded value.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

macro_rules! sigmoid {
    ($($t:ty)*) => {$(
        impl Unary<$t> for Sigmoid {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t) -> $t {
                let e = Exp.apply::<I>(-x.abs());
                (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
            }
        }
    )*};
}
sigmoid!(f32 f64);
