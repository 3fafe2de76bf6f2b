//! Schedules that only fall (or rise), and cosines.

use super::{Schedule, cosine, straight};
use crate::checks::Check;

/// `lr`, always.
///
/// ```
/// use tapegrad_optim::schedule::{Constant, Schedule};
/// assert_eq!(Constant::new(0.1).lr(1000), 0.1);
/// ```
#[derive(Clone, Debug)]
pub struct Constant {
    lr: f64,
}

impl Constant {
    /// Always `lr`.
    ///
    /// # Panics
    /// If a learning rate is negative or not finite.
    #[track_caller]
    pub fn new(lr: f64) -> Self {
        Check::Amount.of("Constant", "the learning rate", lr);
        Constant { lr }
    }
}

impl Schedule for Constant {
    fn lr(&self, _step: usize) -> f64 {
        self.lr
    }
}

/// `lr gamma^floor(step / every)`: times `gamma` every so many steps.
///
/// ```
/// use tapegrad_optim::schedule::{Step, Schedule};
/// let schedule = Step::new(0.1, 30, 0.5);
/// assert_eq!((schedule.lr(29), schedule.lr(30)), (0.1, 0.05));
/// ```
#[derive(Clone, Debug)]
pub struct Step {
    lr: f64,
    every: usize,
    gamma: f64,
}

impl Step {
    /// From `lr` on, times `gamma` every `every` steps.
    ///
    /// # Panics
    /// If `lr` or `gamma` is negative or not finite, or `every` is 0.
    #[track_caller]
    pub fn new(lr: f64, every: usize, gamma: f64) -> Self {
        Check::Amount.of("Step", "the learning rate", lr);
        Check::Amount.of("Step", "gamma", gamma);
        Check::Positive.of("Step", "the number of steps", every as f64);
        Step { lr, every, gamma }
    }
}

impl Schedule for Step {
    fn lr(&self, step: usize) -> f64 {
        self.lr * self.gamma.powf((step / self.every) as f64)
    }
}

/// `lr gamma^n` with `n` the number of milestones that `step` has reached.
///
/// ```
/// use tapegrad_optim::schedule::{MultiStep, Schedule};
/// let schedule = MultiStep::new(0.1, [30, 80], 0.5);
/// assert_eq!((schedule.lr(29), schedule.lr(30), schedule.lr(80)), (0.1, 0.05, 0.025));
/// ```
#[derive(Clone, Debug)]
pub struct MultiStep {
    lr: f64,
    milestones: Vec<usize>,
    gamma: f64,
}

impl MultiStep {
    /// From `lr` on, times `gamma` at each of these steps.
    ///
    /// # Panics
    /// If `lr` or `gamma` is negative or not finite.
    #[track_caller]
    pub fn new(lr: f64, milestones: impl Into<Vec<usize>>, gamma: f64) -> Self {
        Check::Amount.of("MultiStep", "the learning rate", lr);
        Check::Amount.of("MultiStep", "gamma", gamma);
        MultiStep { lr, milestones: milestones.into(), gamma }
    }
}

impl Schedule for MultiStep {
    fn lr(&self, step: usize) -> f64 {
        let reached = self.milestones.iter().filter(|&&milestone| milestone <= step).count();
        self.lr * self.gamma.powf(reached as f64)
    }
}

/// `lr gamma^step`.
///
/// ```
/// use tapegrad_optim::schedule::{Exponential, Schedule};
/// let schedule = Exponential::new(0.1, 0.99998);
/// assert_eq!(schedule.lr(1), 0.099998);
/// ```
#[derive(Clone, Debug)]
pub struct Exponential {
    lr: f64,
    gamma: f64,
}

impl Exponential {
    /// From `lr` on, times `gamma` every step.
    ///
    /// # Panics
    /// If `lr` or `gamma` is negative or not finite.
    #[track_caller]
    pub fn new(lr: f64, gamma: f64) -> Self {
        Check::Amount.of("Exponential", "the learning rate", lr);
        Check::Amount.of("Exponential", "gamma", gamma);
        Exponential { lr, gamma }
    }
}

impl Schedule for Exponential {
    fn lr(&self, step: usize) -> f64 {
        self.lr * self.gamma.powf(step as f64)
    }
}

/// `from + (to - from) step / steps`, then `to`.
///
/// ```
/// use tapegrad_optim::schedule::{Linear, Schedule};
/// let schedule = Linear::new(0.1, 0.2, 4);
/// assert_eq!((schedule.lr(0), schedule.lr(4), schedule.lr(9)), (0.1, 0.2, 0.2));
/// ```
#[derive(Clone, Debug)]
pub struct Linear {
    from: f64,
    to: f64,
    steps: usize,
}

impl Linear {
    /// In a straight line from `from` to `to`, which it has after `steps` steps.
    ///
    /// # Panics
    /// If a learning rate is negative or not finite.
    #[track_caller]
    pub fn new(from: f64, to: f64, steps: usize) -> Self {
        Check::Amount.of("Linear", "the learning rate", from);
        Check::Amount.of("Linear", "the learning rate", to);
        Linear { from, to, steps }
    }
}

