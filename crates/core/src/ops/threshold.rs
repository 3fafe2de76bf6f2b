//! A value in place of what is not large.

use super::prelude::*;

impl Tensor {
    /// x where it is above `threshold`, else `value`. The derivative at the threshold is 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.3, 3.0].threshold(0.5, 2.0).to_vec::<f32>().unwrap(), [2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn threshold(&self, threshold: f64, value: f64) -> Tensor {
        check_float("threshold", self);
        self.untracked().le(threshold).where_cond(value, self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "threshold",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where x > threshold, else a value",
    derivative: "g where x > threshold, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.1)], |x| x[0].threshold(0.5, 2.0)),
            Sample::new("size 1", [spread([1], -2.0, 2.1)], |x| x[0].threshold(0.5, 2.0)),
            Sample::new("size 0", [spread([0], -2.0, 2.1)], |x| x[0].threshold(0.5, 2.0)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).threshold(0.5, 2.0), "threshold: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at the threshold",
            inputs: vec![Tensor::from([0.5, 0.6])],
            call: |x| x[0].threshold(0.5, 2.0),
            gradients: vec![vec![0.0, 1.0]],
        }]
    },
};
