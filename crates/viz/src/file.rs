//! Whole files or none: what is read while a program runs, or after it was stopped, is never half a picture.

use crate::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` to a temporary file beside `path` and renames it over `path`, creating parent folders.
///
/// # Errors
///
/// [`Error::Write`] naming `path`; the temporary file is removed and an existing target keeps its content.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    try_write(path, bytes).map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

fn try_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The process and a counter tell apart writers of the same target, in this program or in two.
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{}.tmp", std::process::id(), WRITES.fetch_add(1, Ordering::Relaxed)));
    let temporary = folder.join(temporary);
    let written = fs::File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let result = written.and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // The first failure is the one to report; a temporary file that was never created cannot be removed.
        let _ = fs::remove_file(&temporary);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fresh folder under the system's temporary one, removed with everything in it at the end of the test.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tapegrad-viz-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).expect("temporary folder");
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("readable folder");
            entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn parents_are_created_and_a_second_write_replaces_the_first() {
        let folder = Folder::new("parents");
        let path = folder.0.join("a/b/picture.svg");
        write_whole(&path, b"one, longer").expect("first write");
        write_whole(&path, b"two").expect("second write");
        assert_eq!(fs::read(&path).expect("written file"), b"two");
        assert_eq!(fs::read_dir(path.parent().expect("parent")).expect("folder").count(), 1);
    }

    #[test]
    fn a_failed_write_names_the_path_and_leaves_nothing_behind() {
        let folder = Folder::new("failed");
        let target = folder.0.join("taken");
        fs::create_dir_all(target.join("inside")).expect("folder in the way");
        let error = write_whole(&target, b"bytes").expect_err("a folder cannot be replaced by a file");
        assert!(error.to_string().contains(&target.display().to_string()), "{error}");
        assert_eq!(folder.names(), ["taken"]);
        let below_a_file = folder.0.join("file/picture.svg");
        fs::write(folder.0.join("file"), b"").expect("file in the way");
        let error = write_whole(&below_a_file, b"bytes").expect_err("a file is no folder");
        assert!(error.to_string().contains("picture.svg"), "{error}");
    }

    #[test]
    fn a_path_without_a_name_is_an_error() {
        assert!(write_whole(Path::new(".."), b"").is_err());
    }
}
