//! Adam and AdamW.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Amsgrad, Decay};

/// Adam (Kingma and Ba, 2015, "Adam: a method for stochastic optimization"): steps in the direction of the mean gradient over
/// the root of the mean square.
///
/// With `g' = g + weight_decay w`, in a parameter's update number `t`: `m = beta1 m + (1 - beta1) g'`,
/// `v = beta2 v + (1 - beta2) g'^2`, and `w -= lr m^ / (sqrt(v^) + eps)`, where `m^ = m / (1 - beta1^t)` and
/// `v^ = v / (1 - beta2^t)`. With [`amsgrad`](Adam::amsgrad) the largest `v` that there was stands for `v`.
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
pub type Adam = Optimizer<AdamRule<false>>;

/// AdamW (Loshchilov and Hutter, 2019, "Decoupled weight decay regularization"): [`Adam`] whose weight decay does not pass
/// through the means, `w *= 1 - lr weight_decay` before the step. It decays by 0.01 unless told otherwise.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::AdamW;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = AdamW::new([&w], 1e-3).weight_decay(0.1);
/// w.square().sum().backward();
/// opt.step();
/// ```
pub type AdamW = Optimizer<AdamRule<true>>;

/// The options of [`Adam`] (`DECOUPLED` false) and [`AdamW`] (true).
#[derive(Clone, Debug)]
pub struct AdamRule<const DECOUPLED: bool> {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    amsgrad: bool,
}

impl<const DECOUPLED: bool> AdamRule<DECOUPLED> {
    fn with_decay(weight_decay: f64) -> Self {
        AdamRule { betas: (0.9, 0.999), eps: 1e-8, weight_decay, amsgrad: false }
    }
}

impl Adam {
    /// Adam over these leaves with learning rate `lr`, `betas` of 0.9 and 0.999 and an `eps` of 1e-8.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, AdamRule::with_decay(0.0))
    }
}

impl AdamW {
    /// AdamW over these leaves with learning rate `lr`, `betas` of 0.9 and 0.999, an `eps` of 1e-8 and a weight decay of 0.01.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, AdamRule::with_decay(0.01))
    }
}

impl<const DECOUPLED: bool> Optimizer<AdamRule<DECOUPLED>> {
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

    /// For [`Adam`]: adds `share` of each parameter to its gradient (an L2 penalty of `share / 2`). For [`AdamW`]: takes
    /// `lr share` of each parameter from it before its step.
    ///
    /// # Panics
    /// If `share` is negative or not finite.
    #[track_caller]
    pub fn weight_decay(self, share: f64) -> Self {
        self.option("weight_decay", share, Check::Amount, |rule| &mut rule.weight_decay)
    }

    /// Divides by the root of the largest mean square that there was (Reddi et al., 2018, "On the convergence of Adam and
    /// beyond"), so that steps do not grow again.
    pub fn amsgrad(self) -> Self {
        self.options(|rule| rule.amsgrad = true)
    }
}

impl<const DECOUPLED: bool> Rule for AdamRule<DECOUPLED> {
    fn name(&self) -> &'static str {
        if DECOUPLED { "AdamW" } else { "Adam" }
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("exp_avg"), Buffer::each("exp_avg_sq"), Buffer::each("max_exp_avg_sq")];
        &ALL[..if self.amsgrad { 3 } else { 2 }]
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let (beta1, beta2) = self.betas;
        let decay =
            if DECOUPLED { Decay::decoupled(lr * self.weight_decay) } else { Decay::coupled(self.weight_decay) };
        let (step, root) = (lr / correction(beta1, t), correction(beta2, t).sqrt());
        let adam = optim::Adam { decay, beta1, beta2, eps: self.eps, step, root };
        match buffers {
            [m, v] => optim::update(adam, grad, [value, m, v]),
            [m, v, largest] => optim::update(Amsgrad(adam), grad, [value, m, v, largest]),
            _ => unreachable!("an update brings the buffers that the rule lists"),
        }
    }
}

/// What a mean over `t` values that began at 0, of which the share `beta` stays, must be divided by.
pub(crate) fn correction(beta: f64, t: u64) -> f64 {
    1.0 - beta.powf(t as f64)
}
