//! A tensor cut into a number of pieces.

use super::prelude::*;
use super::split::{equal_lengths, split};

impl Tensor {
    /// At most `n` pieces along an axis, without a copy: as long as they must be, the last perhaps shorter.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let lengths = |n| Tensor::arange(0, 5).chunk(n, 0).iter().map(Tensor::numel).collect::<Vec<_>>();
    /// assert_eq!(lengths(2), [3, 2]);
    /// assert_eq!(lengths(4), [2, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or `n` is 0.
    #[must_use]
    #[track_caller]
    pub fn chunk(&self, n: usize, axis: isize) -> Vec<Tensor> {
        let shape = self.shape();
        let axis = axes::axis("chunk", shape, axis);
        if n == 0 {
            fail!("chunk: axis {axis} of {shape:?} cannot be cut into 0 pieces");
        }
        split(self, axis, equal_lengths(shape[axis], shape[axis].div_ceil(n).max(1)))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "chunk",
    group: Group::Shape,
    types: Types::Any,
    formula: "pieces of x along an axis",
    derivative: "the pieces' cotangents one after another, 0 for a piece without",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::multi("plain", [spread([2, 5], -2.0, 2.0)], |x| x[0].chunk(3, 1)),
            Sample::multi("more pieces than places", [spread([2, 2], -2.0, 2.0)], |x| x[0].chunk(5, 0)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], |x| x[0].chunk(1, 0)),
            Sample::multi("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].chunk(2, 0)),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 4]).chunk(0, 1), "chunk: axis 1 of [2, 4] cannot be cut into 0 pieces")],
    kinks: no_kinks,
};
