//! Data sets: so many items, each to be had by its number.
//!
//! A data set is asked from several threads at once and hands out its items in any order, so `get` takes `&self` and
//! nothing else. Random numbers are not its business: a loader gives them to the transform of an item.

use crate::Error;
use ndarray::{Array, ArrayBase, ArrayD, Axis, Data, Ix1, Ix2, Ix3, Ix4, Ix5, IxDyn};
use std::sync::Arc;

/// So many items, each to be had by its number, from any thread.
///
/// ```
/// use ndarray::{Array1, array};
/// use tapegrad_data::{Arrays, Dataset, Error};
///
/// # fn main() -> Result<(), Error> {
/// // What is in memory: an array, or several of one length.
/// let points = Arrays::new((array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], array![7_i64, 8, 9]));
/// assert_eq!(points.get(1)?, (array![2.0, 3.0], 8));
///
/// // What is not: a function of the number, or a list of files and how to read one.
/// let squares = tapegrad_data::from_fn(1000, |index| Ok((index * index) as f64));
/// let texts = Arrays::new(vec!["a.txt", "b.txt"])
///     .try_map(|path| std::fs::read_to_string(path).map_err(Error::other));
/// assert_eq!((squares.get(12)?, texts.len()), (144.0, 2));
///
/// let train = squares.map(|square| square.sqrt()).subset([30, 20, 10]).concat(Arrays::new(Array1::from(vec![0.5])));
/// assert_eq!((train.len(), train.get(0)?, train.get(3)?), (4, 30.0, 0.5));
/// # Ok(())
/// # }
/// ```
pub trait Dataset: Send + Sync {
    /// What one item is: often an array and a class.
    type Item;

    /// The number of items.
    fn len(&self) -> usize;

    /// The item of that number.
    ///
    /// # Errors
    /// The item cannot be had: its file is missing or damaged, or what a source of your own says with [`Error::other`].
    ///
    /// # Panics
    /// If `index` is not below `len()`.
    fn get(&self, index: usize) -> Result<Self::Item, Error>;

    /// True if there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items as `f` makes them, each time they are asked for.
    fn map<T, F: Fn(Self::Item) -> T + Send + Sync>(self, f: F) -> Map<Self, F>
    where
        Self: Sized,
    {
        Map { inner: self, f }
    }

    /// As [`map`](Dataset::map), by a function that may fail.
    fn try_map<T, F: Fn(Self::Item) -> Result<T, Error> + Send + Sync>(self, f: F) -> TryMap<Self, F>
    where
        Self: Sized,
    {
        TryMap { inner: self, f }
    }

    /// Some of the items, in the order given: a part of a [`split`](crate::split()). A number may come more than once.
    ///
    /// # Panics
    /// If a number is not below `len()`.
    #[track_caller]
    fn subset(self, rows: impl Into<Vec<usize>>) -> Subset<Self>
    where
        Self: Sized,
    {
        let (rows, len) = (rows.into(), self.len());
        if let Some(row) = rows.iter().find(|&&row| row >= len) {
            panic!("subset: row {row}, expected rows below {len}");
        }
        Subset { inner: self, rows }
    }

    /// The items of this data set, and then those of another.
    fn concat<O: Dataset<Item = Self::Item>>(self, other: O) -> Concat<Self, O>
    where
        Self: Sized,
    {
        Concat { first: self, second: other }
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<D: Dataset + ?Sized> Dataset for $pointer<D> {
            type Item = D::Item;

            fn len(&self) -> usize {
                (**self).len()
            }

            fn get(&self, index: usize) -> Result<Self::Item, Error> {
                (**self).get(index)
            }
        }
    )*};
}
pointers!(Arc, Box);

/// What [`Arrays`] takes: it has elements along a first axis. Arrays of one to five axes or any number of them, vectors, and
/// tuples of two to four of these.
pub trait Rows: Send + Sync {
    /// One element: a number of an array with one axis, else an array with one axis less.
    type Row;

    /// How many there are.
    ///
    /// # Panics
    /// If an array has no axis.
    fn rows(&self) -> usize;

    /// The element of that number.
    fn row(&self, index: usize) -> Self::Row;

    /// How many there are in each part, if they are not all as many; of a tuple within a tuple too.
    fn uneven(&self) -> Option<Vec<usize>> {
        None
    }
}

impl<S: Data<Elem: Clone> + Send + Sync> Rows for ArrayBase<S, Ix1> {
    type Row = S::Elem;

    fn rows(&self) -> usize {
        self.len()
    }

    fn row(&self, index: usize) -> S::Elem {
        self[index].clone()
    }
}

