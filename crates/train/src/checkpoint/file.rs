//! Whole files or none, with this crate's error.

use std::path::Path;

use crate::error::Error;

/// Puts a file of these bytes at `path`, in the place of one that is there; missing folders are made.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    tapegrad_files::write_whole(path, bytes).map_err(|cause| Error::Write { path: path.into(), cause })
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    tapegrad_files::remove(path).map_err(|cause| Error::Write { path: path.into(), cause })
}
