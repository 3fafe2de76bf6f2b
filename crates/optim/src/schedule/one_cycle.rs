//! One cycle over a whole training.

use super::{Schedule, cosine, straight};
use crate::checks::Check;
use tapegrad_core::fail;

/// Up to `max` and far down again, once over a whole training (Smith and Topin, 2018, "Super-convergence: very fast training of
/// neural networks using large learning rates").
///
/// From `max / start` up to `max` at 0.3 of the steps, then down to `max / start / end`, along cosines; with
/// [`three_phases`](OneCycle::three_phases) as quickly down to where it began, and then to the end. The learning rate alone: a
/// momentum that goes the other way is set by hand.
///
/// ```
/// use tapegrad_optim::schedule::{OneCycle, Schedule};
/// let schedule = OneCycle::new(0.5, 101).peak_at(0.5);
/// assert!((schedule.lr(0) - 0.02).abs() < 1e-12 && (schedule.lr(100) - 2e-6).abs() < 1e-12);
/// assert!((0..101).all(|step| schedule.lr(step) <= 0.5));
/// ```
#[derive(Clone, Debug)]
pub struct OneCycle {
    max: f64,
    steps: usize,
    peak_at: f64,
    start: f64,
    end: f64,
    three_phases: bool,
    straight: bool,
}

impl OneCycle {
    /// Up to `max` and down, in `steps` steps; it stays at the last.
    ///
    /// # Panics
    /// If `max` is negative or not finite, or there are no steps.
    #[track_caller]
    pub fn new(max: f64, steps: usize) -> Self {
        Check::Amount.of("OneCycle", "the learning rate", max);
        Check::Positive.of("OneCycle", "the number of steps", steps as f64);
        OneCycle { max, steps, peak_at: 0.3, start: 25.0, end: 1e4, three_phases: false, straight: false }
    }

    /// The share of the steps on the way up, 0.3 unless set (PyTorch's `pct_start`).
    ///
    /// # Panics
    /// If it is not between 0 and 1.
    #[track_caller]
    pub fn peak_at(mut self, share: f64) -> Self {
        if !(0.0..=1.0).contains(&share) {
            fail!("OneCycle: peak_at must be between 0 and 1, got {share}");
        }
        self.peak_at = share;
        self
    }

    /// It begins at `max / start` and ends at `max / start / end`: 25 and 10,000 unless set (PyTorch's `div_factor` and
    /// `final_div_factor`).
    ///
    /// # Panics
    /// If one is not above 0, or not finite.
    #[track_caller]
    pub fn factors(mut self, start: f64, end: f64) -> Self {
        Check::Positive.of("OneCycle", "the first factor", start);
        Check::Positive.of("OneCycle", "the last factor", end);
        (self.start, self.end) = (start, end);
        self
    }

    /// As many steps down to where it began as up, then the rest to the end.
    pub fn three_phases(mut self) -> Self {
        self.three_phases = true;
        self
    }

    /// Along straight lines in place of cosines.
    pub fn straight(mut self) -> Self {
        self.straight = true;
        self
    }
}

impl Schedule for OneCycle {
    fn lr(&self, step: usize) -> f64 {
        let (total, at) = (self.steps as f64, step.min(self.steps - 1) as f64);
        let first = self.max / self.start;
        let last = first / self.end;
        let peak = self.peak_at * total - 1.0;
        // Each phase: its last step, and the learning rates at its ends.
        let (back, end) = (2.0 * peak, total - 1.0);
        let phases: &[(f64, f64, f64)] = if self.three_phases {
            &[(peak, first, self.max), (back, self.max, first), (end, first, last)]
        } else {
            &[(peak, first, self.max), (end, self.max, last)]
        };
        let mut begin = 0.0;
        for &(end, from, to) in phases {
            if at <= end {
                let share = if end > begin { (at - begin) / (end - begin) } else { 1.0 };
                return if self.straight { straight(from, to, share) } else { cosine(from, to, share) };
            }
            begin = end;
        }
        last
    }
}
