//! x w^T + b: a matrix product whose sums begin with the bias.

use super::matmul::product;
use super::prelude::*;
use super::reshape::reshape;
use tapegrad_kernels::matmul::{Matrices, matmul};

/// `x w^T + b` of a matrix x.
#[derive(Debug)]
struct Linear;

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, weight, bias] = [0, 1, 2].map(|i| inputs[i].value());
        let matrices = |array, transposed| Matrices { array, transposed };
        one(matmul(matrices(&x, false), matrices(&weight, true), Some(&bias)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.g();
        smallvec![
            ctx.needs(0).then(|| product(g, false, &ctx.input(1), false)),
            ctx.needs(1).then(|| product(g, true, &ctx.input(0), false)),
            ctx.needs(2).then(|| g.sum_dim(0)),
        ]
    }

    fn multiply_adds(&self, inputs: &[&Tensor], outputs: &[Tensor]) -> u64 {
        (outputs[0].numel() * inputs[0].shape()[1]) as u64
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i < 2 && needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// x w^T + b over the last axis: `[.., in]` with a weight `[out, in]` and a bias `[out]` gives `[.., out]`. One pass, where
    /// [`Tensor::matmul`] and a sum take two.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (weight, bias) = (tensor![[1.0, 2.0]], tensor![0.5]);
    /// assert_eq!(tensor![[3.0, 4.0]].linear(&weight, Some(&bias)).item(), 11.5);
    /// ```
    ///
    /// # Panics
    /// If the shapes are not these, the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    pub fn linear(&self, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        check_number("linear", self);
        for (what, other) in [("weight", Some(weight)), ("bias", bias)] {
            if let Some(other) = other.filter(|other| other.dtype() != self.dtype()) {
                fail!("linear: x is {} and the {what} {}; cast one with to_dtype", self.dtype(), other.dtype());
            }
        }
        let (x, w) = (self.shape(), weight.shape());
        let (Some(&from), &[to, inner]) = (x.last(), w) else {
            fail!("linear: x has shape {x:?} and the weight {w:?}, not [.., in] and [out, in]");
        };
        if from != inner {
            fail!("linear: x {x:?} has {from} features, the weight {w:?} takes {inner}");
        }
        if let Some(bias) = bias.filter(|bias| bias.shape() != [to]) {
            fail!("linear: the bias has shape {:?}, the weight {w:?} takes [{to}]", bias.shape());
        }
        let rows = reshape(self, &[x[..x.len() - 1].iter().product(), from]);
        let y = match bias {
            Some(bias) => Linear.apply(&[&rows, weight, bias]),
            None => product(&rows, false, weight, true),
        };
        let mut shape = Dims::from_slice(x);
        shape[x.len() - 1] = to;
        reshape(&y, &shape)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "linear",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "x w^T + b",
    derivative: "g w to x, g^T x to w, g summed over rows to b",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], w: [usize; 2]) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(w, -1.0, 3.0), spread([w[0]], -1.0, 1.0)];
            Sample::new(label, inputs, |x| x[0].linear(&x[1], Some(&x[2])))
        }
        vec![
            sample("plain", &[2, 3], [4, 3]),
            sample("more axes", &[2, 2, 3], [2, 3]),
            sample("one row", &[3], [2, 3]),
            Sample::new("without bias", [spread([2, 3], -2.0, 2.0), spread([4, 3], -1.0, 3.0)], |x| {
                x[0].linear(&x[1], None)
            }),
            sample("size 1", &[1, 1], [1, 1]),
            sample("size 0", &[0, 2], [3, 2]),
            sample("no features", &[2, 0], [3, 0]),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2, 3]).linear(&o([4, 2]), None), "linear: x [2, 3] has 3 features, the weight [4, 2] takes 2"),
            misuse!(o([2, 3]).linear(&o([3]), None), "linear: x has shape [2, 3] and the weight [3], not [.., in] and"),
            misuse!(o([3]).linear(&o([2, 3]), Some(&o([3]))), "linear: the bias has shape [3], the weight [2, 3]"),
            misuse!(o([1]).linear(&Tensor::eye(1).to_dtype(DType::I64), None), "linear: x is f32 and the weight i64"),
        ]
    },
    kinks: no_kinks,
};
