//! Running sums, products, extremes and recurrences along one axis.
//!
//! A scan is a chain in which each element waits for the one before it, so what runs side by side is rows: the axis is brought
//! to the end and the rows are shared out among the threads. Chains of floats run in f64 and are rounded element by element,
//! so that a million steps lose no digits of an f32.

use crate::array::Array;
use crate::dtype::Number;
use crate::reduce::Extreme;
use crate::softmax::{Real, elements, map_rows, rows, rows_per_task, unrows};
use crate::{pool, with_type};

/// Each element of `out` from the one before it and the element of `x`.
#[inline(always)]
fn chain<'a, T: Number>(
    pairs: impl Iterator<Item = (&'a T, &'a mut T)>,
    start: T::Wide,
    step: impl Fn(T::Wide, T::Wide) -> T::Wide,
) {
    let mut state = start;
    for (&x, out) in pairs {
        state = step(state, x.widen());
        *out = T::narrow(state);
    }
}

/// The sums of the elements up to each place along `axis`; from each place on, if `reverse`. Integers wrap.
pub fn cumsum(x: &Array, axis: usize, reverse: bool) -> Array {
    let n = x.shape()[axis].max(1);
    with_type!(number x.dtype(), T => map_rows::<T>(x, &[axis], |_, x, out| {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            let pairs = x.iter().zip(out);
            if reverse {
                chain(pairs.rev(), <T as Number>::Wide::ZERO, Number::plus);
            } else {
                chain(pairs, <T as Number>::Wide::ZERO, Number::plus);
            }
        }
    }))
}

/// The products of the elements up to each place along `axis`. Integers wrap.
pub fn cumprod(x: &Array, axis: usize) -> Array {
    let n = x.shape()[axis].max(1);
    with_type!(number x.dtype(), T => map_rows::<T>(x, &[axis], |_, x, out| {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            chain(x.iter().zip(out), <T as Number>::Wide::ONE, Number::times);
        }
    }))
}

/// `y[k] = b[k] + a[k] y[k-1]` along `axis`, or, `transposed`, `y[k] = b[k] + a[k+1] y[k+1]`. The end at which a chain begins is
/// the element of `b`, and `a[0]` is not read.
pub fn recurrence(a: &Array, b: &Array, axis: usize, transposed: bool) -> Array {
    let n = a.shape()[axis].max(1);
    let a = rows(a, &[axis]);
    with_type!(number b.dtype(), T => {
        let all = elements::<T>(&a);
        map_rows::<T>(b, &[axis], |row, b, out| {
            let rows = all[row * n..].chunks_exact(n).zip(b.chunks_exact(n)).zip(out.chunks_exact_mut(n));
            for ((a, b), out) in rows {
                if transposed {
                    let factors = [T::ZERO].iter().chain(a[1..].iter().rev());
                    recur(factors.zip(b.iter().rev()), out.iter_mut().rev());
                } else {
                    recur([T::ZERO].iter().chain(&a[1..]).zip(b), out.iter_mut());
                }
            }
        })
    })
}

/// The chain of one row; its state begins as 0, which the first factor multiplies.
#[inline(always)]
fn recur<'a, T: Number>(terms: impl Iterator<Item = (&'a T, &'a T)>, out: impl Iterator<Item = &'a mut T>) {
    let mut state = T::Wide::ZERO;
    for ((&a, &b), out) in terms.zip(out) {
        state = b.widen().plus(a.widen().times(state));
        *out = T::narrow(state);
    }
}

/// The extreme of the elements up to each place along `axis`, and where it last stood. Once there is a NaN it stays.
pub fn cumulative_extreme(which: Extreme, x: &Array, axis: usize) -> (Array, Array) {
    let n = x.shape()[axis].max(1);
    let x = rows(x, &[axis]);
    let chunk = rows_per_task(n) * n;
    with_type!(number x.dtype(), T => {
        let xs = elements::<T>(&x);
        let mut places = vec![0i64; xs.len()];
        let values = Array::build::<T>(x.shape(), |values| {
            pool::zip_chunks_mut(values, chunk, &mut places, chunk, |i, values, places| {
                let rows = values.chunks_exact_mut(n).zip(places.chunks_exact_mut(n));
                for (row, (values, places)) in xs[i * chunk..].chunks_exact(n).zip(rows) {
                    let (mut best, mut place) = (row[0], 0);
                    for (k, (&v, (value, at))) in row.iter().zip(values.iter_mut().zip(places)).enumerate() {
                        let reaches = match which {
                            Extreme::Max => v >= best,
                            Extreme::Min => v <= best,
                        };
                        if reaches || v.is_nan() {
                            (best, place) = (v, k as i64);
                        }
                        (*value, *at) = (best, place);
                    }
                }
            });
        });
        let places = Array::from_slice(x.shape(), &places);
        (unrows(values, &[axis]), unrows(places, &[axis]))
    })
}

