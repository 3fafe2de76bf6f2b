//! Files are written whole or not at all: beside their place, synced, and then renamed, so that a crash leaves the old file
//! or the new one.

use crate::Error;
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

/// Puts a file of these bytes at `path`, in the place of one that is there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|cause| {
        // The first error counts; that nothing is left behind is tried only.
        let _ = fs::remove_file(&temporary);
        Error::Write { path: path.into(), cause }
    })
}
