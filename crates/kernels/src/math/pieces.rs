//! Functions made of straight pieces, and what each piece lets through of a cotangent.
//!
//! A piece that lets nothing through gives an exact 0, also of an infinite or NaN cotangent: a product with 0 would not.

use super::{Binary, Unary};
use crate::isa::Isa;

/// `x` above zero, `slope * x` at and below it.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu<T>(pub T);

/// `g` where `x > 0`, else `slope * g`: the cotangent of [`LeakyRelu`] at `x`.
#[derive(Clone, Copy, Debug)]
pub struct LeakyReluGrad<T>(pub T);

/// `x` between two bounds: the lower where it is below, the upper where it is above, NaN at NaN.
#[derive(Clone, Copy, Debug)]
pub struct Clamp<T>(pub T, pub T);

/// `g` where `x` is not beyond the bounds, else 0: the cotangent of [`Clamp`] at `x`.
#[derive(Clone, Copy, Debug)]
pub struct ClampGrad<T>(pub T, pub T);

/// The part that `x` takes in the larger of `x` and `y`: all, half where they are equal, nothing.
#[derive(Clone, Copy, Debug)]
pub struct MaximumShare;

/// The part that `x` takes in the smaller of `x` and `y`: all, half where they are equal, nothing.
#[derive(Clone, Copy, Debug)]
pub struct MinimumShare;

/// `g * part`, exactly 0 where `part` is.
#[derive(Clone, Copy, Debug)]
pub struct Gate;

macro_rules! floats {
    ($($t:ty)*) => {$(
        impl Unary<$t> for LeakyRelu<$t> {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t) -> $t {
                if x > 0.0 { x } else { x * self.0 }
            }
        }

        impl Binary<$t> for LeakyReluGrad<$t> {
            #[inline(always)]
            fn apply<I: Isa>(self, g: $t, x: $t) -> $t {
                if x > 0.0 { g } else { g * self.0 }
            }
        }

        impl Unary<$t> for Clamp<$t> {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t) -> $t {
                let x = if x < self.0 { self.0 } else { x };
                if x > self.1 { self.1 } else { x }
            }
        }

        impl Binary<$t> for ClampGrad<$t> {
            #[inline(always)]
            fn apply<I: Isa>(self, g: $t, x: $t) -> $t {
                if (x >= self.0) & (x <= self.1) { g } else { 0.0 }
            }
        }

        impl Binary<$t> for MaximumShare {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                if x == y { 0.5 } else if x < y { 0.0 } else { 1.0 }
            }
        }

        impl Binary<$t> for MinimumShare {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                if x == y { 0.5 } else if x > y { 0.0 } else { 1.0 }
            }
        }

        impl Binary<$t> for Gate {
            #[inline(always)]
            fn apply<I: Isa>(self, g: $t, part: $t) -> $t {
                if part == 0.0 { 0.0 } else { g * part }
            }
        }
    )*};
}
floats!(f32 f64);
