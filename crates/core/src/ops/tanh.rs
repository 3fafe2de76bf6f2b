//! The hyperbolic tangent.

use super::prelude::*;

#[derive(Debug)]
struct Tanh;

impl Op for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Tanh, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let out = ctx.output(0);
        smallvec![Some(tanh_backward(ctx.take_g(), &out))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

/// g (1 - out^2), in one pass.
#[derive(Debug)]
struct TanhBackward;

impl Op for TanhBackward {
    fn name(&self) -> &'static str {
        "tanh_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::TanhGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, out) = (ctx.g(), ctx.input(1));
        let by_out = ctx.needs(1).then(|| g * ctx.input(0) * &out * -2);
        smallvec![ctx.needs(0).then(|| tanh_backward(g.clone(), &out)), by_out]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i == 1 || needs.input(1)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn tanh_backward(g: Tensor, out: &Tensor) -> Tensor {
    if reuse::can_with(&g, out) { reuse::binary(math::TanhGrad, g, out) } else { TanhBackward.apply(&[&g, out]) }
}

impl Tensor {
    /// The hyperbolic tangent of each element.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].tanh().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        check_float("tanh", self);
        Tanh.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "tanh",
    group: Group::Unary,
    types: Types::Floats,
    formula: "tanh x",
    derivative: "g (1 - tanh^2 x)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].tanh()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].tanh()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].tanh()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).tanh(), "tanh: not defined for i64")],
    kinks: no_kinks,
};
