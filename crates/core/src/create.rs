//! Making tensors from a shape.

use crate::fail;
use crate::index;
use crate::tensor::Tensor;
use tapegrad_kernels::{Array, DType, checked_len, with_type};

#[track_caller]
pub(crate) fn checked(op: &str, shape: &[usize]) {
    if checked_len(shape).is_none() {
        fail!("{op}: shape {shape:?} does not fit the address space");
    }
}

impl Tensor {
    /// Zeros (f32).
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).shape(), [2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[track_caller]
    pub fn zeros(shape: impl AsRef<[usize]>) -> Tensor {
        checked("zeros", shape.as_ref());
        Tensor::constant(Array::full(shape.as_ref(), 0.0f32))
    }

    /// Ones (f32).
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[track_caller]
    pub fn ones(shape: impl AsRef<[usize]>) -> Tensor {
        checked("ones", shape.as_ref());
        Tensor::constant(Array::full(shape.as_ref(), 1.0f32))
    }

    /// Equal elements (f32).
    ///
    /// # Panics
    /// If the shape does not fit the address space.
    #[track_caller]
    pub fn full(shape: impl AsRef<[usize]>, value: f64) -> Tensor {
        checked("full", shape.as_ref());
        Tensor::constant(Array::full(shape.as_ref(), value as f32))
    }

    /// Equal elements of a tensor's shape and type.
    pub fn full_like(&self, value: f64) -> Tensor {
        filled(self.shape(), self.dtype(), value)
    }

    /// Zeros of a tensor's shape and type.
    pub fn zeros_like(&self) -> Tensor {
        self.full_like(0.0)
    }

    /// Ones of a tensor's shape and type.
    pub fn ones_like(&self) -> Tensor {
        self.full_like(1.0)
    }

    /// The identity matrix of `n` rows (f32).
    pub fn eye(n: usize) -> Tensor {
        Tensor::constant(Array::build::<f32>(&[n, n], |out| {
            out.fill(0.0);
            out.iter_mut().step_by(n + 1).for_each(|v| *v = 1.0);
        }))
    }

    /// The integers from `start` up to, not including, `end` (i64); none if `end <= start`.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::arange(2, 5).to_vec::<i64>().unwrap(), [2, 3, 4]);
    /// ```
    pub fn arange(start: i64, end: i64) -> Tensor {
        let n = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
        Tensor::constant(Array::build::<i64>(&[n], |out| out.iter_mut().zip(start..).for_each(|(v, i)| *v = i)))
    }

    /// `n` evenly spaced numbers from `start` to `end`, both included (f32).
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5).to_vec::<f32>().unwrap(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    /// ```
    pub fn linspace(start: f64, end: f64, n: usize) -> Tensor {
        let step = if n > 1 { (end - start) / (n - 1) as f64 } else { 0.0 };
        // From both ends, so that the last number is exactly `end`.
        let at = |i: usize| if 2 * i < n { start + step * i as f64 } else { end - step * (n - 1 - i) as f64 };
        let at = |i| if n == 1 { start } else { at(i) };
        Tensor::constant(Array::build::<f32>(&[n], |out| {
            out.iter_mut().enumerate().for_each(|(i, v)| *v = at(i) as f32)
        }))
    }

    /// `base` to the powers of `n` evenly spaced numbers from `start` to `end`, both included (f32).
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::logspace(0.0, 2.0, 3, 10.0).to_vec::<f32>().unwrap(), [1.0, 10.0, 100.0]);
    /// ```
    pub fn logspace(start: f64, end: f64, n: usize, base: f64) -> Tensor {
        let step = if n > 1 { (end - start) / (n - 1) as f64 } else { 0.0 };
        let at = |i: usize| if i + 1 == n && n > 1 { end } else { start + step * i as f64 };
        Tensor::constant(Array::build::<f32>(&[n], |out| {
            out.iter_mut().enumerate().for_each(|(i, v)| *v = base.powf(at(i)) as f32)
        }))
    }

    /// 1 at the class that each element of this i64 tensor names and 0 at the others, along a new last axis of `classes` places (i64;
    /// no gradient).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert!(tensor![2, 0].one_hot(3).equal(&tensor![[0, 0, 1], [1, 0, 0]]));
    /// ```
    ///
    /// # Panics
    /// If the tensor is not i64, or an element is negative or not below `classes`.
    #[must_use]
    #[track_caller]
    pub fn one_hot(&self, classes: usize) -> Tensor {
        index::check("one_hot", self, &[classes], 0);
        self.unsqueeze(-1).eq(Tensor::arange(0, classes as i64)).to_dtype(DType::I64)
    }

    /// The rows and columns of the elements on and below a diagonal of a matrix, row by row: `[2, count]` (I64). `offset` moves
    /// the diagonal up.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert!(Tensor::tril_indices(2, 2, 0).equal(&tensor![[0, 1, 1], [0, 0, 1]]));
    /// ```
    pub fn tril_indices(rows: usize, columns: usize, offset: isize) -> Tensor {
        triangle(rows, columns, |i, j| j <= i + offset)
    }

    /// As [`Tensor::tril_indices`], on and above the diagonal.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert!(Tensor::triu_indices(2, 2, 1).equal(&tensor![[0], [1]]));
    /// ```
    pub fn triu_indices(rows: usize, columns: usize, offset: isize) -> Tensor {
        triangle(rows, columns, |i, j| j >= i + offset)
    }
}

/// The places of a matrix that are wanted: their rows, then their columns.
fn triangle(rows: usize, columns: usize, wanted: impl Fn(isize, isize) -> bool) -> Tensor {
    let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
    let places: Vec<(usize, usize)> = places.filter(|&(i, j)| wanted(i as isize, j as isize)).collect();
    Tensor::constant(Array::build::<i64>(&[2, places.len()], |out| {
        let (i, j) = out.split_at_mut(places.len());
        for (k, &place) in places.iter().enumerate() {
            (i[k], j[k]) = (place.0 as i64, place.1 as i64);
        }
    }))
}

pub(crate) fn filled(shape: &[usize], dtype: DType, value: f64) -> Tensor {
    with_type!(any dtype, T => Tensor::constant(Array::full::<T>(shape, <T as tapegrad_kernels::Element>::from_f64(value))))
}
