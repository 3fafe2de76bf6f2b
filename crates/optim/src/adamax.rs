//! Adamax.

use std::borrow::Borrow;

use crate::adam::correction;
use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay};

/// Adamax (Kingma and Ba, 2015, section 7.1): [`Adam`](crate::Adam) with the largest gradient, slowly forgotten, in place of the
/// root mean square.
///
/// With `g' = g + weight_decay w`, in update number `t`: `m = beta1 m + (1 - beta1) g'`, `u = max(beta2 u, |g'| + eps)`,
/// `w -= lr / (1 - beta1^t) m / u`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Adamax;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Adamax::new([&w], 0.01).betas(0.8, 0.99);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type Adamax = Optimizer<AdamaxRule>;

/// The options of [`Adamax`].
#[derive(Clone, Debug)]
pub struct AdamaxRule {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
}

impl Adamax {
    /// Adamax over these leaves with learning rate `lr` (2e-3 in the paper), `betas` of 0.9 and 0.999 and an `eps` of 1e-8.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, AdamaxRule { betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0 })
    }

    /// The shares of the mean gradient and of the largest gradient that stay from step to step.
    ///
    /// # Panics
    /// If one is not in `0..1`.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        self.option_betas((beta1, beta2), |rule| &mut rule.betas)
    }

    /// What is added to each gradient's absolute value.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        self.option("eps", eps, Check::Amount, |rule| &mut rule.eps)
    }

    /// Adds `share` of each parameter to its gradient (an L2 penalty of `share / 2`).
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(self, share: f64) -> Self {
        self.option("weight_decay", share, Check::Amount, |rule| &mut rule.weight_decay)
    }
}

impl Rule for AdamaxRule {
    fn name(&self) -> &'static str {
        "Adamax"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("exp_avg"), Buffer::each("exp_inf")];
        ALL
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let [m, u] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let ((beta1, beta2), decay) = (self.betas, Decay::coupled(self.weight_decay));
        let rule = optim::Adamax { decay, beta1, beta2, eps: self.eps, step: lr / correction(beta1, t) };
        optim::update(rule, grad, [value, m, u]);
    }
}
