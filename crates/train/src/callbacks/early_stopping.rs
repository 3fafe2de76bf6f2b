//! A training that ends when it no longer helps.

use std::collections::BTreeMap;

use tapegrad_core::Tensor;
use tapegrad_nn::{Module, StateDict};

use crate::callback::{Callback, Run};
use crate::error::Error;
use crate::goal::Goal;

/// Stops when a measure has not become better for some epochs, and at the end brings back the weights with which it was best:
/// `EarlyStopping::new(highest("accuracy")).patience(3)`.
///
/// The best weights come back whatever ended the training. They and the count of epochs are part of a checkpoint.
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    goal: Goal,
    patience: usize,
    best: f64,
    /// How many epochs since were no better.
    worse: usize,
    weights: Option<StateDict>,
}

const BEST: &str = "best";
const WORSE: &str = "worse";
const WEIGHTS: &str = "weights.";

impl EarlyStopping {
    /// With patience for 5 epochs that are no better than the best.
    pub fn new(goal: Goal) -> Self {
        EarlyStopping { goal, patience: 5, best: f64::NAN, worse: 0, weights: None }
    }

    /// How many epochs in a row may be no better: after so many it stops.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    fn judge<M: ?Sized, P>(&self, run: &mut Run<'_, M, P>) {
        if self.worse > 0 && self.worse >= self.patience {
            run.stop(format!("{} has not been better than {} for {} epochs", self.goal.name, self.best, self.worse));
        }
    }
}

impl<M: Module + ?Sized, P> Callback<M, P> for EarlyStopping {
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.judge(run);
        Ok(())
    }

    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let measure = run.measure("EarlyStopping", &self.goal.name);
        if self.goal.is_better(measure, self.best) {
            (self.best, self.worse, self.weights) = (measure, 0, Some(run.model.state_dict()));
        } else {
            self.worse += 1;
        }
        self.judge(run);
        Ok(())
    }

    fn end(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        if let Some(weights) = &self.weights {
            let from = "early stopping".to_string();
            run.model.load_state_dict(weights).map_err(|cause| Error::Model { from, cause })?;
        }
        Ok(())
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        let worse = i64::try_from(self.worse).expect("a count of epochs");
        let weights = self.weights.iter().flat_map(StateDict::iter);
        let weights = weights.map(|(path, value)| (format!("{WEIGHTS}{path}"), value.clone()));
        [(BEST.to_string(), Tensor::from(self.best)), (WORSE.to_string(), Tensor::from(worse))]
            .into_iter()
            .chain(weights)
            .collect()
    }

    fn load_state(&mut self, state: BTreeMap<String, Tensor>) -> Result<(), String> {
        let number = |name: &str| {
            let found = state.get(name).filter(|x| x.numel() == 1).map(Tensor::item);
            found.ok_or_else(|| format!("early stopping: no number {name:?}"))
        };
        (self.best, self.worse) = (number(BEST)?, number(WORSE)? as usize);
        let weights: StateDict =
            state.iter().filter_map(|(name, value)| Some((name.strip_prefix(WEIGHTS)?, value.clone()))).collect();
        self.weights = (!weights.is_empty()).then_some(weights);
        Ok(())
    }
}
