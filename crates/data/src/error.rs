//! One error type for all readers and loaders, so that a program can hold one `?`.
//!
//! The message is whole by itself: file, place, expected, found. What the operating system or the decompressor said is
//! in the message too, and in the field `cause`; it is not repeated as the `source()` of the error.

use crate::idx::ElementType;
use std::{io, path::PathBuf};

/// What is wrong with data, and where.
///
/// `path` is the file, or the name that was given to a `from_reader`. Lines and columns count from 1, bytes, rows and
/// dimensions from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or read: it is missing, a folder, not permitted, on a failing disk.
    #[error("{path}: cannot be read: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The file cannot be written. What was there is still there.
    #[error("{path}: cannot be written: {cause}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The content is not what this format has, or not what was asked for.
    #[error("{path}: {what}")]
    Format {
        /// The file, or the array within it.
        path: PathBuf,
        /// What was found, where, and what was expected.
        what: String,
    },
    /// The gzip stream is cut short, damaged, fails its checksum, or is followed by something else.
    #[error("{path}: damaged gzip stream, after {unpacked} unpacked bytes: {cause}")]
    Gzip {
        /// The file.
        path: PathBuf,
        /// How many bytes could be unpacked before.
        unpacked: u64,
        /// What the decompressor said.
        cause: io::Error,
    },
    /// The file, or what its gzip stream holds, has no bytes at all.
    #[error("{path}: empty, expected {expected}")]
    Empty {
        /// The file.
        path: PathBuf,
        /// What a file of this format begins with.
        expected: &'static str,
    },

    /// The first two bytes are not zero, so the file is not in the IDX format.
    #[error("{path}: not an IDX file: bytes 0 and 1 are {:02x} {:02x}, expected 00 00", found[0], found[1])]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first two bytes.
        found: [u8; 2],
    },
    /// The IDX header names an element type that the format does not have.
    #[error(
        "{path}: byte 2, the element type, is {found:02x}, expected 08 (u8), 09 (i8), 0b (i16), 0c (i32), 0d (f32) or 0e (f64)"
    )]
    ElementCode {
        /// The file.
        path: PathBuf,
        /// The byte found.
        found: u8,
    },
    /// The IDX file holds elements of another type than asked for.
    #[error("{path}: byte 2, the element type, says {found}, expected {expected}")]
    ElementType {
        /// The file.
        path: PathBuf,
        /// The type asked for.
        expected: ElementType,
        /// The type of the file.
        found: ElementType,
    },
    /// The IDX header has another number of dimensions than asked for, or than the reader takes.
    #[error("{path}: byte 3, the number of dimensions, is {found}, expected {expected}")]
    DimensionCount {
        /// The file.
        path: PathBuf,
        /// The number or numbers expected.
        expected: String,
        /// The number in the header.
        found: usize,
    },
    /// A dimension in the IDX header is 0.
    #[error("{path}: byte {offset}: dimension {dimension} is 0, expected at least 1")]
    ZeroDimension {
        /// The file.
        path: PathBuf,
        /// Which dimension.
        dimension: usize,
        /// Where it stands in the file.
        offset: usize,
    },
    /// The IDX header's dimensions multiply to more bytes than an array in memory can have.
    #[error("{path}: bytes 4 on: the shape {shape:?} of {element} is more than memory can address")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The shape in the header.
        shape: Vec<usize>,
        /// The element type in the header.
        element: ElementType,
    },
    /// The file ends too early.
    #[error("{path}: ends after {found} bytes, expected {expected} for {part}")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What the bytes are for.
        part: String,
        /// How many bytes the file should have at least.
        expected: u64,
        /// How many it has.
        found: u64,
    },
    /// The file goes on after its last element.
    #[error("{path}: more than {expected} bytes, expected exactly {expected} for {part}")]
    TrailingBytes {
        /// The file.
        path: PathBuf,
        /// What the bytes are for.
        part: String,
        /// How many bytes the file should have.
        expected: u64,
    },

    /// The text is not UTF-8.
    #[error("{path}: line {line}, byte {offset}: not UTF-8 text")]
    Utf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first bad byte.
        line: u64,
        /// The first bad byte.
        offset: usize,
    },
    /// The CSV file has only blank lines.
    #[error("{path}: only blank lines, expected a header line with the columns' names")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// Two columns of the CSV file have one name.
    #[error(
        "{path}: line {line}: columns {first} and {second} are both named {name:?}, expected a header of different names"
    )]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The line of the header.
        line: u64,
        /// The name.
        name: String,
        /// The first column of that name.
        first: usize,
        /// The second one.
        second: usize,
    },
    /// A row of the CSV file has more or fewer fields than the header.
    #[error("{path}: line {line}: {found} fields, expected {expected} as in the header")]
    Ragged {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins.
        line: u64,
        /// The number of columns.
        expected: usize,
        /// The number of fields in this row.
        found: usize,
    },
    /// A quoted field of the CSV file is never closed, so it would swallow the rest of the file.
    #[error("{path}: line {line}: a quoted field in the row that begins here is not closed, expected a closing quote")]
    UnclosedQuote {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins.
        line: u64,
    },
    /// The CSV file has no column of that name.
    #[error("{path}: no column {name:?}, expected one of {columns:?}")]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names that there are.
        columns: Vec<String>,
    },
    /// A field of the CSV file is not of the kind asked for.
    #[error("{path}: line {line}, column {column:?}: {text:?}, expected {expected}")]
    Field {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins.
        line: u64,
        /// The name of the column.
        column: String,
        /// The field, shortened if it is long.
        text: String,
        /// What kind of text was expected.
        expected: String,
    },

    /// The array in the file has not the shape of this data set.
    #[error("{path}: shape {found:?}, expected {expected}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// The shape expected.
        expected: &'static str,
        /// The shape of the file.
        found: Vec<usize>,
    },
    /// There are not as many labels as images.
    #[error("{path}: {found} labels, expected {expected}, one for each image of {}", images.display())]
    LabelCount {
        /// The file of the labels.
        path: PathBuf,
        /// The file of the images.
        images: PathBuf,
        /// The number of images.
        expected: usize,
        /// The number of labels.
        found: usize,
    },
    /// A label is not one of the classes.
    #[error("{path}: label {index} is {found}, expected less than {classes}")]
    Label {
        /// The file.
        path: PathBuf,
        /// Which label.
        index: usize,
        /// The number of classes.
        classes: u8,
        /// The label.
        found: u8,
    },

    /// A column of numbers cannot be used.
    #[error("column {column}: {found}, expected {expected}")]
    Column {
        /// Which column.
        column: usize,
        /// What is in it.
        found: String,
        /// What should be.
        expected: &'static str,
    },
    /// A name is none of the categories.
    #[error("row {row}: unknown category {name:?}, expected one of {known:?}")]
    UnknownCategory {
        /// The row.
        row: usize,
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A number is that of no class.
    #[error("row {row}: class {found}, expected from 0 to less than {classes}")]
    ClassNumber {
        /// The row.
        row: usize,
        /// The number.
        found: i64,
        /// How many classes there are.
        classes: usize,
    },

    /// A character of a text is not in the vocabulary.
    #[error("line {line}, column {column}: unknown character {found:?}, expected one of the {known} in the vocabulary")]
    UnknownCharacter {
        /// The line.
        line: u64,
        /// The character's place in the line.
        column: u64,
        /// The character.
        found: char,
        /// How many characters there are in the vocabulary.
        known: usize,
    },

    /// An item of a data set cannot be had, or not be put into its batch.
    #[error("item {index}: {cause}")]
    Item {
        /// The item's number in the data set that was given to the loader, or its place in the stream.
        index: usize,
        /// What is wrong with it.
        cause: Box<Error>,
    },
    /// The items of a batch are there, but what is done with them as a whole fails.
    #[error("batch {batch}: {cause}")]
    Batch {
        /// The number of the batch in its epoch.
        batch: usize,
        /// What is wrong.
        cause: Box<Error>,
    },
    /// The code that makes an item or a batch panicked.
    #[error("panicked: {message}")]
    Panic {
        /// What the panic said.
        message: String,
    },
    /// The items of a batch have not one shape.
    #[error("shape {found:?}, expected {expected:?} as the first item of its batch")]
    ItemShape {
        /// Which item of the batch.
        place: usize,
        /// Its shape.
        found: Vec<usize>,
        /// The shape of the first.
        expected: Vec<usize>,
    },
    /// A saved place lies behind the end of the epoch: it was saved with other data or another batch size.
    #[error("resume: batch {batch} of epoch {epoch}, expected a batch of {batches} or the end")]
    Resume {
        /// The epoch that was saved.
        epoch: u64,
        /// The batch that was saved.
        batch: usize,
        /// How many batches an epoch has.
        batches: usize,
    },
    /// What a source of one's own says.
    #[error("{0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An error of a source of one's own: a message or any error.
    ///
    /// ```
    /// use tapegrad_data::{Dataset, Error, from_fn};
    /// let numbers = from_fn(3, |index| if index < 2 { Ok(index) } else { Err(Error::other("no third number")) });
    /// assert_eq!(numbers.get(2).unwrap_err().to_string(), "no third number");
    /// ```
    pub fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Other(cause.into())
    }
}
