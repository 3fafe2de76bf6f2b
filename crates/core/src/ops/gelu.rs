//! The Gaussian error linear unit.

use super::prelude::*;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

#[derive(Debug)]
struct Gelu;

impl Op for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Gelu, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(GeluBackward.apply(&[ctx.g(), &ctx.input(0)]))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// g (P(x) + x p(x)), in one pass; P and p are the normal distribution and its density.
#[derive(Debug)]
struct GeluBackward;

impl Op for GeluBackward {
    fn name(&self) -> &'static str {
        "gelu_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::GeluGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, x, h) = (ctx.input(0), ctx.input(1), ctx.g());
        let by_g = ctx.needs(0).then(|| GeluBackward.apply(&[h, &x]));
        let by_x = ctx.needs(1).then(|| {
            let density = (x.square() * -0.5).exp() * (0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
            h * g * density * (2 - x.square())
        });
        smallvec![by_g, by_x]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// x P(x), where P is the standard normal distribution (D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].gelu().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn gelu(&self) -> Tensor {
        check_float("gelu", self);
        Gelu.apply(&[self])
    }

    /// The approximation of [`Tensor::gelu`] by a tanh: `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn gelu_tanh(&self) -> Tensor {
        check_float("gelu", self);
        let inner = (self + self.pow(3) * 0.044715) * (FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
        self * 0.5 * (inner.tanh() + 1)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "gelu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x P(x), P the normal distribution",
    derivative: "g (P(x) + x p(x)), p the normal density",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].gelu()),
            Sample::new("tanh", [spread([2, 3], -2.0, 2.0)], |x| x[0].gelu_tanh()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].gelu()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].gelu()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).gelu(), "gelu: not defined for i64")],
    kinks: no_kinks,
};
