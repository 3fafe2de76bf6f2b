//! 1 / x.

use super::prelude::*;

#[derive(Debug)]
struct Reciprocal;

impl Op for Reciprocal {
    fn name(&self) -> &'static str {
        "reciprocal"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Reciprocal, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(-(ctx.g() * ctx.output(0).square()))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

impl Tensor {
    /// 1 over each element.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![4.0].reciprocal().item(), 0.25);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn reciprocal(&self) -> Tensor {
        check_float("reciprocal", self);
        Reciprocal.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "reciprocal",
    group: Group::Unary,
    types: Types::Floats,
    formula: "1 / x",
    derivative: "-g / x^2",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.5, 3.0)], |x| x[0].reciprocal()),
            Sample::new("size 1", [spread_around([1], 0.5, 3.0)], |x| x[0].reciprocal()),
            Sample::new("size 0", [spread_around([0], 0.5, 3.0)], |x| x[0].reciprocal()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).reciprocal(), "reciprocal: not defined for i64")],
    kinks: no_kinks,
};
