//! Without axes of length 1.

use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// Without any axis of length 1; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([1, 3, 1]).squeeze().shape(), [3]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn squeeze(&self) -> Tensor {
        let kept: Dims = self.shape().iter().copied().filter(|&n| n != 1).collect();
        reshape(self, &kept)
    }

    /// Without some axes, which must have length 1; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([1, 3, 1]).squeeze_dim(-1).shape(), [1, 3]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist, is named twice, or has another length.
    #[must_use]
    #[track_caller]
    pub fn squeeze_dim(&self, axes: impl Into<Axes>) -> Tensor {
        let shape = self.shape();
        let axes = axes.into().resolve("squeeze", shape);
        if let Some(&axis) = axes.iter().find(|&&axis| shape[axis] != 1) {
            fail!("squeeze: axis {axis} of {shape:?} has length {}, not 1", shape[axis]);
        }
        reshape(self, &axes::reduced(shape, &axes, false))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "squeeze",
    group: Group::Shape,
    types: Types::Any,
    formula: "x without axes of length 1",
    derivative: "g under the shape of x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([1, 3, 1, 2], -2.0, 2.0)], |x| x[0].squeeze()),
            Sample::new("one axis", [spread([1, 3, 1], -2.0, 2.0)], |x| x[0].squeeze_dim(-1)),
            Sample::new("some axes", [spread([1, 3, 1, 1], -2.0, 2.0)], |x| x[0].squeeze_dim([0, 2])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].squeeze()),
            Sample::new("size 0", [spread([0, 1], -2.0, 2.0)], |x| x[0].squeeze()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).squeeze_dim(1), "squeeze: axis 1 of [2, 3] has length 3, not 1"),
            misuse!(Tensor::zeros([1]).squeeze_dim(1), "squeeze: axis 1 does not exist in [1], which has 1 axes"),
        ]
    },
    kinks: no_kinks,
};
