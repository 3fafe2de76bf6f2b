//! How unlikely a predicted distribution makes what was seen.

use super::AsTensor;
use crate::Forward;
use tapegrad_core::{GaussianNllOptions, PoissonNllOptions, Tensor};

loss! {
    /// y (log y - x), of log-probabilities x and a target's probabilities y. The divergence is the *sum* over the classes: take
    /// [`Reduction::Sum`] and divide by the number of rows, which PyTorch calls `batchmean`. See [`Tensor::kl_div_with`].
    ///
    /// [`Reduction::Sum`]: tapegrad_core::Reduction::Sum
    ///
    /// ```
    /// use tapegrad_core::{Reduction, tensor};
    /// use tapegrad_nn::{Forward, KLDivLoss};
    /// let (x, y) = (tensor![[0.5, 0.5], [0.5, 0.5]].log(), tensor![[1.0, 0.0], [0.5, 0.5]]);
    /// let mean = KLDivLoss::new().reduction(Reduction::Sum).call(&(x, y)) / 2;
    /// assert_eq!(mean.item() as f32, std::f32::consts::LN_2 / 2.0);
    /// ```
    KLDivLoss {;
        /// Whether the targets are log-probabilities too.
        log_target: bool = false
    }
}

impl KLDivLoss {
    /// The targets are log-probabilities too.
    #[must_use]
    pub fn log_target(self) -> Self {
        KLDivLoss { log_target: true, ..self }
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for KLDivLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().kl_div_with(y.as_tensor(), self.log_target, self.reduction)
    }
}

loss! {
    /// e^x - y x, of counts y and the logarithms x of their expected values. See [`Tensor::poisson_nll_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, PoissonNLLLoss};
    /// assert_eq!(PoissonNLLLoss::new().call(&(tensor![0.0], tensor![7.0])).item(), 1.0);
    /// let of_counts = PoissonNLLLoss::new().without_log_input();
    /// assert_eq!(of_counts.call(&(tensor![1.0], tensor![7.0])).item(), 1.0);
    /// ```
    PoissonNLLLoss {
        /// What is added to an expected count before its logarithm is taken, 1e-8.
        eps: f64 = 1e-8;
        /// Whether the prediction is the logarithm of the expected count; without, the count itself.
        log_input: bool = true,
        /// Whether Stirling's approximation of log y! is added where y > 1.
        full: bool = false
    }
}

impl PoissonNLLLoss {
    /// The prediction is the expected count itself, and the loss x - y log(x + eps).
    #[must_use]
    pub fn without_log_input(self) -> Self {
        PoissonNLLLoss { log_input: false, ..self }
    }

    /// With Stirling's approximation of log y! where y > 1.
    #[must_use]
    pub fn full(self) -> Self {
        PoissonNLLLoss { full: true, ..self }
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for PoissonNLLLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let &PoissonNLLLoss { log_input, full, eps, reduction } = self;
        x.as_tensor().poisson_nll_loss_with(y.as_tensor(), &PoissonNllOptions { log_input, full, eps, reduction })
    }
}

loss! {
    /// (log v + (x - y)^2 / v) / 2, of predicted means x, targets y and predicted variances v, which broadcast to x. See
    /// [`Tensor::gaussian_nll_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, GaussianNLLLoss};
    /// let (mean, target, variance) = (tensor![1.0], tensor![3.0], tensor![1.0]);
    /// assert_eq!(GaussianNLLLoss::new().call(&(mean, target, variance)).item(), 2.0);
    /// ```
    GaussianNLLLoss {
        /// Variances count as at least this, 1e-6.
        eps: f64 = 1e-6;
        /// Whether the constant log(2 pi) / 2 is added.
        full: bool = false
    }
}

impl GaussianNLLLoss {
    /// With the constant log(2 pi) / 2.
    #[must_use]
    pub fn full(self) -> Self {
        GaussianNLLLoss { full: true, ..self }
    }
}

impl<X: AsTensor, Y: AsTensor, V: AsTensor> Forward<(X, Y, V)> for GaussianNLLLoss {
    fn forward(&self, (x, y, variance): &(X, Y, V)) -> Tensor {
        let &GaussianNLLLoss { full, eps, reduction } = self;
        let options = GaussianNllOptions { full, eps, reduction };
        x.as_tensor().gaussian_nll_loss_with(y.as_tensor(), variance.as_tensor(), &options)
    }
}
