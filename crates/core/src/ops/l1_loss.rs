//! The mean absolute error.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of |x - y| over all elements; the target's shape is the prediction's.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 5.0].l1_loss(&tensor![1.0, 3.0]).item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn l1_loss(&self, target: &Tensor) -> Tensor {
        self.l1_loss_with(target, Reduction::Mean)
    }

    /// As [`Tensor::l1_loss`], with the sum or all elements instead of the mean.
    ///
    /// # Panics
    /// As [`Tensor::l1_loss`].
    #[must_use]
    #[track_caller]
    pub fn l1_loss_with(&self, target: &Tensor, reduction: Reduction) -> Tensor {
        let (x, y) = (self, target);
        check_alike("l1_loss", x, y);
        reduction.of((x - y).abs())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "l1_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "|x - y|, reduced",
    derivative: "g sign(x - y) / n to x, the negative to y",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| x[0].l1_loss(&x[1])),
            Sample::new("sum", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| {
                x[0].l1_loss_with(&x[1], Reduction::Sum)
            }),
            Sample::new("none", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| {
                x[0].l1_loss_with(&x[1], Reduction::None)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 2.5, -1.0)], |x| x[0].l1_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 2.5, -1.0)], |x| x[0].l1_loss(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).l1_loss(&Tensor::zeros([3])), "l1_loss: prediction [2] and target [3] differ"),
            misuse!(Tensor::arange(0, 2).l1_loss(&Tensor::arange(0, 2)), "l1_loss: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "equal",
            inputs: vec![Tensor::from([1.0, 2.0]), Tensor::from([1.0, 0.0])],
            call: |x| x[0].l1_loss_with(&x[1], Reduction::Sum),
            gradients: vec![vec![0.0, 1.0], vec![0.0, -1.0]],
        }]
    },
};
