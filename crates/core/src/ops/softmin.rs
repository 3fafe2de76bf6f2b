//! The softmax of the negative.

use super::prelude::*;

impl Tensor {
    /// [`Tensor::softmax`] of -x along an axis: large where x is small.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 1.0].softmin(0).to_vec::<f32>().unwrap(), [0.5, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn softmin(&self, axis: isize) -> Tensor {
        check_float("softmin", self);
        (-self).softmax(axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "softmin",
    group: Group::Activation,
    types: Types::Floats,
    formula: "e^-x / sum e^-x",
    derivative: "-(g - sum(g y)) y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("last axis", [spread([2, 5], -2.0, 2.0)], |x| x[0].softmin(-1)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].softmin(1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].softmin(1)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).softmin(0), "softmin: not defined for i64")],
    kinks: no_kinks,
};
