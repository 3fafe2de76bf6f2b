//! Which checkpoints of a training stay in its folder.

use std::path::{Path, PathBuf};

use super::Checkpoint;
use super::file::{remove, write_whole};
use crate::error::Error;
use crate::goal::Goal;
use crate::measures::Measures;
use tapegrad_core::{Tensor, fail};

/// The name of the list of the best in a checkpoint.
const STATE: &str = "checkpoints";

/// A folder of checkpoints: the last, every so many epochs, the best.
///
/// `last.ckpt` is replaced at every epoch, `epoch-0010.ckpt` stay, and of `best-0007.ckpt` there are as many as wanted; a better one
/// is written before the worst is removed, so that a program that is killed between the two leaves one more. A number is that of
/// epochs done. The list of the best is part of each checkpoint, so that it goes on after [`resume`](Checkpoints::resume).
///
/// ```
/// use tapegrad_nn::{Linear, Module};
/// use tapegrad_optim::Sgd;
/// use tapegrad_train::{Checkpoint, Checkpoints, Measures, highest};
///
/// # let folder = std::env::temp_dir().join(format!("checkpoints-{}", std::process::id()));
/// let net = Linear::new(2, 1);
/// let opt = Sgd::new(net.parameters(), 0.1);
/// let mut checkpoints = Checkpoints::new(&folder).every(2).best(1, highest("accuracy"));
/// for (epoch, accuracy) in [(1, 0.7), (2, 0.9), (3, 0.8)] {
///     checkpoints.keep(epoch, &Measures::from([("accuracy", accuracy)]), Checkpoint::of(&net, &opt))?;
/// }
/// let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
/// names.sort();
/// assert_eq!(names, ["best-0002.ckpt", "epoch-0002.ckpt", "last.ckpt"]);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    every: Option<usize>,
    best: Option<(usize, Goal)>,
    /// Epochs and measures of the best, the best first.
    ranking: Vec<(usize, f64)>,
}

impl Checkpoints {
    /// The last checkpoint in this folder, which is made if need be.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Checkpoints { folder: folder.as_ref().into(), every: None, best: None, ranking: Vec::new() }
    }

    /// Also that of every so many epochs.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn every(mut self, epochs: usize) -> Self {
        if epochs == 0 {
            fail!("Checkpoints: every 0 epochs, expected 1 or more");
        }
        self.every = Some(epochs);
        self
    }

    /// Also the best so many by a measure; of equal ones the earlier.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn best(mut self, count: usize, goal: Goal) -> Self {
        if count == 0 {
            fail!("Checkpoints: the best 0, expected 1 or more");
        }
        self.best = Some((count, goal));
        self
    }

    /// Writes the checkpoint of an epoch wherever it is wanted, and removes what is no longer among the best.
    ///
    /// # Errors
    /// If a file cannot be written or removed.
    ///
    /// # Panics
    /// If the measure is not there by which the best are found.
    #[track_caller]
    pub fn keep(&mut self, epoch: usize, measures: &Measures, checkpoint: Checkpoint) -> Result<(), Error> {
        let before = self.ranking.clone();
        let kept = self.rank_and_write(epoch, measures, checkpoint);
        if kept.is_err() {
            self.ranking = before;
        }
        kept
    }

    #[track_caller]
    fn rank_and_write(&mut self, epoch: usize, measures: &Measures, checkpoint: Checkpoint) -> Result<(), Error> {
        let mut places = Vec::new();
        let mut worst = None;
        if let Some((count, goal)) = &self.best {
            let measure = measures.wanted("Checkpoints", &goal.name);
            let rank = self.ranking.iter().position(|(_, other)| goal.is_better(measure, *other));
            let rank = rank.unwrap_or(self.ranking.len());
            if rank < *count && !measure.is_nan() {
                self.ranking.insert(rank, (epoch, measure));
                places.push(self.best_path(epoch));
            }
            if self.ranking.len() > *count {
                worst = self.ranking.pop().map(|(epoch, _)| self.best_path(epoch));
            }
        }
        if self.every.is_some_and(|every| epoch.is_multiple_of(every)) {
            places.push(self.folder.join(format!("epoch-{epoch:04}.ckpt")));
        }
        // What is there by its own name comes before the one that says that it is the last.
        places.push(self.last());
        let bytes = self.stored_in(checkpoint).to_bytes()?;
        places.iter().try_for_each(|place| write_whole(place, &bytes))?;
        match worst {
            Some(worst) => remove(&worst),
            None => Ok(()),
        }
    }

    /// Writes the last checkpoint alone, at another moment than the end of an epoch.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep_last(&self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.stored_in(checkpoint).save(self.last())
    }

    /// Takes over from a checkpoint which the best were.
    pub fn resume(&mut self, checkpoint: &Checkpoint) {
        let rows = checkpoint.within(STATE).filter(|(name, _)| name == "best");
        self.ranking = rows
            .flat_map(|(_, rows)| rows.to_vec::<f64>().unwrap_or_default())
            .collect::<Vec<f64>>()
            .chunks_exact(2)
            .map(|row| (row[0] as usize, row[1]))
            .collect();
    }

    /// The place of the last checkpoint: `last.ckpt` in the folder.
    pub fn last(&self) -> PathBuf {
        self.folder.join("last.ckpt")
    }

    /// The place of the best checkpoint so far.
    pub fn best_so_far(&self) -> Option<PathBuf> {
        self.ranking.first().map(|(epoch, _)| self.best_path(*epoch))
    }

    fn best_path(&self, epoch: usize) -> PathBuf {
        self.folder.join(format!("best-{epoch:04}.ckpt"))
    }

    /// The checkpoint with the list of the best in it.
    pub(crate) fn stored_in(&self, checkpoint: Checkpoint) -> Checkpoint {
        let rows = self.ranking.iter().flat_map(|(epoch, measure)| [*epoch as f64, *measure]);
        checkpoint.with_state(STATE, [("best", Tensor::from(rows.collect::<Vec<f64>>()))])
    }
}
