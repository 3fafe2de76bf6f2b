//! Yes or no.

use super::AsTensor;
use crate::{Buffer, Forward};
use tapegrad_core::{BinaryCrossEntropyOptions, Tensor};

loss! {
    /// -(y log x + (1 - y) log(1 - x)), of probabilities x of class 1 and targets y from 0 to 1. [`BCEWithLogitsLoss`] is more exact.
    /// See [`Tensor::binary_cross_entropy_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{BCELoss, Forward};
    /// let loss = BCELoss::new().weight(tensor![3.0, 1.0]);
    /// let (x, y) = (tensor![0.5, 0.5], tensor![1.0, 0.0]);
    /// assert_eq!(loss.call(&(x, y)).item() as f32, 2.0 * std::f32::consts::LN_2);
    /// ```
    BCELoss {;
        /// A factor of each element's loss; broadcasts.
        weight: Option<Buffer> = None
    }
}

weights! {
    BCELoss {
        /// A factor of each element's loss; broadcasts.
        weight
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for BCELoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().binary_cross_entropy_with(y.as_tensor(), self.weight.as_deref(), self.reduction)
    }
}

loss! {
    /// -(y log s + (1 - y) log(1 - s)), where s is the sigmoid of scores x and y are targets from 0 to 1. Exact for scores of any
    /// size. See [`Tensor::binary_cross_entropy_with_logits_and`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{BCEWithLogitsLoss, Forward};
    /// // Of ten answers one is yes: it counts for nine.
    /// let loss = BCEWithLogitsLoss::new().pos_weight(tensor![9.0]);
    /// assert_eq!(loss.call(&(tensor![-100.0], tensor![1.0])).item(), 900.0);
    /// ```
    BCEWithLogitsLoss {;
        /// A factor of each element's loss; broadcasts.
        weight: Option<Buffer> = None,
        /// A factor of the part of class 1; broadcasts.
        pos_weight: Option<Buffer> = None
    }
}

weights! {
    BCEWithLogitsLoss {
        /// A factor of each element's loss; broadcasts.
        weight,
        /// A factor of the part of class 1, say for each of several questions; broadcasts.
        pos_weight,
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for BCEWithLogitsLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let [weight, pos_weight] = [&self.weight, &self.pos_weight].map(|weight| weight.as_deref().cloned());
        let options = BinaryCrossEntropyOptions { weight, pos_weight, reduction: self.reduction };
        x.as_tensor().binary_cross_entropy_with_logits_and(y.as_tensor(), &options)
    }
}

loss! {
    /// log(1 + e^(-y x)), of scores x and targets y that are -1 or 1. See [`Tensor::soft_margin_loss`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, SoftMarginLoss};
    /// let loss = SoftMarginLoss::new();
    /// assert_eq!(loss.call(&(tensor![0.0], tensor![-1.0])).item() as f32, std::f32::consts::LN_2);
    /// ```
    SoftMarginLoss {}
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for SoftMarginLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().soft_margin_loss_with(y.as_tensor(), self.reduction)
    }
}
