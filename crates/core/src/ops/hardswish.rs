//! x hardsigmoid x.

use super::prelude::*;

impl Tensor {
    /// x min(max(x + 3, 0), 6) / 6 (A. Howard et al., "Searching for MobileNetV3", 2019). The derivatives at -3 and 3 are 0 and 1.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-4.0, 6.0].hardswish().to_vec::<f32>().unwrap(), [0.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn hardswish(&self) -> Tensor {
        check_float("hardswish", self);
        // Linear beyond 3, so that the derivative there and at 3 itself is exactly 1.
        self.untracked().lt(3).where_cond(self * self.hardsigmoid(), self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hardswish",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x min(max(x + 3, 0), 6) / 6",
    derivative: "0 where x <= -3, g where x >= 3, else g (x / 3 + 1/2)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -5.0, 5.1)], |x| x[0].hardswish()),
            Sample::new("size 1", [spread([1], -5.0, 5.1)], |x| x[0].hardswish()),
            Sample::new("size 0", [spread([0], -5.0, 5.1)], |x| x[0].hardswish()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).hardswish(), "hardswish: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at the bounds",
            inputs: vec![Tensor::from([-3.0, 3.0, 0.0])],
            call: |x| x[0].hardswish(),
            gradients: vec![vec![0.0, 1.0, 0.5]],
        }]
    },
};
