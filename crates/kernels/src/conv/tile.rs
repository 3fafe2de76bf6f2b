//! The two register tiles that do all the arithmetic, and who computes them at which SIMD level.

use crate::dtype::Number;
use crate::gemm::engine::Engine;
use crate::isa::{self, Isa, Kernel};

#[cfg(target_arch = "x86_64")]
use super::avx512;
#[cfg(target_arch = "x86_64")]
use crate::gemm::avx512::pack;

/// Columns of a register of AVX-512.
pub const fn lanes<T>() -> usize {
    64 / size_of::<T>()
}

/// The most rows of a tile.
pub const ROWS: usize = 8;

/// Distances that are read from a place, with the largest up to each.
#[derive(Debug)]
pub struct Offsets {
    each: Vec<usize>,
    reach: Vec<usize>,
}

impl Offsets {
    pub fn new(each: Vec<usize>) -> Self {
        let mut largest = 0;
        let mut up_to = |&offset: &usize| {
            largest = largest.max(offset);
            largest
        };
        let reach = each.iter().map(&mut up_to).collect();
        Offsets { each, reach }
    }

    /// The first `len` of them, which must leave `columns` elements within `source` elements.
    #[inline(always)]
    fn checked(&self, len: usize, columns: usize, source: usize) -> &[usize] {
        assert!(len == 0 || self.reach[len - 1] + columns <= source, "a tap reads outside of its band");
        &self.each[..len]
    }
}

/// Some rows of results at adjacent points: `out[i][j] (+)= sum over p of weights[p][i] * source[offsets[p] + j]`.
pub struct Points<'a, T> {
    pub rows: usize,
    /// `depth` times `rows`.
    pub weights: &'a [T],
    pub source: &'a [T],
    pub offsets: &'a Offsets,
    pub registers: usize,
    /// Row i begins at `i * out_row`; whole registers are written.
    pub out: &'a mut [T],
    pub out_row: usize,
    pub accumulate: bool,
}

impl<'a, T> Points<'a, T> {
    /// Checks that all addresses are within the slices, and gives the distances.
    #[inline(always)]
    pub fn checked(&self) -> &'a [usize] {
        let columns = self.registers * lanes::<T>();
        let offsets = self.offsets.checked(self.weights.len() / self.rows, columns, self.source.len());
        assert!((self.rows - 1) * self.out_row + columns <= self.out.len());
        offsets
    }
}

/// Where a grid of points lies in a band: rows of points that are adjacent.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    pub rows: usize,
    pub row: usize,
    pub points: usize,
}

/// Sums over the points of a grid: `out[i][j] += sum over q of source[offsets[i] + q] * pulls[q][j]`.
pub struct Sums<'a, T> {
    pub source: &'a [T],
    /// One for each row.
    pub offsets: &'a [usize],
    pub lines: Lines,
    pub registers: usize,
    /// For each point whole registers.
    pub pulls: &'a [T],
    /// Row after row of whole registers.
    pub out: &'a mut [T],
}

impl<T> Sums<'_, T> {
    /// Checks that all addresses are within the slices.
    #[inline(always)]
    pub fn check(&self) {
        let Lines { rows, row, points } = self.lines;
        let columns = self.registers * lanes::<T>();
        let last = (rows - 1) * row + points;
        assert!(self.offsets.iter().all(|offset| offset + last <= self.source.len()));
        assert!(rows * points * columns <= self.pulls.len());
        assert!(self.offsets.len() * columns <= self.out.len());
    }
}

