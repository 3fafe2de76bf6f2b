//! RAdam.

use std::borrow::Borrow;

use crate::adam::correction;
use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::Tensor;
use tapegrad_kernels::optim::{self, Decay, Unscaled};

/// RAdam (Liu et al., 2020, "On the variance of the adaptive learning rate and beyond"): [`Adam`](crate::Adam) that does not
/// divide by the root mean square until enough gradients were seen to trust it.
///
/// With `g' = g + weight_decay w`, `m` and `v` as Adam has them, in update number `t`: `n = 2 / (1 - beta2) - 1`,
/// `r = n - 2 t beta2^t / (1 - beta2^t)`. While `r <= 5`, `w -= lr m / (1 - beta1^t)`; then `w -= lr s m / (1 - beta1^t)
/// sqrt(1 - beta2^t) / (sqrt(v) + eps)` with `s^2 = (r - 4) (r - 2) n / ((n - 4) (n - 2) r)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::RAdam;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = RAdam::new([&w], 0.01).betas(0.9, 0.99);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type RAdam = Optimizer<RAdamRule>;

/// The options of [`RAdam`].
#[derive(Clone, Debug)]
pub struct RAdamRule {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    decoupled: bool,
}

impl RAdam {
    /// RAdam over these leaves with learning rate `lr`, `betas` of 0.9 and 0.999 and an `eps` of 1e-8.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(
            params,
            lr,
            RAdamRule { betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, decoupled: false },
        )
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

impl RAdamRule {
    /// By what the step of update number `t` is multiplied; `None` while the root mean square is not to be trusted.
    fn rectified(&self, t: u64) -> Option<f64> {
        let (beta2, steps) = (self.betas.1, t as f64);
        let most = 2.0 / (1.0 - beta2) - 1.0;
        let length = most - 2.0 * steps * beta2.powf(steps) / correction(beta2, t);
        let square = (length - 4.0) * (length - 2.0) * most / ((most - 4.0) * (most - 2.0) * length);
        (length > 5.0).then(|| square.sqrt())
    }
}

impl Rule for RAdamRule {
    fn name(&self) -> &'static str {
        "RAdam"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("exp_avg"), Buffer::each("exp_avg_sq")];
        ALL
    }

    fn update(&self, Update { lr, t, value, grad, buffers }: Update<'_>) {
        let [m, v] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let (beta1, beta2) = self.betas;
        let decay =
            if self.decoupled { Decay::decoupled(lr * self.weight_decay) } else { Decay::coupled(self.weight_decay) };
        let (step, root) = (lr / correction(beta1, t), correction(beta2, t).sqrt());
        // The kernel divides the root by its correction before eps is added, the formula after; so eps is divided here.
        let adam = optim::Adam { decay, beta1, beta2, eps: self.eps / root, step, root };
        match self.rectified(t) {
            Some(factor) => optim::update(optim::Adam { step: step * factor, ..adam }, grad, [value, m, v]),
            None => optim::update(Unscaled(adam), grad, [value, m, v]),
        }
    }
}
