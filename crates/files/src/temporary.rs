//! Temporary files: who writes one holds its lock, so that one without a lock is known to be abandoned.
//!
//! A lock goes with the process that holds it, however that ends.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// A file beside its place, which is removed unless it is renamed.
pub(crate) struct Temporary {
    pub(crate) file: File,
    path: PathBuf,
    is_renamed: bool,
}

impl Temporary {
    /// An empty one for the file `name` in the folder, of a name that no other thread or program has.
    pub(crate) fn create(folder: &Path, name: &OsStr) -> io::Result<Self> {
        loop {
            let mut temporary = prefix(name);
            temporary.push(format!("{:0DIGITS$x}{END}", RandomState::new().hash_one(())));
            let path = folder.join(temporary);
            let file = match File::create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            // Where there are no locks, none can be taken to be abandoned either.
            let _ = file.lock();
            // Another writer may have found it without its lock and removed it just before.
            if path.exists() {
                return Ok(Temporary { file, path, is_renamed: false });
            }
        }
    }

    pub(crate) fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_renamed {
            // What is to be reported is why it was not renamed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes what killed writers of the file `name` left in the folder. That it works is no condition of writing.
pub(crate) fn remove_abandoned(folder: &Path, name: &OsStr) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_temporary(&entry.file_name(), name)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

const DIGITS: usize = 16;
const END: &str = ".tmp";

/// What the names of temporary files for the file `name` begin with; a random number of 16 digits and `.tmp` follow.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

fn is_temporary(candidate: &OsStr, name: &OsStr) -> bool {
    let rest = candidate.as_encoded_bytes().strip_prefix(prefix(name).as_encoded_bytes());
    let digits = rest.and_then(|rest| rest.strip_suffix(END.as_bytes()));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit))
}
