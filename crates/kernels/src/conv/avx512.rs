//! The tiles for AVX-512: up to 8 rows by 3 registers, accumulated over the whole depth before the result is touched. Then 24
//! multiply-adds go with 11 loads, and the two multipliers are what limits it.

use super::tile::{Points, ROWS, Sums};
use crate::gemm::avx512::Lanes;

/// The most registers of a tile.
const REGISTERS: usize = 3;

/// # Safety
///
/// The machine has AVX-512.
#[inline]
pub unsafe fn points<T: Lanes>(tile: Points<'_, T>) {
    // SAFETY: the caller's.
    unsafe { T::POINTS[tile.rows - 1][tile.registers - 1](tile) }
}

/// # Safety
///
/// The machine has AVX-512.
#[inline]
pub unsafe fn sums<T: Lanes>(tile: Sums<'_, T>) {
    // SAFETY: the caller's.
    unsafe { T::SUMS[tile.offsets.len() - 1][tile.registers - 1](tile) }
}

type PointsKernel<T> = unsafe fn(Points<'_, T>);
type SumsKernel<T> = unsafe fn(Sums<'_, T>);

/// The tiles compiled for each number of rows and registers.
trait Kernels: Lanes {
    const POINTS: [[PointsKernel<Self>; REGISTERS]; ROWS];
    const SUMS: [[SumsKernel<Self>; REGISTERS]; ROWS];
}

macro_rules! kernels {
    ($kernel:ident: $($rows:literal)*) => {
        [$([$kernel::<Self, $rows, 1>, $kernel::<Self, $rows, 2>, $kernel::<Self, $rows, 3>]),*]
    };
}

impl<T: Lanes> Kernels for T {
    const POINTS: [[PointsKernel<T>; REGISTERS]; ROWS] = kernels!(points_kernel: 1 2 3 4 5 6 7 8);
    const SUMS: [[SumsKernel<T>; REGISTERS]; ROWS] = kernels!(sums_kernel: 1 2 3 4 5 6 7 8);
}

/// # Safety
///
/// AVX-512F; the tile has `R` rows and `N` registers.
#[target_feature(enable = "avx512f")]
unsafe fn points_kernel<T: Lanes, const R: usize, const N: usize>(tile: Points<'_, T>) {
    let offsets = tile.checked();
    let source = tile.source.as_ptr();
    let mut weights = tile.weights.as_ptr();
    // SAFETY: every offset leaves `N` registers within the source, and the weights have `R` for each offset, as was checked.
    unsafe {
        let mut sums = [[T::splat(T::ZERO); N]; R];
        for &offset in offsets {
            let from = source.add(offset);
            let mut columns = [T::splat(T::ZERO); N];
            for (j, column) in columns.iter_mut().enumerate() {
                *column = T::load(from.add(j * T::LANES));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let weight = T::splat(*weights.add(i));
                for (sum, &column) in sums.iter_mut().zip(&columns) {
                    *sum = T::fma(weight, column, *sum);
                }
            }
            weights = weights.add(R);
        }
        let all = T::first(T::LANES);
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let to = tile.out.as_mut_ptr().add(i * tile.out_row + j * T::LANES);
                T::store_first(to, all, if tile.accumulate { T::add(T::load(to), sum) } else { sum });
            }
        }
    }
}

/// # Safety
///
/// AVX-512F; the tile has `R` rows and `N` registers.
#[target_feature(enable = "avx512f")]
unsafe fn sums_kernel<T: Lanes, const R: usize, const N: usize>(tile: Sums<'_, T>) {
    tile.check();
    let lines = tile.lines;
    // SAFETY: every row of points leaves the source at no offset, and there are `N` registers of pulls for each point, as was
    // checked.
    unsafe {
        let rows: [*const T; R] = std::array::from_fn(|i| tile.source.as_ptr().add(tile.offsets[i]));
        let mut pulls = tile.pulls.as_ptr();
        let mut sums = [[T::splat(T::ZERO); N]; R];
        for row in 0..lines.rows {
            let start = row * lines.row;
            for q in start..start + lines.points {
                let mut columns = [T::splat(T::ZERO); N];
                for (j, column) in columns.iter_mut().enumerate() {
                    *column = T::load(pulls.add(j * T::LANES));
                }
                for (sums, row) in sums.iter_mut().zip(&rows) {
                    let x = T::splat(*row.add(q));
                    for (sum, &column) in sums.iter_mut().zip(&columns) {
                        *sum = T::fma(x, column, *sum);
                    }
                }
                pulls = pulls.add(N * T::LANES);
            }
        }
        let all = T::first(T::LANES);
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let to = tile.out.as_mut_ptr().add((i * N + j) * T::LANES);
                T::store_first(to, all, T::add(T::load(to), sum));
            }
        }
    }
}
