//! The negative log-likelihood of numbers whose mean and variance are predicted.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::gaussian_nll_loss_with`].
#[derive(Clone, Copy, Debug)]
pub struct GaussianNllOptions {
    /// Whether the constant log(2 pi) / 2 is added.
    pub full: bool,
    /// Variances count as at least this; their gradient is what it would be without the bound.
    pub eps: f64,
    /// What becomes of the elements' losses.
    pub reduction: Reduction,
}

impl Default for GaussianNllOptions {
    fn default() -> Self {
        GaussianNllOptions { full: false, eps: 1e-6, reduction: Reduction::Mean }
    }
}

impl Tensor {
    /// The mean of (log v + (x - y)^2 / v) / 2, where x are these means, v the variances, which broadcast to x, and y the target
    /// (D. Nix and A. Weigend, "Estimating the mean and variance of the target probability distribution", 1994).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0].gaussian_nll_loss(&tensor![3.0], &tensor![1.0]).item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, the tensors are not f32 or f64, a variance is negative or they do not broadcast to the means.
    #[must_use]
    #[track_caller]
    pub fn gaussian_nll_loss(&self, target: &Tensor, variance: &Tensor) -> Tensor {
        self.gaussian_nll_loss_with(target, variance, &GaussianNllOptions::default())
    }

    /// As [`Tensor::gaussian_nll_loss`], with options.
    ///
    /// # Panics
    /// As [`Tensor::gaussian_nll_loss`].
    #[must_use]
    #[track_caller]
    pub fn gaussian_nll_loss_with(&self, target: &Tensor, variance: &Tensor, options: &GaussianNllOptions) -> Tensor {
        check_alike("gaussian_nll_loss", self, target);
        if kernels::broadcast_shape(variance.shape(), self.shape()).is_none_or(|shape| shape[..] != *self.shape()) {
            fail!("gaussian_nll_loss: variance {:?} does not broadcast to {:?}", variance.shape(), self.shape());
        }
        let plain = variance.detach();
        if reduce::count_true(&plain.lt(0).value()) > 0 {
            fail!("gaussian_nll_loss: variance {}, expected numbers from 0 up", plain.min().item());
        }
        let variance = variance + (plain.maximum(options.eps) - plain);
        let losses = (variance.log() + (self - target).square() / &variance) * 0.5;
        options.reduction.of(if options.full { losses + 0.5 * (2.0 * std::f64::consts::PI).ln() } else { losses })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "gaussian_nll_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "(log v + (x - y)^2 / v) / 2, reduced",
    derivative: "g (x - y) / v to x, the negative to y, g (1 / v - (x - y)^2 / v^2) / 2 to v",
    kind: Derivative::Curved,
    samples: || {
        let inputs =
            |variance: &[usize]| [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0), spread(variance, 0.5, 2.0)];
        vec![
            Sample::new("plain", inputs(&[2, 3]), |x| x[0].gaussian_nll_loss(&x[1], &x[2])),
            Sample::new("one variance a row", inputs(&[2, 1]), |x| {
                let options = GaussianNllOptions { full: true, reduction: Reduction::None, ..Default::default() };
                x[0].gaussian_nll_loss_with(&x[1], &x[2], &options)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 2.5, -1.0), spread([1], 0.5, 2.0)], |x| {
                x[0].gaussian_nll_loss(&x[1], &x[2])
            }),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 2.5, -1.0), spread([0], 0.5, 2.0)], |x| {
                let options = GaussianNllOptions { reduction: Reduction::Sum, ..Default::default() };
                x[0].gaussian_nll_loss_with(&x[1], &x[2], &options)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).gaussian_nll_loss(&Tensor::zeros([3]), &Tensor::ones([2])),
                "gaussian_nll_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::zeros([2]).gaussian_nll_loss(&Tensor::zeros([2]), &Tensor::ones([3])),
                "gaussian_nll_loss: variance [3] does not broadcast to [2]"
            ),
            misuse!(
                Tensor::zeros([2]).gaussian_nll_loss(&Tensor::zeros([2]), &Tensor::full([2], -1.0)),
                "gaussian_nll_loss: variance -1, expected"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "a variance below the bound has the gradient at the bound",
            inputs: vec![Tensor::from([0.0]), Tensor::from([0.0]), Tensor::from([0.0])],
            call: |x| {
                let options = GaussianNllOptions { eps: 0.25, ..Default::default() };
                x[0].gaussian_nll_loss_with(&x[1], &x[2], &options)
            },
            gradients: vec![vec![0.0], vec![0.0], vec![2.0]],
        }]
    },
};
