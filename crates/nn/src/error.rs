//! What can be wrong with states and files.

use std::path::PathBuf;

use crate::state::Difference;

/// What can be wrong with a state that comes from outside the program, or with its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A state is not that of the model.
    #[error("load_state_dict: the state is not that of the model{0}")]
    State(Difference),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what its name promises.
    #[error("{path}: {what}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was found and what was expected.
        what: String,
    },
    /// A tensor in a file is not usable.
    #[error("{path}: {tensor}: {what}", path = path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// What was found and what was expected.
        what: String,
    },
    /// Bytes that are to be a safetensors file are not, or are not usable; or values cannot be made such bytes.
    #[error("{}{what}", tensor.iter().map(|tensor| format!("{tensor}: ")).collect::<String>())]
    Bytes {
        /// The tensor's name, if it is one tensor.
        tensor: Option<String>,
        /// What was found and what was expected.
        what: String,
    },
}

#[cfg(feature = "safetensors")]
impl Error {
    /// The same, of the bytes of a file.
    pub(crate) fn in_file(self, path: &std::path::Path) -> Error {
        let path = path.to_owned();
        match self {
            Error::Bytes { tensor: Some(tensor), what } => Error::Tensor { path, tensor, what },
            Error::Bytes { tensor: None, what } => Error::Format { path, what },
            other => other,
        }
    }
}
