//! The training loop itself.

use std::sync::atomic::Ordering;

use tapegrad_core::scope::user;
use tapegrad_core::{Rng, default_rng, no_grad};
use tapegrad_nn::Module;
use tapegrad_optim::Rule;

use super::Trainer;
use crate::callback::{Callback, Run, Standing};
use crate::error::Error;
use crate::history::History;
use crate::measures::Measures;
use crate::rows::{IntoBatch, Predictions};

/// Something that all callbacks are told.
type Told<M, P> = fn(&mut dyn Callback<M, P>, &mut Run<'_, M, P>) -> Result<(), Error>;

impl<M: Module + ?Sized, R: Rule, B, P: Predictions> Trainer<'_, M, R, B, P> {
    /// Trains until `epochs` epochs are done, those of an earlier call or of a checkpoint included. `train` gives the batches of an
    /// epoch, counted from 0. Afterwards the model is in evaluation. A training that is stopped before says why, on the standard error.
    ///
    /// # Errors
    /// If a loader, a callback or a checkpoint fails.
    pub fn fit<T>(&mut self, epochs: usize, train: impl Fn(usize) -> T) -> Result<History, Error>
    where
        T: IntoIterator<Item: IntoBatch<B>>,
    {
        (self.at.epochs, self.stopped) = (epochs, None);
        self.tell(None, |callback, run| callback.begin(run))?;
        while self.at.epoch < epochs && self.stopped.is_none() {
            self.model.train();
            for batch in self.batches(&train)? {
                let batch = batch.into_batch().map_err(|cause| self.unread("training", self.at.batch, cause))?;
                if let Some(schedule) = &self.schedule {
                    self.optimizer.set_lr(schedule.lr(self.at.step));
                }
                let predictions = user(|| (self.predict)(self.model, &batch));
                let loss = user(|| (self.loss)(&predictions));
                self.callbacks.iter_mut().try_for_each(|callback| user(|| callback.loss(&loss)))?;
                self.optimizer.zero_grad();
                loss.backward();
                if let Some(clip) = &self.clip {
                    clip.clip(self.optimizer.parameters());
                }
                self.optimizer.step();
                self.at.count(loss.item(), predictions.rows());
                self.tell(None, |callback, run| callback.step(run))?;
                self.heed();
                if self.stopped.is_some() {
                    self.keep(None)?;
                    return self.end();
                }
            }
            let (measures, predictions) = self.validate()?;
            self.history.push(measures.clone());
            self.at.next_epoch();
            self.tell(predictions.as_ref(), |callback, run| callback.epoch(run))?;
            self.keep(Some(&measures))?;
            self.heed();
        }
        self.end()
    }

    /// The measures of the epoch that ends, and the predictions of the validation set if they are wanted.
    fn validate(&self) -> Result<(Measures, Option<P>), Error> {
        let wanted = !self.metrics.is_empty() || self.callbacks.iter().any(|callback| callback.wants_predictions());
        let (mut sum, mut rows, mut parts) = (0.0, 0, Vec::new());
        self.model.eval();
        for (i, batch) in self.validation.iter().flat_map(|batches| batches()).enumerate() {
            let batch = batch.map_err(|cause| self.unread("validation", i, cause))?;
            let (predictions, loss) = no_grad(|| {
                let predictions = user(|| (self.predict)(self.model, &batch));
                let loss = user(|| (self.loss)(&predictions)).item();
                (predictions, loss)
            });
            sum += loss * predictions.rows() as f64;
            rows += predictions.rows();
            parts.extend(wanted.then_some(predictions));
        }
        let mut measures = vec![("loss".to_string(), self.at.mean_loss())];
        if rows > 0 {
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
        for (i, batch) in batches.by_ref().take(self.at.batch).enumerate() {
            batch.into_batch().map_err(|cause| self.unread("training", i, cause))?;
        }
        if self.at.batch > 0 {
            default_rng(|rng| *rng = Rng::from_state(now));
        }
        Ok(batches)
    }

    fn unread(&self, set: &'static str, batch: usize, cause: Box<dyn std::error::Error + Send + Sync>) -> Error {
        Error::Batch { set, epoch: self.at.epoch, batch, cause }
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
        self.model.eval();
        self.tell(None, |callback, run| callback.end(run))?;
        if let Some(why) = &self.stopped {
            let place = self.checkpoints.as_ref().map(|kept| format!("; {} goes on from here", kept.last().display()));
            eprintln!("{why}{}", place.unwrap_or_default());
        }
        Ok(self.history.clone())
    }
}
