//! Axes backwards.

use super::prelude::*;

impl Tensor {
    /// The elements in reverse order along the given axes: a view.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![1, 2, 3].flip(0).to_vec::<i64>().unwrap(), [3, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn flip(&self, axes: impl Into<Axes>) -> Tensor {
        let mut flipped = self.clone();
        for axis in axes.into().resolve("flip", self.shape()) {
            let length = self.shape()[axis];
            if length > 0 {
                flipped = super::slice::slice(&flipped, axis, length - 1, length, -1);
            }
        }
        flipped
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "flip",
    group: Group::Shape,
    types: Types::Any,
    formula: "x in reverse order along axes",
    derivative: "g in reverse order",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].flip(1)),
            Sample::new("two axes", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].flip([0, -1])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].flip(0) * 1),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].flip([0, 1])),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2]).flip([0, 0]), "flip: axis 0 of [2] is named twice")],
    kinks: no_kinks,
};
