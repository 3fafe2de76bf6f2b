//! |x|.

use super::prelude::*;

#[derive(Debug)]
struct Abs;

impl Op for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        map(math::Abs, inputs[0])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(abs_backward(ctx.g(), &ctx.constant_input(0)))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// g times the sign of x, in one pass. The sign is locally constant, so x carries no graph.
#[derive(Debug)]
struct AbsBackward;

impl Op for AbsBackward {
    fn name(&self) -> &'static str {
        "abs_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::AbsGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(abs_backward(ctx.g(), &ctx.constant_input(1))), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn abs_backward(g: &Tensor, x: &Tensor) -> Tensor {
    AbsBackward.apply(&[g, x])
}

impl Tensor {
    /// The absolute value of each element. The derivative at 0 is 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0].abs().item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        check_number("abs", self);
        Abs.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "abs",
    group: Group::Unary,
    types: Types::Numbers,
    formula: "|x|",
    derivative: "g sign x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].abs()),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].abs()),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].abs()),
        ]
    },
    errors: || vec![misuse!(crate::tensor![true].abs(), "abs: not defined for bool")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, -0.0, 1.0, -1.0])],
            call: |x| x[0].abs(),
            gradients: vec![vec![0.0, 0.0, 1.0, -1.0]],
        }]
    },
};
