//! An exponential below 0.

use super::prelude::*;

impl Tensor {
    /// x where it is above 0, else alpha (e^x - 1) (D.-A. Clevert et al., "Fast and accurate deep network learning by exponential
    /// linear units", 2016). The derivative at 0 is alpha.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, 3.0].elu(1.0).to_vec::<f32>().unwrap(), [0.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn elu(&self, alpha: f64) -> Tensor {
        check_float("elu", self);
        let positive = self.untracked().gt(0);
        // 0 in place of what is positive: its exponential may be infinite.
        let below = positive.where_cond(0, self).expm1() * alpha;
        positive.where_cond(self, below)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "elu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where x > 0, else alpha (e^x - 1)",
    derivative: "g where x > 0, else g alpha e^x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].elu(1.5)),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].elu(1.5)),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].elu(1.5)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).elu(1.0), "elu: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 1.0])],
            call: |x| x[0].elu(0.5),
            gradients: vec![vec![0.5, 1.0]],
        }]
    },
};
