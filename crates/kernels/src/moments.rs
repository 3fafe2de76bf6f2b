//! Variances along axes.
//!
//! First the means, then the squares of the deviations from them, gathered as sums are (`reduce.rs`) but never stored: two
//! readings of the array and no writing. The difference of two large sums, which one reading would give, loses the digits
//! of a small variance beside a large mean.

use crate::array::Array;
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::reduce::{self, Folded, LANES, TASK, fold};
use crate::{elementwise, math, pool, with_type};

/// Deviations whose squares are summed in the type itself before the sum goes to f64.
const RUN: usize = 1024;
/// As [`RUN`], of rows when the reduced axis is not the last.
const ROWS: usize = 32;

/// A float, with what sums of squares need beyond [`Number`].
trait Float: Number {
    fn squared_deviation(self, mean: Self) -> Self;
}

macro_rules! float {
    ($($t:ty)*) => {$(
        impl Float for $t {
            #[inline(always)]
            fn squared_deviation(self, mean: Self) -> Self {
                let d = self - mean;
                d * d
            }
        }
    )*};
}
float!(f32 f64);

/// The unbiased variance and the mean over `axes` (sorted, different), which the results lack. The variance of fewer than two
/// elements is NaN.
pub fn var_mean(x: &Array, axes: &[usize]) -> (Array, Array) {
    let f = fold(x, axes);
    with_type!(float x.dtype(), T => {
        let total = reduce::sum_typed::<T>(&f);
        let mean = elementwise::unary_typed::<T, _>(math::DivScalar(f.reduced as T), &total);
        let squares = squared_deviations::<T>(&f, mean.as_slice::<T>().expect("sums are contiguous"));
        let less_one = f.reduced.saturating_sub(1) as T;
        (elementwise::unary_typed::<T, _>(math::DivScalar(less_one), &squares), mean)
    })
}

/// The sums of the squares of the deviations from `means`.
fn squared_deviations<T: Float>(f: &Folded<'_>, means: &[T]) -> Array {
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    Array::build::<T>(&f.kept, |out| {
        if out.is_empty() || f.reduced == 0 {
            out.fill(T::ZERO);
        } else if f.inner == 1 && f.outer == 1 {
            // One long row: fixed parts, added in order.
            let mut parts = vec![T::Wide::ZERO; xs.len().div_ceil(TASK)];
            pool::chunks_mut(&mut parts, 1, |i, part| {
                let row = &xs[i * TASK..(i * TASK + TASK).min(xs.len())];
                part[0] = isa::dispatch(Row { row, mean: means[0] });
            });
            out[0] = T::narrow(parts.into_iter().fold(T::Wide::ZERO, T::Wide::plus));
        } else if f.inner == 1 {
            let rows = f.groups_per_task();
            pool::chunks_mut(out, rows, |i, sums| {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let at = i * rows + j;
                    let row = &xs[at * f.reduced..][..f.reduced];
                    *sum = T::narrow(isa::dispatch(Row { row, mean: means[at] }));
                }
            });
        } else if f.outer == 1 {
            let width = (TASK / f.reduced).clamp(64, f.inner.max(64));
            pool::chunks_mut(out, width, |i, sums| {
                let (first, means) = (i * width, &means[i * width..][..sums.len()]);
                isa::dispatch(Rows { rows: xs, first, inner: f.inner, means, out: sums });
            });
        } else {
            let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
            pool::chunks_mut(out, group * f.inner, |i, sums| {
                for (j, sums) in sums.chunks_mut(f.inner).enumerate() {
                    let at = i * group + j;
                    let (rows, means) = (&xs[at * each..][..each], &means[at * f.inner..][..f.inner]);
                    isa::dispatch(Rows { rows, first: 0, inner: f.inner, means, out: sums });
                }
            });
        }
    })
}

/// The sum of one row's squared deviations.
struct Row<'a, T> {
    row: &'a [T],
    mean: T,
}

impl<T: Float> Kernel for Row<'_, T> {
    type Output = T::Wide;
    #[inline(always)]
    fn run<I: Isa>(self) -> T::Wide {
        let mut total = T::Wide::ZERO;
        for run in self.row.chunks(RUN) {
            let mut lanes = [T::ZERO; LANES];
            let mut groups = run.chunks_exact(LANES);
            for group in &mut groups {
                for (lane, &v) in lanes.iter_mut().zip(group) {
                    *lane = lane.plus(v.squared_deviation(self.mean));
                }
            }
            for (lane, &v) in lanes.iter_mut().zip(groups.remainder()) {
                *lane = lane.plus(v.squared_deviation(self.mean));
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

/// The sums of squared deviations down the columns of `[reduced, inner]`, as many as `out` has, from `first` on.
struct Rows<'a, T> {
    rows: &'a [T],
    first: usize,
    inner: usize,
    means: &'a [T],
    out: &'a mut [T],
}

impl<T: Float> Kernel for Rows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let width = self.out.len();
        let mut wide = vec![T::Wide::ZERO; width];
        for block in self.rows.chunks(self.inner * ROWS) {
            self.out.fill(T::ZERO);
            for row in block.chunks_exact(self.inner) {
                let row = &row[self.first..self.first + width];
                for ((sum, &v), &mean) in self.out.iter_mut().zip(row).zip(self.means) {
                    *sum = sum.plus(v.squared_deviation(mean));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the definition in f64, over shapes that take every path, with a mean far beyond the deviations.
    #[test]
    fn a_small_variance_beside_a_large_mean_keeps_its_digits() {
        let shapes: [(&[usize], &[usize]); 6] = [
            (&[1], &[0]),
            (&[150_001], &[0]),
            (&[301, 517], &[1]),
            (&[301, 517], &[0]),
            (&[7, 37, 301], &[1]),
            (&[3, 5, 7], &[0, 2]),
        ];
        for (shape, axes) in shapes {
            let numbers: Vec<f64> =
                (0..shape.iter().product::<usize>()).map(|i| 1e8 + ((i * 7919) % 1009) as f64 / 64.0).collect();
            let x = Array::from_slice(shape, &numbers);
            let (var, mean) = var_mean(&x, axes);
            let f = fold(&x, axes);
            let xs = f.x.as_slice::<f64>().unwrap();
            for at in 0..f.outer * f.inner {
                let (group, column) = (at / f.inner, at % f.inner);
                let row = || (0..f.reduced).map(|k| xs[(group * f.reduced + k) * f.inner + column]);
                let centre = row().map(|v| v - 1e8).sum::<f64>() / f.reduced as f64;
                let square = row().map(|v| (v - 1e8 - centre).powi(2)).sum::<f64>() / (f.reduced as f64 - 1.0);
                let (var, mean) = (var.as_slice::<f64>().unwrap()[at], mean.as_slice::<f64>().unwrap()[at]);
                assert!((mean - 1e8 - centre).abs() < 1e-7, "{shape:?} {axes:?}: {mean}");
                assert!(
                    (f.reduced == 1 && var.is_nan()) || (var / square - 1.0).abs() < 1e-9,
                    "{shape:?} {axes:?}: {var}"
                );
            }
        }
    }
}
