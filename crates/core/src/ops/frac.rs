//! The fraction.

use super::prelude::*;

impl Tensor {
    /// x - trunc x: the fraction of each element, with its sign.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-1.5].frac().item(), -0.5);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn frac(&self) -> Tensor {
        check_float("frac", self);
        self - self.trunc()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "frac",
    group: Group::Unary,
    types: Types::Floats,
    formula: "x - trunc x",
    derivative: "g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].frac()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].frac()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].frac()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).frac(), "frac: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "an integer",
            inputs: vec![Tensor::from([0.0, 2.0])],
            call: |x| x[0].frac(),
            gradients: vec![vec![1.0, 1.0]],
        }]
    },
};
