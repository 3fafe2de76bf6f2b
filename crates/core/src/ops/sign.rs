//! The sign.

use super::prelude::*;

#[derive(Debug)]
struct Sign;

impl Op for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        map(math::Sign, inputs[0])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().zeros_like())]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }

    fn zero_gradient(&self) -> bool {
        true
    }
}

impl Tensor {
    /// 1, 0 or -1 as each element is above, at or below 0; NaN stays. The derivative is zero.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 0.0].sign().to_vec::<f32>().unwrap(), [-1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        check_number("sign", self);
        Sign.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sign",
    group: Group::Unary,
    types: Types::Numbers,
    formula: "sign x",
    derivative: "0",
    kind: Derivative::Zero,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].sign()),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].sign()),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].sign()),
        ]
    },
    errors: || vec![misuse!(crate::tensor![true].sign(), "sign: not defined for bool")],
    kinks: no_kinks,
};
