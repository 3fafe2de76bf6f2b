//! The negative log-likelihood of counts.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::poisson_nll_loss_with`].
#[derive(Clone, Copy, Debug)]
pub struct PoissonNllOptions {
    /// Whether the prediction is the logarithm of the expected count; without, the count itself.
    pub log_input: bool,
    /// Whether Stirling's approximation of log y! is added where y > 1: y log y - y + log(2 pi y) / 2.
    pub full: bool,
    /// Added to an expected count before its logarithm is taken.
    pub eps: f64,
    /// What becomes of the elements' losses.
    pub reduction: Reduction,
}

impl Default for PoissonNllOptions {
    fn default() -> Self {
        PoissonNllOptions { log_input: true, full: false, eps: 1e-8, reduction: Reduction::Mean }
    }
}

impl Tensor {
    /// The mean of e^x - y x, up to a constant the negative log-likelihood of counts y whose expected values are e^x.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, 0.0].poisson_nll_loss(&tensor![3.0, 1.0]).item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn poisson_nll_loss(&self, target: &Tensor) -> Tensor {
        self.poisson_nll_loss_with(target, &PoissonNllOptions::default())
    }

    /// As [`Tensor::poisson_nll_loss`]; of expected counts themselves it is x - y log(x + eps).
    ///
    /// # Panics
    /// As [`Tensor::poisson_nll_loss`].
    #[must_use]
    #[track_caller]
    pub fn poisson_nll_loss_with(&self, target: &Tensor, options: &PoissonNllOptions) -> Tensor {
        check_alike("poisson_nll_loss", self, target);
        let losses =
            if options.log_input { self.exp() - target * self } else { self - target * (self + options.eps).log() };
        options.reduction.of(if options.full {
            let y = target.gt(1).where_cond(target, 1);
            let stirling = &y * y.log() - &y + (2.0 * std::f64::consts::PI * y).log() * 0.5;
            losses + target.gt(1).where_cond(stirling, 0)
        } else {
            losses
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "poisson_nll_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "e^x - y x, or x - y log(x + eps), reduced",
    derivative: "g (e^x - y), or g (1 - y / (x + eps)), to x; -g x, or -g log(x + eps), to y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], 0.2, 2.0), spread([2, 3], 0.1, 4.1)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].poisson_nll_loss(&x[1])),
            Sample::new("counts", inputs(), |x| {
                let options = PoissonNllOptions { log_input: false, ..Default::default() };
                x[0].poisson_nll_loss_with(&x[1], &options)
            }),
            Sample::new("full", inputs(), |x| {
                let options = PoissonNllOptions { full: true, reduction: Reduction::None, ..Default::default() };
                x[0].poisson_nll_loss_with(&x[1], &options)
            }),
            Sample::new("size 1", [spread([1], 0.2, 2.0), spread([1], 0.1, 4.1)], |x| x[0].poisson_nll_loss(&x[1])),
            Sample::new("size 0", [spread([0], 0.2, 2.0), spread([0], 0.1, 4.1)], |x| {
                let options = PoissonNllOptions { reduction: Reduction::Sum, ..Default::default() };
                x[0].poisson_nll_loss_with(&x[1], &options)
            }),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([2]).poisson_nll_loss(&Tensor::zeros([3])),
            "poisson_nll_loss: prediction [2] and target [3] differ"
        )]
    },
    kinks: no_kinks,
};
