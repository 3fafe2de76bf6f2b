//! How little two masks overlap.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean over samples and channels of 1 - (2 sum p y + 1) / (sum p + sum y + 1), sums taken over all axes from the third on:
    /// probabilities p and a mask y of `[N, C, d..]` (C. Sudre et al., "Generalised Dice overlap as a deep learning loss function for
    /// highly unbalanced segmentations", 2017).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (p, y) = (tensor![[[1.0, 0.0, 0.0]]], tensor![[[1.0, 1.0, 0.0]]]);
    /// assert_eq!(p.dice_loss(&y).item(), 1.0 - 3.0 / 4.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64 with three axes or more.
    #[must_use]
    #[track_caller]
    pub fn dice_loss(&self, target: &Tensor) -> Tensor {
        self.dice_loss_with(target, 1.0, Reduction::Mean)
    }

    /// As [`Tensor::dice_loss`], with `smooth` in place of 1 above and below the line, and a reduction of `[N, C]`. What is smooth
    /// keeps an empty mask from dividing by 0.
    ///
    /// # Panics
    /// As [`Tensor::dice_loss`]; if `smooth` is negative.
    #[must_use]
    #[track_caller]
    pub fn dice_loss_with(&self, target: &Tensor, smooth: f64, reduction: Reduction) -> Tensor {
        check_alike("dice_loss", self, target);
        if self.ndim() < 3 {
            fail!("dice_loss: prediction {:?}, expected [N, C, d..]", self.shape());
        }
        if smooth.is_nan() || smooth < 0.0 {
            fail!("dice_loss: smooth {smooth}, expected a number from 0 up");
        }
        let axes: Vec<isize> = (2..self.ndim() as isize).collect();
        let both = (self * target).sum_dim(&axes[..]);
        let each = self.sum_dim(&axes[..]) + target.sum_dim(&axes[..]);
        reduction.of(1 - (both * 2 + smooth) / (each + smooth))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "dice_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "1 - (2 sum p y + s) / (sum p + sum y + s), reduced",
    derivative: "-g (2 y - d) / (sum p + sum y + s) to p, d the fraction; the same with p to y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 2, 2, 3], 0.1, 0.9), spread([2, 2, 2, 3], 0.9, 0.2)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].dice_loss(&x[1])),
            Sample::new("smooth", inputs(), |x| x[0].dice_loss_with(&x[1], 0.1, Reduction::None)),
            Sample::new("size 1", [spread([1, 1, 1], 0.1, 0.9), spread([1, 1, 1], 0.5, 0.9)], |x| {
                x[0].dice_loss_with(&x[1], 0.5, Reduction::Sum)
            }),
            Sample::new("size 0", [spread([1, 1, 0], 0.1, 0.9), spread([1, 1, 0], 0.5, 0.9)], |x| {
                x[0].dice_loss(&x[1])
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([1, 1, 2]).dice_loss(&Tensor::zeros([1, 1, 3])),
                "dice_loss: prediction [1, 1, 2] and target [1, 1, 3] differ"
            ),
            misuse!(
                Tensor::zeros([1, 2]).dice_loss(&Tensor::zeros([1, 2])),
                "dice_loss: prediction [1, 2], expected [N, C, d..]"
            ),
        ]
    },
    kinks: no_kinks,
};
