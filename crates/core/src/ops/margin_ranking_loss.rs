//! Two scores, of which one is to be larger by a margin.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of max(0, -y (x1 - x2)): where the target y is 1, these scores x1 are to be larger than the others, where it is -1
    /// smaller.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let loss = tensor![3.0, 1.0].margin_ranking_loss(&tensor![1.0, 2.0], &tensor![1.0, 1.0]);
    /// assert_eq!(loss.item(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn margin_ranking_loss(&self, other: &Tensor, target: &Tensor) -> Tensor {
        self.margin_ranking_loss_with(other, target, 0.0, Reduction::Mean)
    }

    /// As [`Tensor::margin_ranking_loss`]: max(0, margin - y (x1 - x2)), and with a reduction. The derivative at the margin itself
    /// is 0.
    ///
    /// # Panics
    /// As [`Tensor::margin_ranking_loss`].
    #[must_use]
    #[track_caller]
    pub fn margin_ranking_loss_with(
        &self,
        other: &Tensor,
        target: &Tensor,
        margin: f64,
        reduction: Reduction,
    ) -> Tensor {
        check_alike("margin_ranking_loss", self, other);
        check_alike("margin_ranking_loss", self, target);
        reduction.of((margin - target * (self - other)).relu())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "margin_ranking_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "max(0, margin - y (x1 - x2)), reduced",
    derivative: "-g y to x1, g y to x2, g (x2 - x1) to y, where the loss is positive",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0), spread_around([2, 3], 0.5, 1.0)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].margin_ranking_loss(&x[1], &x[2])),
            Sample::new("margin", inputs(), |x| x[0].margin_ranking_loss_with(&x[1], &x[2], 0.7, Reduction::None)),
            Sample::new("size 1", [spread([1], 0.0, 1.0), spread([1], 2.0, 3.0), spread([1], 0.5, 1.0)], |x| {
                x[0].margin_ranking_loss_with(&x[1], &x[2], 0.5, Reduction::Sum)
            }),
            Sample::new("size 0", [spread([0], 0.0, 1.0), spread([0], 2.0, 3.0), spread([0], 0.5, 1.0)], |x| {
                x[0].margin_ranking_loss_with(&x[1], &x[2], 0.5, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).margin_ranking_loss(&Tensor::zeros([3]), &Tensor::zeros([2])),
                "margin_ranking_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::zeros([2]).margin_ranking_loss(&Tensor::zeros([2]), &Tensor::zeros([1])),
                "margin_ranking_loss: prediction [2] and target [1] differ"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the margin",
            inputs: vec![Tensor::from([2.0, 0.0]), Tensor::from([1.0, 1.0]), Tensor::from([1.0, 1.0])],
            call: |x| x[0].margin_ranking_loss_with(&x[1], &x[2], 1.0, Reduction::Sum),
            gradients: vec![vec![0.0, -1.0], vec![0.0, 1.0], vec![0.0, 1.0]],
        }]
    },
};
