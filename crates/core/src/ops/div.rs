//! x / y.

use super::prelude::*;

#[derive(Debug)]
pub(crate) struct Div;

impl Op for Div {
    fn name(&self) -> &'static str {
        "div"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::Div, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let by_x = ctx.g() / ctx.input(1);
        let by_y = ctx.needs(1).then(|| -(&by_x * ctx.output(0)));
        smallvec![Some(by_x), by_y]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }
}

/// A number above the line.
#[derive(Debug)]
struct ScalarDiv(Scalar);

impl Op for ScalarDiv {
    fn name(&self) -> &'static str {
        "div"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("dividend", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(float x.dtype(), T => elementwise::unary_typed::<T, _>(math::RDivScalar(self.0.to::<T>()), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(-(ctx.g() * ctx.output(0) / ctx.input(0)))]
    }
}

/// A number below the line. Not a product with the inverse, which would round twice.
#[derive(Debug)]
struct DivScalar(Scalar);

impl Op for DivScalar {
    fn name(&self) -> &'static str {
        "div"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("divisor", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(float x.dtype(), T => elementwise::unary_typed::<T, _>(math::DivScalar(self.0.to::<T>()), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(div(ctx.g(), OperandRef::Scalar(self.0)))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Integers divide as f32, as in PyTorch.
#[track_caller]
fn float(x: &Tensor) -> Cow<'_, Tensor> {
    check_number("div", x);
    if x.dtype().is_float() { Cow::Borrowed(x) } else { Cow::Owned(x.to_dtype(DType::F32)) }
}

#[track_caller]
pub(crate) fn div(x: &Tensor, y: OperandRef<'_>) -> Tensor {
    match y {
        OperandRef::Tensor(y) => {
            let (x, y) = broadcast("div", x, y);
            Div.apply(&[&float(&x), &float(&y)])
        }
        OperandRef::Scalar(s) => {
            s.check("div", x.dtype());
            DivScalar(s).apply(&[&float(x)])
        }
    }
}

#[track_caller]
pub(crate) fn scalar_div(s: Scalar, x: &Tensor) -> Tensor {
    s.check("div", x.dtype());
    ScalarDiv(s).apply(&[&float(x)])
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "div",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x / y; integers divide as f32",
    derivative: "g / y to x, -g x / y^2 to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.5, 3.0)], |x| &x[0] / &x[1]),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -3.0, -0.5)], |x| &x[0] / &x[1]),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], 0.5, 3.0)], |x| &x[0] / &x[1]),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], 0.5, 3.0)], |x| &x[0] / &x[1]),
            Sample::new("by a scalar", [spread([2, 3], 1.0, 2.0)], |x| (&x[0] / 3) * &x[0]),
            Sample::new("of a scalar", [spread([2, 3], 0.5, 2.0)], |x| 1.5 / &x[0]),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]) / Tensor::zeros([4]), "div: shapes [2, 3] and [4] do not broadcast"),
            misuse!(crate::tensor![true] / crate::tensor![true], "div: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};
