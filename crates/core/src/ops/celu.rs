//! An exponential below 0, smooth at 0.

use super::prelude::*;

impl Tensor {
    /// x where it is above 0, else alpha (e^(x / alpha) - 1) (J. Barron, "Continuously differentiable exponential linear units", 2017).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, 3.0].celu(2.0).to_vec::<f32>().unwrap(), [0.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `alpha` is 0.
    #[must_use]
    #[track_caller]
    pub fn celu(&self, alpha: f64) -> Tensor {
        check_float("celu", self);
        if alpha == 0.0 {
            fail!("celu: alpha is 0, by which x is divided");
        }
        let positive = self.untracked().gt(0);
        let below = (positive.where_cond(0, self) / alpha).expm1() * alpha;
        positive.where_cond(self, below)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "celu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where x > 0, else alpha (e^(x / alpha) - 1)",
    derivative: "g where x > 0, else g e^(x / alpha)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].celu(1.5)),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].celu(1.5)),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].celu(1.5)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).celu(1.0), "celu: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 1.0])],
            call: |x| x[0].celu(0.5),
            gradients: vec![vec![1.0, 1.0]],
        }]
    },
};