/// `log sum e^x` of the elements up to each place along `axis`; then the two parts of it, the largest so far and the logarithm of
/// the sum relative to it, which keep the digits that large elements take from their sum.
pub fn logcumsumexp(x: &Array, axis: usize) -> [Array; 3] {
    let n = x.shape()[axis].max(1);
    let x = rows(x, &[axis]);
    let chunk = rows_per_task(n) * n;
    with_type!(float x.dtype(), T => {
        let xs = elements::<T>(&x);
        let mut outs = [(); 3].map(|()| Array::full(x.shape(), T::ZERO));
        let [value, max, log_sum] = outs.each_mut().map(|out| (out.make_mut::<T>(), chunk));
        pool::zip3_chunks_mut(value, max, log_sum, |i, values, maxima, log_sums| {
            let outs = values.chunks_exact_mut(n).zip(maxima.chunks_exact_mut(n)).zip(log_sums.chunks_exact_mut(n));
            for (x, ((values, maxima), log_sums)) in xs[i * chunk..].chunks_exact(n).zip(outs) {
                let (mut max, mut sum) = (<T as Real>::NEG_INFINITY.widen(), 0.0);
                for (k, x) in x.iter().map(|x| x.widen()).enumerate() {
                    if x > max {
                        (max, sum) = (x, sum * (max - x).exp() + 1.0);
                    } else if x == max {
                        sum += 1.0;
                    } else {
                        sum += (x - max).exp();
                    }
                    let log_sum: f64 = sum.ln();
                    values[k] = T::narrow(max + log_sum);
                    maxima[k] = T::narrow(max);
                    log_sums[k] = T::narrow(log_sum);
                }
            }
        });
        outs.map(|out| unrows(out, &[axis]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{strided, view};

    fn values<T: crate::Element>(x: &Array) -> Vec<T> {
        strided::contiguous(x).as_slice().unwrap().to_vec()
    }

    #[test]
    fn chains_run_along_any_axis_of_any_layout() {
        let x = Array::from_slice(&[2, 3], &[1i64, 2, 3, 4, 5, 6]);
        assert_eq!(values::<i64>(&cumsum(&x, 1, false)), [1, 3, 6, 4, 9, 15]);
        assert_eq!(values::<i64>(&cumsum(&x, 1, true)), [6, 5, 3, 15, 11, 6]);
        assert_eq!(values::<i64>(&cumsum(&x, 0, false)), [1, 2, 3, 5, 7, 9]);
        assert_eq!(values::<i64>(&cumprod(&view::permute(&x, &[1, 0]), 1)), [1, 4, 2, 10, 3, 18]);
        assert_eq!(cumsum(&Array::full(&[2, 0], 0i64), 1, false).shape(), [2, 0]);
    }

    #[test]
    fn a_recurrence_and_its_transpose_are_the_written_ones() {
        let a = Array::from_slice(&[3], &[f64::NAN, 2.0, 3.0]);
        let b = Array::from_slice(&[3], &[1.0, 10.0, 100.0]);
        assert_eq!(values::<f64>(&recurrence(&a, &b, 0, false)), [1.0, 12.0, 136.0]);
        assert_eq!(values::<f64>(&recurrence(&a, &b, 0, true)), [621.0, 310.0, 100.0]);
    }

    #[test]
    fn the_last_of_equal_extremes_is_named_and_nan_stays() {
        let x = Array::from_slice(&[5], &[1.0f32, 3.0, 3.0, 2.0, 3.0]);
        let (max, places) = cumulative_extreme(Extreme::Max, &x, 0);
        assert_eq!((values::<f32>(&max), values::<i64>(&places)), (vec![1.0, 3.0, 3.0, 3.0, 3.0], vec![0, 1, 2, 2, 4]));
        let x = Array::from_slice(&[5], &[1.0f32, f32::NAN, 2.0, f32::NAN, 5.0]);
        let (min, places) = cumulative_extreme(Extreme::Min, &x, 0);
        assert_eq!(values::<i64>(&places), [0, 1, 1, 3, 3]);
        assert!(values::<f32>(&min)[1..].iter().all(|v| v.is_nan()));
    }

    #[test]
    fn long_sums_keep_the_digits_of_f32() {
        let sums = cumsum(&Array::full(&[3_000_000], 0.1f32), 0, false);
        let last = f64::from(*values::<f32>(&sums).last().unwrap());
        assert!((last / (3e6 * f64::from(0.1f32)) - 1.0).abs() < 1e-7, "{last}");
    }

    #[test]
    fn running_logarithms_of_sums_neither_overflow_nor_lose_the_infinite() {
        let (inf, e) = (f64::INFINITY, std::f64::consts::E);
        let run = |x: &[f64]| values::<f64>(&logcumsumexp(&Array::from_slice(&[x.len()], x), 0)[0]);
        assert_eq!(run(&[-inf, -inf, 1.0, -inf]), [-inf, -inf, 1.0, 1.0]);
        assert_eq!(run(&[1.0, inf, inf, 2.0]), [1.0, inf, inf, inf]);
        assert!(run(&[1.0, f64::NAN, 2.0])[1..].iter().all(|v| v.is_nan()));
        let expected = [1000.0, 1000.0 + (1.0 + 1.0 / e).ln(), 1001.0 + (1.0 + 1.0 / e + 1.0 / e / e).ln()];
        for (found, expected) in run(&[1000.0, 999.0, 1001.0]).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }
}
