//! Stochastic gradient descent.

use std::borrow::Borrow;

use crate::optimizer::{Optimizer, Rule, Update, check_amount, check_share};
use tapegrad_core::Tensor;
use tapegrad_kernels::optim;

/// Stochastic gradient descent.
///
/// With `g' = g + weight_decay w`: `w -= lr g'`; with [momentum](Sgd::momentum) `v = mu v + g'` (there is no dampening) and
/// `w -= lr v`; with [Nesterov's](Sgd::nesterov) `w -= lr (g' + mu v)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Sgd;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Sgd::new([&w], 0.5).momentum(0.9).weight_decay(1e-4);
/// (&w * 3.0).sum().backward();
/// opt.step();
/// opt.set_lr(opt.lr() / 10.0);
/// ```
pub type Sgd = Optimizer<SgdRule>;

/// The options of [`Sgd`].
#[derive(Clone, Debug)]
pub struct SgdRule {
    momentum: Option<f64>,
    nesterov: bool,
    weight_decay: f64,
}

impl Sgd {
    /// Plain gradient descent over these leaves with learning rate `lr`.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, SgdRule { momentum: None, nesterov: false, weight_decay: 0.0 })
    }

    /// With a velocity of which the share `mu` stays from step to step.
    ///
    /// # Panics
    /// If `mu` is not in `0..1`.
    #[track_caller]
    pub fn momentum(mut self, mu: f64) -> Self {
        check_share(SgdRule::NAME, "momentum", mu);
        self.rule.momentum = Some(mu);
        self.rule.nesterov = false;
        self
    }

    /// As [`Sgd::momentum`], in place of it, with Nesterov's look-ahead.
    ///
    /// # Panics
    /// If `mu` is not in `0..1`.
    #[track_caller]
    pub fn nesterov(self, mu: f64) -> Self {
        let mut opt = self.momentum(mu);
        opt.rule.nesterov = true;
        opt
    }

    /// Adds `share` of each parameter to its gradient (an L2 penalty of `share / 2`).
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(mut self, share: f64) -> Self {
        check_amount(SgdRule::NAME, "weight_decay", share);
        self.rule.weight_decay = share;
        self
    }
}

impl Rule for SgdRule {
    const NAME: &'static str = "Sgd";

    fn buffers(&self) -> usize {
        usize::from(self.momentum.is_some())
    }

    fn update(&self, Update { lr, value, grad, buffers, .. }: Update<'_>) {
        let sgd = optim::Sgd { lr, weight_decay: self.weight_decay };
        match (self.momentum, buffers) {
            (Some(momentum), [velocity]) => {
                optim::momentum(optim::Momentum { sgd, momentum, nesterov: self.nesterov }, value, grad, velocity);
            }
            _ => optim::sgd(sgd, value, grad),
        }
    }
}
