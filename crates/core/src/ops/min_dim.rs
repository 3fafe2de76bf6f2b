//! The smallest element along an axis and its index. The gradient goes to that element alone.

use super::max_dim::extremum_at;
use super::prelude::*;
use kernels::reduce::Extreme;

impl Tensor {
    /// The smallest elements along one axis, which the results lack, and their indices (i64). The lowest index stands for ties,
    /// the first NaN for the smallest; the gradient goes to the element at that index alone.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![[1.0, 2.0, 3.0], [9.0, 4.0, 5.0]].min_dim(1);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [1.0, 4.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [0, 1]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn min_dim(&self, axis: isize) -> (Tensor, Tensor) {
        extremum_at("min_dim", Extreme::Min, self, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "min_dim",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the smallest of x along an axis, and its index",
    derivative: "g at that index, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        let along = |axis: isize| move |x: &[Tensor]| <[Tensor; 2]>::from(x[0].min_dim(axis)).into();
        vec![
            Sample::multi("plain", [spread([2, 3], -2.0, 2.0)], along(1)),
            Sample::multi("first axis", [spread([3, 4], -2.0, 2.0)], along(0)),
            Sample::multi("in the middle", [spread([2, 3, 4], -2.0, 2.0)], along(-2)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], along(0)),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], along(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 0]).min_dim(1), "min_dim: [2, 0] has no elements along axes [1]"),
            misuse!(Tensor::zeros([2, 3]).min_dim(2), "min_dim: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].min_dim(0), "min_dim: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "tie",
            inputs: vec![Tensor::from([-1.0, 2.0, 2.0, -1.0])],
            call: |x| x[0].min_dim(0).0,
            gradients: vec![vec![1.0, 0.0, 0.0, 0.0]],
        }]
    },
};
