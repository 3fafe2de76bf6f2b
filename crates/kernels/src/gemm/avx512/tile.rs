//! The register tile: up to 9 rows by 3 registers of columns, accumulated over the whole depth before C is touched.
//!
//! 27 accumulators, 3 registers of B and a broadcast of A take 31 of the 32 registers; with 27 multiply-adds to 12 loads a step,
//! the two multipliers are what limits it.

use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

use super::Lanes;

/// The most rows of a tile whose rows of A are adjacent in memory.
pub const ROWS: usize = 9;
/// The most rows of a tile whose rows of A are a stride apart: each needs an address of its own.
pub const ROWS_APART: usize = 8;
/// The most registers of columns.
pub const REGISTERS: usize = 3;
/// Steps of the depth between two jumps: loop counting takes turns with the multipliers.
const UNROLLED: usize = 4;

/// `c (+)= a * b` for one tile.
#[derive(Clone, Copy)]
pub struct Tile<T> {
    pub depth: usize,
    /// Element (i, p) is at `i * a_row + p * a_step`.
    pub a: *const T,
    pub a_row: isize,
    pub a_step: isize,
    /// Element (p, j) is at `p * b_step + j`, for all columns of whole registers: masked loads would take turns with the
    /// multipliers.
    pub b: *const T,
    pub b_step: isize,
    /// Element (i, j) is at `i * c_row + j`.
    pub c: *mut T,
    pub c_row: usize,
    pub rows: usize,
    pub columns: usize,
    pub accumulate: bool,
}

impl<T: Lanes> Tile<T> {
    /// Computes the tile.
    ///
    /// # Safety
    ///
    /// AVX-512F; all addresses named above are valid; `rows` in `1..=ROWS` (`ROWS_APART` unless `a_row` is 1), `columns` in
    /// `1..=REGISTERS * LANES`.
    #[inline]
    pub unsafe fn run(&self) {
        let more = (self.columns - 1) / T::LANES;
        // SAFETY: the caller's.
        unsafe {
            if self.a_row == 1 { T::ADJACENT[self.rows - 1][more](self) } else { T::APART[self.rows - 1][more](self) }
        }
    }
}

type Kernel<T> = unsafe fn(&Tile<T>);

/// The tile compiled for each number of rows and registers.
trait Kernels: Lanes {
    const ADJACENT: [[Kernel<Self>; REGISTERS]; ROWS];
    const APART: [[Kernel<Self>; REGISTERS]; ROWS_APART];
}

macro_rules! kernels {
    ($adjacent:literal: $($rows:literal)*) => {
        [$([
            kernel::<Self, $rows, 1, $adjacent>,
            kernel::<Self, $rows, 2, $adjacent>,
            kernel::<Self, $rows, 3, $adjacent>,
        ]),*]
    };
}

impl<T: Lanes> Kernels for T {
    const ADJACENT: [[Kernel<T>; REGISTERS]; ROWS] = kernels!(true: 1 2 3 4 5 6 7 8 9);
    const APART: [[Kernel<T>; REGISTERS]; ROWS_APART] = kernels!(false: 1 2 3 4 5 6 7 8);
}

/// # Safety
///
/// As [`Tile::run`], for just `R` rows and `N` registers.
#[target_feature(enable = "avx512f")]
unsafe fn kernel<T: Lanes, const R: usize, const N: usize, const ADJACENT: bool>(t: &Tile<T>) {
    let last = T::first(t.columns - (N - 1) * T::LANES);
    let row = if ADJACENT { 1 } else { t.a_row };
    let (mut a, mut b) = (t.a, t.b);
    // SAFETY: every address is one that the caller vouches for. `a` and `b` step past the end only after the last use, by
    // wrapping arithmetic.
    unsafe {
        if t.depth > 32 {
            // C is fetched while the loop runs.
            for i in 0..R {
                for j in 0..N {
                    _mm_prefetch::<_MM_HINT_T1>(t.c.add(i * t.c_row + j * T::LANES).cast());
                }
            }
        }
        let mut sums = [[T::splat(T::ZERO); N]; R];
        for _ in 0..t.depth / UNROLLED {
            for _ in 0..UNROLLED {
                step::<T, R, N>(&mut sums, a, row, b);
                a = a.wrapping_offset(t.a_step);
                b = b.wrapping_offset(t.b_step);
            }
        }
        for _ in 0..t.depth % UNROLLED {
            step::<T, R, N>(&mut sums, a, row, b);
            a = a.wrapping_offset(t.a_step);
            b = b.wrapping_offset(t.b_step);
        }
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let p = t.c.add(i * t.c_row + j * T::LANES);
                let mask = if j + 1 == N { last } else { T::first(T::LANES) };
                let sum = if t.accumulate { T::add(T::load_first(p, mask), sum) } else { sum };
                T::store_first(p, mask, sum);
            }
        }
    }
}

/// One step of the depth.
///
/// # Safety
///
/// AVX-512F; `R` rows from a on and `N` registers from b on are valid.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn step<T: Lanes, const R: usize, const N: usize>(
    sums: &mut [[T::V; N]; R],
    a: *const T,
    row: isize,
    b: *const T,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut columns = [T::splat(T::ZERO); N];
        for (j, x) in columns.iter_mut().enumerate() {
            *x = T::load(b.add(j * T::LANES));
        }
        for (i, sums) in sums.iter_mut().enumerate() {
            let x = T::splat(*a.offset(i as isize * row));
            for (sum, &y) in sums.iter_mut().zip(&columns) {
                *sum = T::fma(x, y, *sum);
            }
        }
    }
}
