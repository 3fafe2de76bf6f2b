//! The elements where a mask is true.

use super::index_select::index_select;
use super::prelude::*;

impl Tensor {
    /// The elements where the mask is true, in row-major order along one axis. Mask and tensor broadcast.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2], [3, 4]];
    /// assert_eq!(x.masked_select(&tensor![true, false]).to_vec::<i64>().unwrap(), [1, 3]);
    /// ```
    ///
    /// # Panics
    /// If the mask is not bool or does not broadcast.
    #[must_use]
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Tensor {
        if mask.dtype() != DType::Bool {
            fail!("masked_select: the mask is {}, expected bool", mask.dtype());
        }
        let (x, mask) = broadcast_shapes("masked_select", self, mask);
        let places = Tensor::constant(kernels::index::positions(&mask.value()));
        index_select(&x.flatten(), 0, &places)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "masked_select",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the elements of x where a mask is true",
    derivative: "g in their places, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let select = |x: &[Tensor]| x[0].masked_select(&x[1]);
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::new("plain", [x(&[2, 2]), tensor![[true, false], [true, true]]], select),
            Sample::new("mask broadcast", [x(&[2, 3]), tensor![[true], [false]]], select),
            Sample::new("tensor broadcast", [x(&[2]), tensor![[true, true], [false, true]]], select),
            Sample::new("size 1", [x(&[1]), tensor![true]], select),
            Sample::new("size 0", [x(&[2]), tensor![false, false]], select),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).masked_select(&Tensor::zeros([2])),
                "masked_select: the mask is f32, expected bool"
            ),
            misuse!(
                Tensor::zeros([3]).masked_select(&crate::tensor![true, false]),
                "masked_select: shapes [3] and [2] do not broadcast"
            ),
        ]
    },
    kinks: no_kinks,
};
