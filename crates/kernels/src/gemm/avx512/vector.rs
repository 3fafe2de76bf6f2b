//! Matrix times vector for AVX-512: every element of the matrix is read once, so memory is the limit.

use super::super::View;
use super::Lanes;

/// `y (+)= a * x` where a is m x k with adjacent elements in its rows or in its columns.
///
/// # Safety
///
/// AVX-512F; a is valid for these sizes, x for k elements, y for m.
#[target_feature(enable = "avx512f")]
pub unsafe fn product<T: Lanes>(m: usize, k: usize, a: View<T>, x: *const T, y: *mut T, accumulate: bool) {
    // SAFETY: the caller's; the blocks cover 0..m.
    unsafe {
        if a.col_stride == 1 {
            let mut i = 0;
            while i + 8 <= m {
                dots::<T, 8>(k, a.at(i, 0), x, y.add(i), accumulate);
                i += 8;
            }
            while i < m {
                dots::<T, 1>(k, a.at(i, 0), x, y.add(i), accumulate);
                i += 1;
            }
        } else {
            let mut i = 0;
            while i < m {
                let rows = (m - i).min(4 * T::LANES);
                let (a, y) = (a.at(i, 0), y.add(i));
                match rows.div_ceil(T::LANES) {
                    1 => sums::<T, 1, 8>(rows, k, a, x, y, accumulate),
                    2 => sums::<T, 2, 4>(rows, k, a, x, y, accumulate),
                    3 => sums::<T, 3, 4>(rows, k, a, x, y, accumulate),
                    _ => sums::<T, 4, 4>(rows, k, a, x, y, accumulate),
                }
                i += rows;
            }
        }
    }
}

/// `R` rows of adjacent elements: lanes run along the row.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn dots<T: Lanes, const R: usize>(k: usize, a: View<T>, x: *const T, y: *mut T, accumulate: bool) {
    // SAFETY: the caller's; the last step is masked to the k - p elements left.
    unsafe {
        let mut sums = [[T::splat(T::ZERO); 2]; R];
        let mut p = 0;
        while p + 2 * T::LANES <= k {
            let xs = [T::load(x.add(p)), T::load(x.add(p + T::LANES))];
            for (i, sums) in sums.iter_mut().enumerate() {
                let row = a.start.offset(i as isize * a.row_stride).add(p);
                sums[0] = T::fma(T::load(row), xs[0], sums[0]);
                sums[1] = T::fma(T::load(row.add(T::LANES)), xs[1], sums[1]);
            }
            p += 2 * T::LANES;
        }
        let mut half = 0;
        while p < k {
            let mask = T::first(k - p);
            let xs = T::load_first(x.add(p), mask);
            for (i, sums) in sums.iter_mut().enumerate() {
                let row = a.start.offset(i as isize * a.row_stride).add(p);
                sums[half] = T::fma(T::load_first(row, mask), xs, sums[half]);
            }
            p += T::LANES;
            half = 1;
        }
        for (i, &[s, t]) in sums.iter().enumerate() {
            let sum = T::sum(T::add(s, t));
            *y.add(i) = if accumulate { T::plus(*y.add(i), sum) } else { sum };
        }
    }
}

/// At most `N` registers of rows whose elements are adjacent in the columns: lanes run along the column, and `U` columns at
/// a time have sums of their own, so that none waits for another.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn sums<T: Lanes, const N: usize, const U: usize>(
    rows: usize,
    k: usize,
    a: View<T>,
    x: *const T,
    y: *mut T,
    accumulate: bool,
) {
    let last = T::first(rows - (N - 1) * T::LANES);
    let mask = |j: usize| if j + 1 == N { last } else { T::first(T::LANES) };
    // SAFETY: the caller's; the last register is masked to the rows left.
    unsafe {
        let mut sums = [[T::splat(T::ZERO); N]; U];
        let mut p = 0;
        while p + U <= k {
            for (u, sums) in sums.iter_mut().enumerate() {
                let column = a.start.offset((p + u) as isize * a.col_stride);
                let factor = T::splat(*x.add(p + u));
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum = T::fma(T::load_first(column.add(j * T::LANES), mask(j)), factor, *sum);
                }
            }
            p += U;
        }
        while p < k {
            let column = a.start.offset(p as isize * a.col_stride);
            let factor = T::splat(*x.add(p));
            for (j, sum) in sums[0].iter_mut().enumerate() {
                *sum = T::fma(T::load_first(column.add(j * T::LANES), mask(j)), factor, *sum);
            }
            p += 1;
        }
        for j in 0..N {
            let mut sum = sums[0][j];
            for other in &sums[1..] {
                sum = T::add(sum, other[j]);
            }
            let y = y.add(j * T::LANES);
            let sum = if accumulate { T::add(T::load_first(y, mask(j)), sum) } else { sum };
            T::store_first(y, mask(j), sum);
        }
    }
}
