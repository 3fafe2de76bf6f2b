//! Adam.

use std::borrow::Borrow;

use crate::optimizer::{Optimizer, Rule, Update, check_amount, check_share};
use tapegrad_core::Tensor;
use tapegrad_kernels::optim;

/// Adam (Kingma and Ba, 2015): steps in the direction of the mean gradient over the root of the mean square.
///
/// With `g' = g + weight_decay w`, in a parameter's update number `t`: `m = beta1 m + (1 - beta1) g'`,
/// `v = beta2 v + (1 - beta2) g'^2`, and `w -= lr m^ / (sqrt(v^) + eps)`, where `m^ = m / (1 - beta1^t)` and
/// `v^ = v / (1 - beta2^t)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Adam;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Adam::new([&w], 1e-3).betas(0.9, 0.99).eps(1e-6);
/// (&w * 3.0).sum().backward();
/// opt.step();
/// assert!((w.to_vec::<f64>().unwrap()[0] - 0.999).abs() < 1e-6);
/// ```
pub type Adam = Optimizer<AdamRule>;

/// The options of [`Adam`].
#[derive(Clone, Debug)]
pub struct AdamRule {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
}

impl Adam {
    /// Adam over these leaves with learning rate `lr`, `betas` of 0.9 and 0.999 and an `eps` of 1e-8.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, AdamRule { betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0 })
    }

    /// The shares of the mean gradient and of the mean square that stay from step to step.
    ///
    /// # Panics
    /// If one is not in `0..1`.
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        check_share(AdamRule::NAME, "beta1", beta1);
        check_share(AdamRule::NAME, "beta2", beta2);
        self.rule.betas = (beta1, beta2);
        self
    }

    /// What is added to the root of the mean square, outside it.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn eps(mut self, eps: f64) -> Self {
        check_amount(AdamRule::NAME, "eps", eps);
        self.rule.eps = eps;
        self
    }

    /// Adds `share` of each parameter to its gradient (an L2 penalty of `share / 2`).
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(mut self, share: f64) -> Self {
        check_amount(AdamRule::NAME, "weight_decay", share);
        self.rule.weight_decay = share;
        self
    }
}

impl Rule for AdamRule {
    const NAME: &'static str = "Adam";

    fn buffers(&self) -> usize {
        2
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let [m, v] = buffers else { unreachable!("an update brings as many buffers as the rule asks for") };
        let sgd = optim::Sgd { lr, weight_decay: self.weight_decay };
        optim::adam(optim::Adam { sgd, beta1: self.betas.0, beta2: self.betas.1, eps: self.eps, t }, value, grad, m, v);
    }
}
