//! Tensors side by side.

use super::prelude::*;

impl Tensor {
    /// Tensors joined along axis 1, or along axis 0 if they have one axis.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::hstack(&[tensor![1, 2], tensor![3, 4]]).shape(), [4]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not fit or types differ: see [`Tensor::cat`].
    #[must_use]
    #[track_caller]
    pub fn hstack(tensors: &[Tensor]) -> Tensor {
        let axis = isize::from(tensors.iter().any(|x| x.ndim() > 1));
        Tensor::cat(tensors, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hstack",
    group: Group::Shape,
    types: Types::Any,
    formula: "tensors joined",
    derivative: "each tensor's part of g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 1], -2.0, 2.0)], Tensor::hstack),
            Sample::new("one axis", [spread([2], -2.0, 2.0), spread([2], -2.0, 2.0)], Tensor::hstack),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], -2.0, 2.0)], Tensor::hstack),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], -2.0, 2.0)], Tensor::hstack),
        ]
    },
    errors: || no_errors(),
    kinks: no_kinks,
};
