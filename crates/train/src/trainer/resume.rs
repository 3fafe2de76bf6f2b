//! A training in a checkpoint, and from one.

use std::path::Path;

use tapegrad_core::{Rng, fail};
use tapegrad_nn::Module;
use tapegrad_optim::Rule;

use super::Trainer;
use crate::callback::Standing;
use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::history::History;

impl<M: Module + ?Sized, R: Rule, B, P> Trainer<'_, M, R, B, P> {
    /// All that the training needs to go on: model, optimiser, the thread's generator, where it stands, the history, what callbacks
    /// remember, and which checkpoints are the best.
    pub fn checkpoint(&self) -> Checkpoint {
        let Standing { epoch, step, batch, loss, losses, .. } = self.at;
        let mut checkpoint = Checkpoint::of(self.model, &self.optimizer)
            .with_text("history", &self.history.to_csv())
            .with_number("epoch", epoch as f64)
            .with_number("step", step as f64)
            .with_number("batch", batch as f64)
            .with_number("loss", loss)
            .with_number("losses", losses.0)
            .with_number("examples", losses.1);
        if let Some(begin) = self.epoch_begin.filter(|_| batch > 0) {
            checkpoint = checkpoint.with_rng("epoch", &Rng::from_state(begin));
        }
        for (i, callback) in self.callbacks.iter().enumerate() {
            checkpoint = checkpoint.with_state(&callback_name(i), &callback.state());
        }
        match &self.checkpoints {
            Some(checkpoints) => checkpoints.stored_in(checkpoint),
            None => checkpoint,
        }
    }

    /// Goes on from the last checkpoint, if there is one, and says whether there was. With the same model, options, callbacks and
    /// loaders, the steps that follow have the bits of a training that was never stopped.
    ///
    /// # Errors
    /// As [`resume_from`](Trainer::resume_from); also if the system does not say whether there is a checkpoint.
    ///
    /// # Panics
    /// If the training keeps no checkpoints.
    #[track_caller]
    pub fn resume(&mut self) -> Result<bool, Error> {
        let Some(checkpoints) = &self.checkpoints else {
            fail!("resume: the training keeps no checkpoints; say where with checkpoints(..)");
        };
        let last = checkpoints.last();
        // A folder that cannot be looked into may have a checkpoint, which a training from the beginning would replace.
        match last.try_exists() {
            Ok(true) => self.resume_from(last).map(|()| true),
            Ok(false) => Ok(false),
            Err(cause) => Err(Error::Read { path: last, cause }),
        }
    }

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// If it cannot be read, or is not of this training. Model, optimiser, generator and callbacks that have a state are then as they
    /// were.
    pub fn resume_from(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let checkpoint = Checkpoint::load(path)?;
        let unfit = |what: String| Error::Damaged { from: path.display().to_string(), what };
        let count = |name: &str| Ok::<usize, Error>(checkpoint.number(name)? as usize);
        let history = History::from_csv(checkpoint.text("history")?)
            .map_err(|what| unfit(format!("the text \"history\": {what}")))?;
        let at = Standing {
            epoch: count("epoch")?,
            step: count("step")?,
            batch: count("batch")?,
            loss: checkpoint.number("loss")?,
            losses: (checkpoint.number("losses")?, checkpoint.number("examples")?),
            ..Standing::default()
        };
        let epoch_begin = if at.batch > 0 { Some(checkpoint.rng("epoch")?.state()) } else { None };
        let before: Vec<_> = self.callbacks.iter().map(|callback| callback.state()).collect();
        let restored = self.restore(&checkpoint, unfit);
        if restored.is_err() {
            for (callback, state) in self.callbacks.iter_mut().zip(before).filter(|(_, state)| !state.is_empty()) {
                // It is the callback's own.
                let _ = callback.load_state(state);
            }
            return restored;
        }
        if let Some(checkpoints) = &mut self.checkpoints {
            checkpoints.resume(&checkpoint);
        }
        (self.at, self.history, self.epoch_begin) = (at, history, epoch_begin);
        Ok(())
    }

    /// Callbacks, then model and optimiser, which change together or not at all.
    fn restore(&mut self, checkpoint: &Checkpoint, unfit: impl Fn(String) -> Error) -> Result<(), Error> {
        for (i, callback) in self.callbacks.iter_mut().enumerate() {
            if let Ok(state) = checkpoint.state(&callback_name(i)) {
                callback.load_state(state).map_err(|what| unfit(format!("{}: {what}", callback_name(i))))?;
            }
        }
        checkpoint.restore(self.model, &mut self.optimizer)
    }
}

/// The state of a callback in a checkpoint.
fn callback_name(i: usize) -> String {
    format!("callback {i}")
}
