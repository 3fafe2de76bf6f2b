//! How far numbers are from what they should be.

use super::AsTensor;
use crate::Forward;
use tapegrad_core::Tensor;

loss! {
    /// (x - y)^2, of a prediction and a target of its shape. See [`Tensor::mse_loss`].
    ///
    /// ```
    /// use tapegrad_core::{Reduction, tensor};
    /// use tapegrad_nn::{Forward, MSELoss};
    /// let loss = MSELoss::new().reduction(Reduction::Sum);
    /// assert_eq!(loss.call(&(tensor![1.0, 5.0], tensor![1.0, 3.0])).item(), 4.0);
    /// ```
    MSELoss {}
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for MSELoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().mse_loss_with(y.as_tensor(), self.reduction)
    }
}

loss! {
    /// |x - y|, of a prediction and a target of its shape. See [`Tensor::l1_loss`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, L1Loss};
    /// assert_eq!(L1Loss::new().call(&(tensor![1.0, 5.0], tensor![2.0, 2.0])).item(), 2.0);
    /// ```
    L1Loss {}
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for L1Loss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().l1_loss_with(y.as_tensor(), self.reduction)
    }
}

loss! {
    /// d^2 / (2 beta) where d = |x - y| is below beta, else d - beta / 2. See [`Tensor::smooth_l1_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, SmoothL1Loss};
    /// let loss = SmoothL1Loss::new().beta(2.0);
    /// assert_eq!(loss.call(&(tensor![1.0, 5.0], tensor![0.0, 0.0])).item(), (0.25 + 4.0) / 2.0);
    /// ```
    SmoothL1Loss {
        /// Where the parabola ends, 1.
        beta: f64 = 1.0
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for SmoothL1Loss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().smooth_l1_loss_with(y.as_tensor(), self.beta, self.reduction)
    }
}

loss! {
    /// d^2 / 2 where d = |x - y| is at most delta, else delta (d - delta / 2). See [`Tensor::huber_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, HuberLoss};
    /// assert_eq!(HuberLoss::new().delta(2.0).call(&(tensor![5.0], tensor![1.0])).item(), 6.0);
    /// ```
    HuberLoss {
        /// Where the parabola ends, 1.
        delta: f64 = 1.0
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for HuberLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().huber_loss_with(y.as_tensor(), self.delta, self.reduction)
    }
}
