//! Standardisation: columns or channels with mean 0 and deviation 1.
//!
//! Its two arrays are fitted on the training part alone and then applied to every part, and they belong to the model: what
//! comes in later must be moved by the same numbers. So they are plain, and refused when they come back damaged.

use crate::Error;
use ndarray::{Array, Array1, ArrayBase, Axis, Data, Dimension, RemoveAxis, Zip};

/// `(x - mean) / std` for each column of a table, or each channel of images: for each place along axis 1.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::Standardiser;
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let (train, test) = (array![[1.0, 5.0], [3.0, 5.0]], array![[2.0, 6.0]]);
/// let standardiser = Standardiser::fit(&train)?;
/// assert_eq!(standardiser.apply(&train), array![[-1.0, 0.0], [1.0, 0.0]]);
/// assert_eq!(standardiser.apply(&test), array![[0.0, 1.0]]); // a constant column is moved, not scaled
///
/// // With the model: two arrays.
/// let (mean, std) = (standardiser.mean().clone(), standardiser.std().clone());
/// assert_eq!(Standardiser::new(mean, std)?, standardiser);
/// assert_eq!(standardiser.undo(&standardiser.apply(&test)), test);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser {
    mean: Array1<f64>,
    std: Array1<f64>,
}

/// The floating-point types that data have: `f32` and `f64`.
pub trait Real: Copy + Into<f64> + Send + Sync + 'static {
    /// The number nearest to `value`.
    fn nearest(value: f64) -> Self;
}

impl Real for f32 {
    fn nearest(value: f64) -> f32 {
        value as f32
    }
}

impl Real for f64 {
    fn nearest(value: f64) -> f64 {
        value
    }
}

impl Standardiser {
    /// The mean and the deviation (of the population: divided by n, as scikit-learn has it) of each column of
    /// [rows, columns], or of each channel of [images, channels, height, width].
    ///
    /// NaN stands for a missing value and is left out. A column of one value, be it as often as it may, has the deviation 1.
    /// Computed in f64.
    ///
    /// # Errors
    /// If a column has no value, or an infinite one, or values too far apart or too near for their mean and deviation to be
    /// computed: these must be finite, and the deviation above 0.
    ///
    /// # Panics
    /// If `x` has fewer than two axes.
    #[track_caller]
    pub fn fit<T: Real, S: Data<Elem = T>, D: Dimension + RemoveAxis>(x: &ArrayBase<S, D>) -> Result<Self, Error> {
        check_axes("fit", x.ndim(), 2);
        let columns = x.len_of(Axis(1));
        let (mut mean, mut std) = (Array1::zeros(columns), Array1::ones(columns));
        for (column, values) in x.axis_iter(Axis(1)).enumerate() {
            let known = values.iter().map(|&v| v.into()).filter(|v: &f64| !v.is_nan());
            let first = first_known(column, known.clone())?;
            let shift = shift_from(first, known.clone());
            mean[column] = first + shift;
            if known.clone().any(|v| v != first) {
                std[column] = mean_of(known.map(|v| (v - first - shift).powi(2))).sqrt();
            }
        }
        Standardiser::new(mean, std)
    }

    /// The one with these numbers, such as were saved with a model.
    ///
    /// # Errors
    /// If there are not as many deviations as means, a mean is not finite, or a deviation not finite and above 0.
    pub fn new(mean: Array1<f64>, std: Array1<f64>) -> Result<Self, Error> {
        if mean.len() != std.len() {
            let found = format!("{} means and {} deviations", mean.len(), std.len());
            return Err(Error::Column {
                column: mean.len().min(std.len()),
                found,
                expected: "one of each for a column",
            });
        }
        for (column, (mean, std)) in mean.iter().zip(&std).enumerate() {
            if !mean.is_finite() || !std.is_finite() || *std <= 0.0 {
                let found = format!("mean {mean} and deviation {std}");
                return Err(Error::Column { column, found, expected: "finite numbers, the deviation above 0" });
            }
        }
        Ok(Standardiser { mean, std })
    }

    /// The mean of each column.
    pub fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// The deviation of each column.
    pub fn std(&self) -> &Array1<f64> {
        &self.std
    }

    /// `(x - mean) / std` along axis 1, in the type of `x`. NaN stays.
    ///
    /// # Panics
    /// If `x` has not as many columns.
    #[must_use]
    #[track_caller]
    pub fn apply<T: Real, S: Data<Elem = T>, D: Dimension + RemoveAxis>(&self, x: &ArrayBase<S, D>) -> Array<T, D> {
        self.along("apply", Axis(1), x, |v, mean, std| (v - mean) / std)
    }

    /// `(x - mean) / std` along axis 0: of one image [channels, height, width], or one row.
    ///
    /// # Panics
    /// If `x` has not as many channels.
    #[must_use]
    #[track_caller]
    pub fn apply_item<T: Real, S: Data<Elem = T>, D: Dimension + RemoveAxis>(
        &self,
        x: &ArrayBase<S, D>,
    ) -> Array<T, D> {
        self.along("apply_item", Axis(0), x, |v, mean, std| (v - mean) / std)
    }

    /// What `apply` was applied to: `x * std + mean` along axis 1.
    ///
    /// # Panics
    /// If `x` has not as many columns.
    #[must_use]
    #[track_caller]
    pub fn undo<T: Real, S: Data<Elem = T>, D: Dimension + RemoveAxis>(&self, x: &ArrayBase<S, D>) -> Array<T, D> {
        self.along("undo", Axis(1), x, |v, mean, std| v * std + mean)
    }

    #[track_caller]
    fn along<T: Real, S: Data<Elem = T>, D: Dimension + RemoveAxis>(
        &self,
        name: &str,
        axis: Axis,
        x: &ArrayBase<S, D>,
        f: impl Fn(f64, f64, f64) -> f64,
    ) -> Array<T, D> {
        check_axes(name, x.ndim(), axis.index() + 1);
        let (found, expected) = (x.len_of(axis), self.mean.len());
        assert!(found == expected, "{name}: shape {:?}, expected {expected} along axis {}", x.shape(), axis.index());
        let mut out = x.to_owned();
        Zip::from(out.axis_iter_mut(axis)).and(&self.mean).and(&self.std).for_each(|mut column, &mean, &std| {
            column.mapv_inplace(|v| T::nearest(f(v.into(), mean, std)));
        });
        out
    }
}

/// The first of a column's known values; an error if there is none, or an infinite one.
pub(crate) fn first_known(column: usize, mut known: impl Iterator<Item = f64> + Clone) -> Result<f64, Error> {
    if let Some(found) = known.clone().find(|v| v.is_infinite()) {
        return Err(Error::Column { column, found: found.to_string(), expected: "finite numbers" });
    }
    known.next().ok_or_else(|| Error::Column { column, found: "no value".into(), expected: "at least one" })
}

/// How far the mean of the known values is from the first of them. From there on, a constant column has exactly its value
/// as mean, and large means lose nothing.
pub(crate) fn shift_from(first: f64, known: impl Iterator<Item = f64>) -> f64 {
    mean_of(known.map(|v| v - first))
}

fn mean_of(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), v| (count + 1, sum + v));
    sum / count as f64
}

#[track_caller]
fn check_axes(name: &str, found: usize, least: usize) {
    assert!(found >= least, "{name}: {found} axes, expected at least {least}");
}
