//! One element for each place of an index.

use super::prelude::*;
use super::scatter_add::ScatterAdd;
use crate::index;

#[derive(Debug)]
struct Gather {
    axis: usize,
    of: Dims,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::gather(&inputs[0].value(), self.axis, &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let add = ScatterAdd { axis: self.axis, into: self.of.clone() };
        smallvec![Some(add.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// By an index that is known to fit.
#[track_caller]
pub(crate) fn gather(x: &Tensor, axis: usize, index: &Tensor) -> Tensor {
    Gather { axis, of: Dims::from_slice(x.shape()) }.apply(&[x, index])
}

/// An index for [`Tensor::gather`] and its adjoint: as many axes as the tensor, none but `axis` longer.
#[track_caller]
pub(crate) fn check(op: &str, index: &Tensor, shape: &[usize], axis: usize) {
    index::check(op, index, shape, axis);
    let found = index.shape();
    let fits = |a: usize| a == axis || found[a] <= shape[a];
    if found.len() != shape.len() || !(0..shape.len()).all(fits) {
        fail!("{op}: the index is {found:?}; beside axis {axis} it must fit into {shape:?}");
    }
}

impl Tensor {
    /// For each place of an i64 index, the element at the same place, but along `axis` where the index says:
    /// `y[i, j] = x[index[i, j], j]` for axis 0 of a matrix. The result has the index's shape.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2, 3], [4, 5, 6]];
    /// assert_eq!(x.gather(1, &tensor![[2], [0]]).to_vec::<i64>().unwrap(), [3, 4]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the index is not i64, has another number of axes or is longer along one beside `axis`, or one
    /// of it is negative or past the axis's end.
    #[must_use]
    #[track_caller]
    pub fn gather(&self, axis: isize, index: &Tensor) -> Tensor {
        let axis = axes::axis("gather", self.shape(), axis);
        check("gather", index, self.shape(), axis);
        gather(self, axis, index)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "gather",
    group: Group::Indexing,
    types: Types::Any,
    formula: "for each place of an index x there, but along an axis where the index says",
    derivative: "g added up where it was read",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::new("plain", [x(&[2, 3]), tensor![[2, 0, 2, 2], [1, 1, 0, 2]]], |x| x[0].gather(1, &x[1])),
            Sample::new("first axis", [x(&[3, 2]), tensor![[2, 0], [2, 1]]], |x| x[0].gather(0, &x[1])),
            Sample::new("part", [x(&[3, 2, 2]), tensor![[[1], [0], [1]]]], |x| x[0].gather(-2, &x[1])),
            Sample::new("size 1", [x(&[1]), tensor![0]], |x| x[0].gather(0, &x[1])),
            Sample::new("size 0", [x(&[2]), Tensor::arange(0, 0)], |x| x[0].gather(0, &x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).gather(1, &crate::tensor![[0, 3]]),
                "gather: index 3 (element [0, 1] of the index) is out of range for axis 1 of [2, 3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([2, 3]).gather(1, &crate::tensor![0]),
                "gather: the index is [1]; beside axis 1 it must fit into [2, 3]"
            ),
            misuse!(
                Tensor::zeros([1, 3]).gather(1, &crate::tensor![[0], [0]]),
                "gather: the index is [2, 1]; beside axis 1 it must fit into [1, 3]"
            ),
            misuse!(Tensor::zeros([1]).gather(0, &Tensor::zeros([1])), "gather: the index is f32, expected i64"),
        ]
    },
    kinks: no_kinks,
};
