//! Distances that are to be small for some pairs and large for others.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of x where the target is 1 and of max(0, 1 - x) where it is -1: x is a distance, small for pairs that belong
    /// together.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5, 0.25].hinge_embedding_loss(&tensor![1.0, -1.0]).item(), (0.5 + 0.75) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn hinge_embedding_loss(&self, target: &Tensor) -> Tensor {
        self.hinge_embedding_loss_with(target, 1.0, Reduction::Mean)
    }

    /// As [`Tensor::hinge_embedding_loss`], max(0, margin - x) where the target is -1, and with a reduction. The derivative at
    /// the margin itself is 0.
    ///
    /// # Panics
    /// As [`Tensor::hinge_embedding_loss`].
    #[must_use]
    #[track_caller]
    pub fn hinge_embedding_loss_with(&self, target: &Tensor, margin: f64, reduction: Reduction) -> Tensor {
        check_alike("hinge_embedding_loss", self, target);
        let apart = target.ne(1).where_cond((margin - self).relu(), 0);
        reduction.of(apart + target.ne(-1).where_cond(self, 0))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hinge_embedding_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "x where y = 1, max(0, margin - x) where y = -1, reduced",
    derivative: "g where y = 1, -g where y = -1 and x < margin, 0 elsewhere, to x",
    kind: Derivative::Linear,
    samples: || {
        let x = || [spread([2, 3], 0.1, 2.0)];
        // 1 and -1 in turn.
        let target = |x: &Tensor| {
            let parity = Tensor::arange(0, x.numel() as i64).remainder(2).to_dtype(x.dtype());
            (1 - 2 * parity).reshape(x.shape().iter().map(|&n| n as isize).collect::<Vec<_>>())
        };
        vec![
            Sample::new("plain", x(), move |x| x[0].hinge_embedding_loss(&target(&x[0]))),
            Sample::new("margin", x(), move |x| x[0].hinge_embedding_loss_with(&target(&x[0]), 1.7, Reduction::None)),
            Sample::new("size 1", [spread([1], 0.1, 2.0)], move |x| x[0].hinge_embedding_loss(&target(&x[0]))),
            Sample::new("size 0", [spread([0], 0.1, 2.0)], move |x| {
                x[0].hinge_embedding_loss_with(&target(&x[0]), 1.0, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).hinge_embedding_loss(&Tensor::zeros([3])),
                "hinge_embedding_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::arange(0, 2).hinge_embedding_loss(&Tensor::arange(0, 2)),
                "hinge_embedding_loss: not defined for i64"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the margin",
            inputs: vec![Tensor::from([1.0, 0.5]), Tensor::from([-1.0, -1.0])],
            call: |x| x[0].hinge_embedding_loss_with(&x[1], 1.0, Reduction::Sum),
            gradients: vec![vec![0.0, -1.0], vec![0.0, 0.0]],
        }]
    },
};
