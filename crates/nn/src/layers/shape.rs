//! Layers that compute nothing: other shapes, and the same.

use crate::{Forward, Module};
use tapegrad_core::Tensor;

/// Makes one axis of several. See [`Tensor::flatten_dims`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Flatten, Forward};
/// assert_eq!(Flatten::new().call(&Tensor::ones([2, 3, 4, 5])).shape(), [2, 60]);
/// assert_eq!(Flatten::dims(0, 1).call(&Tensor::ones([2, 3, 4])).shape(), [6, 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Flatten {
    /// The first axis that is joined.
    pub first: isize,
    /// The last axis that is joined.
    pub last: isize,
}

impl Flatten {
    /// All axes but the first.
    pub fn new() -> Self {
        Flatten::dims(1, -1)
    }

    /// The axes from `first` to `last`, which is included.
    pub fn dims(first: isize, last: isize) -> Self {
        Flatten { first, last }
    }
}

impl Default for Flatten {
    fn default() -> Self {
        Flatten::new()
    }
}

impl Forward for Flatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.flatten_dims(self.first, self.last)
    }
}

/// Makes several axes of one. See [`Tensor::unflatten`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Unflatten};
/// assert_eq!(Unflatten::new(1, [3, -1]).call(&Tensor::ones([2, 12])).shape(), [2, 3, 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Unflatten {
    /// The axis that is divided.
    pub axis: isize,
    /// The new axes' lengths, of which one may be -1.
    pub lengths: Vec<isize>,
}

impl Unflatten {
    /// `axis` becomes axes of these lengths, of which one may be -1.
    pub fn new(axis: isize, lengths: impl Into<Vec<isize>>) -> Self {
        Unflatten { axis, lengths: lengths.into() }
    }
}

impl Forward for Unflatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.unflatten(self.axis, &self.lengths)
    }
}

/// Gives what it is given.
#[derive(Clone, Debug, Default, Module)]
#[module(library)]
pub struct Identity {
    /// Modules are told apart by their addresses, which need a place.
    place: u8,
}

impl Identity {
    /// The layer.
    pub fn new() -> Self {
        Identity::default()
    }
}

impl Forward for Identity {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.clone()
    }
}
