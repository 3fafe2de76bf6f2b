//! Neighbouring axes as one.

use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// All axes as one; a tensor without axes becomes one of length 1.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten().shape(), [24]);
    /// ```
    #[must_use]
    #[track_caller]
    #[doc(alias = "ravel")]
    pub fn flatten(&self) -> Tensor {
        reshape(self, &[self.numel()])
    }

    /// The axes from `first` to `last`, both included, as one.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten_dims(1, -1).shape(), [2, 12]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist, or `last` comes before `first`.
    #[must_use]
    #[track_caller]
    pub fn flatten_dims(&self, first: isize, last: isize) -> Tensor {
        let shape = self.shape();
        let (a, b) = (axes::axis("flatten", shape, first), axes::axis("flatten", shape, last));
        if a > b {
            fail!("flatten: axis {first} of {shape:?} comes after axis {last}");
        }
        let mut to = Dims::from_slice(&shape[..a]);
        to.push(shape[a..=b].iter().product());
        to.extend_from_slice(&shape[b + 1..]);
        reshape(self, &to)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "flatten",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with neighbouring axes as one",
    derivative: "g under the shape of x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].flatten()),
            Sample::new("some axes", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].flatten_dims(-2, -1)),
            Sample::new("one axis", [spread([2, 3], -2.0, 2.0)], |x| x[0].flatten_dims(1, 1)),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].flatten()),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].flatten()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).flatten_dims(1, 0), "flatten: axis 1 of [2, 3] comes after axis 0"),
            misuse!(Tensor::zeros([2]).flatten_dims(0, 1), "flatten: axis 1 does not exist in [2], which has 1 axes"),
        ]
    },
    kinks: no_kinks,
};
