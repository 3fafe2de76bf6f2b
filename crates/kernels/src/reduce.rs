//! Sums, extremes and their places along axes.
//!
//! Every reduction is brought to one form, a contiguous `[outer, reduced, inner]`, so that the order of its additions, and with
//! it every bit of the result, depends on shapes alone: never on strides, threads or the SIMD level. Sums are gathered in
//! sixteen lanes and short blocks, and the blocks' sums in f64, so that ten million terms lose no digits.

use std::borrow::Cow;

use crate::array::{Array, Dims};
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::math::{self, Binary};
use crate::{pool, strided, view, with_type};

/// Accumulators that run side by side: one AVX-512 register, two of AVX2.
pub(crate) const LANES: usize = 16;
/// Elements summed in the type itself before the sum goes to the wide type.
const RUN: usize = 1024;
/// Rows summed in the type itself when the reduced axis is not the last.
const ROWS: usize = 32;
/// Elements of input for one task.
pub(crate) const TASK: usize = 1 << 16;

/// A contiguous array as `[outer, reduced, inner]`, and the shape of the result without the reduced axes.
pub(crate) struct Folded<'a> {
    pub(crate) x: Cow<'a, Array>,
    pub(crate) outer: usize,
    pub(crate) reduced: usize,
    pub(crate) inner: usize,
    pub(crate) kept: Dims,
}

impl Folded<'_> {
    /// How many of the outer groups make a task worth a thread.
    pub(crate) fn groups_per_task(&self) -> usize {
        (TASK / (self.reduced * self.inner)).max(1)
    }
}

/// Brings the axes (sorted, different) together, copying if they are apart or the array is strided.
pub(crate) fn fold<'a>(x: &'a Array, axes: &[usize]) -> Folded<'a> {
    let shape = x.shape();
    let kept: Dims = (0..shape.len()).filter(|a| !axes.contains(a)).map(|a| shape[a]).collect();
    let reduced = axes.iter().map(|&a| shape[a]).product();
    let neighbours = axes.windows(2).all(|w| w[1] == w[0] + 1);
    let (x, outer) = if neighbours {
        let first = axes.first().copied().unwrap_or(shape.len());
        let x = if x.is_contiguous() { Cow::Borrowed(x) } else { Cow::Owned(strided::copy(x)) };
        (x, shape[..first].iter().product())
    } else {
        let order: Dims = (0..shape.len()).filter(|a| !axes.contains(a)).chain(axes.iter().copied()).collect();
        (Cow::Owned(strided::contiguous(&view::permute(x, &order))), kept.iter().product())
    };
    let inner = kept.iter().product::<usize>().checked_div(outer).unwrap_or(1);
    Folded { x, outer, reduced, inner, kept }
}

struct SumRow<'a, T>(&'a [T]);

impl<T: Number> Kernel for SumRow<'_, T> {
    type Output = T::Wide;
    #[inline(always)]
    fn run<I: Isa>(self) -> T::Wide {
        let mut total = T::Wide::ZERO;
        for run in self.0.chunks(RUN) {
            let mut lanes = [T::ZERO; LANES];
            let mut groups = run.chunks_exact(LANES);
            for group in &mut groups {
                for (lane, &v) in lanes.iter_mut().zip(group) {
                    *lane = lane.plus(v);
                }
            }
            for (lane, &v) in lanes.iter_mut().zip(groups.remainder()) {
                *lane = lane.plus(v);
            }
            let mut width = LANES / 2;
            while width > 0 {
                for i in 0..width {
                    lanes[i] = lanes[i].plus(lanes[i + width]);
                }
                width /= 2;
            }
            total = total.plus(lanes[0].widen());
        }
        total
    }
}

/// Sums the rows of `[reduced, inner]` into `out`.
struct SumRows<'a, T> {
    rows: &'a [T],
    first: usize,
    inner: usize,
    out: &'a mut [T],
}

impl<T: Number> Kernel for SumRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let width = self.out.len();
        let mut wide = vec![T::Wide::ZERO; width];
        for block in self.rows.chunks(self.inner * ROWS) {
            self.out.fill(T::ZERO);
            for row in block.chunks_exact(self.inner) {
                for (sum, &v) in self.out.iter_mut().zip(&row[self.first..self.first + width]) {
                    *sum = sum.plus(v);
                }
            }
            for (total, &sum) in wide.iter_mut().zip(&*self.out) {
                *total = total.plus(sum.widen());
            }
        }
        for (sum, total) in self.out.iter_mut().zip(wide) {
            *sum = T::narrow(total);
        }
    }
}

