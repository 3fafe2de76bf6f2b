//! NPZ files: several NPY files in one ZIP archive, stored or deflated, as `numpy.savez` and `savez_compressed` write them.
//!
//! ```
//! use ndarray::{Array1, Array2, array};
//! use tapegrad_data::npz::{Npz, NpzWriter};
//!
//! # fn main() -> Result<(), tapegrad_data::Error> {
//! let path = std::env::temp_dir().join(format!("tapegrad-{}-model.npz", std::process::id()));
//! let mut writer = NpzWriter::new();
//! writer.add("w", &array![[1.0, 2.0]])?;
//! writer.add("steps", &array![3_i64])?;
//! writer.save(&path)?;
//!
//! let mut file = Npz::open(&path)?;
//! assert_eq!(file.names(), ["steps", "w"]);
//! let w: Array2<f64> = file.read("w")?;
//! let steps: Array1<i64> = file.read("steps")?;
//! assert_eq!((w[[0, 1]], steps[0]), (2.0, 3));
//! # std::fs::remove_file(&path).unwrap();
//! # Ok(())
//! # }
//! ```

use crate::{
    Error, file,
    npy::{self, Element, Header},
};
use ndarray::{Array, ArrayBase, Data, Dimension};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    fs::File,
    io::{BufReader, Cursor, Read, Seek, Write},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// An NPZ file, from which each array is read when it is asked for.
pub struct Npz {
    path: PathBuf,
    names: Vec<String>,
    archive: ZipArchive<Box<dyn ReadSeek>>,
}

trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

impl Npz {
    /// Opens an NPZ file and reads the list of its arrays.
    ///
    /// # Errors
    /// If the file cannot be read, or is no ZIP archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|cause| Error::Io { path: path.into(), cause })?;
        Npz::from_reader(BufReader::new(file), path)
    }

    /// Reads an NPZ from anything that can be read and sought in; `name` stands for the file in errors.
    ///
    /// # Errors
    /// As [`Npz::open`].
    pub fn from_reader(reader: impl Read + Seek + Send + 'static, name: impl AsRef<Path>) -> Result<Self, Error> {
        let path = name.as_ref().to_path_buf();
        let archive = ZipArchive::new(Box::new(reader) as Box<dyn ReadSeek>).map_err(|error| failed(&path, error))?;
        let name = |name: Result<Cow<'_, str>, ZipError>| {
            let name = name.map_err(|error| failed(&path, error))?;
            Ok(name.strip_suffix(".npy").unwrap_or(&name).to_owned())
        };
        let names: BTreeSet<String> = archive.file_names().map(name).collect::<Result<_, Error>>()?;
        Ok(Npz { path, names: names.into_iter().collect(), archive })
    }

    /// The names of the arrays, sorted, as NumPy has them: without `.npy`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Type and shape of an array. Its elements are not looked at.
    ///
    /// # Errors
    /// If there is no array of that name, it cannot be unpacked, or is not NPY.
    pub fn header(&mut self, name: &str) -> Result<Header, Error> {
        self.member(name, |reader, place| npy::header_of(reader, place))
    }

    /// An array of the type asked for; see [`npy::read`].
    ///
    /// # Errors
    /// If there is no array of that name; it cannot be unpacked, or its checksum is wrong; and as [`npy::read`], which
    /// the error names as a file within this one.
    pub fn read<T: Element, D: Dimension>(&mut self, name: &str) -> Result<Array<T, D>, Error> {
        self.member(name, |reader, place| npy::from_reader(reader, place))
    }

    fn member<R>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut dyn Read, &Path) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let with_end = format!("{name}.npy");
        let index = self.archive.index_for_name(&with_end).or_else(|| self.archive.index_for_name(name));
        let Some(index) = index else {
            let what = format!("no array {name:?}, expected one of {:?}", self.names);
            return Err(Error::Format { path: self.path.clone(), what });
        };
        let place = self.path.join(with_end);
        let mut reader = self.archive.by_index(index).map_err(|error| failed(&place, error))?;
        read(&mut reader, &place)
    }
}

/// Shows the file and the names of the arrays.
impl fmt::Debug for Npz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Npz").field("path", &self.path).field("names", &self.names).finish_non_exhaustive()
    }
}

/// Arrays on their way to an NPZ file. It is made in memory, and written when it is whole.
pub struct NpzWriter {
    archive: ZipWriter<Cursor<Vec<u8>>>,
    method: CompressionMethod,
    names: BTreeSet<String>,
}

impl NpzWriter {
    /// One without arrays, which will be stored as they are, as `numpy.savez` does.
    pub fn new() -> Self {
        NpzWriter {
            archive: ZipWriter::new(Cursor::new(Vec::new())),
            method: CompressionMethod::Stored,
            names: BTreeSet::new(),
        }
    }

    /// One that deflates, as `numpy.savez_compressed` does.
    pub fn compressed() -> Self {
        NpzWriter { method: CompressionMethod::Deflated, ..NpzWriter::new() }
    }

    /// Adds an array.
    ///
    /// # Errors
    /// If there is one of that name already, or the name is empty or too long for an archive.
    pub fn add<T: Element, S: Data<Elem = T>, D: Dimension>(
        &mut self,
        name: &str,
        array: &ArrayBase<S, D>,
    ) -> Result<(), Error> {
        let refused = |what: &str| Error::Other(format!("the array {name:?}: {what}").into());
        if name.is_empty() {
            return Err(refused("expected a name"));
        }
        if !self.names.insert(name.to_owned()) {
            return Err(refused("there is one of that name already"));
        }
        // Without the time, so that the same arrays always give the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(self.method)
            .last_modified_time(DateTime::default())
            .large_file(true);
        let bytes = npy::to_bytes(array);
        self.archive.start_file(format!("{name}.npy"), options).map_err(|error| refused(&error.to_string()))?;
        self.archive.write_all(&bytes).map_err(|error| refused(&error.to_string()))
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// If the archive cannot be finished.
    pub fn into_bytes(self) -> Result<Vec<u8>, Error> {
        self.archive.finish().map(Cursor::into_inner).map_err(Error::other)
    }

    /// Writes the file, in the place of one that is there; missing folders are made.
    ///
    /// # Errors
    /// If the file cannot be written. Then the old one is still there.
    pub fn save(self, path: impl AsRef<Path>) -> Result<(), Error> {
        file::write_whole(path.as_ref(), &self.into_bytes()?)
    }
}

impl Default for NpzWriter {
    fn default() -> Self {
        NpzWriter::new()
    }
}

/// Shows the names.
impl fmt::Debug for NpzWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NpzWriter").field("names", &self.names).finish_non_exhaustive()
    }
}

fn failed(path: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(cause) => Error::Io { path: path.into(), cause },
        error => Error::Format { path: path.into(), what: format!("not an NPZ file: {error}") },
    }
}
