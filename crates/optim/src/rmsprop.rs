//! RMSprop.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, CentredRms, Decay, MovingCentredRms, MovingRms};

/// RMSprop (Tieleman and Hinton, 2012, lecture 6.5 of "Neural networks for machine learning"): the gradient over the root of its
/// mean square.
///
/// With `g' = g + weight_decay w`: `v = alpha v + (1 - alpha) g'^2`, `d = g' / (sqrt(v) + eps)`, `w -= lr d`. With
/// [`momentum`](RmsProp::momentum) `b = mu b + d` and `w -= lr b`. [`centered`](RmsProp::centered) (Graves, 2013) has
/// `v - m^2` under the root, with `m = alpha m + (1 - alpha) g'`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::RmsProp;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = RmsProp::new([&w], 0.01).momentum(0.5).centered();
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type RmsProp = Optimizer<RmsPropRule>;

/// The options of [`RmsProp`].
#[derive(Clone, Debug)]
pub struct RmsPropRule {
    alpha: f64,
    eps: f64,
    momentum: f64,
    centered: bool,
    weight_decay: f64,
}

impl RmsProp {
    /// RMSprop over these leaves with learning rate `lr` (0.01 is usual), an `alpha` of 0.99 and an `eps` of 1e-8.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        let rule = RmsPropRule { alpha: 0.99, eps: 1e-8, momentum: 0.0, centered: false, weight_decay: 0.0 };
        Optimizer::with_rule(params, lr, rule)
    }

    /// The share of the mean square that stays from step to step.
    ///
    /// # Panics
    /// If it is not in `0..1`.
    #[track_caller]
    pub fn alpha(self, alpha: f64) -> Self {
        self.option("alpha", alpha, Check::Share, |rule| &mut rule.alpha)
    }

    /// What is added to the root of the mean square, outside it.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        self.option("eps", eps, Check::Amount, |rule| &mut rule.eps)
    }

    /// With a velocity of which the share `mu` stays from step to step.
    ///
    /// # Panics
    /// If `mu` is not in `0..1`.
    #[track_caller]
    pub fn momentum(self, mu: f64) -> Self {
        self.option("momentum", mu, Check::Share, |rule| &mut rule.momentum)
    }

    /// Divides by the gradient's deviation in place of its root mean square.
    pub fn centered(self) -> Self {
        self.options(|rule| rule.centered = true)
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

impl Rule for RmsPropRule {
    fn name(&self) -> &'static str {
        "RmsProp"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const SQUARE: Buffer = Buffer::each("square_avg");
        const MEAN: Buffer = Buffer::each("grad_avg");
        const VELOCITY: Buffer = Buffer::each("momentum_buffer");
        match (self.centered, self.momentum > 0.0) {
            (false, false) => const { &[SQUARE] },
            (false, true) => const { &[SQUARE, VELOCITY] },
            (true, false) => const { &[SQUARE, MEAN] },
            (true, true) => const { &[SQUARE, MEAN, VELOCITY] },
        }
    }

    fn update(&self, Update { lr, value, grad, buffers, .. }: Update<'_>) {
        let RmsPropRule { alpha, eps, momentum, .. } = *self;
        let rms = optim::Rms { lr, decay: Decay::coupled(self.weight_decay), alpha, eps, momentum };
        match buffers {
            [v] => optim::update(rms, grad, [value, v]),
            [v, m] if self.centered => optim::update(CentredRms(rms), grad, [value, v, m]),
            [v, b] => optim::update(MovingRms(rms), grad, [value, v, b]),
            [v, m, b] => optim::update(MovingCentredRms(rms), grad, [value, v, m, b]),
            _ => unreachable!("an update brings the buffers that the rule lists"),
        }
    }
}
