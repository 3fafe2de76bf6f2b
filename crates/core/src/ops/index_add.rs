//! Additions at the places along one axis that an index names: the adjoint of `index_select`.

use super::index_select::index_select;
use super::prelude::*;
use crate::index;

/// Zeros with the additions.
#[derive(Debug)]
pub(crate) struct IndexAdd {
    pub(crate) axis: usize,
    pub(crate) into: Dims,
}

impl Op for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("into", format!("{:?}", &self.into[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::add_slices(&inputs[0].value(), &self.into, self.axis, &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(index_select(ctx.g(), self.axis, &ctx.constant_input(1))), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// This tensor with `source` added along an axis: what `source` has at place k of the axis is added where `index[k]` says.
    /// The sums are gathered in the order of the index, on any number of threads.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let x = tensor![10, 20, 30].index_add(0, &tensor![2, 0, 2], &tensor![1, 2, 3]);
    /// assert_eq!(x.to_vec::<i64>().unwrap(), [12, 20, 34]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the types differ or are bool, the index is not i64 or not inside the axis, or the shape of
    /// `source` is not this one with the index's in place of the axis.
    #[must_use]
    #[track_caller]
    pub fn index_add(&self, axis: isize, index: &Tensor, source: &Tensor) -> Tensor {
        let shape = self.shape();
        let axis = axes::axis("index_add", shape, axis);
        check_number("index_add", self);
        if source.dtype() != self.dtype() {
            fail!("index_add: {} is added to {}; cast one with to_dtype", source.dtype(), self.dtype());
        }
        index::check("index_add", index, shape, axis);
        let expected = [&shape[..axis], index.shape(), &shape[axis + 1..]].concat();
        if source.shape() != expected {
            let (found, index) = (source.shape(), index.shape());
            fail!(
                "index_add: the source is {found:?}, expected {expected:?} for index {index:?} on axis {axis} of {shape:?}"
            );
        }
        self + IndexAdd { axis, into: Dims::from_slice(shape) }.apply(&[source, index])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "index_add",
    group: Group::Indexing,
    types: Types::Numbers,
    formula: "x plus y at the places of an index along an axis",
    derivative: "g to x; g at these places to y",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let add = |axis| move |x: &[Tensor]| x[0].index_add(axis, &x[1], &x[2]);
        let (x, y) = (|shape: &[usize]| spread(shape, -2.0, 2.0), |shape: &[usize]| spread(shape, 0.0, 1.0));
        vec![
            Sample::new("plain", [x(&[3, 2]), tensor![2, 0, 2, 2], y(&[4, 2])], add(0)),
            Sample::new("last axis", [x(&[2, 3]), tensor![[1, 1]], y(&[2, 1, 2])], add(-1)),
            Sample::new("size 1", [x(&[1]), tensor![0], y(&[1])], add(0)),
            Sample::new("size 0", [x(&[2, 3]), Tensor::arange(0, 0), y(&[0, 3])], add(0)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3]).index_add(0, &crate::tensor![0, 3], &Tensor::zeros([2])),
                "index_add: index 3 (element [1] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3, 2]).index_add(0, &crate::tensor![0, 1], &Tensor::zeros([2])),
                "index_add: the source is [2], expected [2, 2] for index [2] on axis 0 of [3, 2]"
            ),
            misuse!(
                Tensor::zeros([3]).index_add(0, &crate::tensor![0], &Tensor::arange(0, 1)),
                "index_add: i64 is added to f32; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
