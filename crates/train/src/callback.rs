//! What is done beside the steps of a training.

use std::collections::BTreeMap;

use tapegrad_core::Tensor;

use crate::error::Error;
use crate::history::History;

/// Where a training stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// How many epochs are done.
    pub epoch: usize,
    /// How many there are to be.
    pub epochs: usize,
    /// How many steps were taken, in all epochs.
    pub step: usize,
    /// How many batches of the epoch that is not done were in them.
    pub batch: usize,
    /// How many batches there are in this epoch, where the loader knows.
    pub batches: Option<usize>,
    /// The mean loss of the examples of the last step.
    pub loss: f64,
    /// The sum of this epoch's losses, each times its number of examples, and how many examples that are.
    pub(crate) losses: (f64, f64),
}

impl Standing {
    /// The mean loss of the examples of this epoch so far, each at the step that it was in.
    pub fn mean_loss(&self) -> f64 {
        self.losses.0 / self.losses.1
    }

    /// Counts a step of so many batches.
    pub(crate) fn count(&mut self, loss: f64, examples: usize, batches: usize) {
        self.loss = loss;
        self.losses = (self.losses.0 + loss * examples as f64, self.losses.1 + examples as f64);
        self.step += 1;
        self.batch += batches;
    }

    pub(crate) fn next_epoch(&mut self) {
        (self.batch, self.batches, self.losses) = (0, None, (0.0, 0.0));
        self.epoch += 1;
    }
}

/// What a callback sees of a training, and may change.
#[derive(Debug)]
pub struct Run<'r, M: ?Sized, P> {
    /// The model.
    pub model: &'r M,
    /// Where the training stands.
    pub at: &'r Standing,
    /// The measures of all epochs that are done.
    pub history: &'r History,
    /// What the model says of the validation set: at the end of an epoch, if there is one and a callback
    /// [`wants`](Callback::wants_predictions) it.
    pub predictions: Option<&'r P>,
    /// The learning rate. Another one is taken from the next step on, where there is no schedule.
    pub lr: f64,
    pub(crate) stop: Option<String>,
}

impl<M: ?Sized, P> Run<'_, M, P> {
    /// Ends the training after this step or epoch, and says why.
    pub fn stop(&mut self, why: impl Into<String>) {
        self.stop = Some(why.into());
    }

    /// The last epoch's measure of that name, which `who` cannot do without.
    pub(crate) fn measure(&self, who: &str, name: &str) -> f64 {
        self.history.last().map_or(f64::NAN, |measures| measures.wanted(who, name))
    }
}

/// What is done beside the steps of a training; every method does nothing unless written.
///
/// Callbacks are told in the order in which they were added. What one remembers is its state, which is part of every checkpoint.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Linear, Module};
/// use tapegrad_optim::Sgd;
/// use tapegrad_train::{Callback, Error, Run, Trainer};
///
/// /// Stops when the loss is low enough.
/// struct LowEnough(f64);
///
/// impl<M, P> Callback<M, P> for LowEnough {
///     fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
///         if run.at.loss < self.0 {
///             run.stop(format!("the loss of step {} is below {}", run.at.step, self.0));
///         }
///         Ok(())
///     }
/// }
///
/// let net = Linear::new(1, 1);
/// let mut trainer = Trainer::new(
///     &net,
///     Sgd::new(net.parameters(), 0.1),
///     |net, x: &Tensor| net.call(x),
///     |y| y.square().mean(),
/// )
/// .callback(LowEnough(0.01));
/// trainer.fit(1, |_| vec![Tensor::ones([4, 1]); 100])?;
/// assert!(trainer.stopped().unwrap().ends_with("is below 0.01"));
/// # Ok::<(), Error>(())
/// ```
pub trait Callback<M: ?Sized, P> {
    /// Before the first step of a [`fit`](crate::Trainer::fit).
    ///
    /// # Errors
    /// Any error ends the training.
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let _ = run;
        Ok(())
    }

    /// With the loss of a batch and its graph, before the walk back.
    ///
    /// # Errors
    /// Any error ends the training.
    fn loss(&mut self, loss: &Tensor) -> Result<(), Error> {
        let _ = loss;
        Ok(())
    }

    /// After a step.
    ///
    /// # Errors
    /// Any error ends the training.
    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let _ = run;
        Ok(())
    }

    /// After an epoch, whose measures are in the history, and before its checkpoint.
    ///
    /// # Errors
    /// Any error ends the training.
    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let _ = run;
        Ok(())
    }

    /// After all, also where the training is stopped; not after an error, for then it is not over: another
    /// [`fit`](crate::Trainer::fit) goes on from the step before.
    ///
    /// # Errors
    /// What [`fit`](crate::Trainer::fit) gives then.
    fn end(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let _ = run;
        Ok(())
    }

    /// Whether the predictions of the validation set are wanted, which otherwise are kept only for metrics.
    fn wants_predictions(&self) -> bool {
        false
    }

    /// What is remembered between epochs, by name.
    fn state(&self) -> BTreeMap<String, Tensor> {
        BTreeMap::new()
    }

    /// Goes on from where a [`state`](Callback::state) was taken. Not called if that was empty.
    ///
    /// # Errors
    /// What does not fit.
    fn load_state(&mut self, state: BTreeMap<String, Tensor>) -> Result<(), String> {
        let _ = state;
        Ok(())
    }
}
