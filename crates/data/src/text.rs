//! Text as numbers: each character an id, and windows of ids to learn the next one from.

use crate::{Dataset, Error, classes::checked, source::Source};
use ndarray::{Array1, ArrayBase, Data, Ix1, Slice};
use std::{collections::BTreeSet, io::Read, path::Path};

/// Reads a text file, plain or gzip (told by its content).
///
/// # Errors
/// If the file cannot be read, or is not UTF-8, or its gzip stream is damaged.
pub fn read(path: impl AsRef<Path>) -> Result<String, Error> {
    Source::open(path.as_ref())?.read_text()
}

/// Reads text from any stream of bytes; `name` stands for the file in errors.
///
/// # Errors
/// As [`read`].
pub fn from_reader(reader: impl Read, name: impl AsRef<Path>) -> Result<String, Error> {
    Source::new(reader, name.as_ref())?.read_text()
}

/// The characters of a text, each with its id: its place in the order of Unicode.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::text::Vocabulary;
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let vocabulary = Vocabulary::of("hello");
/// assert_eq!(vocabulary.characters(), ['e', 'h', 'l', 'o']);
/// assert_eq!(vocabulary.encode("hole")?, array![1, 3, 2, 0]);
/// assert_eq!(vocabulary.decode(&array![1, 0])?, "he");
///
/// let unknown = vocabulary.encode("hell\nhal").unwrap_err();
/// assert_eq!(unknown.to_string(), "line 1, column 5: unknown character '\\n', expected one of the 4 in the vocabulary");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    characters: Vec<char>,
}

impl Vocabulary {
    /// The distinct characters of a text.
    pub fn of(text: &str) -> Self {
        Vocabulary { characters: text.chars().collect::<BTreeSet<char>>().into_iter().collect() }
    }

    /// The characters, sorted: the one with id `i` is `characters()[i]`. Their text gives the same vocabulary again, so it
    /// is what to save with a model.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// The id of each character.
    ///
    /// # Errors
    /// If a character is not one of these.
    pub fn encode(&self, text: &str) -> Result<Array1<i64>, Error> {
        let (mut line, mut column) = (1, 0);
        let id = |found: char| {
            column += 1;
            let place = self.characters.binary_search(&found);
            let id = place.map_err(|_| Error::UnknownCharacter { line, column, found, known: self.len() })?;
            if found == '\n' {
                (line, column) = (line + 1, 0);
            }
            Ok(id as i64)
        };
        text.chars().map(id).collect()
    }

    /// The text of these ids.
    ///
    /// # Errors
    /// If an id is negative, or not less than the number of characters.
    pub fn decode<'a>(&self, ids: impl IntoIterator<Item = &'a i64>) -> Result<String, Error> {
        let character = |(row, &id): (usize, &i64)| Ok(self.characters[checked(row, id, self.len())?]);
        ids.into_iter().enumerate().map(character).collect()
    }
}

/// Windows of a long sequence, each with the same window one step later: what to read, and what comes next at each place.
///
/// ```
/// use ndarray::{Array1, array};
/// use tapegrad_data::{Dataset, text::Windows};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let windows = Windows::new(Array1::from_iter(0..10), 3).step(3);
/// assert_eq!(windows.len(), 3);
/// assert_eq!(windows.get(2)?, (array![6, 7, 8], array![7, 8, 9]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Windows<T> {
    sequence: Array1<T>,
    length: usize,
    step: usize,
}

impl<T: Clone + Send + Sync> Windows<T> {
    /// All windows of `length` elements that have a next element: one at each place.
    ///
    /// # Panics
    /// If `length` is 0.
    #[track_caller]
    pub fn new(sequence: ArrayBase<impl Data<Elem = T>, Ix1>, length: usize) -> Self {
        assert!(length > 0, "Windows: a length of 0, expected at least 1");
        Windows { sequence: sequence.into_owned(), length, step: 1 }
    }

    /// Only every so many places.
    ///
    /// # Panics
    /// If `elements` is 0.
    #[must_use]
    #[track_caller]
    pub fn step(mut self, elements: usize) -> Self {
        assert!(elements > 0, "step: 0 elements, expected at least 1");
        self.step = elements;
        self
    }
}

impl<T: Clone + Send + Sync> Dataset for Windows<T> {
    type Item = (Array1<T>, Array1<T>);

    fn len(&self) -> usize {
        self.sequence.len().saturating_sub(self.length).div_ceil(self.step)
    }

    fn get(&self, index: usize) -> Result<Self::Item, Error> {
        assert!(index < self.len(), "get: window {index}, expected less than {}", self.len());
        let start = index * self.step;
        let part = |start: usize| {
            self.sequence.slice_axis(ndarray::Axis(0), Slice::from(start..start + self.length)).to_owned()
        };
        Ok((part(start), part(start + 1)))
    }
}
