//! How items become a batch: arrays are stacked along a new first axis, numbers become an array, tuples go part by part.
//!
//! The types say it all: a batch of `(Array3<f32>, i64)` is `(Array4<f32>, Array1<i64>)`, each ready for `Tensor::from`.

use crate::Error;
use ndarray::{Array, Array1, Axis, Dimension, RemoveAxis, stack};
use std::path::PathBuf;

/// What can be put together to a batch.
///
/// | items | batch |
/// | --- | --- |
/// | `f32`, `f64`, integers, `bool` | `Array1` of them |
/// | `Array<T, D>` of one shape | `Array<T, D::Larger>`, stacked along a new first axis |
/// | `String`, `PathBuf`, `Vec<T>` | `Vec` of them |
/// | tuples of two to four | a tuple of the parts' batches |
///
/// ```
/// use ndarray::{Array3, array};
/// use tapegrad_data::Collate;
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let items = vec![(Array3::<f32>::zeros((1, 28, 28)), 7_i64), (Array3::ones((1, 28, 28)), 2)];
/// let (images, labels) = Collate::collate(items)?;
/// assert_eq!((images.dim(), labels), ((2, 1, 28, 28), array![7, 2]));
/// # Ok(())
/// # }
/// ```
pub trait Collate: Sized {
    /// What the batch is.
    type Batch;

    /// The batch of these items, in their order.
    ///
    /// # Errors
    /// If arrays have not all the shape of the first.
    ///
    /// # Panics
    /// If there is no item and the items are arrays: a batch without items has no shape.
    fn collate(items: Vec<Self>) -> Result<Self::Batch, Error>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Collate for $number {
            type Batch = Array1<$number>;

            fn collate(items: Vec<Self>) -> Result<Self::Batch, Error> {
                Ok(Array1::from(items))
            }
        }
    )*};
}
numbers!(f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, bool);

macro_rules! lists {
    ($($item:ty),*) => {$(
        impl Collate for $item {
            type Batch = Vec<Self>;

            fn collate(items: Vec<Self>) -> Result<Self::Batch, Error> {
                Ok(items)
            }
        }
    )*};
}
lists!(String, PathBuf);

impl<T> Collate for Vec<T> {
    type Batch = Vec<Vec<T>>;

    fn collate(items: Vec<Self>) -> Result<Self::Batch, Error> {
        Ok(items)
    }
}

impl<T: Clone, D: Dimension<Larger: RemoveAxis>> Collate for Array<T, D> {
    type Batch = Array<T, D::Larger>;

    fn collate(items: Vec<Self>) -> Result<Self::Batch, Error> {
        assert!(!items.is_empty(), "collate: no item, expected at least one");
        let shape = items[0].shape();
        if let Some((place, other)) = items.iter().enumerate().find(|(_, item)| item.shape() != shape) {
            return Err(Error::ItemShape { place, found: other.shape().into(), expected: shape.into() });
        }
        let views: Vec<_> = items.iter().map(|item| item.view()).collect();
        stack(Axis(0), &views).map_err(Error::other)
    }
}

macro_rules! tuples {
    ($(($($part:ident $items:ident $place:tt),*)),*) => {$(
        impl<$($part: Collate),*> Collate for ($($part,)*) {
            type Batch = ($($part::Batch,)*);

            fn collate(tuples: Vec<Self>) -> Result<Self::Batch, Error> {
                $(let mut $items = Vec::with_capacity(tuples.len());)*
                for tuple in tuples {
                    $($items.push(tuple.$place);)*
                }
                Ok(($($part::collate($items)?,)*))
            }
        }
    )*};
}
tuples!((A a 0, B b 1), (A a 0, B b 1, C c 2), (A a 0, B b 1, C c 2, D d 3));