/// f32 and f64, which have tiles.
pub trait Tiles: Engine + Number {
    /// How many registers wide a tile should be at most.
    fn registers() -> usize;
    /// Computes a tile of results.
    fn points(tile: Points<'_, Self>);
    /// Computes a tile of sums.
    fn sums(tile: Sums<'_, Self>);
    /// Makes rows of `columns` of `channels` channels that begin `stride` apart: each row one point, with zeros at its end. There
    /// are at most three registers of columns.
    fn transpose(from: &[Self], stride: usize, channels: usize, to: &mut [Self], columns: usize);
}

macro_rules! tiles {
    ($t:ty) => {
        impl Tiles for $t {
            fn registers() -> usize {
                if isa::level() == isa::Level::Avx512 { 3 } else { 1 }
            }

            #[inline]
            fn points(tile: Points<'_, $t>) {
                #[cfg(target_arch = "x86_64")]
                if isa::level() == isa::Level::Avx512 {
                    // SAFETY: the machine has AVX-512.
                    return unsafe { avx512::points(tile) };
                }
                isa::dispatch(Portable(tile));
            }

            #[inline]
            fn sums(tile: Sums<'_, $t>) {
                #[cfg(target_arch = "x86_64")]
                if isa::level() == isa::Level::Avx512 {
                    // SAFETY: the machine has AVX-512.
                    return unsafe { avx512::sums(tile) };
                }
                isa::dispatch(Portable(tile));
            }

            fn transpose(from: &[$t], stride: usize, channels: usize, to: &mut [$t], columns: usize) {
                let count = to.len() / columns;
                assert!(channels <= columns && (channels - 1) * stride + count <= from.len());
                #[cfg(target_arch = "x86_64")]
                if isa::level() == isa::Level::Avx512 && columns <= 3 * lanes::<$t>() {
                    let (to, from) = (to.as_mut_ptr(), from.as_ptr());
                    // SAFETY: the machine has AVX-512; `count` elements of each channel are within `from`, as was checked, and
                    // as many rows of columns within `to`.
                    return unsafe { pack::panel(to, columns, channels, count, from, stride as isize, 1) };
                }
                for (q, to) in to.chunks_exact_mut(columns).enumerate() {
                    let (numbers, zeros) = to.split_at_mut(channels);
                    numbers.iter_mut().enumerate().for_each(|(o, to)| *to = from[o * stride + q]);
                    zeros.fill(0.0);
                }
            }
        }

        impl Kernel for Portable<Points<'_, $t>> {
            type Output = ();

            #[inline(always)]
            fn run<I: Isa>(mut self) {
                for first in (0..self.0.rows).step_by(4) {
                    match (self.0.rows - first).min(4) {
                        1 => points::<$t, I, 1, { lanes::<$t>() }>(&mut self.0, first),
                        2 => points::<$t, I, 2, { lanes::<$t>() }>(&mut self.0, first),
                        3 => points::<$t, I, 3, { lanes::<$t>() }>(&mut self.0, first),
                        _ => points::<$t, I, 4, { lanes::<$t>() }>(&mut self.0, first),
                    }
                }
            }
        }

        impl Kernel for Portable<Sums<'_, $t>> {
            type Output = ();

            #[inline(always)]
            fn run<I: Isa>(mut self) {
                let rows = self.0.offsets.len();
                for first in (0..rows).step_by(4) {
                    match (rows - first).min(4) {
                        1 => sums::<$t, I, 1, { lanes::<$t>() }>(&mut self.0, first),
                        2 => sums::<$t, I, 2, { lanes::<$t>() }>(&mut self.0, first),
                        3 => sums::<$t, I, 3, { lanes::<$t>() }>(&mut self.0, first),
                        _ => sums::<$t, I, 4, { lanes::<$t>() }>(&mut self.0, first),
                    }
                }
            }
        }
    };
}
tiles!(f32);
tiles!(f64);

/// A tile in plain loops, four rows at a time.
struct Portable<Tile>(Tile);

#[inline(always)]
fn points<T: Tiles, I: Isa, const R: usize, const L: usize>(tile: &mut Points<'_, T>, first: usize) {
    let offsets = tile.checked();
    for register in 0..tile.registers {
        let mut sums = [[<T as Number>::ZERO; L]; R];
        for (&offset, weights) in offsets.iter().zip(tile.weights.chunks_exact(tile.rows)) {
            let source: &[T; L] = tile.source[offset + register * L..].first_chunk().expect("checked");
            let weights: &[T; R] = weights[first..].first_chunk().expect("as many as rows");
            for i in 0..R {
                for l in 0..L {
                    sums[i][l] = source[l].times_plus::<I>(weights[i], sums[i][l]);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let out = &mut tile.out[(first + i) * tile.out_row + register * L..][..L];
            for (out, &sum) in out.iter_mut().zip(sums) {
                *out = if tile.accumulate { Engine::plus(*out, sum) } else { sum };
            }
        }
    }
}

#[inline(always)]
fn sums<T: Tiles, I: Isa, const R: usize, const L: usize>(tile: &mut Sums<'_, T>, first: usize) {
    tile.check();
    let (lines, columns) = (tile.lines, tile.registers * L);
    for register in 0..tile.registers {
        let mut sums = [[<T as Number>::ZERO; L]; R];
        let mut pulls = tile.pulls.chunks_exact(columns);
        for line in 0..lines.rows {
            let sources: [&[T]; R] =
                std::array::from_fn(|i| &tile.source[tile.offsets[first + i] + line * lines.row..][..lines.points]);
            for (q, pulls) in pulls.by_ref().take(lines.points).enumerate() {
                let pulls: &[T; L] = pulls[register * L..].first_chunk().expect("whole registers");
                for i in 0..R {
                    for l in 0..L {
                        sums[i][l] = pulls[l].times_plus::<I>(sources[i][q], sums[i][l]);
                    }
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let out = &mut tile.out[(first + i) * columns + register * L..][..L];
            out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = Engine::plus(*out, sum));
        }
    }
}
