//! The places along one axis that an index names.

use super::index_add::IndexAdd;
use super::prelude::*;
use crate::index;

#[derive(Debug)]
struct IndexSelect {
    axis: usize,
    of: Dims,
}

impl Op for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::select(&inputs[0].value(), self.axis, &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let add = IndexAdd { axis: self.axis, into: self.of.clone() };
        smallvec![Some(add.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// By an index that is known to be inside the axis.
#[track_caller]
pub(crate) fn index_select(x: &Tensor, axis: usize, index: &Tensor) -> Tensor {
    IndexSelect { axis, of: Dims::from_slice(x.shape()) }.apply(&[x, index])
}

impl Tensor {
    /// The places along an axis that an i64 index names, as often as it names them. In the shape of the result, the index's
    /// shape stands in place of the axis.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2], [3, 4], [5, 6]];
    /// assert_eq!(x.index_select(0, &tensor![2, 0]).to_vec::<i64>().unwrap(), [5, 6, 1, 2]);
    /// assert_eq!(x.index_select(0, &tensor![[2, 0, 1]]).shape(), [1, 3, 2]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the index is not i64, or one of it is negative or past the axis's end.
    #[must_use]
    #[track_caller]
    #[doc(alias = "take")]
    pub fn index_select(&self, axis: isize, index: &Tensor) -> Tensor {
        let axis = axes::axis("index_select", self.shape(), axis);
        index::check("index_select", index, self.shape(), axis);
        index_select(self, axis, index)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "index_select",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x at the places of an index along an axis",
    derivative: "g added up at these places",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        vec![
            Sample::new("plain", [spread([3, 2], -2.0, 2.0), tensor![2, 0, 2]], |x| x[0].index_select(0, &x[1])),
            Sample::new("last axis", [spread([2, 3], -2.0, 2.0), tensor![1, 1]], |x| x[0].index_select(-1, &x[1])),
            Sample::new("inner axis", [spread([2, 3, 2], -2.0, 2.0), tensor![[0, 2], [1, 0]]], |x| {
                x[0].index_select(1, &x[1])
            }),
            Sample::new("one place", [spread([3, 2], -2.0, 2.0), tensor![1]], |x| {
                x[0].index_select(0, &x[1].squeeze())
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), tensor![0]], |x| x[0].index_select(0, &x[1])),
            Sample::new("size 0", [spread([2, 3], -2.0, 2.0), Tensor::arange(0, 0)], |x| x[0].index_select(0, &x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 4]).index_select(1, &crate::tensor![[0, 4]]),
                "index_select: index 4 (element [0, 1] of the index) is out of range for axis 1 of [3, 4], whose length is 4"
            ),
            misuse!(
                Tensor::zeros([3]).index_select(0, &crate::tensor![-1]),
                "index_select: index -1 (element [0] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).index_select(0, &Tensor::zeros([1])),
                "index_select: the index is f32, expected i64"
            ),
        ]
    },
    kinks: no_kinks,
};
