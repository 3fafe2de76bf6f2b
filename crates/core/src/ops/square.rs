//! x^2.

use super::prelude::*;

#[derive(Debug)]
struct Square;

impl Op for Square {
    fn name(&self) -> &'static str {
        "square"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        map(math::Square, inputs[0])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.input(0);
        smallvec![Some(square_backward(ctx.take_g(), &x))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// 2 g x, in one pass.
#[derive(Debug)]
struct SquareBackward;

impl Op for SquareBackward {
    fn name(&self) -> &'static str {
        "square_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::SquareGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        // Linear in both places, and the same in each.
        let by = |i: usize| ctx.needs(i).then(|| square_backward(ctx.g().clone(), &ctx.input(1 - i)));
        smallvec![by(0), by(1)]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
pub(crate) fn square_backward(g: Tensor, x: &Tensor) -> Tensor {
    if reuse::can_with(&g, x) { reuse::binary(math::SquareGrad, g, x) } else { SquareBackward.apply(&[&g, x]) }
}

impl Tensor {
    /// The square of each element. Integers wrap.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-3.0].square().item(), 9.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn square(&self) -> Tensor {
        check_number("square", self);
        Square.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "square",
    group: Group::Unary,
    types: Types::Numbers,
    formula: "x^2",
    derivative: "2 g x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].square()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].square()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].square()),
        ]
    },
    errors: || vec![misuse!(crate::tensor![true].square(), "square: not defined for bool")],
    kinks: no_kinks,
};
