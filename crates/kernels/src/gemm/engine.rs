//! Who computes a product, or a block of one, on one thread.

use super::{View, direct};
use crate::isa::{self, Isa};

#[cfg(target_arch = "x86_64")]
use super::avx512;

/// What [`gemm`](super::gemm) needs of its elements. Not to be implemented elsewhere.
pub trait Engine: Copy + Send + Sync + 'static {
    /// 0.
    const ZERO: Self;

    /// `self + b`.
    fn plus(self, b: Self) -> Self;

    /// `self * b + c`.
    fn times_plus<I: Isa>(self, b: Self, c: Self) -> Self;

    /// Whether [`Self::matrix`] computes an element in the same way in whichever block it lies.
    fn same_bits_however_cut() -> bool;

    /// `c (+)= a b` where a is m x k, b is k x n, and row i of c begins at `i * c_row`.
    ///
    /// # Safety
    ///
    /// The views and c are valid for these sizes, none of which is 0; nobody else has that part of c.
    #[expect(private_interfaces, reason = "sealed")]
    unsafe fn matrix(
        size: (usize, usize, usize),
        a: View<Self>,
        b: View<Self>,
        c: *mut Self,
        c_row: usize,
        accumulate: bool,
    );

    /// `y (+)= a x`.
    ///
    /// # Safety
    ///
    /// a is valid for `y.len()` x `x.len()` elements, neither 0.
    #[expect(private_interfaces, reason = "sealed")]
    unsafe fn vector(a: View<Self>, x: &[Self], y: &mut [Self], accumulate: bool);
}

/// Up to so many multiplications the plain loops beat `matrixmultiply`, which packs always.
const DIRECT: usize = 4096;

macro_rules! float {
    ($t:ty, $matrixmultiply:path) => {
        impl Engine for $t {
            const ZERO: $t = 0.0;

            #[inline(always)]
            fn plus(self, b: $t) -> $t {
                self + b
            }

            #[inline(always)]
            fn times_plus<I: Isa>(self, b: $t, c: $t) -> $t {
                I::mul_add(self, b, c)
            }

            fn same_bits_however_cut() -> bool {
                isa::level() == isa::Level::Avx512
            }

            #[expect(private_interfaces, reason = "sealed")]
            unsafe fn matrix(
                (m, n, k): (usize, usize, usize),
                a: View<$t>,
                b: View<$t>,
                c: *mut $t,
                c_row: usize,
                accumulate: bool,
            ) {
                // SAFETY: the caller's; the machine has AVX-512 if that is the level.
                unsafe {
                    #[cfg(target_arch = "x86_64")]
                    if isa::level() == isa::Level::Avx512 {
                        return avx512::blocks::product((m, n, k), a, b, c, c_row, accumulate);
                    }
                    if m * n * k <= DIRECT {
                        return isa::dispatch(direct::Matrix { size: (m, n, k), a, b, c, c_row, accumulate });
                    }
                    let beta = if accumulate { 1.0 } else { 0.0 };
                    let (ars, acs, brs, bcs) = (a.row_stride, a.col_stride, b.row_stride, b.col_stride);
                    $matrixmultiply(m, k, n, 1.0, a.start, ars, acs, b.start, brs, bcs, beta, c, c_row as isize, 1);
                }
            }

            #[expect(private_interfaces, reason = "sealed")]
            unsafe fn vector(a: View<$t>, x: &[$t], y: &mut [$t], accumulate: bool) {
                #[cfg(target_arch = "x86_64")]
                if isa::level() == isa::Level::Avx512 {
                    let (m, k) = (y.len(), x.len());
                    // SAFETY: the caller's; the machine has AVX-512.
                    return unsafe {
                        if a.row_stride == 1 || a.col_stride == 1 {
                            avx512::vector::product(m, k, a, x.as_ptr(), y.as_mut_ptr(), accumulate);
                        } else {
                            let x = View { start: x.as_ptr(), row_stride: 1, col_stride: 1 };
                            avx512::blocks::product((m, 1, k), a, x, y.as_mut_ptr(), 1, accumulate);
                        }
                    };
                }
                isa::dispatch(direct::Vector { a, x, y, accumulate });
            }
        }
    };
}

float!(f32, matrixmultiply::sgemm);
float!(f64, matrixmultiply::dgemm);

impl Engine for i64 {
    const ZERO: i64 = 0;

    #[inline(always)]
    fn plus(self, b: i64) -> i64 {
        self.wrapping_add(b)
    }

    #[inline(always)]
    fn times_plus<I: Isa>(self, b: i64, c: i64) -> i64 {
        self.wrapping_mul(b).wrapping_add(c)
    }

    fn same_bits_however_cut() -> bool {
        true
    }

    #[expect(private_interfaces, reason = "sealed")]
    unsafe fn matrix(
        size: (usize, usize, usize),
        a: View<i64>,
        b: View<i64>,
        c: *mut i64,
        c_row: usize,
        accumulate: bool,
    ) {
        isa::dispatch(direct::Matrix { size, a, b, c, c_row, accumulate });
    }

    #[expect(private_interfaces, reason = "sealed")]
    unsafe fn vector(a: View<i64>, x: &[i64], y: &mut [i64], accumulate: bool) {
        isa::dispatch(direct::Vector { a, x, y, accumulate });
    }
}
