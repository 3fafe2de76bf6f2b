//! Stochastic gradient descent.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::{Tensor, fail};
use tapegrad_kernels::optim::{self, Decay};

/// Stochastic gradient descent (Robbins and Monro 1951; momentum: Polyak 1964; look-ahead: Sutskever et al. 2013).
///
/// With `g' = g + weight_decay w`: `w -= lr g'`; with [momentum](Sgd::momentum) `v = mu v + g'` and `w -= lr v`; with
/// [Nesterov's](Sgd::nesterov) `w -= lr (g' + mu v)`. With [dampening](Sgd::dampening) `v = mu v + (1 - dampening) g'` from the
/// second step on; the first is `v = g'`.
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
    dampening: f64,
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
        let rule = SgdRule { momentum: None, dampening: 0.0, nesterov: false, weight_decay: 0.0 };
        Optimizer::with_rule(params, lr, rule)
    }

    /// With a velocity of which the share `mu` stays from step to step.
    ///
    /// # Panics
    /// If `mu` is not in `0..1`.
    #[track_caller]
    pub fn momentum(self, mu: f64) -> Self {
        Check::Share.of("Sgd", "momentum", mu);
        self.options(|rule| {
            rule.momentum = Some(mu);
            rule.nesterov = false;
        })
    }

    /// As [`Sgd::momentum`], in place of it, with Nesterov's look-ahead.
    ///
    /// # Panics
    /// If `mu` is not in `0..1`, or there is [`Sgd::dampening`].
    #[track_caller]
    pub fn nesterov(self, mu: f64) -> Self {
        Check::Share.of("Sgd", "momentum", mu);
        if self.rule().dampening != 0.0 {
            fail!("Sgd: Nesterov's momentum takes no dampening, found {}", self.rule().dampening);
        }
        self.options(|rule| {
            rule.momentum = Some(mu);
            rule.nesterov = true;
        })
    }

    /// The share of each gradient that does not enter the velocity.
    ///
    /// # Panics
    /// If `share` is not in `0..1`, or there is no [`Sgd::momentum`] yet, or it is [Nesterov's](Sgd::nesterov).
    #[track_caller]
    pub fn dampening(self, share: f64) -> Self {
        Check::Share.of("Sgd", "dampening", share);
        if self.rule().momentum.is_none() || self.rule().nesterov {
            fail!("Sgd: dampening needs momentum, given before it, that is not Nesterov's");
        }
        self.options(|rule| rule.dampening = share)
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

impl Rule for SgdRule {
    fn name(&self) -> &'static str {
        "Sgd"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const VELOCITY: &[Buffer] = &[Buffer::each("momentum_buffer")];
        if self.momentum.is_some() { VELOCITY } else { &[] }
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let decay = Decay::coupled(self.weight_decay);
        match (self.momentum, buffers) {
            (Some(stays), [velocity]) => {
                let enters = if t == 1 { 1.0 } else { 1.0 - self.dampening };
                let rule = optim::Momentum { lr, decay, stays, enters, nesterov: self.nesterov };
                optim::update(rule, grad, [value, velocity]);
            }
            _ => optim::update(optim::Sgd { lr, decay }, grad, [value]),
        }
    }
}