/// The sum over `axes` (sorted, different); the result lacks them. Integers wrap; nothing summed is 0.
pub fn sum(x: &Array, axes: &[usize]) -> Array {
    with_type!(number x.dtype(), T => sum_typed::<T>(&fold(x, axes)))
}

pub(crate) fn sum_typed<T: Number>(f: &Folded<'_>) -> Array {
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    Array::build::<T>(&f.kept, |out| {
        if out.is_empty() || f.reduced == 0 {
            out.fill(T::ZERO);
        } else if f.inner == 1 && f.outer == 1 {
            // One long row: fixed parts, added in order.
            let mut parts = vec![T::Wide::ZERO; xs.len().div_ceil(TASK)];
            pool::chunks_mut(&mut parts, 1, |i, part| {
                part[0] = isa::dispatch(SumRow(&xs[i * TASK..(i * TASK + TASK).min(xs.len())]));
            });
            out[0] = T::narrow(parts.into_iter().fold(T::Wide::ZERO, T::Wide::plus));
        } else if f.inner == 1 {
            let rows = f.groups_per_task();
            pool::chunks_mut(out, rows, |i, sums| {
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum = T::narrow(isa::dispatch(SumRow(&xs[(i * rows + j) * f.reduced..][..f.reduced])));
                }
            });
        } else if f.outer == 1 {
            let width = (TASK / f.reduced).clamp(64, f.inner.max(64));
            pool::chunks_mut(out, width, |i, sums| {
                isa::dispatch(SumRows { rows: xs, first: i * width, inner: f.inner, out: sums });
            });
        } else {
            let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
            pool::chunks_mut(out, group * f.inner, |i, sums| {
                for (j, sums) in sums.chunks_mut(f.inner).enumerate() {
                    let rows = &xs[(i * group + j) * each..][..each];
                    isa::dispatch(SumRows { rows, first: 0, inner: f.inner, out: sums });
                }
            });
        }
    })
}

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Extreme {
    /// Whether `candidate` takes the place of `best`: strictly beyond it, or the first NaN.
    #[inline(always)]
    pub(crate) fn replaces<T: Number>(self, candidate: T, best: T) -> bool {
        let beyond = match self {
            Extreme::Max => candidate > best,
            Extreme::Min => candidate < best,
        };
        beyond | (candidate.is_nan() & !best.is_nan())
    }
}

/// The extreme of a row, that is not empty, by a function that chooses between two.
struct ExtremeRow<'a, T, F>(F, &'a [T]);

impl<T: Number, F: Binary<T>> Kernel for ExtremeRow<'_, T, F> {
    type Output = T;
    #[inline(always)]
    fn run<I: Isa>(self) -> T {
        let ExtremeRow(f, row) = self;
        let mut groups = row.chunks_exact(LANES);
        let Some(first) = groups.next() else {
            return row.iter().fold(row[0], |best, &v| f.apply::<I>(v, best));
        };
        let mut lanes = [T::ZERO; LANES];
        lanes.copy_from_slice(first);
        for group in &mut groups {
            for (lane, &v) in lanes.iter_mut().zip(group) {
                *lane = f.apply::<I>(v, *lane);
            }
        }
        lanes.iter().chain(groups.remainder()).fold(lanes[0], |best, &v| f.apply::<I>(v, best))
    }
}

/// The extreme over `axes` (sorted, different), NaN if one is among them.
///
/// # Panics
/// If there is nothing to reduce.
pub fn extreme(which: Extreme, x: &Array, axes: &[usize]) -> Array {
    with_type!(number x.dtype(), T => match which {
        Extreme::Max => extreme_typed::<T, _>(math::Maximum, &fold(x, axes)),
        Extreme::Min => extreme_typed::<T, _>(math::Minimum, &fold(x, axes)),
    })
}

