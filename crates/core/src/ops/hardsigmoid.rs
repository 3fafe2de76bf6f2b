//! A sigmoid of straight pieces.

use super::prelude::*;

impl Tensor {
    /// min(max(x + 3, 0), 6) / 6. The derivatives at -3 and 3 are 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].hardsigmoid().item(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn hardsigmoid(&self) -> Tensor {
        check_float("hardsigmoid", self);
        (self + 3).hardtanh(0.0, 6.0) / 6
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hardsigmoid",
    group: Group::Activation,
    types: Types::Floats,
    formula: "min(max(x + 3, 0), 6) / 6",
    derivative: "g / 6 where -3 < x < 3, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -5.0, 5.1)], |x| x[0].hardsigmoid()),
            Sample::new("size 1", [spread([1], -5.0, 5.1)], |x| x[0].hardsigmoid()),
            Sample::new("size 0", [spread([0], -5.0, 5.1)], |x| x[0].hardsigmoid()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).hardsigmoid(), "hardsigmoid: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at the bounds",
            inputs: vec![Tensor::from([-3.0, 3.0])],
            call: |x| x[0].hardsigmoid(),
            gradients: vec![vec![0.0, 0.0]],
        }]
    },
};
