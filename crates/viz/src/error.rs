//! The one error type: what could not be drawn, or which file could not be written.

use std::path::PathBuf;

/// Why a picture or page was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data leave nothing to draw, or cannot be drawn in the way that was asked for.
    #[error("{what}: {reason}")]
    CannotDraw {
        /// The kind of picture and its title.
        what: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// The file could not be written; the target is as it was before.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The target, as it was given.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

impl Error {
    /// A [`Error::CannotDraw`].
    pub(crate) fn cannot_draw(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::CannotDraw { what: what.into(), reason: reason.into() }
    }
}
