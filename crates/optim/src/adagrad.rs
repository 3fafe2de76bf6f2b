//! Adagrad.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay};

/// Adagrad (Duchi, Hazan and Singer, 2011, "Adaptive subgradient methods for online learning and stochastic optimization"): the
/// gradient over the root of the sum of all its squares.
///
/// With `g' = g + weight_decay w`, in update number `t`: `s += g'^2`, `w -= lr / (1 + (t - 1) lr_decay) g' / (sqrt(s) + eps)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Adagrad;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Adagrad::new([&w], 0.01).lr_decay(0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type Adagrad = Optimizer<AdagradRule>;

/// The options of [`Adagrad`].
#[derive(Clone, Debug)]
pub struct AdagradRule {
    lr_decay: f64,
    initial_accumulator: f64,
    eps: f64,
    weight_decay: f64,
}

impl Adagrad {
    /// Adagrad over these leaves with learning rate `lr` (0.01 is usual) and an `eps` of 1e-10.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        let rule = AdagradRule { lr_decay: 0.0, initial_accumulator: 0.0, eps: 1e-10, weight_decay: 0.0 };
        Optimizer::with_rule(params, lr, rule)
    }

    /// How quickly the learning rate falls.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn lr_decay(self, lr_decay: f64) -> Self {
        self.option("lr_decay", lr_decay, Check::Amount, |rule| &mut rule.lr_decay)
    }

    /// What the sum of squares starts with.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn initial_accumulator(self, initial_accumulator: f64) -> Self {
        self.option("initial_accumulator", initial_accumulator, Check::Amount, |rule| &mut rule.initial_accumulator)
    }

    /// What is added to the root of the sum, outside it.
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

impl Rule for AdagradRule {
    fn name(&self) -> &'static str {
        "Adagrad"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("sum")];
        ALL
    }

    fn initial(&self, _buffer: &Buffer, _lr: f64) -> f64 {
        self.initial_accumulator
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let [sum] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let lr = lr / (1.0 + (t - 1) as f64 * self.lr_decay);
        let decay = Decay::coupled(self.weight_decay);
        optim::update(optim::Adagrad { lr, decay, eps: self.eps }, grad, [value, sum]);
    }
}
