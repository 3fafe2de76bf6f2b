//! A scaled exponential linear unit.

use super::prelude::*;

impl Tensor {
    /// A scaled [`Tensor::elu`] that keeps activations at mean 0 and variance 1 (G. Klambauer et al., "Self-normalizing neural
    /// networks", 2017). The derivative at 0 is that from below.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].selu().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn selu(&self) -> Tensor {
        check_float("selu", self);
        const ALPHA: f64 = 1.673_263_242_354_377_2;
        const SCALE: f64 = 1.050_700_987_355_480_5;
        self.elu(ALPHA) * SCALE
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "selu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "1.0507 x where x > 0, else 1.7581 (e^x - 1)",
    derivative: "1.0507 g where x > 0, else 1.7581 g e^x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].selu()),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].selu()),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].selu()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).selu(), "selu: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0])],
            call: |x| x[0].selu(),
            gradients: vec![vec![1.0507009873554805 * 1.6732632423543772]],
        }]
    },
};
