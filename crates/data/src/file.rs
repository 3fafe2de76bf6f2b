//! Whole files or none, with this crate's error.

use crate::Error;
use std::path::Path;

/// Puts a file of these bytes at `path`, in the place of one that is there; missing folders are made.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    tapegrad_files::write_whole(path, bytes).map_err(|cause| Error::Write { path: path.into(), cause })
}
