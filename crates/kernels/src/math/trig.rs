//! Sine and cosine, right for every f32.
//!
//! In f32, `|x| 2/pi = 4k + n + f` with `|f| <= 1/2` is found in f64: `2/pi` is taken in two parts, the first with 29 bits,
//! so that its product with the 24 bits of `x` is exact. For large `x` the leading bits of `2/pi` only make up `4k`, and
//! cancellation would want many more bits behind; hence the two parts are taken from a window into `2/pi` that moves with
//! the exponent of `x` (Payne and Hanek's idea). [`WINDOWS`] holds them per exponent. All exponents below
//! [`NEAR`] have the same window, so slices whose elements are all below it need no look-ups and get the same bits.

use super::{Unary, horner};
use crate::isa::Isa;

/// The sine; NaN at infinity. f32 within 2 ulp for every argument; f64 by the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Sin;

/// The cosine; NaN at infinity. f32 within 2 ulp for every argument; f64 by the standard library.
#[derive(Clone, Copy, Debug)]
pub struct Cos;

/// Below this all arguments use the first window.
const NEAR: f32 = 67_108_864.0;

macro_rules! trig {
    ($name:ident, $std:ident, |$x:ident, $n:ident, $sin:ident, $cos:ident| $value:expr) => {
        impl Unary<f32> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, $x: f32) -> f32 {
                let ($n, r) = reduce::<I>($x.abs(), WINDOWS[($x.to_bits() >> 23) as usize & 0xff]);
                let ($sin, $cos) = sin_cos::<I>(r);
                $value
            }

            #[inline(always)]
            fn is_near(self, x: f32) -> bool {
                x.abs() < NEAR
            }

            #[inline(always)]
            fn apply_near<I: Isa>(self, $x: f32) -> f32 {
                let ($n, r) = reduce::<I>($x.abs(), WINDOWS[0]);
                let ($sin, $cos) = sin_cos::<I>(r);
                $value
            }
        }

        impl Unary<f64> for $name {
            #[inline(always)]
            fn apply<I: Isa>(self, x: f64) -> f64 {
                x.$std()
            }
        }
    };
}
trig!(Sin, sin, |x, n, sin, cos| quadrant(n, sin, cos, x.to_bits()));
trig!(Cos, cos, |x, n, sin, cos| quadrant(n.wrapping_add(1), sin, cos, 0));

/// The sine `n` quarter turns on from an angle with sine `sin` and cosine `cos`, its sign changed if the top bit of `sign`
/// is set.
#[inline(always)]
fn quadrant(n: u32, sin: f32, cos: f32, sign: u32) -> f32 {
    let value = if n & 1 == 0 { sin } else { cos };
    f32::from_bits(value.to_bits() ^ (((n << 30) ^ sign) & 0x8000_0000))
}

/// `(n, r)` with `x = (4k + n) pi/2 + r` for an integer `k`, `|r| <= pi/4`; `r` is NaN where `x` is not finite.
#[inline(always)]
fn reduce<I: Isa>(x: f32, [high, low]: [f64; 2]) -> (u32, f32) {
    // Adding 1.5 * 2^52 rounds to an integer, which then stands in the sum's low bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let x = f64::from(x);
    let product = x * high;
    let shifted = I::mul_add(x, low, product) + SHIFT;
    let f = I::mul_add(x, low, product - (shifted - SHIFT));
    (shifted.to_bits() as u32, (f * std::f64::consts::FRAC_PI_2) as f32)
}

/// Sine and cosine for `|r| <= pi/4`.
#[inline(always)]
fn sin_cos<I: Isa>(r: f32) -> (f32, f32) {
    let u = r * r;
    let odd = horner::<I, _, 3>(u, [-0.166_666_55, 0.008_332_221, -0.000_195_217_99]);
    let even = horner::<I, _, 3>(u, [0.041_666_653, -0.001_388_768_2, 2.446_949_5e-5]);
    (I::mul_add(r * u, odd, r), I::mul_add(u * u, even, I::mul_add(-0.5, u, 1.0)))
}

/// For each value of an f32's exponent bits, the first 29 bits of its window into `2/pi` and the next 53.
static WINDOWS: [[f64; 2]; 256] = windows();

const fn windows() -> [[f64; 2]; 256] {
    let mut table = [[0.0; 2]; 256];
    let mut bits = 0usize;
    while bits < 256 {
        // x is a multiple of 2^(bits - 150): bits of 2/pi worth 2^(152 - bits) or more make whole turns.
        let skip = bits.saturating_sub(152);
        table[bits] = [window(skip, 29), window(skip + 29, 53)];
        bits += 1;
    }
    table
}

/// The number made of `count` bits of `2/pi` after its first `skip` bits behind the point.
const fn window(skip: usize, count: usize) -> f64 {
    /// `2/pi` after the point, most significant word first.
    const WORDS: [u64; 4] =
        [0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041, 0xfe51_63ab_debb_c561];
    let (mut digits, mut unit) = (0u64, 1.0);
    let mut i = 0;
    while i < skip + count {
        unit *= 0.5;
        if i >= skip {
            digits = digits << 1 | WORDS[i / 64] >> (63 - i % 64) & 1;
        }
        i += 1;
    }
    digits as f64 * unit
}

#[cfg(test)]
mod tests {
    use super::{NEAR, WINDOWS};

    #[test]
    fn exactly_the_near_arguments_share_the_first_window() {
        let bound = (NEAR.to_bits() >> 23) as usize;
        assert!(WINDOWS[..bound].iter().all(|window| *window == WINDOWS[0]));
        assert_ne!(WINDOWS[bound], WINDOWS[0]);
    }
}
