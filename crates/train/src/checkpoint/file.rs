//! A file that is there whole or not at all, whenever the program or the machine stops.
//!
//! The bytes go to a temporary file beside the place, whose content is on the disk before the rename, and the folder after it, so
//! that the name never stands for a part. A program that is killed in between leaves the temporary file; the next write takes it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;

/// Puts a file of these bytes at `path`; its folder is made if need be.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    try_write(path, bytes).map_err(|cause| Error::Write { path: path.into(), cause })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(".tmp");
    let temporary = folder.join(temporary);
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().inspect_err(|_| {
        // The first error counts; that nothing is left behind is tried only.
        let _ = fs::remove_file(&temporary);
    })?;
    sync_folder(folder)
}

/// Brings a rename or a removal in the folder to the disk, where the system has folders that can be synced.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
