//! An axis made several.

use super::prelude::*;

impl Tensor {
    /// An axis as several, of lengths whose product is its own; one of them may be -1, for what is left.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::zeros([2, 6]).unflatten(1, [3, -1]).shape(), [2, 3, 2]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or the lengths do not make up its own.
    #[must_use]
    #[track_caller]
    pub fn unflatten(&self, axis: isize, lengths: impl AsRef<[isize]>) -> Tensor {
        let (at, lengths) = (axes::axis("unflatten", self.shape(), axis), lengths.as_ref());
        let known: isize = lengths.iter().filter(|&&n| n != -1).product();
        let (length, open) = (self.shape()[at] as isize, lengths.iter().filter(|&&n| n == -1).count());
        let fits = if open == 1 { known != 0 && length % known == 0 } else { known == length };
        if open > 1 || lengths.iter().any(|&n| n < -1) || !fits {
            fail!("unflatten: axis {at} of {:?} has length {length}, which is not that of {lengths:?}", self.shape());
        }
        let lengths = lengths.iter().map(|&n| if n == -1 { (length / known) as usize } else { n as usize });
        let mut shape = Dims::from_slice(&self.shape()[..at]);
        shape.extend(lengths);
        shape.extend_from_slice(&self.shape()[at + 1..]);
        super::reshape::reshape(self, &shape)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unflatten",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with an axis as several",
    derivative: "g with these axes as one",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 6], -2.0, 2.0)], |x| x[0].unflatten(1, [2, 3])),
            Sample::new("open", [spread([6, 2], -2.0, 2.0)], |x| x[0].unflatten(0, [-1, 2])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].unflatten(0, [1, 1])),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].unflatten(0, [0, 3])),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 5]).unflatten(1, [2, -1]),
                "unflatten: axis 1 of [2, 5] has length 5, which is not"
            ),
            misuse!(
                Tensor::zeros([2, 6]).unflatten(1, [2, 2]),
                "unflatten: axis 1 of [2, 6] has length 6, which is not"
            ),
        ]
    },
    kinks: no_kinks,
};
