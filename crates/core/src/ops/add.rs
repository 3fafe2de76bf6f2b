//! x + y.

use super::prelude::*;

#[derive(Debug)]
pub(crate) struct Add;

impl Op for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        zip(math::Add, inputs[0], inputs[1])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.take_g();
        smallvec![Some(g.clone()), Some(g)]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[derive(Debug)]
struct AddScalar(Scalar);

impl Op for AddScalar {
    fn name(&self) -> &'static str {
        "add"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("scalar", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(number x.dtype(), T => elementwise::unary_typed::<T, _>(math::AddScalar(self.0.to::<T>()), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.take_g())]
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
pub(crate) fn add(x: &Tensor, y: OperandRef<'_>) -> Tensor {
    match y {
        OperandRef::Tensor(y) => {
            check_number("add", x);
            if alike(x, y) {
                return Add.apply(&[x, y]);
            }
            let (x, y) = broadcast("add", x, y);
            Add.apply(&[&x, &y])
        }
        OperandRef::Scalar(s) => {
            s.check("add", x.dtype());
            AddScalar(s).apply(&[x])
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "add",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x + y",
    derivative: "g to x and to y",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 3.0)], |x| &x[0] + &x[1]),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -1.0, 3.0)], |x| &x[0] + &x[1]),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.0, 3.0)], |x| &x[0] + &x[1]),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0), spread([3], -1.0, 3.0)], |x| &x[0] + &x[1]),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| &x[0] + 1.5),
            Sample::new("scalar on the left", [spread([2, 3], -2.0, 2.0)], |x| 2 + &x[0]),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| &x[0] + &x[0]),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]) + Tensor::zeros([4]), "add: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::zeros([2]) + Tensor::arange(0, 2), "add: operands are f32 and i64; cast one with to_dtype"),
            misuse!(Tensor::arange(0, 2) + 0.5, "add: 0.5 is a float and the tensor i64"),
            misuse!(crate::tensor![true] + 1, "add: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};
