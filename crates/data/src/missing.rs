//! Missing values: NaN in an array of numbers, as [`Table::f64_with_missing`](crate::csv::Table::f64_with_missing) reads them.
//!
//! Three ways on: leave the rows out, put the mean or the median of the training part in their place, or do so and tell
//! the model by a column of ones and zeros that they were missing.

use crate::{
    Error, Real,
    standardise::{first_known, shift_from},
};
use ndarray::{Array1, Array2, ArrayBase, Axis, Data, Ix2};

/// The rows of [rows, columns] in which nothing is missing.
///
/// ```
/// use ndarray::{Axis, array};
/// use tapegrad_data::missing::complete_rows;
///
/// let x = array![[1.0, 2.0], [f64::NAN, 3.0], [4.0, 5.0]];
/// let rows = complete_rows(&x);
/// assert_eq!(x.select(Axis(0), &rows), array![[1.0, 2.0], [4.0, 5.0]]);
/// ```
#[must_use]
pub fn complete_rows<T: Real>(x: &ArrayBase<impl Data<Elem = T>, Ix2>) -> Vec<usize> {
    let is_complete = |&row: &usize| x.row(row).iter().all(|&v| !v.into().is_nan());
    (0..x.nrows()).filter(is_complete).collect()
}

/// 1 where a value is missing, else 0: columns to put beside the others.
///
/// ```
/// use ndarray::{Axis, array, concatenate};
/// use tapegrad_data::missing::{Fill, Imputer, indicator};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let x = array![[1.0, 2.0], [f64::NAN, 3.0]];
/// let filled = Imputer::fit(&x, Fill::Mean)?.apply(&x);
/// let wide = concatenate![Axis(1), filled, indicator(&x)];
/// assert_eq!(wide, array![[1.0, 2.0, 0.0, 0.0], [1.0, 3.0, 1.0, 0.0]]);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn indicator<T: Real>(x: &ArrayBase<impl Data<Elem = T>, Ix2>) -> Array2<T> {
    x.mapv(|v| T::nearest(f64::from(v.into().is_nan())))
}

/// What is put in the place of a missing value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The mean of the column's other values.
    Mean,
    /// The middle one of the column's other values; the mean of the middle two if they are even in number.
    Median,
}

/// Puts a value of its own for each column in the place of missing ones.
///
/// Like a [`Standardiser`](crate::Standardiser) it is fitted on the training part and kept with the model.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::missing::{Fill, Imputer};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let train = array![[1.0, f64::NAN], [2.0, 5.0], [9.0, 7.0]];
/// let imputer = Imputer::fit(&train, Fill::Median)?;
/// assert_eq!(imputer.values(), array![2.0, 6.0]);
/// assert_eq!(imputer.apply(&array![[f64::NAN, 0.0]]), array![[2.0, 0.0]]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Imputer {
    values: Array1<f64>,
}

impl Imputer {
    /// The mean or the median of what is there in each column of [rows, columns].
    ///
    /// # Errors
    /// If a column has no value, or an infinite one, or values too far apart for their mean to be computed.
    pub fn fit<T: Real>(x: &ArrayBase<impl Data<Elem = T>, Ix2>, fill: Fill) -> Result<Self, Error> {
        let value = |(column, values): (usize, ndarray::ArrayView1<'_, T>)| {
            let mut known: Vec<f64> = values.iter().map(|&v| v.into()).filter(|v| !v.is_nan()).collect();
            let first = first_known(column, known.iter().copied())?;
            let half = known.len() / 2;
            Ok(match fill {
                Fill::Mean => first + shift_from(first, known.into_iter()),
                Fill::Median => {
                    known.sort_unstable_by(f64::total_cmp);
                    if known.len() % 2 == 1 { known[half] } else { f64::midpoint(known[half - 1], known[half]) }
                }
            })
        };
        let values: Result<Array1<f64>, Error> = x.columns().into_iter().enumerate().map(value).collect();
        Imputer::new(values?)
    }

    /// The one with these values, such as were saved with a model.
    ///
    /// # Errors
    /// If a value is not finite.
    pub fn new(values: Array1<f64>) -> Result<Self, Error> {
        match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            Some((column, found)) => {
                Err(Error::Column { column, found: found.to_string(), expected: "finite numbers" })
            }
            None => Ok(Imputer { values }),
        }
    }

    /// The value of each column.
    pub fn values(&self) -> &Array1<f64> {
        &self.values
    }

    /// `x` with each NaN replaced.
    ///
    /// # Panics
    /// If `x` has not as many columns.
    #[must_use]
    #[track_caller]
    pub fn apply<T: Real>(&self, x: &ArrayBase<impl Data<Elem = T>, Ix2>) -> Array2<T> {
        let expected = self.values.len();
        assert!(x.ncols() == expected, "apply: shape {:?}, expected {expected} along axis 1", x.shape());
        let mut out = x.to_owned();
        for (mut column, &value) in out.axis_iter_mut(Axis(1)).zip(&self.values) {
            column.mapv_inplace(|v| if v.into().is_nan() { T::nearest(value) } else { v });
        }
        out
    }
}
