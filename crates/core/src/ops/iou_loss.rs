//! How little two boxes overlap.

use std::panic::Location;

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};
use crate::scope;

/// Keeps boxes without area from dividing by 0.
const EPS: f64 = 1e-7;

/// What two sets of boxes, each `[.., 4]` as x1, y1, x2, y2, have in common.
pub(crate) struct Overlap {
    corners: [[Tensor; 4]; 2],
    union: Tensor,
    /// Intersection over union.
    pub(crate) iou: Tensor,
}

impl Overlap {
    #[track_caller]
    pub(crate) fn of(op: &str, a: &Tensor, b: &Tensor) -> Overlap {
        check_alike(op, a, b);
        if a.shape().last() != Some(&4) {
            fail!("{op}: boxes {:?}, expected [.., 4] as x1, y1, x2, y2", a.shape());
        }
        scope::library(Location::caller(), || {
            let corners = [a, b].map(|boxes| [0, 1, 2, 3].map(|k| boxes.select(-1, k)));
            let [a, b] = &corners;
            let along = |k: usize| (a[k + 2].minimum(&b[k + 2]) - a[k].maximum(&b[k])).relu();
            let area = |c: &[Tensor; 4]| (&c[2] - &c[0]) * (&c[3] - &c[1]);
            let both = along(0) * along(1);
            let union = area(a) + area(b) - &both;
            let iou = both / (&union + EPS);
            Overlap { corners, union, iou }
        })
    }

    /// The part of the smallest box around both that neither covers.
    #[track_caller]
    pub(crate) fn gap(&self) -> Tensor {
        scope::library(Location::caller(), || {
            let [a, b] = &self.corners;
            let along = |k: usize| a[k + 2].maximum(&b[k + 2]) - a[k].minimum(&b[k]);
            let around = along(0) * along(1);
            (&around - &self.union) / (around + EPS)
        })
    }
}

impl Tensor {
    /// The mean of 1 - intersection / union of these boxes and the target's, each `[.., 4]` as x1, y1, x2, y2 with x1 <= x2 and y1 <=
    /// y2, in any unit. Boxes apart have a loss of 1 and no gradient: see [`Tensor::giou_loss`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let loss = tensor![[0.0, 0.0, 2.0, 2.0]].iou_loss(&tensor![[1.0, 0.0, 3.0, 2.0]]);
    /// assert!((loss.item() - 2.0 / 3.0).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, the tensors are not f32 or f64, or the last axis is not 4 long.
    #[must_use]
    #[track_caller]
    pub fn iou_loss(&self, target: &Tensor) -> Tensor {
        self.iou_loss_with(target, Reduction::Mean)
    }

    /// As [`Tensor::iou_loss`], with a reduction.
    ///
    /// # Panics
    /// As [`Tensor::iou_loss`].
    #[must_use]
    #[track_caller]
    pub fn iou_loss_with(&self, target: &Tensor, reduction: Reduction) -> Tensor {
        reduction.of(1 - Overlap::of("iou_loss", self, target).iou)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "iou_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "1 - intersection / union, reduced",
    derivative: "that of the quotient of areas, by the corners",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", boxes(), |x| x[0].iou_loss(&x[1])),
            Sample::new("none", boxes(), |x| x[0].iou_loss_with(&x[1], Reduction::None)),
            Sample::new("size 1", boxes().map(|b| b.narrow(0, 0, 1)), |x| x[0].iou_loss_with(&x[1], Reduction::Sum)),
            Sample::new("size 0", boxes().map(|b| b.narrow(0, 0, 0)), |x| x[0].iou_loss_with(&x[1], Reduction::Sum)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 4]).iou_loss(&Tensor::zeros([3, 4])),
                "iou_loss: prediction [2, 4] and target [3, 4] differ"
            ),
            misuse!(Tensor::zeros([2, 3]).iou_loss(&Tensor::zeros([2, 3])), "iou_loss: boxes [2, 3], expected [.., 4]"),
        ]
    },
    kinks: no_kinks,
};
