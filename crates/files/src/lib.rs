//! Files that are there whole or not at all, whenever the program or the machine stops.
//!
//! The bytes go to a temporary file beside the place, are on the disk before it is renamed, and the folder after it, so that a
//! name never stands for a part.
//!
//! ```
//! let folder = std::env::temp_dir().join(format!("tapegrad-files-{}", std::process::id()));
//! let path = folder.join("runs/first.csv");
//! tapegrad_files::write_whole(&path, b"epoch,loss\n0,0.7\n")?;
//! tapegrad_files::write_whole(&path, b"epoch,loss\n0,0.7\n1,0.5\n")?; // in the place of the first
//! assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 3);
//! tapegrad_files::remove(&path)?;
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod temporary;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use temporary::Temporary;

/// Puts a file of these bytes at `path`, in the place of one that is there, whose permissions it has; missing folders are made. A
/// symbolic link is replaced, not what it points to.
///
/// Any number of threads and programs may write one path at once: it has the bytes of one of them. What a killed program left of
/// its write of this path is removed.
///
/// # Errors
/// What the operating system says, or that the path names no file. Nothing is left beside the path then, and a file that was there
/// keeps its content; only where the folder cannot be synced, which comes last, the new file is there already.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let folder = folder_of(path);
    let made: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(folder)?;
    temporary::remove_abandoned(folder, name);
    let mut temporary = Temporary::create(folder, name)?;
    if let Ok(old) = fs::metadata(path) {
        temporary.file.set_permissions(old.permissions())?;
    }
    temporary.file.write_all(bytes)?;
    temporary.file.sync_all()?;
    temporary.rename(path)?;
    sync_folder(folder)?;
    made.into_iter().try_for_each(|folder| sync_folder(folder_of(folder)))
}

/// Removes a file if it is there; after that no crash brings it back.
///
/// # Errors
/// What the operating system says.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(folder_of(path)),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings a rename or a removal in the folder to the disk, where the system has folders that can be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
