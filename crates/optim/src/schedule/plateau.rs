//! A learning rate that falls when a measure no longer gets better: the one schedule that depends on more than the step.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::checks::Check;
use crate::error::Error;
use crate::state::{Reader, count};
use tapegrad_core::Tensor;

/// Times `factor` (0.1) when a measure has not become better for more than `patience` (10) steps.
///
/// Better is below `best (1 - threshold)`, for a measure that is to become [`larger`](Plateau::larger) above
/// `best (1 + threshold)`; with [`absolute`](Plateau::absolute), below `best - threshold` or above `best + threshold`. A change
/// of less than 1e-8 is not made.
///
/// ```
/// use tapegrad_optim::schedule::Plateau;
/// let mut plateau = Plateau::new(0.1).patience(1);
/// let lrs = [1.0, 0.5, 0.5, 0.5, 0.5].map(|validation_loss| plateau.step(validation_loss)); // opt.set_lr(..)
/// assert!(lrs[2] == 0.1 && (lrs[3] - 0.01).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Plateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    absolute: bool,
    larger: bool,
    cooldown: u64,
    min_lr: f64,
    lr: f64,
    best: Option<f64>,
    bad: u64,
    cooling: u64,
}

/// A change of the learning rate that is too small to be made.
const SMALLEST: f64 = 1e-8;

impl Plateau {
    /// From `lr` on, for a measure that is to become small.
    ///
    /// # Panics
    /// If `lr` is negative or not finite.
    #[track_caller]
    pub fn new(lr: f64) -> Self {
        Check::Amount.of("Plateau", "the learning rate", lr);
        Plateau {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            absolute: false,
            larger: false,
            cooldown: 0,
            min_lr: 0.0,
            lr,
            best: None,
            bad: 0,
            cooling: 0,
        }
    }

    /// What the learning rate is multiplied by.
    ///
    /// # Panics
    /// If it is not in `0..1`.
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> Self {
        Check::Share.of("Plateau", "factor", factor);
        self.factor = factor;
        self
    }

    /// How many steps in a row may be no better.
    pub fn patience(mut self, steps: u64) -> Self {
        self.patience = steps;
        self
    }

    /// By how much a better measure is better, 1e-4 unless set.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn threshold(mut self, threshold: f64) -> Self {
        Check::Amount.of("Plateau", "threshold", threshold);
        self.threshold = threshold;
        self
    }

    /// Takes the threshold as a difference in place of a share.
    pub fn absolute(mut self) -> Self {
        self.absolute = true;
        self
    }

    /// For a measure that is to become large, such as an accuracy.
    pub fn larger(mut self) -> Self {
        self.larger = true;
        self
    }

    /// How many steps after a change do not count.
    pub fn cooldown(mut self, steps: u64) -> Self {
        self.cooldown = steps;
        self
    }

    /// The lowest learning rate.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn min_lr(mut self, lr: f64) -> Self {
        Check::Amount.of("Plateau", "min_lr", lr);
        self.min_lr = lr;
        self
    }

    /// Takes note of the measure, and gives the learning rate to go on with. NaN is not better than anything.
    pub fn step(&mut self, measure: f64) -> f64 {
        if self.is_better(measure) {
            self.best = Some(measure);
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.bad = 0;
        }
        if self.bad > self.patience {
            let lr = (self.lr * self.factor).max(self.min_lr);
            if self.lr - lr > SMALLEST {
                self.lr = lr;
            }
            self.cooling = self.cooldown;
            self.bad = 0;
        }
        self.lr
    }

    /// The learning rate of the moment.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    fn is_better(&self, measure: f64) -> bool {
        let Some(best) = self.best else { return !measure.is_nan() };
        let difference = if self.absolute { self.threshold } else { best * self.threshold };
        if self.larger { measure > best + difference } else { measure < best - difference }
    }

    /// Where it stands, by name: `Plateau.lr`, `Plateau.bad_steps`, `Plateau.cooldown` and, once there was a measure,
    /// `Plateau.best`.
    pub fn state_dict(&self) -> BTreeMap<String, Tensor> {
        let mut state = BTreeMap::from([
            ("Plateau.lr".to_string(), Tensor::from(self.lr)),
            ("Plateau.bad_steps".to_string(), count(self.bad)),
            ("Plateau.cooldown".to_string(), count(self.cooling)),
        ]);
        state.extend(self.best.map(|best| ("Plateau.best".to_string(), Tensor::from(best))));
        state
    }

    /// Goes on from where a [`state_dict`](Plateau::state_dict) was taken.
    ///
    /// # Errors
    /// If names are missing or unknown, or of another type: nothing is loaded.
    pub fn load_state_dict(
        &mut self,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Result<(), Error> {
        let mut reader = Reader::new("Plateau", state);
        let best = if reader.has("Plateau.best") { reader.number("Plateau.best") } else { None };
        let (lr, bad) = (reader.amount("Plateau.lr"), reader.count("Plateau.bad_steps"));
        let cooling = reader.count("Plateau.cooldown");
        reader.finish()?;
        if let (Some(lr), Some(bad), Some(cooling)) = (lr, bad, cooling) {
            (self.lr, self.best, self.bad, self.cooling) = (lr, best, bad, cooling);
        }
        Ok(())
    }
}
