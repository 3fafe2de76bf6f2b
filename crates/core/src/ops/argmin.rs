//! The place of the smallest element.

use super::argmax::place;
use super::prelude::*;
use kernels::reduce::Extreme;

impl Tensor {
    /// The place of the smallest of all elements in row-major order (i64); the lowest for ties, that of the first NaN if there
    /// is one.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 3.0]].argmin().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn argmin(&self) -> Tensor {
        place("argmin", Extreme::Min, self, &Axes::from(..))
    }

    /// The index of the smallest element along one axis, which the result lacks; ties and NaN as in [`Tensor::argmin`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 0.0]].argmin_dim(-1).to_vec::<i64>().unwrap(), [0, 1]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn argmin_dim(&self, axis: isize) -> Tensor {
        place("argmin", Extreme::Min, self, &Axes::from(axis))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "argmin",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the place of the smallest of x",
    derivative: "none: integers",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].argmin()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].argmin_dim(1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].argmin_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].argmin_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([0]).argmin(), "argmin: [0] has no elements along axes [0]"),
            misuse!(Tensor::zeros([2, 3]).argmin_dim(2), "argmin: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].argmin(), "argmin: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};
