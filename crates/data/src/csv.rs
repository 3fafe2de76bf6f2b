//! CSV files as a table of named columns, read whole and asked for by type.
//!
//! The first line is the header. Fields are separated by commas and may be quoted; blank lines are skipped; LF and CRLF
//! both end a line. Fields are kept as text until a column is asked for, so that a table with dates and names among its
//! numbers needs no schema, and an error can show the text that was found.
//!
//! ```
//! use tapegrad_data::csv::Table;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let path = std::env::temp_dir().join(format!("tapegrad-{}-penguins.csv", std::process::id()));
//! std::fs::write(&path, "species,mass_g\nGentoo,5000\nAdelie,NA\nGentoo,4800\n")?;
//!
//! let table = Table::read(&path)?;
//! assert_eq!(table.columns(), ["species", "mass_g"]);
//! assert_eq!(table.categories("species")?.codes.to_vec(), [1, 0, 1]);
//! assert!(table.f64_with_missing("mass_g", &["NA"])?[1].is_nan());
//!
//! let refused = table.f64("mass_g").unwrap_err();
//! assert!(refused.to_string().ends_with(r#"line 3, column "mass_g": "NA", expected a finite number"#));
//! # std::fs::remove_file(&path)?;
//! # Ok(())
//! # }
//! ```

use crate::{
    Classes, Error,
    source::{Source, line_ends},
};
use ::csv::{ReaderBuilder, StringRecord};
use ndarray::{Array1, Array2};
use std::{
    collections::HashMap,
    fmt,
    io::{Chain, Read},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// A CSV file in memory.
///
/// Its fields lie in one text, one after the other, so that a table takes the memory of their text and eight bytes for each
/// field and each row.
pub struct Table {
    path: PathBuf,
    columns: Vec<String>,
    fields: String,
    /// Where each field ends in `fields`, row by row; it begins where the one before ends.
    ends: Vec<usize>,
    /// The line of the file on which each row begins.
    lines: Vec<u64>,
}

impl Table {
    /// Reads a CSV file, plain or gzip (told by its content).
    ///
    /// # Errors
    /// The file cannot be read, is empty or only blank, is not UTF-8; two columns have one name; a row has more or
    /// fewer fields than the header; a quoted field is not closed; the gzip stream is damaged.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Table::parse(Source::open(path.as_ref())?)
    }

    /// Reads CSV from any stream of bytes; `name` stands for the file in errors.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn from_reader(reader: impl Read, name: impl AsRef<Path>) -> Result<Self, Error> {
        Table::parse(Source::new(reader, name.as_ref())?)
    }

    fn parse(mut source: Source) -> Result<Self, Error> {
        let text = source.read_text()?;
        let path = source.path().to_path_buf();
        if text.is_empty() {
            return Err(Error::Empty { path, expected: "a header line with the columns' names" });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);

        let mut rows = Rows::new(text, source.path());
        let mut record = StringRecord::new();
        let Some(line) = rows.next_into(&mut record)? else {
            return Err(Error::NoHeader { path });
        };
        let columns: Vec<String> = record.iter().map(str::to_owned).collect();
        refuse_duplicates(&columns, line, &path)?;

        let mut table = Table { path, columns, fields: String::new(), ends: Vec::new(), lines: Vec::new() };
        while let Some(line) = rows.next_into(&mut record)? {
            let expected = table.columns.len();
            if record.len() != expected {
                return Err(Error::Ragged { path: table.path, line, expected, found: record.len() });
            }
            for field in &record {
                table.fields.push_str(field);
                table.ends.push(table.fields.len());
            }
            table.lines.push(line);
        }
        Ok(table)
    }

    /// The number of rows below the header.
    pub fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The columns' names, in the order of the file.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A column as it stands in the file.
    ///
    /// # Errors
    /// There is no such column.
    pub fn strings(&self, name: &str) -> Result<Vec<&str>, Error> {
        Ok(self.fields_of(name)?.map(|(_, text)| text).collect())
    }

    /// A column of finite numbers. Blanks around a number do not matter.
    ///
    /// # Errors
    /// There is no such column; a field is not a number, or is infinite or NaN.
    pub fn f64(&self, name: &str) -> Result<Array1<f64>, Error> {
        self.f64_with_missing(name, &[])
    }

    /// A column of finite numbers in which some fields are missing: where the field, without blanks around it, is one
    /// of `markers`, the result is NaN. The marker of an empty field is `""`.
    ///
    /// # Errors
    /// There is no such column; any other field is not a number, or is infinite or NaN.
    pub fn f64_with_missing(&self, name: &str, markers: &[&str]) -> Result<Array1<f64>, Error> {
        self.parse_column(name, "a finite number", |text| match text {
            _ if markers.contains(&text) => Some(f64::NAN),
            _ => text.parse().ok().filter(|value: &f64| value.is_finite()),
        })
    }

    /// A column of integers. Blanks around a number do not matter.
    ///
    /// # Errors
    /// There is no such column; a field is not an integer of 64 bits.
    pub fn i64(&self, name: &str) -> Result<Array1<i64>, Error> {
        self.parse_column(name, "an integer", |text| text.parse().ok())
    }

    /// A column of small integers, each within `range`.
    pub(crate) fn u8_in(&self, name: &str, range: RangeInclusive<u8>) -> Result<Array1<u8>, Error> {
        let expected = format!("an integer from {} to {}", range.start(), range.end());
        self.parse_column(name, &expected, |text| text.parse().ok().filter(|value| range.contains(value)))
    }

    /// A column of names as class numbers: the distinct texts in sorted order, and each row's place among them.
    ///
    /// Sorted, so that the numbers do not depend on the order of the rows. For tables to come, [`Classes`] of the labels
    /// gives the same numbers.
    ///
    /// # Errors
    /// There is no such column.
    pub fn categories(&self, name: &str) -> Result<Categories, Error> {
        let texts = self.strings(name)?;
        let classes = Classes::of(&texts);
        Ok(Categories { codes: classes.encode(&texts)?, labels: classes.names().to_vec() })
    }

    /// Columns of finite numbers side by side: shape [rows, names], in the order of `names`.
    ///
    /// # Errors
    /// As [`Table::f64`].
    pub fn matrix(&self, names: &[impl AsRef<str>]) -> Result<Array2<f64>, Error> {
        self.matrix_with_missing(names, &[])
    }

    /// The same where some fields are missing: NaN for each of the `markers`. [`missing`](crate::missing) has what to do
    /// with them.
    ///
    /// # Errors
    /// As [`Table::f64_with_missing`].
    pub fn matrix_with_missing(&self, names: &[impl AsRef<str>], markers: &[&str]) -> Result<Array2<f64>, Error> {
        let mut matrix = Array2::zeros((self.n_rows(), names.len()));
        for (mut target, name) in matrix.columns_mut().into_iter().zip(names) {
            target.assign(&self.f64_with_missing(name.as_ref(), markers)?);
        }
        Ok(matrix)
    }

    /// The fields of a column, each with its row.
    fn fields_of(&self, name: &str) -> Result<impl Iterator<Item = (usize, &str)>, Error> {
        let column = self.columns.iter().position(|column| column == name).ok_or_else(|| Error::UnknownColumn {
            path: self.path.clone(),
            name: name.into(),
            columns: self.columns.clone(),
        })?;
        Ok((0..self.n_rows()).map(move |row| {
            let field = row * self.columns.len() + column;
            let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
            (row, &self.fields[start..self.ends[field]])
        }))
    }

    fn parse_column<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Array1<T>, Error> {
        self.fields_of(name)?
            .map(|(row, text)| {
                parse(text.trim()).ok_or_else(|| Error::Field {
                    path: self.path.clone(),
                    line: self.lines[row],
                    column: name.into(),
                    text: shortened(text),
                    expected: expected.into(),
                })
            })
            .collect()
    }
}

