//! The functions that are a few machine instructions, on numbers and with a fixed number, and the derivatives made of them.
//!
//! Integer arithmetic wraps: a tensor's loop must neither panic half-way nor differ between build profiles.

use super::{Binary, Unary};
use crate::isa::Isa;

macro_rules! unary {
    ($(#[$doc:meta])* $name:ident: $($t:ty)*, |$x:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        unary!(impl $name: $($t)*, |$x| $value);
    };
    (impl $name:ident: $($t:ty)*, |$x:ident| $value:expr) => {$(
        impl Unary<$t> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, $x: $t) -> $t {
                $value
            }
        }
    )*};
}

macro_rules! binary {
    ($(#[$doc:meta])* $name:ident: $($t:ty)*, |$x:ident, $y:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        binary!(impl $name: $($t)*, |$x, $y| $value);
    };
    (impl $name:ident: $($t:ty)*, |$x:ident, $y:ident| $value:expr) => {$(
        impl Binary<$t> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, $x: $t, $y: $t) -> $t {
                $value
            }
        }
    )*};
}

macro_rules! with_scalar {
    ($(#[$doc:meta])* $name:ident: $($t:ty)*, |$x:ident, $s:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<T>(pub T);
        with_scalar!(impl $name: $($t)*, |$x, $s| $value);
    };
    (impl $name:ident: $($t:ty)*, |$x:ident, $s:ident| $value:expr) => {$(
        impl Unary<$t> for $name<$t> {
            #[inline(always)]
            fn apply<I: Isa>(self, $x: $t) -> $t {
                let $s = self.0;
                $value
            }
        }
    )*};
}

unary!(
    /// `-x`.
    Neg: f32 f64, |x| -x);
unary!(impl Neg: i64, |x| x.wrapping_neg());
unary!(
    /// `|x|`; the smallest i64 stays itself.
    Abs: f32 f64, |x| x.abs());
unary!(impl Abs: i64, |x| x.wrapping_abs());
unary!(
    /// `x * x`.
    Square: f32 f64, |x| x * x);
unary!(impl Square: i64, |x| x.wrapping_mul(x));
unary!(
    /// The square root, correctly rounded; NaN below zero.
    Sqrt: f32 f64, |x| x.sqrt());
unary!(
    /// `1 / x`.
    Reciprocal: f32 f64, |x| 1.0 / x);
unary!(
    /// `x` above zero, `+0` at and below it, NaN at NaN.
    Relu: f32 f64, |x| if x <= 0.0 { 0.0 } else { x });
unary!(
    /// `1` above zero, `-1` below it, `+0` at it, NaN at NaN.
    Sign: f32 f64, |x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x + 0.0 });
unary!(impl Sign: i64, |x| x.signum());

with_scalar!(
    /// `x + s`.
    AddScalar: f32 f64, |x, s| x + s);
with_scalar!(impl AddScalar: i64, |x, s| x.wrapping_add(s));
with_scalar!(
    /// `x * s`.
    MulScalar: f32 f64, |x, s| x * s);
with_scalar!(impl MulScalar: i64, |x, s| x.wrapping_mul(s));
with_scalar!(
    /// `x - s`.
    SubScalar: f32 f64, |x, s| x - s);
with_scalar!(impl SubScalar: i64, |x, s| x.wrapping_sub(s));
with_scalar!(
    /// `s - x`.
    RSubScalar: f32 f64, |x, s| s - x);
with_scalar!(impl RSubScalar: i64, |x, s| s.wrapping_sub(x));
with_scalar!(
    /// `x / s`.
    DivScalar: f32 f64, |x, s| x / s);
with_scalar!(
    /// `s / x`.
    RDivScalar: f32 f64, |x, s| s / x);
with_scalar!(
    /// The larger of `x` and `s`; NaN where either is.
    MaxScalar: f32 f64 i64, |x, s| Maximum.apply::<I>(x, s));
with_scalar!(
    /// The smaller of `x` and `s`; NaN where either is.
    MinScalar: f32 f64 i64, |x, s| Minimum.apply::<I>(x, s));
with_scalar!(
/// `x` to the power `s`: [`Reciprocal`], [`Sqrt`], [`Square`] and `x * x * x` for `s` of -1, 0.5, 2 and 3 (so -0 and
/// -inf to the power 0.5 are -0 and NaN), else the standard library's `powf`, with which `x^0` is 1 for every `x`.
PowScalar: f32 f64, |x, s| {
    if s == 2.0 {
        Square.apply::<I>(x)
    } else if s == 3.0 {
        x * x * x
    } else if s == 0.5 {
        Sqrt.apply::<I>(x)
    } else if s == -1.0 {
        Reciprocal.apply::<I>(x)
    } else {
        x.powf(s)
    }
});
with_scalar!(impl PowScalar: i64, |x, s| wrapping_power(x, s));

binary!(
    /// `x + y`.
    Add: f32 f64, |x, y| x + y);
binary!(impl Add: i64, |x, y| x.wrapping_add(y));
binary!(
    /// `x - y`.
    Sub: f32 f64, |x, y| x - y);
binary!(impl Sub: i64, |x, y| x.wrapping_sub(y));
binary!(
    /// `x * y`.
    Mul: f32 f64, |x, y| x * y);
binary!(impl Mul: i64, |x, y| x.wrapping_mul(y));
binary!(
    /// `x / y`.
    Div: f32 f64, |x, y| x / y);
binary!(
    /// The larger of the two; NaN where either is.
    Maximum: f32 f64, |x, y| if (x > y) | x.is_nan() { x } else { y });
binary!(impl Maximum: i64, |x, y| x.max(y));
binary!(
    /// The smaller of the two; NaN where either is.
    Minimum: f32 f64, |x, y| if (x < y) | x.is_nan() { x } else { y });
binary!(impl Minimum: i64, |x, y| x.min(y));
binary!(
    /// `x` to the power `y`, by the standard library's `powf`; `x^0` is 1 for every `x`.
    Pow: f32 f64, |x, y| x.powf(y));
binary!(impl Pow: i64, |x, y| wrapping_power(x, y));

/// `base` to a power that is not negative, modulo 2^64.
fn wrapping_power(mut base: i64, mut exponent: i64) -> i64 {
    let mut power = 1i64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    power
}

binary!(
    /// `2 g x`, the cotangent of the square of `x`.
    SquareGrad: f32 f64, |g, x| g * (x + x));
binary!(
    /// `g * (1 - out^2)`, the cotangent of `tanh` from that of its value `out`. The square is taken apart as
    /// `(1 - out) * (1 + out)`, which does not cancel where `out` is near 1.
    TanhGrad: f32 f64, |g, out| g * ((1.0 - out) * (1.0 + out)));
binary!(
    /// `g * out * (1 - out)`, the cotangent of the sigmoid from that of its value `out`.
    SigmoidGrad: f32 f64, |g, out| g * (out * (1.0 - out)));
binary!(
    /// Exactly 0, whatever `g` is, where `out <= 0`, else `g`, at NaN too: the cotangent of [`Relu`] from that of its value, or
    /// of its argument, `out`.
    ReluGrad: f32 f64, |g, out| if out <= 0.0 { 0.0 } else { g });
binary!(
    /// `g` times the sign of `x`, the cotangent of [`Abs`] at `x`.
    AbsGrad: f32 f64, |g, x| g * Sign.apply::<I>(x));
