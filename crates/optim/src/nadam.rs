//! NAdam.

use std::borrow::Borrow;

use crate::adam::correction;
use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay};

/// NAdam (Dozat, 2016, "Incorporating Nesterov momentum into Adam"): [`Adam`](crate::Adam) looking ahead.
///
/// With `g' = g + weight_decay w`, in update number `t`: `m = beta1 m + (1 - beta1) g'`, `v = beta2 v + (1 - beta2) g'^2`,
/// `mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2)`, `p_t = mu_1 .. mu_t`, and `w -= lr (mu_(t+1) m / (1 - p_(t+1)) +
/// (1 - mu_t) g' / (1 - p_t)) / (sqrt(v / (1 - beta2^t)) + eps)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::NAdam;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = NAdam::new([&w], 0.01).weight_decay(0.1);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type NAdam = Optimizer<NAdamRule>;

/// The options of [`NAdam`].
#[derive(Clone, Debug)]
pub struct NAdamRule {
    betas: (f64, f64),
    eps: f64,
    momentum_decay: f64,
    weight_decay: f64,
    decoupled: bool,
}

impl NAdam {
    /// NAdam over these leaves with learning rate `lr` (2e-3 is usual), `betas` of 0.9 and 0.999, an `eps` of 1e-8 and a
    /// momentum decay of 0.004.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        let rule =
            NAdamRule { betas: (0.9, 0.999), eps: 1e-8, momentum_decay: 0.004, weight_decay: 0.0, decoupled: false };
        Optimizer::with_rule(params, lr, rule)
    }

    /// The shares of the mean gradient and of the mean square that stay from step to step.
    ///
    /// # Panics
    /// If one is not in `0..1`.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        self.option_betas((beta1, beta2), |rule| &mut rule.betas)
    }

    /// What is added to the root of the mean square, outside it.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        self.option("eps", eps, Check::Amount, |rule| &mut rule.eps)
    }

    /// How quickly the look-ahead's momentum warms up to beta1.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn momentum_decay(self, momentum_decay: f64) -> Self {
        self.option("momentum_decay", momentum_decay, Check::Amount, |rule| &mut rule.momentum_decay)
    }

    /// Adds `share` of each parameter to its gradient (an L2 penalty of `share / 2`).
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(self, share: f64) -> Self {
        self.option("weight_decay", share, Check::Amount, |rule| &mut rule.weight_decay)
    }

    /// Takes the weight decay from the parameter itself, `w *= 1 - lr weight_decay`, in place of adding it to the gradient, as
    /// [`AdamW`](crate::AdamW) does.
    pub fn decoupled_weight_decay(self) -> Self {
        self.options(|rule| rule.decoupled = true)
    }
}

impl NAdamRule {
    /// The momentum of update number `t`.
    fn mu(&self, t: u64) -> f64 {
        self.betas.0 * (1.0 - 0.5 * 0.96f64.powf(t as f64 * self.momentum_decay))
    }
}

impl Rule for NAdamRule {
    fn name(&self) -> &'static str {
        "NAdam"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("exp_avg"), Buffer::each("exp_avg_sq"), PRODUCT];
        ALL
    }

    fn initial(&self, buffer: &Buffer, _lr: f64) -> f64 {
        if *buffer == PRODUCT { 1.0 } else { 0.0 }
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let [m, v, product] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let product = &mut product.make_mut::<f64>()[0];
        let (beta1, beta2) = self.betas;
        let decay =
            if self.decoupled { Decay::decoupled(lr * self.weight_decay) } else { Decay::coupled(self.weight_decay) };
        let (mu, next) = (self.mu(t), self.mu(t + 1));
        *product *= mu;
        let step = lr * next / (1.0 - *product * next);
        let now = lr * (1.0 - mu) / (1.0 - *product);
        let adam = optim::Adam { decay, beta1, beta2, eps: self.eps, step, root: correction(beta2, t).sqrt() };
        optim::update(optim::Nadam { adam, now }, grad, [value, m, v]);
    }
}

/// The product of all momenta so far.
const PRODUCT: Buffer = Buffer::number("mu_product");
