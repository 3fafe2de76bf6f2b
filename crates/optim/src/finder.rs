//! The learning-rate range test: how the loss moves while the learning rate grows.

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule};
use tapegrad_core::{Tensor, fail, scope};

/// Looks for a learning rate (Smith, 2017, "Cyclical learning rates for training neural networks", section 3.3): trains with one
/// that grows by equal factors from step to step, until the loss explodes.
///
/// Afterwards the parameters and the optimiser's state are as before, and gradients are forgotten. What layers remember beside
/// their parameters is not restored, nor is the place of a random generator.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::{LrFinder, Sgd};
/// let w = Tensor::from(3.0).requires_grad();
/// let mut opt = Sgd::new([&w], 0.1);
/// let curve = LrFinder::new(1e-3, 10.0, 60).run(&mut opt, |opt| {
///     opt.zero_grad();
///     let loss = w.square();
///     loss.backward();
///     opt.step();
///     loss.item()
/// });
/// let lr = curve.steepest();
/// assert!(lr > 0.01 && lr < 1.0, "above 1 it diverges");
/// assert_eq!((w.item(), opt.lr()), (3.0, 0.1));
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is tried before run()"]
pub struct LrFinder {
    from: f64,
    to: f64,
    steps: usize,
    smoothing: f64,
    explosion: f64,
}

impl LrFinder {
    /// From `from` to `to` in `steps` steps.
    ///
    /// # Panics
    /// Unless `0 < from < to`, and there are at least 2 steps.
    #[track_caller]
    pub fn new(from: f64, to: f64, steps: usize) -> Self {
        Check::Positive.of("LrFinder", "the first learning rate", from);
        Check::Positive.of("LrFinder", "the last learning rate", to);
        if from >= to || steps < 2 {
            fail!("LrFinder: from {from} to {to} in {steps} steps: it must grow, in at least 2 steps");
        }
        LrFinder { from, to, steps, smoothing: 0.9, explosion: 4.0 }
    }

    /// The share of the smoothed loss that stays from step to step, 0.9 unless set; 0 smooths nothing.
    ///
    /// # Panics
    /// If it is not in `0..1`.
    #[track_caller]
    pub fn smoothing(mut self, share: f64) -> Self {
        Check::Share.of("LrFinder", "smoothing", share);
        self.smoothing = share;
        self
    }

    /// Stops when the smoothed loss has risen from its lowest by this many times the size of the first, 4 unless set. It also
    /// stops when the loss is not finite.
    ///
    /// # Panics
    /// If it is not above 0.
    #[track_caller]
    pub fn explosion(mut self, times: f64) -> Self {
        Check::Positive.of("LrFinder", "explosion", times);
        self.explosion = times;
        self
    }

    /// Runs the test. `step` makes one step of training and gives its loss.
    pub fn run<R: Rule>(&self, opt: &mut Optimizer<R>, mut step: impl FnMut(&mut Optimizer<R>) -> f64) -> LrCurve {
        let (state, values): (_, Vec<Tensor>) = (opt.state_dict(), opt.parameters().map(Tensor::detach).collect());
        let mut curve = LrCurve { lrs: Vec::new(), losses: Vec::new() };
        let (mut mean, mut lowest) = (0.0, f64::INFINITY);
        let growth = (self.to / self.from).powf(1.0 / (self.steps - 1) as f64);
        for i in 0..self.steps {
            let lr = self.from * growth.powf(i as f64);
            opt.set_lr(lr);
            let loss = scope::user(|| step(opt));
            if !loss.is_finite() {
                break;
            }
            mean = self.smoothing * mean + (1.0 - self.smoothing) * loss;
            // As Adam corrects its means, which begin at 0 too.
            let smooth = mean / (1.0 - self.smoothing.powf((i + 1) as f64));
            lowest = lowest.min(smooth);
            curve.lrs.push(lr);
            curve.losses.push(smooth);
            if smooth - lowest > self.explosion * curve.losses[0].abs() {
                break;
            }
        }
        opt.parameters().zip(&values).for_each(|(param, value)| param.set(value));
        opt.zero_grad();
        opt.load_state_dict(&state).expect("an optimiser's own state fits it");
        curve
    }
}

/// What a range test saw: the smoothed loss at every learning rate, up to where it stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct LrCurve {
    /// The learning rates, growing.
    pub lrs: Vec<f64>,
    /// The smoothed loss at each.
    pub losses: Vec<f64>,
}

impl LrCurve {
    /// The learning rate at which the loss falls most steeply, by equal factors of the learning rate: a good one to train with.
    ///
    /// # Panics
    /// If there are fewer than two points.
    #[track_caller]
    pub fn steepest(&self) -> f64 {
        if self.lrs.len() < 2 {
            fail!("LrCurve: {} points have no slope; begin with a lower learning rate", self.lrs.len());
        }
        // Learning rates are equally far apart by factors; the slope at a point is taken from its neighbours.
        let last = self.losses.len() - 1;
        let slope = |i: usize| {
            let (before, after) = (i.saturating_sub(1), (i + 1).min(last));
            (self.losses[after] - self.losses[before]) / (after - before) as f64
        };
        let best = (0..=last).min_by(|&i, &j| slope(i).total_cmp(&slope(j)));
        self.lrs[best.unwrap_or(0)]
    }

    /// The learning rate at which the loss was lowest: too large to begin with, a bound for a cycle's top.
    ///
    /// # Panics
    /// If there are no points.
    #[track_caller]
    pub fn lowest(&self) -> f64 {
        let best = self.losses.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
        match best {
            Some((i, _)) => self.lrs[i],
            None => fail!("LrCurve: there are no points; begin with a lower learning rate"),
        }
    }
}
