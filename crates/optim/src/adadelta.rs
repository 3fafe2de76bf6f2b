//! Adadelta.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay};

/// Adadelta (Zeiler, 2012, "ADADELTA: an adaptive learning rate method"): the gradient in units of its own root mean square,
/// times the root mean square of the steps before.
///
/// With `g' = g + weight_decay w`: `v = rho v + (1 - rho) g'^2`, `d = sqrt(u + eps) / sqrt(v + eps) g'`,
/// `u = rho u + (1 - rho) d^2`, `w -= lr d`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Adadelta;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Adadelta::new([&w], 0.01).rho(0.95);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type Adadelta = Optimizer<AdadeltaRule>;

/// The options of [`Adadelta`].
#[derive(Clone, Debug)]
pub struct AdadeltaRule {
    rho: f64,
    eps: f64,
    weight_decay: f64,
}

impl Adadelta {
    /// Adadelta over these leaves with learning rate `lr` (1 in the paper), a `rho` of 0.9 and an `eps` of 1e-6.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, AdadeltaRule { rho: 0.9, eps: 1e-6, weight_decay: 0.0 })
    }

    /// The share of both mean squares that stays from step to step.
    ///
    /// # Panics
    /// If it is not in `0..1`.
    #[track_caller]
    pub fn rho(self, rho: f64) -> Self {
        self.option("rho", rho, Check::Share, |rule| &mut rule.rho)
    }

    /// What is added under both roots. The first steps are of its root's size.
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

impl Rule for AdadeltaRule {
    fn name(&self) -> &'static str {
        "Adadelta"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("square_avg"), Buffer::each("acc_delta")];
        ALL
    }

    fn update(&self, Update { lr, value, grad, buffers, .. }: Update<'_>) {
        let [v, u] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let rule = optim::Adadelta { lr, decay: Decay::coupled(self.weight_decay), rho: self.rho, eps: self.eps };
        optim::update(rule, grad, [value, v, u]);
    }
}