fn extreme_typed<T: Number, F: Binary<T>>(choose: F, f: &Folded<'_>) -> Array {
    assert!(f.reduced > 0 || f.outer * f.inner == 0, "extreme of no elements");
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    Array::build::<T>(&f.kept, |out| {
        if out.is_empty() {
            return;
        }
        if f.inner == 1 && f.outer == 1 {
            let mut parts = vec![T::ZERO; xs.len().div_ceil(TASK)];
            pool::chunks_mut(&mut parts, 1, |i, part| {
                part[0] = isa::dispatch(ExtremeRow(choose, &xs[i * TASK..(i * TASK + TASK).min(xs.len())]));
            });
            out[0] = isa::dispatch(ExtremeRow(choose, &parts));
            return;
        }
        let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
        pool::chunks_mut(out, group * f.inner, |i, values| {
            for (j, values) in values.chunks_mut(f.inner).enumerate() {
                let rows = &xs[(i * group + j) * each..][..each];
                if f.inner == 1 {
                    values[0] = isa::dispatch(ExtremeRow(choose, rows));
                    continue;
                }
                values.copy_from_slice(&rows[..f.inner]);
                for row in rows[f.inner..].chunks_exact(f.inner) {
                    math::zip_in_place(choose, values, row);
                }
            }
        });
    })
}

/// The extreme over `axes` and the place of its first occurrence among the reduced elements in row-major order. The first NaN
/// counts as the extreme.
///
/// # Panics
/// If there is nothing to reduce.
pub fn extreme_with_index(which: Extreme, x: &Array, axes: &[usize]) -> (Array, Array) {
    let f = fold(x, axes);
    with_type!(number x.dtype(), T => match (f.inner, which) {
        (1, Extreme::Max) => find_in_rows::<T>(extreme_typed::<T, _>(math::Maximum, &f), &f),
        (1, Extreme::Min) => find_in_rows::<T>(extreme_typed::<T, _>(math::Minimum, &f), &f),
        _ => extreme_down_columns::<T>(which, &f),
    })
}

/// The extremes of rows and where each first occurs. To find the extreme and then its place is quicker than to carry the place
/// along, since neither loop then branches on an element.
fn find_in_rows<T: Number>(mut values: Array, f: &Folded<'_>) -> (Array, Array) {
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    let mut places = vec![0i64; f.outer];
    let rows = f.groups_per_task();
    pool::zip_chunks_mut(values.make_mut::<T>(), rows, &mut places, rows, |i, values, places| {
        for (j, (value, place)) in values.iter_mut().zip(places).enumerate() {
            let row = &xs[(i * rows + j) * f.reduced..][..f.reduced];
            let at = isa::dispatch(Find { value: *value, row });
            // Of -0 and 0, which are equal, the one that is at the place.
            (*value, *place) = (row[at], at as i64);
        }
    });
    let places = Array::from_slice(&f.kept, &places);
    (values, places)
}

/// Where a value, that is there, first occurs in a row; all NaN are one.
struct Find<'a, T> {
    value: T,
    row: &'a [T],
}

impl<T: Number> Kernel for Find<'_, T> {
    type Output = usize;
    #[inline(always)]
    fn run<I: Isa>(self) -> usize {
        let nan = self.value.is_nan();
        let is_it = |v: T| (v == self.value) | (nan & v.is_nan());
        let blocks = self.row.chunks(8 * LANES).enumerate();
        let found = blocks.filter(|(_, block)| block.iter().fold(false, |any, &v| any | is_it(v)));
        let first = found.map(|(i, block)| (i * 8 * LANES, block)).next();
        first.and_then(|(start, block)| Some(start + block.iter().position(|&v| is_it(v))?)).unwrap_or(0)
    }
}

/// The extremes down the columns of each group, and the row where each first occurs.
fn extreme_down_columns<T: Number>(which: Extreme, f: &Folded<'_>) -> (Array, Array) {
    assert!(f.reduced > 0 || f.outer * f.inner == 0, "extreme of no elements");
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    let mut places = vec![0i64; f.outer * f.inner];
    let values = Array::build::<T>(&f.kept, |out| {
        if out.is_empty() {
            return;
        }
        let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
        pool::zip_chunks_mut(out, group * f.inner, &mut places, group * f.inner, |i, values, places| {
            let columns = values.chunks_mut(f.inner).zip(places.chunks_mut(f.inner));
            for (j, (values, places)) in columns.enumerate() {
                let rows = &xs[(i * group + j) * each..][..each];
                isa::dispatch(ExtremeRows { which, rows, values, places });
            }
        });
    });
    (values, Array::from_slice(&f.kept, &places))
}

/// The extremes down the columns of `rows`, each as wide as `values`.
struct ExtremeRows<'a, T> {
    which: Extreme,
    rows: &'a [T],
    values: &'a mut [T],
    places: &'a mut [i64],
}

