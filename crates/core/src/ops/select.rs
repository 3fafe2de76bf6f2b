//! One place along an axis.

use super::prelude::*;
use super::slice::Slice;
use super::slice_backward::SliceBackward;
use super::unsqueeze::unsqueeze;
use crate::index;

#[derive(Debug)]
struct Select {
    axis: usize,
    index: usize,
    of: Dims,
}

impl Op for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("index", self.index.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::select(&inputs[0].value(), self.axis, self.index))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let slice = Slice { axis: self.axis, start: self.index, len: 1, step: 1, of: self.of.clone() };
        smallvec![Some(SliceBackward(slice).apply(&[&unsqueeze(ctx.g(), self.axis)]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// A place that is known to be there.
#[track_caller]
pub(crate) fn select(x: &Tensor, axis: usize, index: usize) -> Tensor {
    Select { axis, index, of: Dims::from_slice(x.shape()) }.apply(&[x])
}

impl Tensor {
    /// The elements at one place along an axis, which goes; without a copy. Negative places count from the end.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2], [3, 4]];
    /// assert_eq!(x.select(1, -1).to_vec::<i64>().unwrap(), [2, 4]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis or place.
    #[must_use]
    #[track_caller]
    pub fn select(&self, axis: isize, index: isize) -> Tensor {
        let axis = axes::axis("select", self.shape(), axis);
        select(self, axis, index::place("select", self.shape(), axis, index))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "select",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x at one place along an axis",
    derivative: "g in its place, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].select(1, 2)),
            Sample::new("from the end", [spread([2, 3], -2.0, 2.0)], |x| x[0].select(-1, -3)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].select(0, 0)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].select(0, 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 4]).select(1, 4),
                "select: index 4 is out of range for axis 1 of [3, 4], whose length is 4"
            ),
            misuse!(
                Tensor::zeros([3, 4]).select(0, -4),
                "select: index -4 is out of range for axis 0 of [3, 4], whose length is 3"
            ),
        ]
    },
    kinks: no_kinks,
};
