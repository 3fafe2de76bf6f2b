//! Slices put at the places along one axis that an index names.

use super::index_select::index_select;
use super::prelude::*;
use super::reshape::reshape;
use super::scatter::overwritten;
use crate::index;

/// Of several slices for one place the last stays.
#[derive(Debug)]
pub(crate) struct IndexCopy {
    pub(crate) axis: usize,
}

impl Op for IndexCopy {
    fn name(&self) -> &'static str {
        "index_copy"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, source, index) = (inputs[0].value(), inputs[1].value(), inputs[2].value());
        one(kernels::index::replace_slices(&x, self.axis, &index, &source))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, axis, index) = (ctx.g(), self.axis, ctx.constant_input(2));
        let by_x = ctx.needs(0).then(|| {
            let shape = [&g.shape()[..axis], index.shape(), &g.shape()[axis + 1..]].concat();
            let zeros = scalar(Scalar::Int(0), g.dtype()).broadcast_to(shape);
            IndexCopy { axis }.apply(&[g, &zeros, &index])
        });
        let by_source = ctx.needs(1).then(|| {
            let read = index_select(g, axis, &index);
            match overwritten(&index.flatten(), 0, &[g.shape()[axis]]) {
                Some(lost) => {
                    let ones = Dims::from_elem(1, g.ndim() - axis - 1);
                    read.masked_fill(&reshape(&lost, &[index.shape(), &ones].concat()), 0)
                }
                None => read,
            }
        });
        smallvec![by_x, by_source, None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 2
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// This tensor with `source` put in along an axis: what `source` has at place k of the axis stands where `index[k]` says. Of
    /// several for one place the last stays, on any number of threads, and has the gradient.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let x = tensor![10, 20, 30].index_copy(0, &tensor![2, 0], &tensor![1, 2]);
    /// assert_eq!(x.to_vec::<i64>().unwrap(), [2, 20, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the types differ, the index is not i64 or not inside the axis, or the shape of `source` is not
    /// this one with the index's in place of the axis.
    #[must_use]
    #[track_caller]
    pub fn index_copy(&self, axis: isize, index: &Tensor, source: &Tensor) -> Tensor {
        let shape = self.shape();
        let axis = axes::axis("index_copy", shape, axis);
        if source.dtype() != self.dtype() {
            fail!("index_copy: the source is {}, the tensor {}; cast one with to_dtype", source.dtype(), self.dtype());
        }
        index::check("index_copy", index, shape, axis);
        let expected = [&shape[..axis], index.shape(), &shape[axis + 1..]].concat();
        if source.shape() != expected {
            let (found, index) = (source.shape(), index.shape());
            fail!(
                "index_copy: the source is {found:?}, expected {expected:?} for index {index:?} on axis {axis} of {shape:?}"
            );
        }
        IndexCopy { axis }.apply(&[self, source, index])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "index_copy",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x with y at the places of an index along an axis",
    derivative: "g to x, 0 at these places; g at these places to y, 0 if it was overwritten",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let copy = |axis| move |x: &[Tensor]| x[0].index_copy(axis, &x[1], &x[2]);
        let (x, y) = (|shape: &[usize]| spread(shape, -2.0, 2.0), |shape: &[usize]| spread(shape, 0.0, 1.0));
        vec![
            Sample::new("plain", [x(&[4, 2]), tensor![2, 0], y(&[2, 2])], copy(0)),
            Sample::new("one place twice", [x(&[2, 4, 3]), tensor![2, 0, 2, 2], y(&[2, 4, 3])], copy(1)),
            Sample::new("last axis", [x(&[2, 3]), tensor![[1, 1]], y(&[2, 1, 2])], copy(-1)),
            Sample::new("size 1", [x(&[1]), tensor![0], y(&[1])], copy(0)),
            Sample::new("size 0", [x(&[2, 3]), Tensor::arange(0, 0), y(&[0, 3])], copy(0)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3]).index_copy(0, &crate::tensor![0, 3], &Tensor::zeros([2])),
                "index_copy: index 3 (element [1] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3, 2]).index_copy(0, &crate::tensor![0, 1], &Tensor::zeros([2])),
                "index_copy: the source is [2], expected [2, 2] for index [2] on axis 0 of [3, 2]"
            ),
            misuse!(
                Tensor::zeros([3]).index_copy(0, &crate::tensor![0], &Tensor::arange(0, 1)),
                "index_copy: the source is i64, the tensor f32; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
