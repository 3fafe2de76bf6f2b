//! One addition for each place of an index: the adjoint of `gather`.

use super::gather::{self, gather};
use super::prelude::*;

/// Zeros with the additions.
#[derive(Debug)]
pub(crate) struct ScatterAdd {
    pub(crate) axis: usize,
    pub(crate) into: Dims,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("into", format!("{:?}", &self.into[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::scatter_add(&inputs[0].value(), &self.into, self.axis, &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(gather(ctx.g(), self.axis, &ctx.constant_input(1))), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// This tensor with each element of `source` added at its own place, but along `axis` where the index says:
    /// `x[index[i, j], j] += source[i, j]` for axis 0 of a matrix. The sums are gathered in the order of the index, on any
    /// number of threads.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 1, 1]].scatter_add(1, &tensor![[2, 2, 0]], &tensor![[10, 20, 30]]);
    /// assert_eq!(x.to_vec::<i64>().unwrap(), [31, 1, 31]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::gather`], or if `source` has another shape than the index or another type than the tensor, or that is bool.
    #[must_use]
    #[track_caller]
    pub fn scatter_add(&self, axis: isize, index: &Tensor, source: &Tensor) -> Tensor {
        let axis = axes::axis("scatter_add", self.shape(), axis);
        check_number("scatter_add", self);
        if source.dtype() != self.dtype() {
            fail!("scatter_add: {} is added to {}; cast one with to_dtype", source.dtype(), self.dtype());
        }
        gather::check("scatter_add", index, self.shape(), axis);
        if source.shape() != index.shape() {
            fail!("scatter_add: the source is {:?}, the index {:?}", source.shape(), index.shape());
        }
        self + ScatterAdd { axis, into: Dims::from_slice(self.shape()) }.apply(&[source, index])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "scatter_add",
    group: Group::Indexing,
    types: Types::Numbers,
    formula: "x plus each y at its own place, but along an axis where an index says",
    derivative: "g to x; g where it was added to y",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let add = |axis| move |x: &[Tensor]| x[0].scatter_add(axis, &x[1], &x[2]);
        let (x, y) = (|shape: &[usize]| spread(shape, -2.0, 2.0), |shape: &[usize]| spread(shape, 0.0, 1.0));
        vec![
            Sample::new("plain", [x(&[2, 3]), tensor![[2, 0, 2, 2], [1, 1, 0, 2]], y(&[2, 4])], add(1)),
            Sample::new("part", [x(&[3, 2, 2]), tensor![[[1], [0], [1]]], y(&[1, 3, 1])], add(-2)),
            Sample::new("size 1", [x(&[1]), tensor![0], y(&[1])], add(0)),
            Sample::new("size 0", [x(&[2]), Tensor::arange(0, 0), y(&[0])], add(0)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3]).scatter_add(0, &crate::tensor![3], &Tensor::zeros([1])),
                "scatter_add: index 3 (element [0] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).scatter_add(0, &crate::tensor![0, 1], &Tensor::zeros([3])),
                "scatter_add: the source is [3], the index [2]"
            ),
            misuse!(
                Tensor::zeros([3]).scatter_add(0, &crate::tensor![0], &Tensor::arange(0, 1)),
                "scatter_add: i64 is added to f32; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
