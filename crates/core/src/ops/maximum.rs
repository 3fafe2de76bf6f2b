//! The larger of two.

use super::prelude::*;
use kernels::reduce::Extreme;

/// The larger or smaller of two tensors, or of a tensor and a number.
#[derive(Debug)]
struct Choice {
    which: Extreme,
    scalar: Option<Scalar>,
}

impl Op for Choice {
    fn name(&self) -> &'static str {
        match self.which {
            Extreme::Max => "maximum",
            Extreme::Min => "minimum",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.scalar.iter().map(|s| ("scalar", s.to_string())).collect()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let Some(s) = self.scalar else {
            return match self.which {
                Extreme::Max => zip(math::Maximum, inputs[0], inputs[1]),
                Extreme::Min => zip(math::Minimum, inputs[0], inputs[1]),
            };
        };
        let x = inputs[0].value();
        one(with_type!(number x.dtype(), T => match self.which {
            Extreme::Max => elementwise::unary_typed::<T, _>(math::MaxScalar(s.to::<T>()), &x),
            Extreme::Min => elementwise::unary_typed::<T, _>(math::MinScalar(s.to::<T>()), &x),
        }))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.constant_input(0);
        let y = match self.scalar {
            Some(s) => scalar(s, x.dtype()).broadcast_to(x.shape()),
            None => ctx.constant_input(1),
        };
        let mut cotangents = Cotangents::new();
        for (i, (this, other)) in [(&x, &y), (&y, &x)].into_iter().enumerate().take(ctx.inputs()) {
            cotangents.push(ctx.needs(i).then(|| gate(ctx.g(), &share(self.which, this, other))));
        }
        cotangents
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// What part of the gradient goes to `x` when the choice is between `x` and `y`.
fn share(which: Extreme, x: &Tensor, y: &Tensor) -> Tensor {
    let (x, y) = (x.value(), y.value());
    Tensor::constant(match which {
        Extreme::Max => elementwise::binary(math::MaximumShare, &x, &y),
        Extreme::Min => elementwise::binary(math::MinimumShare, &x, &y),
    })
}

/// g times a locally constant part; exactly 0 where the part is 0.
#[derive(Debug)]
struct Gate;

impl Op for Gate {
    fn name(&self) -> &'static str {
        "maximum_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::Gate, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(gate(ctx.g(), &ctx.constant_input(1))), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn gate(g: &Tensor, part: &Tensor) -> Tensor {
    Gate.apply(&[g, part])
}

#[track_caller]
pub(crate) fn choose(op: &str, which: Extreme, x: &Tensor, y: OperandRef<'_>) -> Tensor {
    check_number(op, x);
    match y {
        OperandRef::Tensor(y) => {
            let (x, y) = broadcast(op, x, y);
            Choice { which, scalar: None }.apply(&[&x, &y])
        }
        OperandRef::Scalar(s) => {
            s.check(op, x.dtype());
            Choice { which, scalar: Some(s) }.apply(&[x])
        }
    }
}

impl Tensor {
    /// The larger of each element and the other's, which broadcasts; NaN where either is NaN. Where they are equal, each gets
    /// half of the gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].maximum(2).to_vec::<f32>().unwrap(), [2.0, 2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn maximum(&self, other: impl Operand) -> Tensor {
        choose("maximum", Extreme::Max, self, other.operand())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "maximum",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "max(x, y)",
    derivative: "g to the larger, half each where they are equal",
    kind: Derivative::Linear,
    samples: || {
        let call = |x: &[Tensor]| x[0].maximum(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 1.5, -2.5)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], 0.9, -0.9)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.0, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -1.0, 3.0)], call),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| x[0].maximum(0.1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).maximum(Tensor::zeros([4])), "maximum: shapes [2, 3] and [4]"),
            misuse!(Tensor::arange(0, 2).maximum(0.5), "maximum: 0.5 is a float and the tensor i64"),
            misuse!(crate::tensor![true].maximum(crate::tensor![true]), "maximum: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "tie",
                inputs: vec![Tensor::from([1.0, 2.0]), Tensor::from([1.0, 3.0])],
                call: |x| x[0].maximum(&x[1]),
                gradients: vec![vec![0.5, 0.0], vec![0.5, 1.0]],
            },
            Kink {
                label: "tie with a number",
                inputs: vec![Tensor::from([1.0, 2.0])],
                call: |x| x[0].maximum(1),
                gradients: vec![vec![0.5, 1.0]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_on_either_side_stays_and_a_loser_gets_an_exact_zero() {
        let nan = f64::NAN;
        let (x, y) = (Tensor::from([nan, 1.0]), Tensor::from([1.0, nan]));
        for z in [x.maximum(&y), x.minimum(&y)] {
            assert!(z.to_vec::<f64>().unwrap().iter().all(|v| v.is_nan()));
        }
        let x = Tensor::from([0.0, 2.0]).requires_grad();
        x.maximum(1).backward_with(&Tensor::from([nan, 1.0]));
        assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [0.0, 1.0]);
    }
}