impl<T: Number> Kernel for ExtremeRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let width = self.values.len();
        self.values.copy_from_slice(&self.rows[..width]);
        self.places.fill(0);
        for (k, row) in self.rows.chunks_exact(width).enumerate().skip(1) {
            for ((best, place), &v) in self.values.iter_mut().zip(&mut *self.places).zip(row) {
                let replaces = self.which.replaces(v, *best);
                *best = if replaces { v } else { *best };
                *place = if replaces { k as i64 } else { *place };
            }
        }
    }
}

/// Whether all are `wanted` over `axes` (sorted, different), which the result lacks; of none, true.
pub fn all_are(wanted: bool, x: &Array, axes: &[usize]) -> Array {
    let f = fold(x, axes);
    let xs = f.x.as_slice::<bool>().expect("folded arrays are contiguous");
    Array::build::<bool>(&f.kept, |out| {
        out.fill(true);
        if out.is_empty() || f.reduced == 0 {
            return;
        }
        let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
        pool::chunks_mut(out, group * f.inner, |i, flags| {
            for (j, flags) in flags.chunks_mut(f.inner).enumerate() {
                let rows = &xs[(i * group + j) * each..][..each];
                if f.inner == 1 {
                    flags[0] = rows.chunks(RUN).all(|run| run.iter().fold(true, |all, &b| all & (b == wanted)));
                    continue;
                }
                for row in rows.chunks_exact(f.inner) {
                    for (flag, &b) in flags.iter_mut().zip(row) {
                        *flag &= b == wanted;
                    }
                }
            }
        });
    })
}

/// How many elements are true.
pub fn count_true(x: &Array) -> usize {
    strided::contiguous(x).as_slice::<bool>().map_or(0, |flags| flags.iter().filter(|&&b| b).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: the first element that nothing goes beyond, or the first NaN.
    fn first_extreme(which: Extreme, row: &[f32]) -> usize {
        (1..row.len()).fold(0, |best, k| if which.replaces(row[k], row[best]) { k } else { best })
    }

    #[test]
    fn extremes_are_found_at_their_first_place_in_rows_and_columns() {
        let irregular = |i: usize| ((i.wrapping_mul(2_654_435_761) >> 7) % 97) as f32;
        for n in [1, 15, 16, 127, 128, 129, 1000] {
            let mut xs: Vec<f32> = (0..4 * n).map(irregular).collect();
            xs[n / 2] = f32::NAN;
            xs[n - 1] = f32::NAN;
            xs[n..2 * n].fill(-0.0);
            xs[2 * n - 1] = 0.0;
            for which in [Extreme::Max, Extreme::Min] {
                let expected: Vec<usize> = xs.chunks(n).map(|row| first_extreme(which, row)).collect();
                let rows = Array::from_slice(&[4, n], &xs);
                let columns = Array::build::<f32>(&[n, 4], |out| {
                    for (i, v) in out.iter_mut().enumerate() {
                        *v = xs[i % 4 * n + i / 4];
                    }
                });
                for (x, axis) in [(rows, 1), (columns, 0)] {
                    let (values, places) = extreme_with_index(which, &x, &[axis]);
                    let places: Vec<usize> = places.as_slice::<i64>().unwrap().iter().map(|&p| p as usize).collect();
                    assert_eq!(places, expected, "{which:?} of {n} along {axis}");
                    for (j, (value, place)) in values.as_slice::<f32>().unwrap().iter().zip(places).enumerate() {
                        assert_eq!(value.to_bits(), xs[j * n + place].to_bits());
                    }
                }
            }
        }
    }

    #[test]
    fn one_that_differs_is_noticed_wherever_it_stands() {
        for (shape, axes) in [(&[3, 2000][..], &[1][..]), (&[5, 7, 3], &[1]), (&[2, 3, 4], &[0, 2])] {
            let len: usize = shape.iter().product();
            for odd in [0, len / 2, len - 1] {
                let flags: Vec<bool> = (0..len).map(|i| i != odd).collect();
                let flags = Array::from_slice(shape, &flags);
                let counts = sum(&crate::elementwise::cast(&flags, crate::DType::I64), axes);
                let n: usize = axes.iter().map(|&a| shape[a]).product();
                let expected: Vec<bool> = counts.as_slice::<i64>().unwrap().iter().map(|&c| c == n as i64).collect();
                assert_eq!(all_are(true, &flags, axes).as_slice::<bool>().unwrap(), expected);
                assert!(all_are(false, &flags, axes).as_slice::<bool>().unwrap().iter().all(|&none| !none));
            }
        }
    }
}
