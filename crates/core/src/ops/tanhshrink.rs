//! x - tanh x.

use super::prelude::*;

impl Tensor {
    /// x - tanh x.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].tanhshrink().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn tanhshrink(&self) -> Tensor {
        check_float("tanhshrink", self);
        self - self.tanh()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "tanhshrink",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x - tanh x",
    derivative: "g tanh^2 x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].tanhshrink()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].tanhshrink()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].tanhshrink()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).tanhshrink(), "tanhshrink: not defined for i64")],
    kinks: no_kinks,
};
