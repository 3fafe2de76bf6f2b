//! The logarithm of the sigmoid.

use super::prelude::*;

impl Tensor {
    /// log(sigmoid x), exact where the sigmoid has become 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-1e4].log_sigmoid().item(), -1e4);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn log_sigmoid(&self) -> Tensor {
        check_float("log_sigmoid", self);
        -(-self).softplus()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "log_sigmoid",
    group: Group::Activation,
    types: Types::Floats,
    formula: "log(1 / (1 + e^-x))",
    derivative: "g sigmoid(-x)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].log_sigmoid()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].log_sigmoid()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].log_sigmoid()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).log_sigmoid(), "log_sigmoid: not defined for i64")],
    kinks: no_kinks,
};
