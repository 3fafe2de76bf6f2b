//! Whole files or none, with this crate's error.

use crate::Error;
use std::path::Path;

/// Puts a file of these bytes at `path`, in the place of one that is there; missing folders are made.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    tapegrad_files::write_whole(path, bytes).map_err(|source| Error::Write { path: path.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_names_the_path() {
        let error = write_whole(Path::new("no/file/.."), b"bytes").unwrap_err();
        assert_eq!(error.to_string(), "no/file/..: cannot write: the path names no file");
    }
}
