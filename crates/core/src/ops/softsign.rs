//! x / (1 + |x|).

use super::prelude::*;

impl Tensor {
    /// x / (1 + |x|).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-3.0].softsign().item(), -0.75);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn softsign(&self) -> Tensor {
        check_float("softsign", self);
        self / (self.abs() + 1)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "softsign",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x / (1 + |x|)",
    derivative: "g / (1 + |x|)^2",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].softsign()),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].softsign()),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].softsign()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).softsign(), "softsign: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0])],
            call: |x| x[0].softsign(),
            gradients: vec![vec![1.0]],
        }]
    },
};
