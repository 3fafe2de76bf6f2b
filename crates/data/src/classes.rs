//! Names as numbers, and numbers as rows of zeros and a one.

use crate::Error;
use ndarray::{Array1, Array2};
use std::collections::BTreeMap;

/// The names of categories, each with its number: its place in sorted order, which no order of rows changes.
///
/// Made from the training part and kept with the model, so that what comes later has the same numbers, and a name that
/// was not seen is an error and no number of its own.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::Classes;
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let species = Classes::of(["Gentoo", "Adelie", "Gentoo"]);
/// assert_eq!(species.names(), ["Adelie", "Gentoo"]);
/// assert_eq!(species.encode(["Gentoo", "Adelie"])?, array![1, 0]);
/// assert_eq!(species.decode(&[0, 1])?, ["Adelie", "Gentoo"]);
///
/// let unknown = species.encode(["Gentoo", "Emperor"]).unwrap_err();
/// assert_eq!(unknown.to_string(), r#"row 1: unknown category "Emperor", expected one of ["Adelie", "Gentoo"]"#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    names: Vec<String>,
}

impl Classes {
    /// The distinct names among these, sorted.
    pub fn of<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let distinct: BTreeMap<String, ()> = names.into_iter().map(|name| (name.as_ref().to_owned(), ())).collect();
        Classes { names: distinct.into_keys().collect() }
    }

    /// The names, sorted: the name of number `c` is `names()[c]`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The number of each name.
    ///
    /// # Errors
    /// If a name is not one of these.
    pub fn encode<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Array1<i64>, Error> {
        let number = |(row, name): (usize, N)| {
            let name = name.as_ref();
            let place = self.names.binary_search_by(|known| known.as_str().cmp(name));
            place.map(|place| place as i64).map_err(|_| Error::UnknownCategory {
                row,
                name: name.into(),
                known: self.names.clone(),
            })
        };
        names.into_iter().enumerate().map(number).collect()
    }

    /// The name of each number.
    ///
    /// # Errors
    /// If a number is that of no name.
    pub fn decode<'a>(&self, numbers: impl IntoIterator<Item = &'a i64>) -> Result<Vec<&str>, Error> {
        let name = |(row, &number): (usize, &i64)| Ok(self.names[checked(row, number, self.names.len())?].as_str());
        numbers.into_iter().enumerate().map(name).collect()
    }
}

/// A row for each class number: 1 at the class, else 0. Shape [rows, classes].
///
/// ```
/// use ndarray::array;
/// let codes = array![2, 0];
/// assert_eq!(tapegrad_data::one_hot(&codes, 3)?, array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
/// # Ok::<(), tapegrad_data::Error>(())
/// ```
///
/// # Errors
/// If a number is negative, or not less than `classes`.
pub fn one_hot<'a>(numbers: impl IntoIterator<Item = &'a i64>, classes: usize) -> Result<Array2<f32>, Error> {
    let numbers: Vec<i64> = numbers.into_iter().copied().collect();
    let mut rows = Array2::zeros((numbers.len(), classes));
    for (row, number) in numbers.into_iter().enumerate() {
        rows[[row, checked(row, number, classes)?]] = 1.0;
    }
    Ok(rows)
}

/// The class that a row's number is; an error if it is none.
pub(crate) fn checked(row: usize, number: i64, classes: usize) -> Result<usize, Error> {
    let class = usize::try_from(number).ok().filter(|&class| class < classes);
    class.ok_or(Error::ClassNumber { row, found: number, classes })
}
