//! x y, element by element.

use super::prelude::*;

#[derive(Debug)]
pub(crate) struct Mul;

impl Op for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, y) = (inputs[0].value(), inputs[1].value());
        one(with_type!(number x.dtype(), T => match (x.repeated::<T>(), y.repeated::<T>()) {
            (None, None) => elementwise::binary_typed::<T, _>(math::Mul, &x, &y),
            (Some(s), _) => times(&y, s),
            (_, Some(s)) => times(&x, s),
        }))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        if ctx.same_input(0, 1) {
            let x = ctx.input(0);
            return smallvec![Some(super::square::square_backward(ctx.take_g(), &x)), None];
        }
        if !ctx.needs(1) {
            let y = ctx.input(1);
            return smallvec![Some(ctx.take_g() * y), None];
        }
        let by_x = ctx.needs(0).then(|| ctx.g() * ctx.input(1));
        let x = ctx.input(0);
        smallvec![by_x, Some(ctx.take_g() * x)]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// A product with a broadcast number reads one array, not two; with a broadcast 1, from which the walk of a sum starts, none.
fn times<T>(x: &Array, s: T) -> Array
where
    T: kernels::Number,
    math::MulScalar<T>: math::Unary<T>,
{
    if s == T::ONE { x.clone() } else { elementwise::unary_typed::<T, _>(math::MulScalar(s), x) }
}

#[derive(Debug)]
struct MulScalar(Scalar);

impl Op for MulScalar {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("scalar", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(number x.dtype(), T => elementwise::unary_typed::<T, _>(math::MulScalar(self.0.to::<T>()), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.take_g();
        smallvec![Some(if reuse::can(&g) { reuse::scale(g, self.0) } else { mul(&g, OperandRef::Scalar(self.0)) })]
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
pub(crate) fn mul(x: &Tensor, y: OperandRef<'_>) -> Tensor {
    match y {
        OperandRef::Tensor(y) => {
            check_number("mul", x);
            if alike(x, y) {
                return Mul.apply(&[x, y]);
            }
            let (x, y) = broadcast("mul", x, y);
            Mul.apply(&[&x, &y])
        }
        OperandRef::Scalar(s) => {
            s.check("mul", x.dtype());
            MulScalar(s).apply(&[x])
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "mul",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x y",
    derivative: "g y to x, g x to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 3.0)], |x| &x[0] * &x[1]),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -1.0, 3.0)], |x| &x[0] * &x[1]),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0), spread([1], -1.0, 3.0)], |x| &x[0] * &x[1]),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -1.0, 3.0)], |x| &x[0] * &x[1]),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| &x[0] * -1.5 * &x[0]),
            Sample::new("scalar on the left", [spread([2, 3], -2.0, 2.0)], |x| 3 * &x[0] * &x[0]),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| &x[0] * &x[0]),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]) * Tensor::zeros([4]), "mul: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(0, 2) * 0.5, "mul: 0.5 is a float and the tensor i64"),
        ]
    },
    kinks: no_kinks,
};
