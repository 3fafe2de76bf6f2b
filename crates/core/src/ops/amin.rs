//! The smallest elements over axes. Ties share the gradient evenly.

use super::amax::extremum;
use super::prelude::*;
use kernels::reduce::Extreme;

impl Tensor {
    /// The smallest of all elements, as a tensor without axes; NaN if one is NaN. Elements that tie share the gradient evenly.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].min().item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn min(&self) -> Tensor {
        extremum("min", Extreme::Min, self, Axes::from(..), false)
    }

    /// The smallest elements over some axes, which the result lacks; NaN where one is NaN. Elements that tie share the gradient
    /// evenly; [`Tensor::min_dim`] gives it to one of them and tells its index.
    ///
    /// # Panics
    /// If an axis does not exist, is named twice or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn amin_dim(&self, axes: impl Into<Axes>) -> Tensor {
        extremum("amin", Extreme::Min, self, axes.into(), false)
    }

    /// As [`Tensor::amin_dim`], but the axes stay with length 1.
    ///
    /// # Panics
    /// As [`Tensor::amin_dim`].
    #[must_use]
    #[track_caller]
    pub fn amin_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        extremum("amin", Extreme::Min, self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "amin",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the smallest of x over axes",
    derivative: "g shared evenly among the smallest elements",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].min()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amin_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amin_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amin_keepdim([0, 1])),
            Sample::new("no axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].amin_dim([])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].amin_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].amin_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([0]).min(), "min: [0] has no elements along axes [0]"),
            misuse!(Tensor::zeros([2, 0]).amin_dim(-1), "amin: [2, 0] has no elements along axes [1]"),
            misuse!(Tensor::zeros([2, 3]).amin_dim(2), "amin: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].min(), "min: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "tie over all",
                inputs: vec![Tensor::from([-1.0, 2.0, 2.0, -1.0])],
                call: |x| x[0].min(),
                gradients: vec![vec![0.5, 0.0, 0.0, 0.5]],
            },
            Kink {
                label: "tie over an axis",
                inputs: vec![Tensor::from([[3.0, 1.0], [3.0, 1.0]])],
                call: |x| x[0].amin_dim(0),
                gradients: vec![vec![0.5, 0.5, 0.5, 0.5]],
            },
        ]
    },
};
