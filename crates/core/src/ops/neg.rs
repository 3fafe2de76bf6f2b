//! -x.

use super::prelude::*;

#[derive(Debug)]
pub(crate) struct Neg;

impl Op for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        map(math::Neg, inputs[0])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(-ctx.take_g())]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
pub(crate) fn neg(x: &Tensor) -> Tensor {
    check_number("neg", x);
    Neg.apply(&[x])
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "neg",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "-x",
    derivative: "-g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| -&x[0]),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| -&x[0]),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| -&x[0]),
        ]
    },
    errors: || vec![misuse!(-crate::tensor![true], "neg: not defined for bool")],
    kinks: no_kinks,
};
