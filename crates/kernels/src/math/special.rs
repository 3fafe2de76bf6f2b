//! Functions that the standard library or libm has, or nearly: logarithms and powers to other bases, inverse and hyperbolic
//! functions, rounding, and the error function with its inverse. In f32 they are computed in f64 and rounded, which leaves
//! half an ulp of error and no vector code: none of them is hot in a model.

use super::{Binary, Unary};
use crate::isa::Isa;

macro_rules! through_f64 {
    ($($(#[$doc:meta])* $name:ident = |$x:ident| $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Unary<f64> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, $x: f64) -> f64 {
                $value
            }
        }

        impl Unary<f32> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, x: f32) -> f32 {
                Unary::<f64>::apply::<I>(self, f64::from(x)) as f32
            }
        }
    )*};
}

through_f64! {
    /// `e^x - 1`.
    Expm1 = |x| x.exp_m1();
    /// `ln(1 + x)`.
    Log1p = |x| x.ln_1p();
    /// The logarithm to base 2.
    Log2 = |x| x.log2();
    /// The logarithm to base 10.
    Log10 = |x| x.log10();
    /// `2^x`.
    Exp2 = |x| x.exp2();
    /// `1 / sqrt x`.
    Rsqrt = |x| 1.0 / x.sqrt();
    /// The tangent.
    Tan = |x| x.tan();
    /// The inverse sine.
    Asin = |x| x.asin();
    /// The inverse cosine.
    Acos = |x| x.acos();
    /// The inverse tangent.
    Atan = |x| x.atan();
    /// The hyperbolic sine.
    Sinh = |x| x.sinh();
    /// The hyperbolic cosine.
    Cosh = |x| x.cosh();
    /// The inverse hyperbolic sine.
    Asinh = |x| libm::asinh(x);
    /// The inverse hyperbolic cosine.
    Acosh = |x| libm::acosh(x);
    /// The inverse hyperbolic tangent.
    Atanh = |x| x.atanh();
    /// The error function.
    Erf = |x| libm::erf(x);
    /// `1 - erf x`.
    Erfc = |x| libm::erfc(x);
    /// `ln(1 + e^x)`.
    Softplus = |x| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    /// The inverse error function.
    Erfinv = |x| inverse_erf(x);
    /// `ln(x / (1 - x))`. Near 1/2, where it is near 0, from `x - 1/2`, which is exact there.
    Logit = |x| if (0.25..0.75).contains(&x) { ((2.0 * x - 1.0) / (1.0 - x)).ln_1p() } else { (x / (1.0 - x)).ln() };
}

/// The inverse of the error function: Giles' approximation (M. Giles, "Approximating the erfinv function", GPU Computing Gems,
/// 2011) with relative error below 1e-6 up to `w` of 16, and Newton's method.
fn inverse_erf(x: f64) -> f64 {
    if x.abs() >= 1.0 || x.is_nan() {
        return if x.abs() == 1.0 { x * f64::INFINITY } else { f64::NAN };
    }
    let horner = |w: f64, c: [f64; 9]| c.into_iter().reduce(|sum, c| sum * w + c).unwrap_or(0.0);
    let w = -((1.0 - x) * (1.0 + x)).ln();
    let mut y = x * if w < 5.0 {
        let c = [
            2.810_226_36e-8,
            3.432_739_39e-7,
            -3.523_387_7e-6,
            -4.391_506_54e-6,
            0.000_218_580_87,
            -0.001_253_725_03,
            -0.004_177_681_64,
            0.246_640_727,
            1.501_409_41,
        ];
        horner(w - 2.5, c)
    } else {
        let c = [
            -0.000_200_214_257,
            0.000_100_950_558,
            0.001_349_343_22,
            -0.003_673_428_44,
            0.005_739_507_73,
            -0.007_622_461_3,
            0.009_438_870_47,
            1.001_674_06,
            2.832_976_82,
        ];
        horner(w.sqrt() - 3.0, c)
    };
    for _ in 0..if w < 16.0 { 2 } else { 4 } {
        let slope = std::f64::consts::FRAC_2_SQRT_PI * (-y * y).exp();
        if x.abs() < 0.5 {
            y -= (libm::erf(y) - x) / slope;
        } else {
            // Far from 0 the error function is near 1: its complement keeps the digits, and the complement's logarithm is so
            // nearly a parabola that the steps do not overshoot.
            let rest = libm::erfc(y.abs());
            y += x.signum() * rest / slope * (rest / (1.0 - x.abs())).ln();
        }
    }
    y
}

/// The `n`-th derivative of `sin(pi x) / (pi x)`.
#[derive(Clone, Copy, Debug)]
pub struct Sinc(pub u32);

impl Unary<f64> for Sinc {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f64) -> f64 {
        sinc(self.0, x)
    }
}

impl Unary<f32> for Sinc {
    #[inline(always)]
    fn apply<I: Isa>(self, x: f32) -> f32 {
        sinc(self.0, f64::from(x)) as f32
    }
}

