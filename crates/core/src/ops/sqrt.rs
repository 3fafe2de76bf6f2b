//! The square root.

use super::prelude::*;

#[derive(Debug)]
struct Sqrt;

impl Op for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Sqrt, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g() / (ctx.output(0) * 2))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

impl Tensor {
    /// The square root of each element: NaN below 0. The derivative at 0 is infinite.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![9.0].sqrt().item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        check_float("sqrt", self);
        Sqrt.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sqrt",
    group: Group::Unary,
    types: Types::Floats,
    formula: "sqrt x",
    derivative: "g / (2 sqrt x)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], 0.5, 4.0)], |x| x[0].sqrt()),
            Sample::new("size 1", [spread([1], 0.5, 4.0)], |x| x[0].sqrt()),
            Sample::new("size 0", [spread([0], 0.5, 4.0)], |x| x[0].sqrt()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).sqrt(), "sqrt: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0])],
            call: |x| x[0].sqrt(),
            gradients: vec![vec![f64::INFINITY]],
        }]
    },
};
