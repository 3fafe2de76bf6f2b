//! Learning rates over time.
//!
//! A schedule is a pure function of the step, so it has no state to save, can be looked at before it is used, and a training
//! that resumes at step `n` asks for step `n`.

mod cyclic;
mod decays;
mod joined;
mod one_cycle;
mod plateau;

pub use cyclic::{Cyclic, CyclicMode};
pub use decays::{Constant, Cosine, CosineRestarts, Exponential, Linear, MultiStep, Polynomial, Step};
pub use joined::{Then, WarmUp};
pub use one_cycle::OneCycle;
pub use plateau::Plateau;

/// A learning rate for every step: of an update or of an epoch, as the caller counts. A closure is one too.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Sgd;
/// use tapegrad_optim::schedule::{Cosine, Schedule};
/// let w = Tensor::from(3.0).requires_grad();
/// let schedule = Cosine::new(0.1, 100).warm_up(10);
/// let mut opt = Sgd::new([&w], schedule.lr(0));
/// for step in 0..110 {
///     opt.set_lr(schedule.lr(step));
///     opt.zero_grad();
///     w.square().backward();
///     opt.step();
/// }
/// let halving = |step: usize| 0.1 * 0.5f64.powi(step as i32);
/// assert_eq!(halving.lr(2), 0.025);
/// ```
pub trait Schedule {
    /// The learning rate of step `step`, counted from 0.
    fn lr(&self, step: usize) -> f64;

    /// This schedule up to step `at`, then `next`, which begins there with its own step 0.
    ///
    /// ```
    /// use tapegrad_optim::schedule::{Constant, Exponential, Schedule};
    /// let schedule = Constant::new(0.1).then(5, Exponential::new(0.1, 0.5));
    /// assert_eq!((schedule.lr(5), schedule.lr(6)), (0.1, 0.05));
    /// ```
    fn then<S: Schedule>(self, at: usize, next: S) -> Then<Self, S>
    where
        Self: Sized,
    {
        Then { first: self, at, next }
    }

    /// `steps` steps that lead up to this schedule's first learning rate in equal parts, then the schedule from its step 0.
    ///
    /// `lr(0) (step + 1) / steps` while `step < steps` (Goyal et al., 2017, "Accurate, large minibatch SGD").
    ///
    /// ```
    /// use tapegrad_optim::schedule::{Constant, Schedule};
    /// let schedule = Constant::new(0.4).warm_up(4);
    /// assert_eq!([0, 1, 3, 4].map(|step| schedule.lr(step)), [0.1, 0.2, 0.4, 0.4]);
    /// ```
    fn warm_up(self, steps: usize) -> WarmUp<Self>
    where
        Self: Sized,
    {
        WarmUp { steps, schedule: self }
    }
}

impl<F: Fn(usize) -> f64> Schedule for F {
    fn lr(&self, step: usize) -> f64 {
        self(step)
    }
}

/// From `from` to `to` when `share` goes from 0 to 1, in half a cosine wave.
fn cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * (1.0 + (std::f64::consts::PI * share).cos()) / 2.0
}

/// From `from` to `to` when `share` goes from 0 to 1, in a straight line.
fn straight(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}
