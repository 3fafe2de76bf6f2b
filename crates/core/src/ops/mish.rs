//! x tanh(softplus x).

use super::prelude::*;

impl Tensor {
    /// x tanh(softplus x) (D. Misra, "Mish: a self regularized non-monotonic activation function", 2019).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].mish().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn mish(&self) -> Tensor {
        check_float("mish", self);
        self * self.softplus().tanh()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "mish",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x tanh(log(1 + e^x))",
    derivative: "g (t + x (1 - t^2) sigmoid x), t = tanh(softplus x)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].mish()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].mish()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].mish()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).mish(), "mish: not defined for i64")],
    kinks: no_kinks,
};
