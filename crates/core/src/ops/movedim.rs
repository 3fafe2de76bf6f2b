//! An axis moved to another place.

use super::prelude::*;

impl Tensor {
    /// The axis `from` moved to the place `to`; the others keep their order.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::zeros([2, 3, 4]).movedim(0, -1).shape(), [3, 4, 2]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist.
    #[must_use]
    #[track_caller]
    #[doc(alias = "moveaxis")]
    pub fn movedim(&self, from: isize, to: isize) -> Tensor {
        let (from, to) = (axes::axis("movedim", self.shape(), from), axes::axis("movedim", self.shape(), to));
        let mut order: Dims = (0..self.ndim()).filter(|&a| a != from).collect();
        order.insert(to, from);
        super::permute::permute(self, order)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "movedim",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with an axis in another place",
    derivative: "g with the axis back in its place",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].movedim(0, -1)),
            Sample::new("back", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].movedim(2, 0)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].movedim(0, 1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].movedim(0, 1)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2]).movedim(0, 1), "movedim: axis 1 does not exist in [2], which has 1 axes")]
    },
    kinks: no_kinks,
};
