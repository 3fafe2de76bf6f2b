//! What can go wrong around a training: files, states, data.

use std::io;
use std::path::PathBuf;

/// What can be wrong with a file of a training, or with what comes from outside into one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A file or folder cannot be written. A file that is written as a whole is then the old one, or the new one where only the folder
    /// could not be brought to the disk.
    #[error("{}: cannot be written: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The bytes are not those of a checkpoint, or no longer.
    #[error("{from}: {what}")]
    Damaged {
        /// The file, or where else the bytes are from.
        from: String,
        /// What was found, where, and what was expected.
        what: String,
    },
    /// A checkpoint does not hold what it is asked for.
    #[error("{from}: no {what}, expected one of {names:?}")]
    Missing {
        /// The checkpoint's file, or where else it is from.
        from: String,
        /// What was asked for, with its name.
        what: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// A checkpoint is not of this model. Nothing was loaded.
    #[error("{from}: {cause}")]
    Model {
        /// The checkpoint's file, or where else it is from.
        from: String,
        /// What differs.
        cause: tapegrad_nn::Error,
    },
    /// A checkpoint is not of this optimiser. Nothing was loaded.
    #[error("{from}: {cause}")]
    Optimizer {
        /// The checkpoint's file, or where else it is from.
        from: String,
        /// What differs.
        cause: tapegrad_optim::Error,
    },
    /// A loader gave an error in place of a batch.
    #[error("{set} set, epoch {epoch}, batch {batch}: {cause}")]
    Batch {
        /// `training` or `validation`.
        set: &'static str,
        /// The epoch, from 0 on.
        epoch: usize,
        /// The batch, from 0 on.
        batch: usize,
        /// What the loader said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A loader gave too few batches: none, or fewer than were done of the epoch before a resume.
    #[error("{set} set, epoch {epoch}: {found} batches, expected at least {expected}")]
    Batches {
        /// `training` or `validation`.
        set: &'static str,
        /// The epoch, from 0 on.
        epoch: usize,
        /// How many there were.
        found: usize,
        /// How many there had to be.
        expected: usize,
    },
    /// A picture or a page was not made.
    #[error(transparent)]
    Picture(#[from] tapegrad_viz::Error),
}
