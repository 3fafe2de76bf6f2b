//! Resampling along one axis: each place of the result is a weighted sum of a few places of the input.
//!
//! The weights are a sparse matrix, kept by rows. Every kind of interpolation is such a matrix and its derivative is the
//! transposed one, so that one kernel, which writes each element once, serves both.

use crate::array::{Array, Dims};
use crate::isa::{self, Isa, Kernel};
use crate::softmax::Real;
use crate::strided::TASK;
use crate::{pool, strided, with_type};

/// A sparse matrix by rows: of each, the columns that are not 0, with their weights.
#[derive(Clone, Debug)]
pub struct Taps {
    columns: usize,
    rows: Vec<Vec<(usize, f64)>>,
}

impl Taps {
    /// A matrix of so many columns.
    ///
    /// # Panics
    /// If a row names a column that is not there.
    pub fn new(columns: usize, rows: Vec<Vec<(usize, f64)>>) -> Self {
        assert!(rows.iter().flatten().all(|&(column, _)| column < columns), "taps: a column beyond {columns}");
        Taps { columns, rows }
    }

    /// How many places the result has.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Rows for columns.
    pub fn transposed(&self) -> Self {
        let mut rows = vec![Vec::new(); self.columns];
        for (i, row) in self.rows.iter().enumerate() {
            for &(column, weight) in row {
                rows[column].push((i, weight));
            }
        }
        Taps { columns: self.rows.len(), rows }
    }
}

/// Some rows of the result, each `inner` elements wide.
struct Rows<'a, T> {
    x: &'a [T],
    columns: usize,
    taps: &'a [Vec<(usize, T)>],
    inner: usize,
    first: usize,
    out: &'a mut [T],
}

impl<T: Real> Kernel for Rows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (n, inner) = (self.taps.len(), self.inner);
        for (k, out) in self.out.chunks_exact_mut(inner).enumerate() {
            let (group, row) = ((self.first + k) / n, (self.first + k) % n);
            let rows = &self.x[group * self.columns * inner..][..self.columns * inner];
            out.fill(T::ZERO);
            for &(column, weight) in &self.taps[row] {
                for (out, &x) in out.iter_mut().zip(&rows[column * inner..][..inner]) {
                    *out = *out + weight * x;
                }
            }
        }
    }
}

/// The matrix of `taps` times the elements along `axis`.
///
/// # Panics
/// If the axis is not as long as the matrix has columns.
pub fn resample(x: &Array, axis: usize, taps: &Taps) -> Array {
    assert_eq!(x.shape()[axis], taps.columns, "resample: axis {axis} of {:?}", x.shape());
    let x = strided::contiguous(x);
    let inner: usize = x.shape()[axis + 1..].iter().product();
    let mut shape = Dims::from_slice(x.shape());
    shape[axis] = taps.rows();
    with_type!(float x.dtype(), T => {
        let xs = x.as_slice::<T>().expect("just brought in order");
        let cast = |row: &Vec<(usize, f64)>| row.iter().map(|&(column, weight)| (column, weight as T)).collect();
        let cast: Vec<Vec<(usize, T)>> = taps.rows.iter().map(cast).collect();
        Array::build::<T>(&shape, |out| {
            if out.is_empty() {
                return;
            }
            let rows = (TASK / inner).max(1);
            pool::chunks_mut(out, rows * inner, |task, out| {
                isa::dispatch(Rows { x: xs, columns: taps.columns, taps: &cast, inner, first: task * rows, out });
            });
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    fn counting(shape: &[usize]) -> Array {
        Array::build::<f64>(shape, |out| out.iter_mut().enumerate().for_each(|(i, v)| *v = i as f64))
    }

    /// Against the dense matrix, over sizes that take several tasks, every axis, and a layout that is not in order.
    #[test]
    fn every_axis_is_multiplied_by_the_matrix_and_by_its_transpose() {
        let dense = [[0.5, 0.0, 0.25], [0.0, 0.0, 0.0], [1.0, -1.0, 2.0], [0.0, 3.0, 0.0]];
        let sparse = |row: &[f64; 3]| row.iter().copied().enumerate().filter(|(_, w)| *w != 0.0).collect();
        let taps = Taps::new(3, dense.iter().map(sparse).collect());
        for (lengths, axis) in [([2, 3, 5], 1), ([3, 1, 1], 0), ([7, 5, 3], 2), ([101, 3, 211], 1), ([0, 3, 2], 1)] {
            let x = counting(&lengths);
            for (taps, n, transposed) in [(taps.clone(), 3, false), (taps.transposed(), 4, true)] {
                let mut shape = lengths;
                shape[axis] = n;
                let x = if transposed { counting(&shape) } else { x.clone() };
                let reversed = view::permute(&strided::copy(&view::permute(&x, &[2, 1, 0])), &[2, 1, 0]);
                let inner: usize = shape[axis + 1..].iter().product();
                let rows = taps.rows();
                let mut expected = vec![0.0; shape[..axis].iter().product::<usize>() * rows * inner];
                for (at, v) in expected.iter_mut().enumerate() {
                    let (group, row, k) = (at / inner / rows, at / inner % rows, at % inner);
                    let weight = |column: usize| if transposed { dense[column][row] } else { dense[row][column] };
                    *v = (0..n).map(|c| weight(c) * ((group * n + c) * inner + k) as f64).sum();
                }
                for x in [&x, &reversed] {
                    assert_eq!(resample(x, axis, &taps).as_slice::<f64>().unwrap(), expected, "{shape:?} {transposed}");
                }
            }
        }
    }
}
