//! The cosine.

use super::prelude::*;

#[derive(Debug)]
struct Cos;

impl Op for Cos {
    fn name(&self) -> &'static str {
        "cos"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Cos, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let slope = ctx.input(0).sin();
        smallvec![Some(-(ctx.take_g() * slope))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The cosine of each element, in radians.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        check_float("cos", self);
        Cos.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cos",
    group: Group::Unary,
    types: Types::Floats,
    formula: "cos x",
    derivative: "-g sin x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -4.0, 4.0)], |x| x[0].cos()),
            Sample::new("size 1", [spread([1], -4.0, 4.0)], |x| x[0].cos()),
            Sample::new("size 0", [spread([0], -4.0, 4.0)], |x| x[0].cos()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).cos(), "cos: not defined for i64")],
    kinks: no_kinks,
};
