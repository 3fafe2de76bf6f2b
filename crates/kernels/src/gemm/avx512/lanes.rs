//! f32 and f64 as lanes of a 512-bit register.

use std::arch::x86_64::*;

use super::super::engine::Engine;

/// What the kernels need of a 512-bit register of `Self`.
///
/// # Safety
///
/// Every function needs AVX-512F. Loads and stores touch the `n` first lanes of the address only.
pub trait Lanes: Engine {
    /// A register.
    type V: Copy;
    /// As many registers as a register has lanes.
    type Block: Copy + AsRef<[Self::V]> + AsMut<[Self::V]>;
    /// Which lanes a load or store touches.
    type Mask: Copy;
    const LANES: usize;

    /// The first `n` lanes; all if there are no more than `n`.
    fn first(n: usize) -> Self::Mask;
    unsafe fn splat(x: Self) -> Self::V;
    unsafe fn block() -> Self::Block;
    unsafe fn load(p: *const Self) -> Self::V;
    unsafe fn load_first(p: *const Self, mask: Self::Mask) -> Self::V;
    unsafe fn store_first(p: *mut Self, mask: Self::Mask, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c` with one rounding.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The sum of all lanes, in a fixed order.
    unsafe fn sum(v: Self::V) -> Self;
    /// Lane `j` of register `i` becomes lane `i` of register `j`.
    unsafe fn transpose(block: Self::Block) -> Self::Block;
}

/// Implements all but `transpose`, which differs in its stages.
macro_rules! lanes {
    ($t:ty, $v:ty, $mask:ty, $n:literal, $set1:ident, $zero:ident, $load:ident, $mload:ident, $mstore:ident,
     $add:ident, $fma:ident, $sum:ident, $transpose:ident) => {
        impl Lanes for $t {
            type V = $v;
            type Block = [$v; $n];
            type Mask = $mask;
            const LANES: usize = $n;

            #[inline(always)]
            fn first(n: usize) -> $mask {
                if n >= $n { <$mask>::MAX } else { (1 << n) - 1 }
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn splat(x: $t) -> $v {
                $set1(x)
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn block() -> [$v; $n] {
                [$zero(); $n]
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn load(p: *const $t) -> $v {
                // SAFETY: the caller's.
                unsafe { $load(p) }
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn load_first(p: *const $t, mask: $mask) -> $v {
                // SAFETY: the caller's; lanes outside the mask are not touched.
                unsafe { $mload(mask, p) }
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn store_first(p: *mut $t, mask: $mask, v: $v) {
                // SAFETY: the caller's; lanes outside the mask are not touched.
                unsafe { $mstore(p, mask, v) }
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn add(a: $v, b: $v) -> $v {
                $add(a, b)
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn fma(a: $v, b: $v, c: $v) -> $v {
                $fma(a, b, c)
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn sum(v: $v) -> $t {
                $sum(v)
            }
            #[inline]
            #[target_feature(enable = "avx512f")]
            unsafe fn transpose(block: [$v; $n]) -> [$v; $n] {
                $transpose(block)
            }
        }
    };
}

lanes!(
    f32,
    __m512,
    u16,
    16,
    _mm512_set1_ps,
    _mm512_setzero_ps,
    _mm512_loadu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_mask_storeu_ps,
    _mm512_add_ps,
    _mm512_fmadd_ps,
    sum_ps,
    transpose_ps
);
lanes!(
    f64,
    __m512d,
    u8,
    8,
    _mm512_set1_pd,
    _mm512_setzero_pd,
    _mm512_loadu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_mask_storeu_pd,
    _mm512_add_pd,
    _mm512_fmadd_pd,
    sum_pd,
    transpose_pd
);

/// Halves are added until one lane is left.
#[inline]
#[target_feature(enable = "avx512f")]
fn sum_ps(v: __m512) -> f32 {
    let v = _mm512_add_ps(v, _mm512_shuffle_f32x4::<0b01_00_11_10>(v, v));
    let v = _mm512_castps512_ps128(_mm512_add_ps(v, _mm512_shuffle_f32x4::<0b10_11_00_01>(v, v)));
    let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps::<1>(v, v)))
}

/// Halves are added until one lane is left.
#[inline]
#[target_feature(enable = "avx512f")]
fn sum_pd(v: __m512d) -> f64 {
    let v = _mm512_add_pd(v, _mm512_shuffle_f64x2::<0b01_00_11_10>(v, v));
    let v = _mm512_castpd512_pd128(_mm512_add_pd(v, _mm512_shuffle_f64x2::<0b10_11_00_01>(v, v)));
    _mm_cvtsd_f64(_mm_add_sd(v, _mm_unpackhi_pd(v, v)))
}

/// First 4x4 within the quarters of the registers, then 4x4 of whole quarters.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose_ps(r: [__m512; 16]) -> [__m512; 16] {
    let mut out = r;
    let mut quarters = [[r[0]; 4]; 4];
    for (g, q) in quarters.iter_mut().enumerate() {
        let lo01 = _mm512_castps_pd(_mm512_unpacklo_ps(r[4 * g], r[4 * g + 1]));
        let hi01 = _mm512_castps_pd(_mm512_unpackhi_ps(r[4 * g], r[4 * g + 1]));
        let lo23 = _mm512_castps_pd(_mm512_unpacklo_ps(r[4 * g + 2], r[4 * g + 3]));
        let hi23 = _mm512_castps_pd(_mm512_unpackhi_ps(r[4 * g + 2], r[4 * g + 3]));
        *q = [
            _mm512_castpd_ps(_mm512_unpacklo_pd(lo01, lo23)),
            _mm512_castpd_ps(_mm512_unpackhi_pd(lo01, lo23)),
            _mm512_castpd_ps(_mm512_unpacklo_pd(hi01, hi23)),
            _mm512_castpd_ps(_mm512_unpackhi_pd(hi01, hi23)),
        ];
    }
    for c in 0..4 {
        let [a, b] = [quarters[0][c], quarters[1][c]];
        let [x, y] = [quarters[2][c], quarters[3][c]];
        let (ab_lo, ab_hi) = (_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xEE>(a, b));
        let (xy_lo, xy_hi) = (_mm512_shuffle_f32x4::<0x44>(x, y), _mm512_shuffle_f32x4::<0xEE>(x, y));
        out[c] = _mm512_shuffle_f32x4::<0x88>(ab_lo, xy_lo);
        out[4 + c] = _mm512_shuffle_f32x4::<0xDD>(ab_lo, xy_lo);
        out[8 + c] = _mm512_shuffle_f32x4::<0x88>(ab_hi, xy_hi);
        out[12 + c] = _mm512_shuffle_f32x4::<0xDD>(ab_hi, xy_hi);
    }
    out
}

/// First 2x2 within the quarters of the registers, then 4x4 of whole quarters.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose_pd(r: [__m512d; 8]) -> [__m512d; 8] {
    let mut out = r;
    let mut quarters = [[r[0]; 2]; 4];
    for (g, q) in quarters.iter_mut().enumerate() {
        *q = [_mm512_unpacklo_pd(r[2 * g], r[2 * g + 1]), _mm512_unpackhi_pd(r[2 * g], r[2 * g + 1])];
    }
    for c in 0..2 {
        let [a, b] = [quarters[0][c], quarters[1][c]];
        let [x, y] = [quarters[2][c], quarters[3][c]];
        let (ab_lo, ab_hi) = (_mm512_shuffle_f64x2::<0x44>(a, b), _mm512_shuffle_f64x2::<0xEE>(a, b));
        let (xy_lo, xy_hi) = (_mm512_shuffle_f64x2::<0x44>(x, y), _mm512_shuffle_f64x2::<0xEE>(x, y));
        out[c] = _mm512_shuffle_f64x2::<0x88>(ab_lo, xy_lo);
        out[2 + c] = _mm512_shuffle_f64x2::<0xDD>(ab_lo, xy_lo);
        out[4 + c] = _mm512_shuffle_f64x2::<0x88>(ab_hi, xy_hi);
        out[6 + c] = _mm512_shuffle_f64x2::<0xDD>(ab_hi, xy_hi);
    }
    out
}
