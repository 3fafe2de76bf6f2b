//! e^x.

use super::prelude::*;

#[derive(Debug)]
struct Exp;

impl Op for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Exp, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.take_g() * ctx.output(0))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

impl Tensor {
    /// e^x of each element.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].exp().item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        check_float("exp", self);
        Exp.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "exp",
    group: Group::Unary,
    types: Types::Floats,
    formula: "e^x",
    derivative: "g e^x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].exp()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].exp()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].exp()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).exp(), "exp: not defined for i64")],
    kinks: no_kinks,
};
