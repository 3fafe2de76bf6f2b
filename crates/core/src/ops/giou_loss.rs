//! How little two boxes overlap, and how far they are apart.

use super::iou_loss::Overlap;
use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of 1 - intersection / union + gap / hull, where the hull is the smallest box around both and the gap what neither
    /// covers of it, so that boxes apart are drawn together (H. Rezatofighi et al., "Generalized intersection over union", 2019).
    /// Boxes are `[.., 4]` as x1, y1, x2, y2 with x1 <= x2 and y1 <= y2.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let loss = tensor![[0.0, 0.0, 1.0, 1.0]].giou_loss(&tensor![[3.0, 0.0, 4.0, 1.0]]);
    /// assert!((loss.item() - 1.5).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, the tensors are not f32 or f64, or the last axis is not 4 long.
    #[must_use]
    #[track_caller]
    pub fn giou_loss(&self, target: &Tensor) -> Tensor {
        self.giou_loss_with(target, Reduction::Mean)
    }

    /// As [`Tensor::giou_loss`], with a reduction.
    ///
    /// # Panics
    /// As [`Tensor::giou_loss`].
    #[must_use]
    #[track_caller]
    pub fn giou_loss_with(&self, target: &Tensor, reduction: Reduction) -> Tensor {
        let overlap = Overlap::of("giou_loss", self, target);
        reduction.of(1 - &overlap.iou + overlap.gap())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "giou_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "1 - intersection / union + (hull - union) / hull, reduced",
    derivative: "that of the quotients of areas, by the corners",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", boxes(), |x| x[0].giou_loss(&x[1])),
            Sample::new("none", boxes(), |x| x[0].giou_loss_with(&x[1], Reduction::None)),
            Sample::new("size 1", boxes().map(|b| b.narrow(0, 0, 1)), |x| x[0].giou_loss_with(&x[1], Reduction::Sum)),
            Sample::new("size 0", boxes().map(|b| b.narrow(0, 0, 0)), |x| x[0].giou_loss_with(&x[1], Reduction::Sum)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 4]).giou_loss(&Tensor::zeros([3, 4])),
                "giou_loss: prediction [2, 4] and target [3, 4] differ"
            ),
            misuse!(
                Tensor::zeros([2, 3]).giou_loss(&Tensor::zeros([2, 3])),
                "giou_loss: boxes [2, 3], expected [.., 4]"
            ),
        ]
    },
    kinks: no_kinks,
};
