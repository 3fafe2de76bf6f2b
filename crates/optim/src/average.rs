//! Averages of parameters over the steps of a training, which often generalise better than where it ended.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::checks::Check;
use crate::error::Error;
use crate::state::{Reader, count};
use tapegrad_core::{Tensor, fail, no_grad};

/// A running average of parameters: exponential ([`Average::ema`]) or of equal weights ([`Average::swa`]).
///
/// [`update`](Average::update) takes the parameters of the moment in; the first sets the average to them.
/// [`applied`](Average::applied) evaluates with the averages in the parameters' place, [`swap`](Average::swap) exchanges them.
/// Statistics that layers keep beside their parameters, as batch normalisation does, are not averaged: run the training data
/// through the swapped model once to gather them anew.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Average;
/// let w = Tensor::from(1.0).requires_grad();
/// let mut average = Average::ema([&w], 0.9);
/// average.update();
/// w.set(&Tensor::from(2.0));
/// average.update();
/// assert_eq!(average.applied(|| w.item()), 1.1);
/// assert_eq!(w.item(), 2.0);
/// ```
#[derive(Debug)]
pub struct Average {
    params: Vec<Tensor>,
    averages: Vec<Tensor>,
    updates: u64,
    decay: Option<f64>,
    swapped: bool,
}

impl Average {
    /// An exponential moving average: `average = decay average + (1 - decay) w` (Polyak and Juditsky, 1992, for the idea).
    ///
    /// # Panics
    /// If `decay` is not in `0..1`, a parameter is not a leaf, or there are none.
    #[doc(alias = "exponential moving average")]
    #[track_caller]
    pub fn ema(params: impl IntoIterator<Item = impl Borrow<Tensor>>, decay: f64) -> Self {
        Check::Share.of("Average", "decay", decay);
        Average::new(params, Some(decay))
    }

    /// Stochastic weight averaging (Izmailov et al., 2018, "Averaging weights leads to wider optima and better generalization"):
    /// the mean of the parameters at all updates.
    ///
    /// # Panics
    /// If a parameter is not a leaf, or there are none.
    #[doc(alias = "stochastic weight averaging")]
    #[track_caller]
    pub fn swa(params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> Self {
        Average::new(params, None)
    }

    #[track_caller]
    fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, decay: Option<f64>) -> Self {
        let params: Vec<Tensor> = params.into_iter().map(|param| param.borrow().clone()).collect();
        if let Some(i) = params.iter().position(|param| !param.is_leaf()) {
            fail!("Average: parameter {i} ({:?}) is not a leaf; make one with requires_grad()", params[i].shape());
        }
        if params.is_empty() {
            fail!("Average: there are no parameters");
        }
        Average { params, averages: Vec::new(), updates: 0, decay, swapped: false }
    }

    /// Takes in the parameters of the moment.
    ///
    /// # Panics
    /// While the averages are swapped in.
    #[track_caller]
    pub fn update(&mut self) {
        if self.swapped {
            fail!("Average: update while the averages are swapped in; swap() them out first");
        }
        self.updates += 1;
        if self.averages.is_empty() {
            self.averages = self.params.iter().map(Tensor::detach).collect();
            return;
        }
        let enters = self.decay.map_or(1.0 / self.updates as f64, |decay| 1.0 - decay);
        for (average, param) in self.averages.iter_mut().zip(&self.params) {
            *average = no_grad(|| average.to_dtype(param.dtype()).lerp(&param.detach(), enters));
        }
    }

    /// Exchanges parameters and averages; once more, and all is as before.
    ///
    /// # Panics
    /// Before the first [`update`](Average::update).
    #[track_caller]
    pub fn swap(&mut self) {
        if self.averages.is_empty() {
            fail!("Average: swap before the first update");
        }
        self.exchange();
    }

    fn exchange(&mut self) {
        for (average, param) in self.averages.iter_mut().zip(&self.params) {
            let own = param.detach();
            param.set(&average.to_dtype(param.dtype()));
            *average = own;
        }
        self.swapped = !self.swapped;
    }

    /// Runs `f` with the averages in the parameters' place, and puts the parameters back, also when it panics.
    ///
    /// # Panics
    /// Before the first [`update`](Average::update), or while the averages are swapped in.
    #[track_caller]
    pub fn applied<T>(&mut self, f: impl FnOnce() -> T) -> T {
        if self.swapped {
            fail!("Average: applied while the averages are swapped in already");
        }
        self.swap();
        let restore = Restore(self);
        let result = f();
        drop(restore);
        result
    }

    /// The averages, in the order of the parameters; empty before the first update, the parameters themselves while swapped.
    pub fn averages(&self) -> &[Tensor] {
        &self.averages
    }

    /// What is remembered, by name: `Average.updates` (i64) and, after an update, `Average.0` and so on.
    ///
    /// # Panics
    /// While the averages are swapped in.
    #[track_caller]
    pub fn state_dict(&self) -> BTreeMap<String, Tensor> {
        if self.swapped {
            fail!("Average: state_dict while the averages are swapped in; swap() them out first");
        }
        let mut state = BTreeMap::from([("Average.updates".to_string(), count(self.updates))]);
        let averages = self.averages.iter().enumerate();
        state.extend(averages.map(|(i, average)| (format!("Average.{i}"), average.deep_copy())));
        state
    }

    /// Goes on from where a [`state_dict`](Average::state_dict) was taken.
    ///
    /// # Errors
    /// If names are missing or unknown, or tensors do not have the parameters' shapes: nothing is loaded.
    ///
    /// # Panics
    /// While the averages are swapped in.
    #[track_caller]
    pub fn load_state_dict(
        &mut self,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Result<(), Error> {
        if self.swapped {
            fail!("Average: load_state_dict while the averages are swapped in; swap() them out first");
        }
        let mut reader = Reader::new("Average", state);
        let updates = reader.count("Average.updates").unwrap_or(0);
        let mut averages = Vec::new();
        for (i, param) in self.params.iter().enumerate().filter(|_| updates > 0) {
            averages.extend(reader.tensor(&format!("Average.{i}"), (param.dtype(), param.shape())));
        }
        reader.finish()?;
        (self.updates, self.averages) = (updates, averages);
        Ok(())
    }
}

/// Puts the parameters back when dropped.
struct Restore<'a>(&'a mut Average);

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        self.0.exchange();
    }
}
