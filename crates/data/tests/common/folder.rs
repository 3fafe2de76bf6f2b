//! Folders that tests write in.

use std::{
    fmt::Debug,
    fs,
    path::{MAIN_SEPARATOR, PathBuf},
};
use tapegrad_data::Error;

/// A folder of this test's own, gone when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tapegrad-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes a file, in a folder within this one if its name says so.
    pub fn write(&self, file: &str, bytes: &[u8]) -> &Self {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// The message of what failed, without the folder in it.
    pub fn message<T: Debug>(&self, outcome: Result<T, Error>) -> String {
        let (message, folder) = (outcome.unwrap_err().to_string(), self.0.display().to_string());
        message.replace(&format!("{folder}{MAIN_SEPARATOR}"), "").replace(&folder, "").replace('\\', "/")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
