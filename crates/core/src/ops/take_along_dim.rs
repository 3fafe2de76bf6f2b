//! Gathering with the index and the tensor broadcast beside the axis.

use super::gather::gather;
use super::prelude::*;
use crate::index;

impl Tensor {
    /// As [`Tensor::gather`], after tensor and index have been broadcast to one shape beside the axis: picks along an axis by
    /// what `argmax` or `argsort` of it gave.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2, 3], [4, 5, 6]];
    /// assert_eq!(x.take_along_dim(1, &tensor![[2, 0]]).to_vec::<i64>().unwrap(), [3, 1, 6, 4]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the index is not i64, not inside the axis, has another number of axes, or does not broadcast.
    #[must_use]
    #[track_caller]
    pub fn take_along_dim(&self, axis: isize, index: &Tensor) -> Tensor {
        let (shape, at) = (self.shape(), index.shape());
        let axis = axes::axis("take_along_dim", shape, axis);
        index::check("take_along_dim", index, shape, axis);
        if at.len() != shape.len() {
            fail!("take_along_dim: the index is {at:?}, which has other axes than {shape:?}");
        }
        let (mut of, mut to) = (Dims::from_slice(shape), Dims::from_slice(at));
        to[axis] = 1;
        of[axis] = 1;
        let Some(mut common) = kernels::broadcast_shape(&of, &to) else {
            fail!("take_along_dim: beside axis {axis}, {shape:?} and index {at:?} do not broadcast");
        };
        common[axis] = shape[axis];
        let x = self.broadcast_to(&common);
        common[axis] = at[axis];
        gather(&x, axis, &index.broadcast_to(&common))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "take_along_dim",
    group: Group::Indexing,
    types: Types::Any,
    formula: "for each place of an index x there, but along an axis where the index says",
    derivative: "g added up where it was read",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::new("plain", [x(&[2, 3]), tensor![[2, 0], [1, 1]]], |x| x[0].take_along_dim(1, &x[1])),
            Sample::new("index broadcast", [x(&[2, 3]), tensor![[2, 0]]], |x| x[0].take_along_dim(-1, &x[1])),
            Sample::new("tensor broadcast", [x(&[3, 1]), tensor![[2, 0, 2]]], |x| x[0].take_along_dim(0, &x[1])),
            Sample::new("size 1", [x(&[1]), tensor![0]], |x| x[0].take_along_dim(0, &x[1])),
            Sample::new("size 0", [x(&[2]), Tensor::arange(0, 0)], |x| x[0].take_along_dim(0, &x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).take_along_dim(1, &crate::tensor![[3]]),
                "take_along_dim: index 3 (element [0, 0] of the index) is out of range for axis 1 of [2, 3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([2, 3]).take_along_dim(1, &crate::tensor![0]),
                "take_along_dim: the index is [1], which has other axes than [2, 3]"
            ),
            misuse!(
                Tensor::zeros([2, 3]).take_along_dim(1, &crate::tensor![[0], [0], [0]]),
                "take_along_dim: beside axis 1, [2, 3] and index [3, 1] do not broadcast"
            ),
        ]
    },
    kinks: no_kinks,
};
