//! Running smallest elements along an axis and their indices.

use super::cummax::cumulative_extreme;
use super::prelude::*;
use kernels::reduce::Extreme;

impl Tensor {
    /// The smallest of the elements up to each place along an axis, and the i64 indices where they were last met; ties, NaN and
    /// the gradient as in [`Tensor::cummax`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![3.0, 1.0, 2.0, 1.0].cummin(0);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [3.0, 1.0, 1.0, 1.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [0, 1, 1, 3]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn cummin(&self, axis: isize) -> (Tensor, Tensor) {
        cumulative_extreme("cummin", Extreme::Min, self, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cummin",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the smallest of x up to each place along an axis, and its index",
    derivative: "g added up at these indices",
    kind: Derivative::Linear,
    samples: || {
        let along = |axis: isize| move |x: &[Tensor]| <[Tensor; 2]>::from(x[0].cummin(axis)).into();
        vec![
            Sample::multi("plain", [spread([2, 7], -2.0, 2.0)], along(1)),
            Sample::multi("in the middle", [spread([2, 3, 4], -2.0, 2.0)], along(-2)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], along(0)),
            Sample::multi("size 0", [spread([2, 0], -2.0, 2.0)], along(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).cummin(2), "cummin: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].cummin(0), "cummin: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "of equal elements the later takes the gradient",
            inputs: vec![Tensor::from([3.0, 1.0, 1.0, 2.0, 1.0])],
            call: |x| x[0].cummin(0).0,
            gradients: vec![vec![1.0, 1.0, 2.0, 0.0, 1.0]],
        }]
    },
};