/// Shows the file, the number of rows and the columns, not the fields.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("path", &self.path)
            .field("n_rows", &self.n_rows())
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// A column of names as class numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    /// The distinct names, sorted; the name of class `c` is `labels[c]`.
    pub labels: Vec<String>,
    /// The class of each row.
    pub codes: Array1<i64>,
}

/// The rows of a text, each with the line on which it begins.
///
/// The lines are counted here, from the byte at which a row begins: the parser's own count lags by one where lines end
/// in CRLF, and by the number of blank lines before a row.
struct Rows<'a> {
    path: &'a Path,
    text: &'a [u8],
    parser: ::csv::Reader<Chain<&'a [u8], &'static [u8]>>,
    /// The byte and the line at which the newest row begins.
    start: usize,
    line: u64,
}

/// Fed to the parser after the text. The first line end closes a last line that has none; the second is reached only
/// if a quote was left open, for it then swallows both.
const END_MARK: &[u8] = b"\n\n";

impl<'a> Rows<'a> {
    fn new(text: &'a str, path: &'a Path) -> Self {
        let text = text.as_bytes();
        let parser = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.chain(END_MARK));
        Rows { path, text, parser, start: 0, line: 1 }
    }

    /// Puts the next row into `record` and returns its line, or None after the last.
    fn next_into(&mut self, record: &mut StringRecord) -> Result<Option<u64>, Error> {
        let reached = self.bytes_parsed().min(self.text.len());
        let blanks = self.text[reached..].iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
        let start = reached + blanks;
        if start == self.text.len() {
            return Ok(None);
        }
        self.line += line_ends(&self.text[self.start..start]);
        self.start = start;
        self.parser.read_record(record).map_err(|error| Error::Io { path: self.path.into(), cause: error.into() })?;
        if self.bytes_parsed() > self.text.len() + 1 {
            return Err(Error::UnclosedQuote { path: self.path.into(), line: self.line });
        }
        Ok(Some(self.line))
    }

    fn bytes_parsed(&self) -> usize {
        self.parser.position().byte() as usize
    }
}

fn refuse_duplicates(columns: &[String], line: u64, path: &Path) -> Result<(), Error> {
    let mut seen = HashMap::new();
    for (column, name) in (1..).zip(columns) {
        if let Some(first) = seen.insert(name, column) {
            return Err(Error::DuplicateColumn { path: path.into(), line, name: name.clone(), first, second: column });
        }
    }
    Ok(())
}

/// At most 40 characters, so that a message stays readable when a field is a whole page.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
