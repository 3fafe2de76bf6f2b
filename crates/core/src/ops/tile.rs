//! The whole tensor several times, as NumPy counts.

use super::prelude::*;

impl Tensor {
    /// As [`Tensor::repeat`], but missing counts in front are 1.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::zeros([2, 3]).tile([2]).shape(), [2, 6]);
    /// ```
    ///
    /// # Panics
    /// Never.
    #[must_use]
    #[track_caller]
    pub fn tile(&self, counts: impl AsRef<[usize]>) -> Tensor {
        let missing = self.ndim().saturating_sub(counts.as_ref().len());
        let counts: Vec<usize> = std::iter::repeat_n(1, missing).chain(counts.as_ref().iter().copied()).collect();
        self.repeat(counts)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "tile",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[i] = x[i mod n]",
    derivative: "the sum of g over the repetitions",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].tile([2])),
            Sample::new("new axes", [spread([2], -2.0, 2.0)], |x| x[0].tile([3, 2])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].tile([3])),
            Sample::new("size 0", [spread([2], -2.0, 2.0)], |x| x[0].tile([0])),
        ]
    },
    errors: || no_errors(),
    kinks: no_kinks,
};
