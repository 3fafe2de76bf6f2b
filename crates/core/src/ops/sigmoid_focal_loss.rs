//! The cross-entropy of two classes, with less weight for what is easy.

use super::prelude::*;
use crate::ops::binary_cross_entropy_with_logits::BinaryCrossEntropyOptions;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::sigmoid_focal_loss_with`].
#[derive(Clone, Copy, Debug)]
pub struct FocalOptions {
    /// The weight of class 1, and 1 - alpha that of class 0; `None` for none.
    pub alpha: Option<f64>,
    /// How strongly easy examples are left out; 0 is the cross-entropy.
    pub gamma: f64,
    /// What becomes of the elements' losses.
    pub reduction: Reduction,
}

impl Default for FocalOptions {
    fn default() -> Self {
        FocalOptions { alpha: Some(0.25), gamma: 2.0, reduction: Reduction::Mean }
    }
}

impl Tensor {
    /// The mean of alpha_t (1 - p_t)^gamma (-log p_t), where p_t is the probability that these logits give the target's class, alpha_t
    /// that class's weight, alpha 0.25 and gamma 2 (T.-Y. Lin et al., "Focal loss for dense object detection", 2017).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let loss = tensor![0.0].sigmoid_focal_loss(&tensor![1.0]);
    /// assert_eq!(loss.item() as f32, 0.0625 * std::f32::consts::LN_2);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn sigmoid_focal_loss(&self, target: &Tensor) -> Tensor {
        self.sigmoid_focal_loss_with(target, &FocalOptions::default())
    }

    /// As [`Tensor::sigmoid_focal_loss`], with options.
    ///
    /// # Panics
    /// As [`Tensor::sigmoid_focal_loss`]; if gamma is negative.
    #[must_use]
    #[track_caller]
    pub fn sigmoid_focal_loss_with(&self, target: &Tensor, options: &FocalOptions) -> Tensor {
        check_alike("sigmoid_focal_loss", self, target);
        let FocalOptions { alpha, gamma, reduction } = *options;
        if gamma.is_nan() || gamma < 0.0 {
            fail!("sigmoid_focal_loss: gamma {gamma}, expected a number from 0 up");
        }
        let bce = BinaryCrossEntropyOptions { reduction: Reduction::None, ..Default::default() };
        let losses = self.binary_cross_entropy_with_logits_and(target, &bce);
        // 1 - p_t as probabilities of the other class, without the rounding of 1 - p where p is near 1.
        let other = target * (-self).sigmoid() + (1 - target) * self.sigmoid();
        let losses = losses * other.pow(gamma);
        reduction.of(match alpha {
            Some(alpha) => losses * (target * (2.0 * alpha - 1.0) + (1.0 - alpha)),
            None => losses,
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sigmoid_focal_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "alpha_t (1 - p_t)^gamma (-log p_t), p_t = y sigmoid x + (1 - y) sigmoid(-x), reduced",
    derivative: "g alpha_t (1 - p_t)^gamma (gamma p_t log p_t + p_t - 1), negative for y = 0, to x",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.0, 1.0)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].sigmoid_focal_loss(&x[1])),
            Sample::new("without alpha", inputs(), |x| {
                let options = FocalOptions { alpha: None, gamma: 1.5, reduction: Reduction::None };
                x[0].sigmoid_focal_loss_with(&x[1], &options)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 0.0, 1.0)], |x| x[0].sigmoid_focal_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 0.0, 1.0)], |x| {
                let options = FocalOptions { reduction: Reduction::Sum, ..Default::default() };
                x[0].sigmoid_focal_loss_with(&x[1], &options)
            }),
        ]
    },
    errors: || {
        const NEGATIVE: FocalOptions = FocalOptions { alpha: None, gamma: -1.0, reduction: Reduction::Mean };
        vec![
            misuse!(
                Tensor::zeros([2]).sigmoid_focal_loss(&Tensor::zeros([3])),
                "sigmoid_focal_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::zeros([2]).sigmoid_focal_loss_with(&Tensor::zeros([2]), &NEGATIVE),
                "sigmoid_focal_loss: gamma -1, expected"
            ),
        ]
    },
    kinks: no_kinks,
};
