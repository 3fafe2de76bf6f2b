//! The training loop itself.

use std::sync::atomic::Ordering;

use tapegrad_core::scope::user;
use tapegrad_core::{Rng, Tensor, default_rng, fail, no_grad};
use tapegrad_nn::Module;
use tapegrad_optim::Rule;

use super::group::Group;
use super::{Cause, Trainer};
use crate::callback::{Callback, Run, Standing};
use crate::checkpoint::Checkpoints;
use crate::error::Error;
use crate::history::History;
use crate::measures::Measures;
use crate::rows::{IntoBatch, Predictions};

/// Something that all callbacks are told.
type Told<M, P> = fn(&mut dyn Callback<M, P>, &mut Run<'_, M, P>) -> Result<(), Error>;

impl<M: Module + ?Sized, R: Rule, B, P: Predictions> Trainer<'_, M, R, B, P> {
    /// Trains until `epochs` epochs are done, those of an earlier call or of a checkpoint included. `train` gives the batches of an
    /// epoch, counted from 0. Afterwards the model is in evaluation. A training that is stopped before says why, on the standard error;
    /// so is one whose loss is NaN, before the step that would bring it into the parameters. (What the model itself notes of every
    /// batch, such as the running mean of batch normalisation, has seen that one.)
    ///
    /// # Errors
    /// If a loader fails, has no batches or one without examples, or a callback or a checkpoint fails.
    ///
    /// # Panics
    /// If there is no validation set but a metric or a callback that wants predictions, if a callback or the checkpoints want a measure
    /// that is not there, or if the loss is not one number.
    #[track_caller]
    pub fn fit<T>(&mut self, epochs: usize, train: impl Fn(usize) -> T) -> Result<History, Error>
    where
        T: IntoIterator<Item: IntoBatch<B>>,
    {
        if self.validation.is_none() {
            if let Some((name, _)) = self.metrics.first() {
                fail!("fit: no validation set for the metric {name:?}; say which with validation(..)");
            }
            if self.callbacks.iter().any(|callback| callback.wants_predictions()) {
                fail!("fit: no validation set for a callback that shows predictions; say which with validation(..)");
            }
        }
        (self.at.epochs, self.stopped, self.interrupted) = (epochs, None, false);
        let trained = self.epochs(train);
        self.model.eval();
        let ended = trained.and_then(|()| self.end());
        // What was wished has been done; Ctrl-C is the next training's again.
        if let Some(ctrl_c) = &self.ctrl_c {
            ctrl_c.heeded();
        }
        ended
    }

    #[track_caller]
    fn epochs<T: IntoIterator<Item: IntoBatch<B>>>(&mut self, train: impl Fn(usize) -> T) -> Result<(), Error> {
        self.tell(None, |callback, run| callback.begin(run))?;
        while self.stopped.is_none() && self.at.epoch < self.at.epochs {
            self.model.train();
            let mut batches = self.batches(&train)?.peekable();
            while self.stopped.is_none() && batches.peek().is_some() {
                if !self.step(batches.by_ref().take(self.accumulate))? {
                    return Ok(());
                }
                self.tell(None, |callback, run| callback.step(run))?;
                self.heed();
            }
            if self.stopped.is_some() {
                return self.keep(None);
            }
            self.at_least("training", self.at.batch, 1)?;
            let (measures, predictions) = self.validate()?;
            self.history.push(measures.clone());
            self.at.next_epoch();
            self.tell(predictions.as_ref(), |callback, run| callback.epoch(run))?;
            self.keep(Some(&measures))?;
            self.heed();
        }
        Ok(())
    }

    /// A step by the gradient of the mean over the examples of all these batches. `false`, and no step, where the loss is NaN.
    #[track_caller]
    fn step(&mut self, batches: impl Iterator<Item: IntoBatch<B>>) -> Result<bool, Error> {
        if let Some(schedule) = &self.schedule {
            self.optimizer.set_lr(schedule.lr(self.at.step));
        }
        self.optimizer.zero_grad();
        let mut group = Group::default();
        for batch in batches {
            let i = self.at.batch + group.batches;
            let (predictions, loss) = self.ask("training", i, batch.into_batch())?;
            self.callbacks.iter_mut().try_for_each(|callback| user(|| callback.loss(&loss)))?;
            if loss.item().is_nan() {
                let step = self.at.step + 1;
                self.stopped = Some(format!("the loss of step {step} is NaN; the parameters are those before it"));
                return Ok(false);
            }
            let weight = group.add(loss.item(), predictions.rows());
            (loss * weight).backward();
        }
        if group.batches > 1 {
            for (param, grad) in self.optimizer.parameters().filter_map(|param| Some((param, param.grad()?))) {
                param.set_grad(&no_grad(|| grad / group.weight()));
            }
        }
        if let Some(clip) = &self.clip {
            clip.clip(self.optimizer.parameters());
        }
        self.optimizer.step();
        self.at.count(group.loss(), group.examples, group.batches);
        Ok(true)
    }

    /// The predictions of batch `i` of a set, and their loss.
    #[track_caller]
    fn ask(&self, set: &'static str, i: usize, batch: Result<B, Cause>) -> Result<(P, Tensor), Error> {
        let batch = batch.map_err(|cause| self.unread(set, i, cause))?;
        let predictions = user(|| (self.predict)(self.model, &batch));
        if predictions.rows() == 0 {
            return Err(self.unread(set, i, "no examples".into()));
        }
        let loss = user(|| (self.loss)(&predictions));
        if loss.numel() != 1 {
            fail!("fit: a loss of shape {:?}, expected one number, such as its mean", loss.shape());
        }
        Ok((predictions, loss))
    }

    /// The measures of the epoch that ends, and the predictions of the validation set if they are wanted.
    #[track_caller]
    fn validate(&self) -> Result<(Measures, Option<P>), Error> {
        let wanted = !self.metrics.is_empty() || self.callbacks.iter().any(|callback| callback.wants_predictions());
        let (mut sum, mut rows, mut batches, mut parts) = (0.0, 0, 0, Vec::new());
        self.model.eval();
        for (i, batch) in self.validation.iter().flat_map(|batches| batches()).enumerate() {
            let (predictions, loss) = no_grad(|| self.ask("validation", i, batch))?;
            sum += loss.item() * predictions.rows() as f64;
            rows += predictions.rows();
            batches += 1;
            parts.extend(wanted.then_some(predictions));
        }
        let mut measures = vec![("loss".to_string(), self.at.mean_loss())];
        if self.validation.is_some() {
            self.at_least("validation", batches, 1)?;
            measures.push(("valid loss".to_string(), sum / rows as f64));
        }
        let predictions = (!parts.is_empty()).then(|| P::gather(parts));
        if let Some(predictions) = &predictions {
            for (name, measure) in &self.metrics {
                measures.push((name.clone(), no_grad(|| user(|| measure(predictions)))));
            }
        }
        measures.push(("lr".to_string(), self.optimizer.lr()));
        Ok((measures.into_iter().collect(), predictions))
    }

    /// The batches of this epoch that are not done. Those that are, before a resume, are drawn again, so that the loader and the thread's
    /// generator stand as they stood.
    fn batches<T: IntoIterator<Item: IntoBatch<B>>>(
        &mut self,
        train: impl Fn(usize) -> T,
    ) -> Result<T::IntoIter, Error> {
        let now = default_rng(|rng| rng.state());
        let begin = self.epoch_begin.filter(|_| self.at.batch > 0).unwrap_or(now);
        self.epoch_begin = Some(begin);
        default_rng(|rng| *rng = Rng::from_state(begin));
        let mut batches = train(self.at.epoch).into_iter();
        self.at.batches = match batches.size_hint() {
            (least, Some(most)) if least == most => Some(most),
            _ => None,
        };
        let mut done = 0;
        for batch in batches.by_ref().take(self.at.batch) {
            batch.into_batch().map_err(|cause| self.unread("training", done, cause))?;
            done += 1;
        }
        self.at_least("training", done, self.at.batch)?;
        if self.at.batch > 0 {
            default_rng(|rng| *rng = Rng::from_state(now));
        }
        Ok(batches)
    }

    fn unread(&self, set: &'static str, batch: usize, cause: Cause) -> Error {
        Error::Batch { set, epoch: self.at.epoch, batch, cause }
    }

    fn at_least(&self, set: &'static str, found: usize, expected: usize) -> Result<(), Error> {
        if found < expected {
            return Err(Error::Batches { set, epoch: self.at.epoch, found, expected });
        }
        Ok(())
    }

    fn tell(&mut self, predictions: Option<&P>, what: Told<M, P>) -> Result<(), Error> {
        let Trainer { model, optimizer, callbacks, at, history, stopped, .. } = self;
        let mut run = Run { model: *model, at, history, predictions, lr: optimizer.lr(), stop: None };
        for callback in callbacks {
            user(|| what(callback.as_mut(), &mut run))?;
        }
        if run.lr != optimizer.lr() {
            optimizer.set_lr(run.lr);
        }
        *stopped = stopped.take().or(run.stop);
        Ok(())
    }

    /// Notes a wish to stop.
    fn heed(&mut self) {
        if self.asked.iter().any(|asked| asked.load(Ordering::Relaxed)) {
            self.interrupted = true;
            let Standing { step, epoch, epochs, .. } = self.at;
            self.stopped = Some(format!("stopped as asked after step {step}, {epoch} of {epochs} epochs done"));
        }
    }

    /// Keeps a checkpoint, where there is a place for it: that of an epoch with its measures, or one in the middle.
    fn keep(&mut self, epoch: Option<&Measures>) -> Result<(), Error> {
        let Some(mut checkpoints) = self.checkpoints.take() else { return Ok(()) };
        let checkpoint = self.checkpoint();
        let kept = match epoch {
            Some(measures) => checkpoints.keep(self.at.epoch, measures, checkpoint),
            None => checkpoints.keep_last(checkpoint),
        };
        self.checkpoints = Some(checkpoints);
        kept
    }

    fn end(&mut self) -> Result<History, Error> {
        self.tell(None, |callback, run| callback.end(run))?;
        if let Some(why) = &self.stopped {
            let last = self.checkpoints.as_ref().map(Checkpoints::last).filter(|last| last.exists());
            let place = last.map(|last| format!("; to resume there is {}", last.display()));
            eprintln!("{why}{}", place.unwrap_or_default());
        }
        Ok(self.history.clone())
    }
}
