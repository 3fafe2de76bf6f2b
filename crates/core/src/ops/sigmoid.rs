//! The logistic function.

use super::prelude::*;

#[derive(Debug)]
struct Sigmoid;

impl Op for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Sigmoid, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let out = ctx.output(0);
        smallvec![Some(sigmoid_backward(ctx.take_g(), &out))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

/// g out (1 - out), in one pass.
#[derive(Debug)]
struct SigmoidBackward;

impl Op for SigmoidBackward {
    fn name(&self) -> &'static str {
        "sigmoid_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::SigmoidGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, out) = (ctx.g(), ctx.input(1));
        let by_out = ctx.needs(1).then(|| g * ctx.input(0) * (1 - &out * 2));
        smallvec![ctx.needs(0).then(|| sigmoid_backward(g.clone(), &out)), by_out]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i == 1 || needs.input(1)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn sigmoid_backward(g: Tensor, out: &Tensor) -> Tensor {
    if reuse::can_with(&g, out) { reuse::binary(math::SigmoidGrad, g, out) } else { SigmoidBackward.apply(&[&g, out]) }
}

impl Tensor {
    /// 1 / (1 + e^-x) of each element, without overflow.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].sigmoid().item(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        check_float("sigmoid", self);
        Sigmoid.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sigmoid",
    group: Group::Unary,
    types: Types::Floats,
    formula: "1 / (1 + e^-x)",
    derivative: "g out (1 - out)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -3.0, 3.0)], |x| x[0].sigmoid()),
            Sample::new("size 1", [spread([1], -3.0, 3.0)], |x| x[0].sigmoid()),
            Sample::new("size 0", [spread([0], -3.0, 3.0)], |x| x[0].sigmoid()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).sigmoid(), "sigmoid: not defined for i64")],
    kinks: no_kinks,
};
