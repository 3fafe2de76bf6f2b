//! The history as a file.

use std::path::{Path, PathBuf};

use crate::callback::{Callback, Run};
use crate::error::Error;

/// Writes the [`History`](crate::History) as a table after every epoch. The file is always whole, and after a resume has no line twice.
#[derive(Clone, Debug)]
pub struct CsvLog {
    path: PathBuf,
}

impl CsvLog {
    /// To this file, whose folder is made if need be.
    pub fn new(path: impl AsRef<Path>) -> Self {
        CsvLog { path: path.as_ref().into() }
    }
}

impl<M: ?Sized, P> Callback<M, P> for CsvLog {
    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        run.history.save_csv(&self.path)
    }
}
