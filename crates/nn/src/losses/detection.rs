//! Where things are in pictures: masks and boxes. `torch.nn` has none of these.

use super::AsTensor;
use crate::Forward;
use tapegrad_core::{FocalOptions, Tensor};

loss! {
    /// alpha_t (1 - p_t)^gamma (-log p_t), where p_t is the probability that scores x give the target's class, 0 or 1, and alpha_t that
    /// class's weight. See [`Tensor::sigmoid_focal_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{FocalLoss, Forward};
    /// let loss = FocalLoss::new().gamma(1.0).without_alpha();
    /// assert_eq!(loss.call(&(tensor![0.0], tensor![1.0])).item() as f32, std::f32::consts::LN_2 / 2.0);
    /// ```
    FocalLoss {
        /// How strongly easy examples are left out, 2; 0 is the cross-entropy.
        gamma: f64 = 2.0;
        /// The weight of class 1, 0.25, and 1 - alpha that of class 0; `None` for none.
        alpha: Option<f64> = Some(0.25)
    }
}

impl FocalLoss {
    /// The weight of class 1, and 1 - alpha that of class 0.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        FocalLoss { alpha: Some(alpha), ..self }
    }

    /// Both classes have the same weight, 1.
    #[must_use]
    pub fn without_alpha(self) -> Self {
        FocalLoss { alpha: None, ..self }
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for FocalLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let &FocalLoss { alpha, gamma, reduction } = self;
        x.as_tensor().sigmoid_focal_loss_with(y.as_tensor(), &FocalOptions { alpha, gamma, reduction })
    }
}

loss! {
    /// 1 - (2 sum p y + smooth) / (sum p + sum y + smooth), of probabilities p and masks y of `[N, C, d..]`, with sums over all axes from
    /// the third on. See [`Tensor::dice_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{DiceLoss, Forward};
    /// let (p, mask) = (tensor![[[1.0, 0.0]]], tensor![[[1.0, 1.0]]]);
    /// assert_eq!(DiceLoss::new().call(&(p, mask)).item(), 0.25);
    /// ```
    DiceLoss {
        /// What is added above and below the line, so that an empty mask divides nothing by 0; 1.
        smooth: f64 = 1.0
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for DiceLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().dice_loss_with(y.as_tensor(), self.smooth, self.reduction)
    }
}

loss! {
    /// 1 - intersection / union, of boxes `[.., 4]` as x1, y1, x2, y2. Boxes apart have no gradient. See [`Tensor::iou_loss`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, IoULoss};
    /// let (found, truth) = (tensor![[0.0, 0.0, 4.0, 1.0]], tensor![[0.0, 0.0, 1.0, 1.0]]);
    /// assert!((IoULoss::new().call(&(found, truth)).item() - 0.75).abs() < 1e-6);
    /// ```
    IoULoss {}
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for IoULoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().iou_loss_with(y.as_tensor(), self.reduction)
    }
}

loss! {
    /// 1 - intersection / union + gap / hull, of boxes `[.., 4]` as x1, y1, x2, y2: the hull is around both, the gap what neither covers
    /// of it. See [`Tensor::giou_loss`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, GIoULoss};
    /// let (found, truth) = (tensor![[0.0, 0.0, 1.0, 1.0]], tensor![[3.0, 0.0, 4.0, 1.0]]);
    /// assert!((GIoULoss::new().call(&(found, truth)).item() - 1.5).abs() < 1e-6);
    /// ```
    GIoULoss {}
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for GIoULoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().giou_loss_with(y.as_tensor(), self.reduction)
    }
}
