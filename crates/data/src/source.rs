//! A named stream of bytes that is unpacked on the way if its content is gzip.
//!
//! The formats read through it, so that what is gzip is decided in one place, by the first two bytes and never by the
//! file's name, and so that a failing read becomes an error that names the file.

use crate::Error;
use flate2::read::MultiGzDecoder;
use std::{
    cmp::Ordering,
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::{Path, PathBuf},
};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(crate) struct Source<'a> {
    path: PathBuf,
    stream: Box<dyn Read + 'a>,
    is_gzip: bool,
    /// Bytes given out so far, after unpacking.
    position: u64,
}

impl Source<'static> {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|cause| Error::Io { path: path.into(), cause })?;
        Source::new(BufReader::new(file), path)
    }
}

impl<'a> Source<'a> {
    pub(crate) fn new(mut reader: impl Read + 'a, name: &Path) -> Result<Self, Error> {
        let mut head = Vec::with_capacity(GZIP_MAGIC.len());
        reader
            .by_ref()
            .take(GZIP_MAGIC.len() as u64)
            .read_to_end(&mut head)
            .map_err(|cause| Error::Io { path: name.into(), cause })?;
        let is_gzip = head == GZIP_MAGIC;
        let whole = Cursor::new(head).chain(reader);
        let stream: Box<dyn Read> = if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
        Ok(Source { path: name.into(), stream, is_gzip, position: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads until the end, but at most `limit` bytes. The buffer grows as the bytes come.
    ///
    /// At the end of a gzip stream its checksum has been compared.
    pub(crate) fn read_up_to(&mut self, limit: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let outcome = self.stream.by_ref().take(limit).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        match outcome {
            Ok(_) => Ok(bytes),
            Err(cause) if self.is_gzip && is_damage(&cause) => {
                Err(Error::Gzip { path: self.path.clone(), unpacked: self.position, cause })
            }
            Err(cause) => Err(Error::Io { path: self.path.clone(), cause }),
        }
    }

    /// Reads the last bytes, so many and no more; `part` is what they are for.
    pub(crate) fn read_rest(&mut self, bytes: usize, part: &impl ToString) -> Result<Vec<u8>, Error> {
        let end = self.position + bytes as u64;
        // One byte more, so that data after the end is seen, and the end of a gzip stream verified.
        let rest = self.read_up_to(bytes as u64 + 1)?;
        match self.position.cmp(&end) {
            Ordering::Less => Err(self.truncated(part.to_string(), end)),
            Ordering::Equal => Ok(rest),
            Ordering::Greater => {
                Err(Error::TrailingBytes { path: self.path.clone(), part: part.to_string(), expected: end })
            }
        }
    }

    /// The error of a stream that ended before the `expected` bytes from its begin that `part` needs.
    pub(crate) fn truncated(&self, part: impl Into<String>, expected: u64) -> Error {
        Error::Truncated { path: self.path.clone(), part: part.into(), expected, found: self.position }
    }

    /// Reads to the end, as text.
    pub(crate) fn read_text(&mut self) -> Result<String, Error> {
        String::from_utf8(self.read_up_to(u64::MAX)?).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let line = 1 + line_ends(&error.as_bytes()[..offset]);
            Error::Utf8 { path: self.path.clone(), line, offset }
        })
    }
}

/// The number of line ends in `text`: LF, CRLF, or a CR alone.
pub(crate) fn line_ends(text: &[u8]) -> u64 {
    let is_end = |at: usize| text[at] == b'\n' || (text[at] == b'\r' && text.get(at + 1) != Some(&b'\n'));
    (0..text.len()).filter(|&at| is_end(at)).count() as u64
}

/// Tells what the decompressor says of its input from what the disk says.
fn is_damage(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}
