//! Learning rates that go up and down, over and over.

use super::Schedule;
use crate::checks::Check;

/// What becomes of a [`Cyclic`] schedule's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CyclicMode {
    /// It stays.
    Triangular,
    /// It is halved after each cycle.
    Triangular2,
    /// It is `gamma^step` of the first.
    ExpRange {
        /// What stays of it from step to step.
        gamma: f64,
    },
}

/// Up from `base` to `max` and down again, over and over (Smith, 2017, "Cyclical learning rates for training neural networks").
///
/// ```
/// use tapegrad_optim::schedule::{Cyclic, CyclicMode, Schedule};
/// let schedule = Cyclic::new(0.1, 0.5, 4).mode(CyclicMode::Triangular2);
/// assert_eq!([0, 4, 8].map(|step| schedule.lr(step)), [0.1, 0.5, 0.1]);
/// assert!((schedule.lr(12) - 0.3).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Cyclic {
    base: f64,
    max: f64,
    up: usize,
    down: usize,
    mode: CyclicMode,
}

impl Cyclic {
    /// From `base` to `max` in `up` steps and back in as many.
    ///
    /// # Panics
    /// If a learning rate is negative or not finite, or `up` is 0.
    #[track_caller]
    pub fn new(base: f64, max: f64, up: usize) -> Self {
        Check::Amount.of("Cyclic", "the learning rate", base);
        Check::Amount.of("Cyclic", "the learning rate", max);
        Check::Positive.of("Cyclic", "the number of steps up", up as f64);
        Cyclic { base, max, up, down: up, mode: CyclicMode::Triangular }
    }

    /// The number of steps back down.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn down(mut self, steps: usize) -> Self {
        Check::Positive.of("Cyclic", "the number of steps down", steps as f64);
        self.down = steps;
        self
    }

    /// What becomes of the height.
    ///
    /// # Panics
    /// If a gamma is negative or not finite.
    #[track_caller]
    pub fn mode(mut self, mode: CyclicMode) -> Self {
        if let CyclicMode::ExpRange { gamma } = mode {
            Check::Amount.of("Cyclic", "gamma", gamma);
        }
        self.mode = mode;
        self
    }
}

impl Schedule for Cyclic {
    fn lr(&self, step: usize) -> f64 {
        let (cycle, within) = (step / (self.up + self.down), step % (self.up + self.down));
        let height = if within <= self.up {
            within as f64 / self.up as f64
        } else {
            1.0 - (within - self.up) as f64 / self.down as f64
        };
        let share = match self.mode {
            CyclicMode::Triangular => 1.0,
            CyclicMode::Triangular2 => 0.5f64.powf(cycle as f64),
            CyclicMode::ExpRange { gamma } => gamma.powf(step as f64),
        };
        self.base + (self.max - self.base) * height * share
    }
}
