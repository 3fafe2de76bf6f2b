//! A choice between two tensors, element by element.

use super::prelude::*;

#[derive(Debug)]
struct WhereCond;

impl Op for WhereCond {
    fn name(&self) -> &'static str {
        "where_cond"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::select(&inputs[0].value(), &inputs[1].value(), &inputs[2].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (mask, g) = (ctx.constant_input(0), ctx.g());
        let chosen = ctx.needs(1).then(|| mask.where_cond(g, 0));
        let rest = ctx.needs(2).then(|| mask.where_cond(0, g));
        smallvec![None, chosen, rest]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 0
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The element of `a` where this mask is true, of `b` elsewhere. All three broadcast; a number takes the other's type (two
    /// numbers are f32, or i64 if both are integers). The branch that is not chosen gets a gradient of exactly 0, also where
    /// the cotangent is infinite or NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![-1.0, 4.0];
    /// assert_eq!(x.gt(0).where_cond(x.sqrt(), 0).to_vec::<f32>().unwrap(), [0.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If the mask is not bool, shapes do not broadcast, or the types of `a` and `b` differ.
    #[must_use]
    #[track_caller]
    pub fn where_cond(&self, a: impl Operand, b: impl Operand) -> Tensor {
        if self.dtype() != DType::Bool {
            fail!("where_cond: the mask is {}, not bool; compare first", self.dtype());
        }
        let (a, b) = match (a.operand(), b.operand()) {
            (OperandRef::Tensor(a), b) => (Cow::Borrowed(a), operand("where_cond", a, b)),
            (a, OperandRef::Tensor(b)) => (operand("where_cond", b, a), Cow::Borrowed(b)),
            (OperandRef::Scalar(a), OperandRef::Scalar(b)) => {
                let whole = matches!((a, b), (Scalar::Int(_), Scalar::Int(_)));
                let dtype = if whole { DType::I64 } else { DType::F32 };
                (Cow::Owned(scalar(a, dtype)), Cow::Owned(scalar(b, dtype)))
            }
        };
        let (a, b) = broadcast("where_cond", &a, &b);
        let (mask, a) = broadcast_shapes("where_cond", self, &a);
        let (mask, b) = broadcast_shapes("where_cond", &mask, &b);
        WhereCond.apply(&[&mask, &a, &b])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "where_cond",
    group: Group::Arithmetic,
    types: Types::Any,
    formula: "a where the mask is true, else b",
    derivative: "g where the mask is true, else 0, to a; the rest to b",
    kind: Derivative::Linear,
    samples: || {
        let (t, f) = (true, false);
        let call = |x: &[Tensor]| x[0].where_cond(&x[1], &x[2]);
        vec![
            Sample::new(
                "plain",
                [crate::tensor![[t, f, t], [f, f, t]], spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 3.0)],
                call,
            ),
            Sample::new(
                "broadcast",
                [crate::tensor![[t], [f], [t]], spread([2, 1, 1], -2.0, 2.0), spread([4], -1.0, 3.0)],
                call,
            ),
            Sample::new("size 1", [crate::tensor![f], spread([1], -2.0, 2.0), spread([], -1.0, 3.0)], call),
            Sample::new("size 0", [crate::tensor![f], spread([0, 2], -2.0, 2.0), spread([2], -1.0, 3.0)], call),
            Sample::new("number in place of b", [crate::tensor![t, f], spread([2], -2.0, 2.0)], |x| {
                x[0].where_cond(&x[1], 0.5)
            }),
            Sample::new("number in place of a", [crate::tensor![t, f], spread([2], -2.0, 2.0)], |x| {
                x[0].where_cond(2, &x[1])
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).where_cond(1.0, 2.0), "where_cond: the mask is f32, not bool"),
            misuse!(crate::tensor![true, true].where_cond(Tensor::zeros([3]), 0.0), "where_cond: shapes [2] and [3]"),
            misuse!(crate::tensor![true].where_cond(Tensor::eye(1), Tensor::arange(0, 1)), "where_cond: operands are"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_not_chosen_gets_an_exact_zero_of_any_cotangent() {
        let a = Tensor::from([1.0, 2.0]).requires_grad();
        let b = Tensor::from([3.0, 4.0]).requires_grad();
        let y = crate::tensor![true, false].where_cond(&a, &b);
        y.backward_with(&Tensor::from([f64::INFINITY, f64::NAN]));
        let (a, b) = (a.grad().unwrap().to_vec::<f64>().unwrap(), b.grad().unwrap().to_vec::<f64>().unwrap());
        assert_eq!((a[0], a[1].to_bits()), (f64::INFINITY, 0));
        assert_eq!((b[0].to_bits(), b[1].is_nan()), (0, true));
    }

    #[test]
    fn numbers_take_the_tensor_s_type() {
        let mask = crate::tensor![true, false];
        assert_eq!(mask.where_cond(Tensor::from([1.0, 2.0]), 3).to_vec::<f64>().unwrap(), [1.0, 3.0]);
        assert_eq!(mask.where_cond(1, 2).to_vec::<i64>().unwrap(), [1, 2]);
        assert_eq!(mask.where_cond(1, 2.5).to_vec::<f32>().unwrap(), [1.0, 2.5]);
    }
}
