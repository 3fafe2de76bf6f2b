//! x^y.
//!
//! 0^0 is 1. Where the factor 0 of a derivative meets an infinite one, the rule puts 1 in place of the base *before* the power
//! or logarithm is taken: masking the product afterwards would leave NaN in its own derivative.

use super::prelude::*;

#[derive(Debug)]
struct Pow;

impl Op for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        zip(math::Pow, inputs[0], inputs[1])
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (base, exponent) = (ctx.constant_input(0), ctx.constant_input(1));
        let by_base = ctx.needs(0).then(|| {
            // Exponent 0 makes the derivative 0, at base 0 and NaN too.
            let flat = exponent.eq(0).logical_and(&!base.abs().gt(0));
            let y = ctx.input(1);
            ctx.g() * &y * one_where(&flat, ctx.input(0)).pow(&y - 1)
        });
        let by_exponent = ctx.needs(1).then(|| {
            let flat = base.eq(0).logical_and(&exponent.ge(0));
            ctx.g() * ctx.output(0) * one_where(&flat, ctx.input(0)).log()
        });
        smallvec![by_base, by_exponent]
    }
}

/// `x` with 1 in some places.
fn one_where(mask: &Tensor, x: Tensor) -> Tensor {
    if reduce::count_true(&mask.value()) == 0 { x } else { mask.where_cond(1, x) }
}

#[derive(Debug)]
struct PowScalar(Scalar);

impl Op for PowScalar {
    fn name(&self) -> &'static str {
        "pow"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("exponent", self.0.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(number x.dtype(), T => elementwise::unary_typed::<T, _>(math::PowScalar(self.0.to::<T>()), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let less = match self.0 {
            Scalar::Float(s) => Scalar::Float(s - 1.0),
            Scalar::Int(s) => Scalar::Int(s.saturating_sub(1)),
        };
        let slope = super::mul::mul(&power(&ctx.input(0), less), OperandRef::Scalar(self.0));
        smallvec![Some(ctx.g() * slope)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }

    fn zero_gradient(&self) -> bool {
        matches!(self.0, Scalar::Int(0) | Scalar::Float(0.0))
    }
}

/// The first power is the tensor itself.
#[track_caller]
fn power(x: &Tensor, exponent: Scalar) -> Tensor {
    if matches!(exponent, Scalar::Int(1) | Scalar::Float(1.0)) { x.clone() } else { PowScalar(exponent).apply(&[x]) }
}

impl Tensor {
    /// Each element to the power of a number or of the other tensor's element, which broadcasts. 0^0 is 1. At exponent 0 the
    /// derivative by the base is 0; at base 0 and an exponent that is not negative, the one by the exponent is 0. Integers
    /// wrap.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].pow(2).to_vec::<f32>().unwrap(), [1.0, 4.0, 9.0]);
    /// assert_eq!(tensor![2, 3].pow(tensor![3, 2]).to_vec::<i64>().unwrap(), [8, 9]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, the tensor is bool, or the exponent of an i64 tensor is negative.
    #[must_use]
    #[track_caller]
    pub fn pow(&self, exponent: impl Operand) -> Tensor {
        check_number("pow", self);
        let exponent = exponent.operand();
        let negative = match exponent {
            OperandRef::Tensor(y) if y.dtype() == DType::I64 => reduce::count_true(&y.lt(0).value()) > 0,
            OperandRef::Scalar(Scalar::Int(s)) => self.dtype() == DType::I64 && s < 0,
            _ => false,
        };
        if negative {
            fail!("pow: a negative power of an i64 tensor is no integer; cast it with to_dtype");
        }
        match exponent {
            OperandRef::Tensor(y) => {
                let (x, y) = broadcast("pow", self, y);
                Pow.apply(&[&x, &y])
            }
            OperandRef::Scalar(s) => {
                s.check("pow", self.dtype());
                power(self, s)
            }
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "pow",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x^y",
    derivative: "g y x^(y - 1) to x, g x^y ln x to y",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| x[0].pow(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], 0.5, 2.0), spread([2, 3], -2.0, 3.0)], call),
            Sample::new("broadcast", [spread([2, 1, 3], 0.5, 2.0), spread([4, 1], -2.0, 3.0)], call),
            Sample::new("exponent 0", [spread([3], 0.5, 2.0), Tensor::from([0.0, 1.0, 2.0])], call),
            Sample::new("size 1", [spread([1], 0.5, 2.0), spread([], -2.0, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], 0.5, 2.0), spread([2], -2.0, 3.0)], call),
            Sample::new("square", [spread([2, 3], -2.0, 2.0)], |x| x[0].pow(2)),
            Sample::new("first power", [spread([2, 3], -2.0, 2.0)], |x| x[0].pow(1) * &x[0]),
            Sample::new("whole", [spread_around([2, 3], 0.5, 2.0)], |x| x[0].pow(-3)),
            Sample::new("broken", [spread([2, 3], 0.5, 2.0)], |x| x[0].pow(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).pow(Tensor::zeros([4])), "pow: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(1, 3).pow(-1), "pow: a negative power of an i64 tensor is no integer"),
            misuse!(Tensor::arange(1, 3).pow(Tensor::arange(-1, 1)), "pow: a negative power of an i64 tensor"),
            misuse!(Tensor::arange(1, 3).pow(0.5), "pow: 0.5 is a float and the tensor i64"),
            misuse!(crate::tensor![true].pow(2), "pow: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "0 to powers that are not negative",
                inputs: vec![Tensor::from([0.0, 0.0, 0.0]), Tensor::from([0.0, 1.0, 2.0])],
                call: |x| x[0].pow(&x[1]),
                gradients: vec![vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 0.0]],
            },
            Kink {
                label: "exponent 0",
                inputs: vec![Tensor::from([0.0, 2.0])],
                call: |x| x[0].pow(0),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "square at 0",
                inputs: vec![Tensor::from([0.0])],
                call: |x| x[0].pow(2),
                gradients: vec![vec![0.0]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grad;

    #[test]
    fn zero_to_the_zero_is_one_and_integers_are_exact() {
        assert_eq!(Tensor::from([0.0]).pow(0).item(), 1.0);
        assert_eq!(Tensor::from([0.0]).pow(Tensor::from([0.0])).item(), 1.0);
        assert_eq!(
            Tensor::from([3i64, -2, 0]).pow(39).to_vec::<i64>().unwrap(),
            [4_052_555_153_018_976_267, -(1 << 39), 0]
        );
    }

    #[test]
    fn second_derivatives_at_base_zero_are_those_of_the_polynomial() {
        let x = Tensor::from([0.0, 0.0, 0.0]).requires_grad();
        let y = Tensor::from([0.0, 2.0, 3.0]).requires_grad();
        let first = Grad::of(&[&x.pow(&y).sum()]).wrt(&[&x, &y]).create_graph().run();
        let second = Grad::of(&[&(first[0].sum() + first[1].sum())]).wrt(&[&x, &y]).run();
        assert_eq!(second[0].to_vec::<f64>().unwrap(), [0.0, 2.0, 0.0]);
        assert!(second[1].to_vec::<f64>().unwrap()[1..].iter().all(|&v| v == 0.0));
    }
}
