//! Mean 0 and variance 1 of each channel over the batch, and the running statistics that stand for the batch afterwards.

use super::norm::unit;
use crate::{Buffer, Forward, Mode, Module, Param};
use tapegrad_core::{Tensor, fail, is_rerun};

/// What a new batch adds to the running statistics: `running = (1 - share) running + share batch`, with n / (n - 1) times the
/// variance, and one more batch counted. A checkpoint that computes a batch again has counted it already.
fn follow(layer: &Running, mean: &Tensor, variance: &Tensor, n: f64, momentum: Option<f64>) {
    if is_rerun() {
        return;
    }
    let count = layer.count.item() + 1.0;
    layer.count.set(&(layer.count.tensor().detach() + 1));
    let share = momentum.unwrap_or(1.0 / count);
    layer.mean.set(&(layer.mean.tensor().detach() * (1.0 - share) + mean * share));
    layer.variance.set(&(layer.variance.tensor().detach() * (1.0 - share) + variance * (share * n / (n - 1.0))));
}

/// The running statistics of a layer.
struct Running<'a> {
    mean: &'a Buffer,
    variance: &'a Buffer,
    count: &'a Buffer,
}

macro_rules! batch_norm {
    ($(#[$doc:meta])* $name:ident, $axes:pat, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// `[channels]`, ones at first.
            pub weight: Option<Param>,
            /// `[channels]`, zeros at first.
            pub bias: Option<Param>,
            /// `[channels]`, zeros at first.
            pub running_mean: Option<Buffer>,
            /// `[channels]`, ones at first.
            pub running_var: Option<Buffer>,
            /// How many batches were seen.
            pub num_batches_tracked: Option<Buffer>,
            /// The channels.
            pub channels: usize,
            /// The share of a new batch in the running statistics; without it, they are the mean of all batches.
            pub momentum: Option<f64>,
            /// What is added to the variance.
            pub eps: f64,
            /// Whether the batch's statistics are used, and remembered.
            pub mode: Mode,
        }

        impl $name {
            /// With a `momentum` of 0.1 and an `eps` of 1e-5.
            #[track_caller]
            pub fn new(channels: usize) -> Self {
                let (weight, bias) = unit(&[channels]);
                $name {
                    weight,
                    bias,
                    running_mean: Some(Buffer::new(Tensor::zeros([channels]))),
                    running_var: Some(Buffer::new(Tensor::ones([channels]))),
                    num_batches_tracked: Some(Buffer::new(0i64)),
                    channels,
                    momentum: Some(0.1),
                    eps: 1e-5,
                    mode: Mode::new(),
                }
            }

            /// The same without weight and bias.
            #[must_use]
            pub fn without_affine(self) -> Self {
                $name { weight: None, bias: None, ..self }
            }

            /// The same without running statistics: those of the batch are always used.
            #[must_use]
            pub fn without_running_stats(self) -> Self {
                $name { running_mean: None, running_var: None, num_batches_tracked: None, ..self }
            }

            /// The share of a new batch in the running statistics; `None`: they are the mean of all batches.
            #[must_use]
            pub fn momentum(self, momentum: impl Into<Option<f64>>) -> Self {
                $name { momentum: momentum.into(), ..self }
            }

            /// What is added to the variance.
            #[must_use]
            pub fn eps(self, eps: f64) -> Self {
                $name { eps, ..self }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                if !matches!(x.ndim(), $axes) || x.shape()[1] != self.channels {
                    fail!(concat!(stringify!($name), ": input {:?}, expected ", $form, " of {} channels"), x.shape(), self.channels);
                }
                let running = match (&self.running_mean, &self.running_var, &self.num_batches_tracked) {
                    (Some(mean), Some(variance), Some(count)) => Some(Running { mean, variance, count }),
                    _ => None,
                };
                let (weight, bias, training) = (self.weight.as_deref(), self.bias.as_deref(), self.mode.is_training());
                match running {
                    Some(running) if !training => {
                        x.batch_norm_eval(running.mean, running.variance, weight, bias, self.eps)
                    }
                    running => {
                        let n = x.numel().checked_div(self.channels).unwrap_or(0);
                        if training && n == 1 {
                            fail!(
                                concat!(stringify!($name), ": one number for each channel in {:?}, which has no variance to train with"),
                                x.shape()
                            );
                        }
                        let (y, mean, variance) = x.batch_norm(weight, bias, self.eps);
                        if let Some(running) = running.filter(|_| n > 1) {
                            follow(&running, &mean, &variance, n as f64, self.momentum);
                        }
                        y
                    }
                }
            }
        }
    };
}

batch_norm! {
    /// Over batches of vectors `[N, C]` or sequences `[N, C, L]`. See [`Tensor::batch_norm`].
    BatchNorm1d, 2 | 3, "[N, C] or [N, C, L]"
}

batch_norm! {
    /// Over batches of images, `[N, C, H, W]`. See [`Tensor::batch_norm`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{BatchNorm2d, Forward, Module};
    /// let (layer, x) = (BatchNorm2d::new(3), Tensor::randn([8, 3, 4, 4]));
    /// let y = layer.call(&x);
    /// assert!(y.mean().item().abs() < 1e-5);
    /// assert!(layer.running_mean.as_ref().unwrap().allclose(&(x.mean_dim([0, 2, 3]) * 0.1), 1e-4, 1e-6));
    /// layer.eval();
    /// assert!(!layer.call(&x).equal(&y));
    /// ```
    BatchNorm2d, 4, "[N, C, H, W]"
}
