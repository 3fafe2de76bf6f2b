//! The logarithm of 1 + e^x.

use super::prelude::*;

#[derive(Debug)]
struct Softplus;

impl Op for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Softplus, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let slope = ctx.input(0).sigmoid();
        smallvec![Some(ctx.take_g() * slope)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// log(1 + e^x), a smooth rectifier; x itself where that is large.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1000.0].softplus().item(), 1000.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        check_float("softplus", self);
        Softplus.apply(&[self])
    }

    /// log(1 + e^(beta x)) / beta, and x where beta x is above `threshold` (PyTorch's defaults are 1 and 20).
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `beta` is not above 0.
    #[must_use]
    #[track_caller]
    pub fn softplus_with(&self, beta: f64, threshold: f64) -> Tensor {
        check_float("softplus", self);
        if beta.is_nan() || beta <= 0.0 {
            fail!("softplus: beta is {beta}, expected a number above 0");
        }
        let scaled = self * beta;
        scaled.untracked().gt(threshold).where_cond(self, Softplus.apply(&[&scaled]) / beta)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "softplus",
    group: Group::Activation,
    types: Types::Floats,
    formula: "log(1 + e^(beta x)) / beta",
    derivative: "g sigmoid(beta x)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].softplus()),
            Sample::new("beta", [spread([2, 3], -2.0, 2.1)], |x| x[0].softplus_with(2.0, 3.0)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].softplus()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].softplus()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::arange(0, 2).softplus(), "softplus: not defined for i64"),
            misuse!(Tensor::ones([1]).softplus_with(0.0, 20.0), "softplus: beta is 0, expected a number above 0"),
        ]
    },
    kinks: no_kinks,
};