macro_rules! rows_of_arrays {
    ($($dimension:ty => $row:ty),*) => {$(
        impl<S: Data<Elem: Clone> + Send + Sync> Rows for ArrayBase<S, $dimension> {
            type Row = $row;

            fn rows(&self) -> usize {
                assert!(self.ndim() > 0, "Arrays: an array without an axis, expected at least one");
                self.len_of(Axis(0))
            }

            fn row(&self, index: usize) -> $row {
                self.index_axis(Axis(0), index).to_owned()
            }
        }
    )*};
}
rows_of_arrays!(
    Ix2 => Array<S::Elem, Ix1>,
    Ix3 => Array<S::Elem, Ix2>,
    Ix4 => Array<S::Elem, Ix3>,
    Ix5 => Array<S::Elem, Ix4>,
    IxDyn => ArrayD<S::Elem>
);

impl<T: Clone + Send + Sync> Rows for Vec<T> {
    type Row = T;

    fn rows(&self) -> usize {
        self.len()
    }

    fn row(&self, index: usize) -> T {
        self[index].clone()
    }
}

macro_rules! rows_of_tuples {
    ($(($($part:ident $place:tt),*)),*) => {$(
        impl<$($part: Rows),*> Rows for ($($part,)*) {
            type Row = ($($part::Row,)*);

            fn rows(&self) -> usize {
                self.0.rows()
            }

            fn row(&self, index: usize) -> Self::Row {
                ($(self.$place.row(index),)*)
            }

            fn uneven(&self) -> Option<Vec<usize>> {
                $(
                    if let Some(rows) = self.$place.uneven() {
                        return Some(rows);
                    }
                )*
                let rows = vec![$(self.$place.rows()),*];
                rows.iter().any(|&part| part != rows[0]).then_some(rows)
            }
        }
    )*};
}
rows_of_tuples!((A 0, B 1), (A 0, B 1, C 2), (A 0, B 1, C 2, D 3));

/// Arrays in memory as a data set: its items are what lies along their first axis.
#[derive(Clone, Debug)]
pub struct Arrays<R> {
    rows: R,
}

impl<R: Rows> Arrays<R> {
    /// A data set of an array, a vector, or a tuple of them: `Arrays::new((images, labels))`.
    ///
    /// # Panics
    /// If the parts of a tuple have not as many rows each, or an array has no axis.
    #[track_caller]
    pub fn new(rows: R) -> Self {
        if let Some(found) = rows.uneven() {
            panic!("Arrays: parts of {found:?} rows, expected as many in each");
        }
        // An array without an axis panics here, and not in a worker.
        let _ = rows.rows();
        Arrays { rows }
    }
}

impl<R: Rows> Dataset for Arrays<R> {
    type Item = R::Row;

    fn len(&self) -> usize {
        self.rows.rows()
    }

    fn get(&self, index: usize) -> Result<R::Row, Error> {
        Ok(self.rows.row(index))
    }
}

/// A data set of `len` items that `get` makes.
pub fn from_fn<T, F: Fn(usize) -> Result<T, Error> + Send + Sync>(len: usize, get: F) -> FromFn<F> {
    FromFn { len, get }
}

/// What [`from_fn`] gives.
#[derive(Clone, Debug)]
pub struct FromFn<F> {
    len: usize,
    get: F,
}

impl<T, F: Fn(usize) -> Result<T, Error> + Send + Sync> Dataset for FromFn<F> {
    type Item = T;

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<T, Error> {
        assert!(index < self.len, "get: item {index}, expected less than {}", self.len);
        (self.get)(index)
    }
}

/// What [`Dataset::map`] gives.
#[derive(Clone, Debug)]
pub struct Map<D, F> {
    inner: D,
    f: F,
}

impl<D: Dataset, T, F: Fn(D::Item) -> T + Send + Sync> Dataset for Map<D, F> {
    type Item = T;

    fn len(&self) -> usize {
        self.inner.len()
    }

    fn get(&self, index: usize) -> Result<T, Error> {
        self.inner.get(index).map(&self.f)
    }
}

/// What [`Dataset::try_map`] gives.
#[derive(Clone, Debug)]
pub struct TryMap<D, F> {
    inner: D,
    f: F,
}

impl<D: Dataset, T, F: Fn(D::Item) -> Result<T, Error> + Send + Sync> Dataset for TryMap<D, F> {
    type Item = T;

    fn len(&self) -> usize {
        self.inner.len()
    }

    fn get(&self, index: usize) -> Result<T, Error> {
        self.inner.get(index).and_then(&self.f)
    }
}

/// What [`Dataset::subset`] gives.
#[derive(Clone, Debug)]
pub struct Subset<D> {
    inner: D,
    rows: Vec<usize>,
}

impl<D: Dataset> Dataset for Subset<D> {
    type Item = D::Item;

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn get(&self, index: usize) -> Result<D::Item, Error> {
        self.inner.get(self.rows[index])
    }
}

/// What [`Dataset::concat`] gives.
#[derive(Clone, Debug)]
pub struct Concat<A, B> {
    first: A,
    second: B,
}

impl<A: Dataset, B: Dataset<Item = A::Item>> Dataset for Concat<A, B> {
    type Item = A::Item;

    fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    fn get(&self, index: usize) -> Result<A::Item, Error> {
        match index.checked_sub(self.first.len()) {
            None => self.first.get(index),
            Some(index) => self.second.get(index),
        }
    }
}
