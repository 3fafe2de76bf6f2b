//! Bilinear forms of two tensors' last axes.

use super::prelude::*;
use super::reshape::reshape;
use crate::contraction::{Labelled, contract};

impl Tensor {
    /// x1^T W x2 + b over the last axes: `[.., i]` and `[.., j]` with a weight `[o, i, j]` and a bias `[o]` give `[.., o]`.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (x, y) = (tensor![1.0, 2.0], tensor![3.0, 4.0]);
    /// let weight = tensor![[[1.0, 0.0], [0.0, 1.0]]];
    /// assert_eq!(x.bilinear(&y, &weight, None).item(), 11.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes are not these, the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    pub fn bilinear(&self, other: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        for operand in [other, weight].into_iter().chain(bias) {
            check_pair("bilinear", self, operand);
        }
        let (x, y) = (self.shape(), other.shape());
        let (&[ref rows @ .., i], &[ref others @ .., j], &[o, from, and]) = (x, y, weight.shape()) else {
            fail!("bilinear: {x:?} and {y:?} with a weight {:?}, expected [o, i, j]", weight.shape());
        };
        if rows != others || (i, j) != (from, and) {
            fail!(
                "bilinear: {x:?} and {y:?} with a weight {:?}, expected [.., {from}] and [.., {and}]",
                weight.shape()
            );
        }
        if let Some(bias) = bias.filter(|bias| bias.shape() != [o]) {
            fail!("bilinear: the bias has shape {:?}, the weight {:?} takes [{o}]", bias.shape(), weight.shape());
        }
        const ROW: usize = 0;
        const I: usize = 1;
        const J: usize = 2;
        const O: usize = 3;
        let n = rows.iter().product();
        let x = Labelled::new(reshape(self, &[n, i]), &[ROW, I]);
        let y = Labelled::new(reshape(other, &[n, j]), &[ROW, J]);
        let half = contract(&x, &Labelled::new(weight.clone(), &[O, I, J]), |label| label != I);
        let form = contract(&half, &y, |label| label != J).ordered([ROW, O]);
        let form = match bias {
            Some(bias) => form + bias,
            None => form,
        };
        reshape(&form, &rows.iter().copied().chain([o]).collect::<Dims>())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "bilinear",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "sum over i, j of x_i W[o, i, j] y_j, plus b",
    derivative: "to each the sum with g in its place, g summed over rows to b",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, rows: &[usize], [o, i, j]: [usize; 3]) -> Sample {
            let last = |n: usize| rows.iter().copied().chain([n]).collect::<Vec<_>>();
            let operands = [spread(last(i), -2.0, 2.0), spread(last(j), -1.0, 3.0)];
            let inputs = [&operands[..], &[spread([o, i, j], -1.0, 1.0), spread([o], -1.0, 1.0)]].concat();
            Sample::new(label, inputs, |x| x[0].bilinear(&x[1], &x[2], Some(&x[3])))
        }
        vec![
            sample("plain", &[2], [3, 2, 2]),
            sample("more axes", &[2, 2], [1, 3, 2]),
            sample("one row", &[], [2, 2, 3]),
            Sample::new(
                "without bias",
                [spread([2, 2], -2.0, 2.0), spread([2, 3], -1.0, 3.0), spread([2, 2, 3], -1.0, 1.0)],
                |x| x[0].bilinear(&x[1], &x[2], None),
            ),
            sample("size 1", &[1], [1, 1, 1]),
            sample("size 0", &[0], [2, 2, 2]),
            sample("no features", &[2], [2, 0, 2]),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([2, 3]).bilinear(&o([2, 4]), &o([5, 3, 3]), None),
                "bilinear: [2, 3] and [2, 4] with a weight [5, 3, 3], expected [.., 3] and [.., 3]"
            ),
            misuse!(
                o([2, 3]).bilinear(&o([1, 3]), &o([5, 3, 3]), None),
                "bilinear: [2, 3] and [1, 3] with a weight [5, 3, 3], expected [.., 3] and [.., 3]"
            ),
            misuse!(
                o([3]).bilinear(&o([3]), &o([3, 3]), None),
                "bilinear: [3] and [3] with a weight [3, 3], expected [o, i, j]"
            ),
            misuse!(
                o([3]).bilinear(&o([3]), &o([5, 3, 3]), Some(&o([3]))),
                "bilinear: the bias has shape [3], the weight [5, 3, 3] takes [5]"
            ),
            misuse!(
                o([1]).bilinear(&Tensor::arange(0, 1), &o([1, 1, 1]), None),
                "bilinear: operands are f32 and i64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
