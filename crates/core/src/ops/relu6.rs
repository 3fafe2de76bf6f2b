//! The rectifier up to 6.

use super::prelude::*;

impl Tensor {
    /// min(max(x, 0), 6). The derivatives at 0 and 6 are 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 9.0].relu6().to_vec::<f32>().unwrap(), [0.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn relu6(&self) -> Tensor {
        check_float("relu6", self);
        self.hardtanh(0.0, 6.0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "relu6",
    group: Group::Activation,
    types: Types::Floats,
    formula: "min(max(x, 0), 6)",
    derivative: "g where 0 < x < 6, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -3.0, 9.1)], |x| x[0].relu6()),
            Sample::new("size 1", [spread([1], -3.0, 9.1)], |x| x[0].relu6()),
            Sample::new("size 0", [spread([0], -3.0, 9.1)], |x| x[0].relu6()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).relu6(), "relu6: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at the bounds",
            inputs: vec![Tensor::from([0.0, 6.0, 3.0])],
            call: |x| x[0].relu6(),
            gradients: vec![vec![0.0, 0.0, 1.0]],
        }]
    },
};