/// By the power series near 0; elsewhere from the derivatives of `x f(x) = sin(pi x) / pi`, which give
/// `x f^(n) + n f^(n-1) = pi^(n-1) sin(pi x + n pi/2)`.
fn sinc(n: u32, x: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    if x.abs() < 1.0 {
        // The term x^m has the coefficient (-1)^(m/2) pi^m / (m + 1)! for even m.
        let (mut sum, mut m) = (0.0, n + n % 2);
        let mut term = (1..=m).fold(if m.is_multiple_of(4) { 1.0 } else { -1.0 }, |t, k| t * PI / f64::from(k + 1));
        term *= (m - n + 1..=m).map(f64::from).product::<f64>() * if m > n { x } else { 1.0 };
        while term.abs() > 1e-18 * f64::abs(sum) && m < n + 80 {
            sum += term;
            m += 2;
            let falling = f64::from(m) * f64::from(m - 1) / (f64::from(m - n) * f64::from(m - n - 1));
            term *= -(PI * x).powi(2) / (f64::from(m) * f64::from(m + 1)) * falling;
        }
        return sum;
    }
    let mut value = (PI * x).sin() / (PI * x);
    for k in 1..=n {
        let wave = PI.powi(k as i32 - 1) * (PI * x + f64::from(k % 4) * FRAC_PI_2).sin();
        value = (wave - f64::from(k) * value) / x;
    }
    value
}

macro_rules! rounding {
    ($($(#[$doc:meta])* $name:ident = $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Unary<f32> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, x: f32) -> f32 {
                x.$method()
            }
        }

        impl Unary<f64> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, x: f64) -> f64 {
                x.$method()
            }
        }

        impl Unary<i64> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, x: i64) -> i64 {
                x
            }
        }
    )*};
}

rounding! {
    /// The smallest integer not below `x`.
    Ceil = ceil;
    /// The largest integer not above `x`.
    Floor = floor;
    /// The nearest integer, the even one of two.
    Round = round_ties_even;
    /// `x` without its fraction.
    Trunc = trunc;
}

/// The remainder of `x / y` with the sign of `y`. Integers: `y` is not 0.
#[derive(Clone, Copy, Debug)]
pub struct Remainder;

/// The remainder of `x / y` with the sign of `x`. Integers: `y` is not 0.
#[derive(Clone, Copy, Debug)]
pub struct Fmod;

/// `x / y`, rounded down. Integers: `y` is not 0.
#[derive(Clone, Copy, Debug)]
pub struct FloorDivide;

/// The angle of the point `(y, x)`, between -pi and pi.
#[derive(Clone, Copy, Debug)]
pub struct Atan2;

/// `sqrt(x^2 + y^2)`, without overflow between.
#[derive(Clone, Copy, Debug)]
pub struct Hypot;

/// `|x|` with the sign of `y`.
#[derive(Clone, Copy, Debug)]
pub struct Copysign;

/// `ln(e^x + e^y)`.
#[derive(Clone, Copy, Debug)]
pub struct LogAddExp;

/// `x ln y`; 0 where `x` is 0 and `y` a number.
#[derive(Clone, Copy, Debug)]
pub struct Xlogy;

macro_rules! floats {
    ($($t:ty)*) => {$(
        impl Binary<$t> for Remainder {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                let r = x % y;
                if r != 0.0 && (r < 0.0) != (y < 0.0) { r + y } else { r }
            }
        }

        impl Binary<$t> for Fmod {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                x % y
            }
        }

        impl Binary<$t> for FloorDivide {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                // From the exact remainder: the rounded quotient may reach the next integer.
                let r = x % y;
                if y == 0.0 {
                    return x / y;
                }
                let q = (x - r) / y;
                let q = if r != 0.0 && (r < 0.0) != (y < 0.0) { q - 1.0 } else { q };
                if q == 0.0 { (0.0 as $t).copysign(x / y) } else { q.round() }
            }
        }

        impl Binary<$t> for Atan2 {
            #[inline(always)]
            fn apply<I: Isa>(self, y: $t, x: $t) -> $t {
                f64::from(y).atan2(f64::from(x)) as $t
            }
        }

        impl Binary<$t> for Hypot {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                x.hypot(y)
            }
        }

        impl Binary<$t> for Copysign {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                x.copysign(y)
            }
        }

        impl Binary<$t> for LogAddExp {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                let (large, small) = if x > y { (x, y) } else { (y, x) };
                // Equal infinities have no difference.
                let sum = if large == small { std::f64::consts::LN_2 } else { f64::from(small - large).exp().ln_1p() };
                large + sum as $t
            }
        }

        impl Binary<$t> for Xlogy {
            #[inline(always)]
            fn apply<I: Isa>(self, x: $t, y: $t) -> $t {
                if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
            }
        }
    )*};
}
floats!(f32 f64);

impl Binary<i64> for Remainder {
    #[inline(always)]
    fn apply<I: Isa>(self, x: i64, y: i64) -> i64 {
        let r = x.wrapping_rem(y);
        if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
    }
}

impl Binary<i64> for Fmod {
    #[inline(always)]
    fn apply<I: Isa>(self, x: i64, y: i64) -> i64 {
        x.wrapping_rem(y)
    }
}

impl Binary<i64> for FloorDivide {
    #[inline(always)]
    fn apply<I: Isa>(self, x: i64, y: i64) -> i64 {
        let q = x.wrapping_div(y);
        if x.wrapping_rem(y) != 0 && (x < 0) != (y < 0) { q - 1 } else { q }
    }
}
