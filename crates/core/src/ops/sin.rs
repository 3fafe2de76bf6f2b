//! The sine.

use super::prelude::*;

#[derive(Debug)]
struct Sin;

impl Op for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Sin, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let slope = ctx.input(0).cos();
        smallvec![Some(ctx.take_g() * slope)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The sine of each element, in radians.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        check_float("sin", self);
        Sin.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sin",
    group: Group::Unary,
    types: Types::Floats,
    formula: "sin x",
    derivative: "g cos x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -4.0, 4.0)], |x| x[0].sin()),
            Sample::new("size 1", [spread([1], -4.0, 4.0)], |x| x[0].sin()),
            Sample::new("size 0", [spread([0], -4.0, 4.0)], |x| x[0].sin()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).sin(), "sin: not defined for i64")],
    kinks: no_kinks,
};
