//! A tensor taken apart along an axis, and iteration over its rows: one edge, however many parts, so that the backward pass
//! of a loop over all rows touches each element once.

use super::prelude::*;
use super::split::present_or_zeros;
use super::stack::stack;

#[derive(Debug)]
struct Unbind {
    axis: usize,
    of: Dims,
}

impl Op for Unbind {
    fn name(&self) -> &'static str {
        "unbind"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        (0..self.of[self.axis]).map(|i| Tensor::constant(view::select(&x, self.axis, i))).collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let parts = present_or_zeros(ctx, self.of[self.axis], |_| axes::reduced(&self.of, &[self.axis], false));
        let parts: Vec<&Tensor> = parts.iter().map(|part| &**part).collect();
        smallvec![Some(stack(&parts, self.axis))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Along an axis that is known to exist.
#[track_caller]
pub(crate) fn unbind(x: &Tensor, axis: usize) -> Vec<Tensor> {
    if x.shape()[axis] == 0 {
        return Vec::new();
    }
    Unbind { axis, of: Dims::from_slice(x.shape()) }.apply_all(&[x]).into_vec()
}

impl Tensor {
    /// The parts at each place of an axis, which goes; without a copy. Iterating over a tensor does this along axis 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2], [3, 4]];
    /// assert_eq!(x.unbind(1)[0].to_vec::<i64>().unwrap(), [1, 3]);
    /// for row in &x {
    ///     assert_eq!(row.shape(), [2]);
    /// }
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    #[doc(alias = "rows")]
    pub fn unbind(&self, axis: isize) -> Vec<Tensor> {
        unbind(self, axes::axis("unbind", self.shape(), axis))
    }
}

/// The rows: the parts at each place of the first axis, which goes.
///
/// # Panics
/// If the tensor has no axes.
impl IntoIterator for &Tensor {
    type Item = Tensor;
    type IntoIter = std::vec::IntoIter<Tensor>;

    #[track_caller]
    fn into_iter(self) -> Self::IntoIter {
        self.unbind(0).into_iter()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unbind",
    group: Group::Shape,
    types: Types::Any,
    formula: "x at each place along an axis",
    derivative: "the parts' cotangents side by side, 0 for a part without",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::multi("plain", [spread([3, 2], -2.0, 2.0)], |x| x[0].unbind(0)),
            Sample::multi("last axis", [spread([2, 3], -2.0, 2.0)], |x| x[0].unbind(-1)),
            Sample::multi("rows", [spread([3, 2], -2.0, 2.0)], |x| x[0].into_iter().skip(1).collect()),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], |x| x[0].unbind(0)),
            Sample::multi("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].unbind(0)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).unbind(1), "unbind: axis 1 does not exist in [2], which has 1 axes"),
            misuse!(Tensor::zeros([]).into_iter(), "unbind: axis 0 does not exist in [], which has 0 axes"),
        ]
    },
    kinks: no_kinks,
};
