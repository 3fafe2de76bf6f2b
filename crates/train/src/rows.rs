//! What a training asks of batches and predictions.

use std::error::Error;

use tapegrad_core::{Tensor, fail};

/// What a model says of a batch, an example after the other: a tensor with the examples along axis 0, a list, or a tuple of such.
/// A type of your own says how many examples it holds and how several become one.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::Predictions;
/// let batches = vec![(tensor![[0.1], [0.2]], vec!["a", "b"]), (tensor![[0.3]], vec!["c"])];
/// let (scores, names) = Predictions::gather(batches);
/// assert_eq!((scores.shape(), names.len(), scores.rows()), (&[3, 1][..], 3, 3));
/// ```
pub trait Predictions: Sized {
    /// How many examples there are.
    ///
    /// # Panics
    /// If a tensor has no axis for them.
    fn rows(&self) -> usize;

    /// One after the other. `parts` is not empty.
    fn gather(parts: Vec<Self>) -> Self;
}

impl Predictions for Tensor {
    #[track_caller]
    fn rows(&self) -> usize {
        let [rows, ..] = self.shape() else {
            fail!("Predictions: a tensor without axes, expected examples along axis 0")
        };
        *rows
    }

    fn gather(parts: Vec<Self>) -> Self {
        Tensor::cat(&parts, 0)
    }
}

impl<T> Predictions for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn gather(parts: Vec<Self>) -> Self {
        parts.into_iter().flatten().collect()
    }
}

macro_rules! tuples {
    ($($name:ident $list:ident $index:tt),*) => {
        impl<$($name: Predictions),*> Predictions for ($($name,)*) {
            fn rows(&self) -> usize {
                self.0.rows()
            }

            fn gather(parts: Vec<Self>) -> Self {
                $(let mut $list = Vec::with_capacity(parts.len());)*
                for part in parts {
                    $($list.push(part.$index);)*
                }
                ($($name::gather($list),)*)
            }
        }
    };
}
tuples!(A a 0);
tuples!(A a 0, B b 1);
tuples!(A a 0, B b 1, C c 2);
tuples!(A a 0, B b 1, C c 2, D d 3);
tuples!(A a 0, B b 1, C c 2, D d 3, E e 4);
tuples!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);

/// Why there is no batch.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// What a loader gives: a batch, or a `Result` of one, since reading it may fail.
#[diagnostic::on_unimplemented(
    message = "a loader of `{Self}` does not give batches of `{B}`",
    note = "it is to be an iterator of `{B}` or of `Result<{B}, _>`"
)]
pub trait IntoBatch<B> {
    /// The batch.
    ///
    /// # Errors
    /// As the loader says.
    fn into_batch(self) -> Result<B, Cause>;
}

impl<B> IntoBatch<B> for B {
    fn into_batch(self) -> Result<B, Cause> {
        Ok(self)
    }
}

impl<B, E: Into<Cause>> IntoBatch<B> for Result<B, E> {
    fn into_batch(self) -> Result<B, Cause> {
        self.map_err(Into::into)
    }
}
