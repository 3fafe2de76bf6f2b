//! Tensors one below the other.

use super::prelude::*;

impl Tensor {
    /// Tensors joined along axis 0; those with one axis count as rows.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::vstack(&[tensor![1, 2], tensor![3, 4]]).shape(), [2, 2]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not fit or types differ: see [`Tensor::cat`].
    #[must_use]
    #[track_caller]
    pub fn vstack(tensors: &[Tensor]) -> Tensor {
        let row = |x: &Tensor| if x.ndim() < 2 { x.reshape([1, -1]) } else { x.clone() };
        Tensor::cat(&tensors.iter().map(row).collect::<Vec<_>>(), 0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "vstack",
    group: Group::Shape,
    types: Types::Any,
    formula: "tensors joined",
    derivative: "each tensor's part of g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([1, 3], -2.0, 2.0)], Tensor::vstack),
            Sample::new("one axis", [spread([2], -2.0, 2.0), spread([2], -2.0, 2.0)], Tensor::vstack),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], -2.0, 2.0)], Tensor::vstack),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], -2.0, 2.0)], Tensor::vstack),
        ]
    },
    errors: || no_errors(),
    kinks: no_kinks,
};
