//! Products by plain loops, compiled for every SIMD level.

use super::View;
use super::engine::Engine;
use crate::isa::{Isa, Kernel};

/// `c (+)= a b`. Whoever makes one vouches for a, b and c being valid for these sizes.
pub struct Matrix<T> {
    pub size: (usize, usize, usize),
    pub a: View<T>,
    pub b: View<T>,
    pub c: *mut T,
    pub c_row: usize,
    pub accumulate: bool,
}

impl<T: Engine> Kernel for Matrix<T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let (m, n, k) = self.size;
        for i in 0..m {
            // SAFETY: who made this vouches for row i of c, row i of a and all of b.
            unsafe {
                let row = std::slice::from_raw_parts_mut(self.c.add(i * self.c_row), n);
                let a = self.a.at(i, 0);
                if self.b.col_stride == 1 {
                    if !self.accumulate {
                        row.fill(T::ZERO);
                    }
                    for p in 0..k {
                        let x = *a.at(0, p).start;
                        let b = std::slice::from_raw_parts(self.b.at(p, 0).start, n);
                        for (c, &b) in row.iter_mut().zip(b) {
                            *c = x.times_plus::<I>(b, *c);
                        }
                    }
                } else {
                    for (j, c) in row.iter_mut().enumerate() {
                        let b = self.b.at(0, j);
                        let mut sum = T::ZERO;
                        for p in 0..k {
                            sum = (*a.at(0, p).start).times_plus::<I>(*b.at(p, 0).start, sum);
                        }
                        *c = if self.accumulate { c.plus(sum) } else { sum };
                    }
                }
            }
        }
    }
}

/// `y (+)= a x`. Whoever makes one vouches for a being valid for `y.len()` x `x.len()`.
pub struct Vector<'a, T> {
    pub a: View<T>,
    pub x: &'a [T],
    pub y: &'a mut [T],
    pub accumulate: bool,
}

impl<T: Engine> Kernel for Vector<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Vector { a, x, y, accumulate } = self;
        // SAFETY: who made this vouches for every row and column of a.
        unsafe {
            if a.row_stride == 1 && a.col_stride != 1 {
                if !accumulate {
                    y.fill(T::ZERO);
                }
                columns::<T, I>(a, x, y);
            } else {
                for (i, y) in y.iter_mut().enumerate() {
                    let row = a.at(i, 0);
                    let sum = if a.col_stride == 1 {
                        dot::<T, I>(std::slice::from_raw_parts(row.start, x.len()), x)
                    } else {
                        let mut sum = T::ZERO;
                        for (p, &x) in x.iter().enumerate() {
                            sum = (*row.at(0, p).start).times_plus::<I>(x, sum);
                        }
                        sum
                    };
                    *y = if accumulate { y.plus(sum) } else { sum };
                }
            }
        }
    }
}

/// Adds columns whose elements are adjacent, four at a time so that y is read and written less often.
///
/// # Safety
///
/// a is valid for `y.len()` x `x.len()`.
#[inline(always)]
unsafe fn columns<T: Engine, I: Isa>(a: View<T>, x: &[T], y: &mut [T]) {
    let len = y.len();
    // SAFETY: the caller's.
    let column = |p| unsafe { std::slice::from_raw_parts(a.at(0, p).start, len) };
    let (fours, rest) = x.as_chunks::<4>();
    for (p, x) in fours.iter().enumerate() {
        let columns: [&[T]; 4] = std::array::from_fn(|u| column(4 * p + u));
        for (i, y) in y.iter_mut().enumerate() {
            for u in 0..4 {
                *y = columns[u][i].times_plus::<I>(x[u], *y);
            }
        }
    }
    for (p, &x) in rest.iter().enumerate() {
        for (y, &a) in y.iter_mut().zip(column(4 * fours.len() + p)) {
            *y = a.times_plus::<I>(x, *y);
        }
    }
}

/// The inner product of two slices of equal length, summed in 32 lanes.
#[inline(always)]
fn dot<T: Engine, I: Isa>(a: &[T], b: &[T]) -> T {
    const LANES: usize = 32;
    let mut sums = [T::ZERO; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            sums[l] = a[l].times_plus::<I>(b[l], sums[l]);
        }
    }
    for (sum, (a, &b)) in sums.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *sum = a.times_plus::<I>(b, *sum);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for l in 0..width {
            sums[l] = sums[l].plus(sums[l + width]);
        }
        width /= 2;
    }
    sums[0]
}