impl Schedule for Linear {
    fn lr(&self, step: usize) -> f64 {
        if step >= self.steps {
            return self.to;
        }
        straight(self.from, self.to, step as f64 / self.steps as f64)
    }
}

/// `lr (1 - step / steps)^power`, then 0.
///
/// ```
/// use tapegrad_optim::schedule::{Polynomial, Schedule};
/// let schedule = Polynomial::new(0.1, 4, 2.0);
/// assert_eq!((schedule.lr(0), schedule.lr(2), schedule.lr(9)), (0.1, 0.025, 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct Polynomial {
    lr: f64,
    steps: usize,
    power: f64,
}

impl Polynomial {
    /// From `lr` to 0, which it has after `steps` steps.
    ///
    /// # Panics
    /// If `lr` is negative or not finite, or `power` is not above 0.
    #[track_caller]
    pub fn new(lr: f64, steps: usize, power: f64) -> Self {
        Check::Amount.of("Polynomial", "the learning rate", lr);
        Check::Positive.of("Polynomial", "the power", power);
        Polynomial { lr, steps, power }
    }
}

impl Schedule for Polynomial {
    fn lr(&self, step: usize) -> f64 {
        if step >= self.steps {
            return 0.0;
        }
        self.lr * (1.0 - step as f64 / self.steps as f64).powf(self.power)
    }
}

/// `min_lr + (lr - min_lr) (1 + cos(pi step / steps)) / 2`, then `min_lr` (Loshchilov and Hutter, 2017, "SGDR: stochastic gradient
/// descent with warm restarts"). PyTorch's rises again after `steps`; for that see [`CosineRestarts`].
///
/// ```
/// use tapegrad_optim::schedule::{Cosine, Schedule};
/// let schedule = Cosine::new(0.1, 100).min_lr(0.02);
/// assert!((schedule.lr(50) - 0.06).abs() < 1e-12);
/// assert_eq!(schedule.lr(100), 0.02);
/// ```
#[derive(Clone, Debug)]
pub struct Cosine {
    lr: f64,
    min_lr: f64,
    steps: usize,
}

impl Cosine {
    /// From `lr` to 0, or to [`min_lr`](Cosine::min_lr), which it has after `steps` steps.
    ///
    /// # Panics
    /// If a learning rate is negative or not finite.
    #[track_caller]
    pub fn new(lr: f64, steps: usize) -> Self {
        Check::Amount.of("Cosine", "the learning rate", lr);
        Cosine { lr, min_lr: 0.0, steps }
    }

    /// The lowest learning rate, 0 unless set.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn min_lr(mut self, lr: f64) -> Self {
        Check::Amount.of("Cosine", "min_lr", lr);
        self.min_lr = lr;
        self
    }
}

impl Schedule for Cosine {
    fn lr(&self, step: usize) -> f64 {
        if step >= self.steps {
            return self.min_lr;
        }
        cosine(self.lr, self.min_lr, step as f64 / self.steps as f64)
    }
}

/// [`Cosine`] over and over, each time longer than the last (Loshchilov and Hutter, 2017, as above): periods of `first`,
/// `first factor`, `first factor^2` and so on.
///
/// ```
/// use tapegrad_optim::schedule::{CosineRestarts, Schedule};
/// let schedule = CosineRestarts::new(0.1, 10, 2);
/// assert_eq!([0, 10, 30].map(|step| schedule.lr(step)), [0.1, 0.1, 0.1]);
/// ```
#[derive(Clone, Debug)]
pub struct CosineRestarts {
    lr: f64,
    min_lr: f64,
    first: usize,
    factor: usize,
}

impl CosineRestarts {
    /// Periods from `lr` down, the first of `first` steps, each `factor` times as long as the one before.
    ///
    /// # Panics
    /// If `lr` is negative or not finite, or `first` or `factor` is 0.
    #[track_caller]
    pub fn new(lr: f64, first: usize, factor: usize) -> Self {
        Check::Amount.of("CosineRestarts", "the learning rate", lr);
        Check::Positive.of("CosineRestarts", "the first period", first as f64);
        Check::Positive.of("CosineRestarts", "the factor", factor as f64);
        CosineRestarts { lr, min_lr: 0.0, first, factor }
    }

    /// The lowest learning rate, 0 unless set.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn min_lr(mut self, lr: f64) -> Self {
        Check::Amount.of("CosineRestarts", "min_lr", lr);
        self.min_lr = lr;
        self
    }
}

impl Schedule for CosineRestarts {
    fn lr(&self, step: usize) -> f64 {
        let (mut within, mut period) = (step, self.first);
        if self.factor == 1 {
            within %= period;
        }
        while within >= period {
            within -= period;
            period = period.saturating_mul(self.factor);
        }
        cosine(self.lr, self.min_lr, within as f64 / period as f64)
    }
}
