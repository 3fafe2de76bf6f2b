//! Lion.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay};

/// Lion (Chen et al., 2023, "Symbolic discovery of optimization algorithms"): steps of one size in the direction of a mean
/// gradient's sign, with one array remembered where [`Adam`](crate::Adam) has two. Learning rates are three to ten times smaller
/// than Adam's, weight decays as much larger.
///
/// `c = beta1 m + (1 - beta1) g`, `w -= lr (sign(c) + weight_decay w)`, `m = beta2 m + (1 - beta2) g`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Lion;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Lion::new([&w], 0.01).weight_decay(0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type Lion = Optimizer<LionRule>;

/// The options of [`Lion`].
#[derive(Clone, Debug)]
pub struct LionRule {
    betas: (f64, f64),
    weight_decay: f64,
}

impl Lion {
    /// Lion over these leaves with learning rate `lr` (1e-4 is usual) and `betas` of 0.9 and 0.99.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, LionRule { betas: (0.9, 0.99), weight_decay: 0.0 })
    }

    /// The mean gradient's share in the direction, and the share of it that stays from step to step.
    ///
    /// # Panics
    /// If one is not in `0..1`.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        self.option_betas((beta1, beta2), |rule| &mut rule.betas)
    }

    /// Takes `lr share` of each parameter from it before its step.
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(self, share: f64) -> Self {
        self.option("weight_decay", share, Check::Amount, |rule| &mut rule.weight_decay)
    }
}

impl Rule for LionRule {
    fn name(&self) -> &'static str {
        "Lion"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("exp_avg")];
        ALL
    }

    fn update(&self, Update { lr, value, grad, buffers, .. }: Update<'_>) {
        let [m] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let ((beta1, beta2), decay) = (self.betas, Decay::decoupled(lr * self.weight_decay));
        optim::update(optim::Lion { lr, decay, beta1, beta2 }, grad, [value, m]);
    }
}
