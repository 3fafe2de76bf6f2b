//! x - y.

use super::prelude::*;

#[derive(Debug)]
pub(crate) struct Sub;

impl Op for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        zip(math::Sub, inputs[0], inputs[1])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let by_y = ctx.needs(1).then(|| -ctx.g());
        smallvec![Some(ctx.take_g()), by_y]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// A number on one side: `x - s`, or `s - x` where `reversed`.
#[derive(Debug)]
struct SubScalar {
    scalar: Scalar,
    reversed: bool,
}

impl Op for SubScalar {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![(if self.reversed { "from" } else { "scalar" }, self.scalar.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(number x.dtype(), T => {
            let s = self.scalar.to::<T>();
            if self.reversed {
                elementwise::unary_typed::<T, _>(math::RSubScalar(s), &x)
            } else {
                elementwise::unary_typed::<T, _>(math::SubScalar(s), &x)
            }
        }))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.take_g();
        smallvec![Some(if self.reversed { -g } else { g })]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[inline]
#[track_caller]
pub(crate) fn sub(x: &Tensor, y: OperandRef<'_>) -> Tensor {
    match y {
        OperandRef::Tensor(y) => {
            check_number("sub", x);
            if alike(x, y) {
                return Sub.apply(&[x, y]);
            }
            let (x, y) = broadcast("sub", x, y);
            Sub.apply(&[&x, &y])
        }
        OperandRef::Scalar(scalar) => {
            scalar.check("sub", x.dtype());
            SubScalar { scalar, reversed: false }.apply(&[x])
        }
    }
}

#[track_caller]
pub(crate) fn scalar_sub(scalar: Scalar, x: &Tensor) -> Tensor {
    scalar.check("sub", x.dtype());
    SubScalar { scalar, reversed: true }.apply(&[x])
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sub",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x - y",
    derivative: "g to x, -g to y",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 3.0)], |x| &x[0] - &x[1]),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -1.0, 3.0)], |x| &x[0] - &x[1]),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0), spread([1], -1.0, 3.0)], |x| &x[0] - &x[1]),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], -1.0, 3.0)], |x| &x[0] - &x[1]),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| &x[0] - 1.5),
            Sample::new("scalar on the left", [spread([2, 3], -2.0, 2.0)], |x| 1.5 - &x[0]),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]) - Tensor::zeros([2]), "sub: shapes [2, 3] and [2] do not broadcast"),
            misuse!(0.5 - Tensor::arange(0, 2), "sub: 0.5 is a float and the tensor i64"),
        ]
    },
    kinks: no_kinks,
};
