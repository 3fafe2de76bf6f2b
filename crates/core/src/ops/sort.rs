//! Sorting along an axis.

use super::prelude::*;
use super::topk::FirstInOrder;
use crate::spec::Kink;

impl Tensor {
    /// The elements along an axis in ascending or descending order, and the i64 indices along it where they were. Equal elements
    /// keep their order; NaN comes last either way. The gradient flows back to where each element was.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![2.0, 3.0, 1.0].sort(0, false);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [2, 0, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Tensor, Tensor) {
        let shape = self.shape();
        let axis = axes::axis("sort", shape, axis);
        FirstInOrder { name: "sort", axis, k: shape[axis], descending, of: Dims::from_slice(shape) }.run(self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sort",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x in order along an axis, and the indices where each element was",
    derivative: "g where each element was",
    kind: Derivative::Linear,
    samples: || {
        let pair = |(values, indices)| vec![values, indices];
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::multi("plain", [x(&[2, 5])], move |x| pair(x[0].sort(1, false))),
            Sample::multi("descending", [x(&[5, 2])], move |x| pair(x[0].sort(-2, true))),
            Sample::multi("inner axis", [x(&[2, 3, 2])], move |x| pair(x[0].sort(1, false))),
            Sample::multi("size 1", [x(&[1])], move |x| pair(x[0].sort(0, false))),
            Sample::multi("size 0", [x(&[2, 0])], move |x| pair(x[0].sort(1, false))),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([3]).sort(1, false), "sort: axis 1 does not exist in [3], which has 1 axes")],
    kinks: || {
        vec![Kink {
            label: "equal elements keep their order",
            inputs: vec![Tensor::from(vec![1.0, 0.0, 0.0])],
            call: |x| x[0].sort(0, false).0.select(0, 0),
            gradients: vec![vec![0.0, 1.0, 0.0]],
        }]
    },
};
