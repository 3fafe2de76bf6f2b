//! The diagonals of matrices.

use super::prelude::*;
use super::unfold::{Walk, along};

impl Tensor {
    /// The diagonal of two axes, which go; it becomes the last axis. `offset` moves it up (to the right). A view.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1, 2], [3, 4]].diagonal(0, 0, 1).to_vec::<i64>().unwrap(), [1, 4]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist, or both are one.
    #[must_use]
    #[track_caller]
    pub fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> Tensor {
        let (a, b) = (axes::axis("diagonal", self.shape(), axis1), axes::axis("diagonal", self.shape(), axis2));
        if a == b {
            fail!("diagonal: axis {a} of {:?} is named twice", self.shape());
        }
        let n = self.ndim();
        let mut start = Dims::from_elem(0, n);
        start[if offset < 0 { a } else { b }] = offset.unsigned_abs();
        let length = (self.shape()[a].saturating_sub(start[a])).min(self.shape()[b].saturating_sub(start[b]));
        if length == 0 {
            start.fill(0);
        }
        let mut axes: Vec<(usize, Dims)> =
            (0..n).filter(|&k| k != a && k != b).map(|k| (self.shape()[k], along(n, k, 1))).collect();
        axes.push((length, (0..n).map(|k| usize::from(k == a || k == b)).collect()));
        Walk { name: "diagonal", of: Dims::from_slice(self.shape()), start, axes }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "diagonal",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[.., i] = x[.., i, i + offset]",
    derivative: "g on the diagonal, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 3], -2.0, 2.0)], |x| x[0].diagonal(0, 0, 1)),
            Sample::new("above", [spread([2, 4], -2.0, 2.0)], |x| x[0].diagonal(1, 0, 1)),
            Sample::new("below", [spread([4, 2], -2.0, 2.0)], |x| x[0].diagonal(-2, 0, 1)),
            Sample::new("axes", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].diagonal(0, 2, 0)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].diagonal(0, 0, 1)),
            Sample::new("size 0", [spread([2, 2], -2.0, 2.0)], |x| x[0].diagonal(5, 0, 1)),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 2]).diagonal(0, 1, -1), "diagonal: axis 1 of [2, 2] is named twice")],
    kinks: no_kinks,
};
