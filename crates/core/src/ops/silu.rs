//! x sigmoid x.

use super::prelude::*;

impl Tensor {
    /// x sigmoid(x), the sigmoid-weighted linear unit, also called swish.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].silu().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        check_float("silu", self);
        self * self.sigmoid()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "silu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x sigmoid x",
    derivative: "g (s + x s (1 - s)), s = sigmoid x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].silu()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].silu()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].silu()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).silu(), "silu: not defined for i64")],
    kinks: no_kinks,
};
