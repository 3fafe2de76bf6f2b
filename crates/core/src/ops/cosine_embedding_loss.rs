//! Vectors that are to point the same way, or not.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// Added to the squared lengths, so that a vector of zeros has a cosine of 0 and a finite gradient.
const EPS: f64 = 1e-12;

impl Tensor {
    /// The mean over the pairs of 1 - cos(x1, x2) where the target is 1 and of max(0, cos(x1, x2)) where it is -1, with vectors
    /// `[N, D]` and a target `[N]`, or `[D]` and `[]`.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (x, y) = (tensor![[1.0, 0.0], [0.0, 2.0]], tensor![[3.0, 0.0], [1.0, 0.0]]);
    /// assert!(x.cosine_embedding_loss(&y, &tensor![1.0, -1.0]).item().abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If the vectors differ in shape or type or are not f32 or f64, or the target does not fit.
    #[must_use]
    #[track_caller]
    pub fn cosine_embedding_loss(&self, other: &Tensor, target: &Tensor) -> Tensor {
        self.cosine_embedding_loss_with(other, target, 0.0, Reduction::Mean)
    }

    /// As [`Tensor::cosine_embedding_loss`], max(0, cos(x1, x2) - margin) where the target is -1, and with a reduction. The
    /// derivative at the margin itself is 0.
    ///
    /// # Panics
    /// As [`Tensor::cosine_embedding_loss`].
    #[must_use]
    #[track_caller]
    pub fn cosine_embedding_loss_with(
        &self,
        other: &Tensor,
        target: &Tensor,
        margin: f64,
        reduction: Reduction,
    ) -> Tensor {
        check_alike("cosine_embedding_loss", self, other);
        let Some((_, pairs)) = self.shape().split_last().filter(|_| self.ndim() <= 2) else {
            fail!("cosine_embedding_loss: vectors {:?}, expected [N, D] or [D]", self.shape());
        };
        if target.shape() != pairs {
            fail!("cosine_embedding_loss: target {:?}, expected {pairs:?}", target.shape());
        }
        let lengths = (self.square().sum_dim(-1) + EPS) * (other.square().sum_dim(-1) + EPS);
        let cosine = (self * other).sum_dim(-1) / lengths.sqrt();
        let together = target.eq(1).where_cond(1 - &cosine, 0);
        let apart = target.eq(-1).where_cond((cosine - margin).relu(), 0);
        reduction.of(together + apart)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cosine_embedding_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "1 - c where y = 1, max(0, c - margin) where y = -1, c = x1 . x2 / (|x1| |x2|), reduced",
    derivative: "-g dc where y = 1, g dc where y = -1 and c > margin, dc = x2 / (|x1| |x2|) - c x1 / |x1|^2 to x1",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([4, 3], -2.0, 2.0), spread([4, 3], 2.5, -1.0), crate::tensor![1, -1, -1, 1]];
        vec![
            Sample::new("plain", inputs(), |x| x[0].cosine_embedding_loss(&x[1], &x[2])),
            Sample::new("margin", inputs(), |x| x[0].cosine_embedding_loss_with(&x[1], &x[2], -0.9, Reduction::None)),
            Sample::new("size 1", [spread([1, 2], 0.5, 2.0), spread([1, 2], 2.5, 1.0), crate::tensor![1]], |x| {
                x[0].cosine_embedding_loss(&x[1], &x[2])
            }),
            Sample::new("size 0", [spread([0, 3], 0.5, 2.0), spread([0, 3], 2.5, 1.0), Tensor::arange(0, 0)], |x| {
                x[0].cosine_embedding_loss_with(&x[1], &x[2], 0.0, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).cosine_embedding_loss(&Tensor::zeros([2, 4]), &crate::tensor![1, 1]),
                "cosine_embedding_loss: prediction [2, 3] and target [2, 4] differ"
            ),
            misuse!(
                Tensor::zeros([2, 3]).cosine_embedding_loss(&Tensor::zeros([2, 3]), &crate::tensor![1]),
                "cosine_embedding_loss: target [1], expected [2]"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the margin",
            inputs: vec![Tensor::from([[1.0, 0.0]]), Tensor::from([[0.0, 1.0]])],
            call: |x| x[0].cosine_embedding_loss(&x[1], &crate::tensor![-1]),
            gradients: vec![vec![0.0, 0.0], vec![0.0, 0.0]],
        }]
    },
};
