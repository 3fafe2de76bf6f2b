//! Part of an axis, by steps.

use super::prelude::*;
use super::slice_backward::SliceBackward;
use crate::index::Span;

/// `len` places along an axis from `start` on, every `step`-th.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) axis: usize,
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) step: isize,
    /// The shape that it is a slice of.
    pub(crate) of: Dims,
}

impl Slice {
    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![("axis", self.axis.to_string())];
        attributes.extend([("start", self.start.to_string()), ("len", self.len.to_string())]);
        if self.step != 1 {
            attributes.push(("step", self.step.to_string()));
        }
        attributes
    }
}

impl Op for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::slice(&inputs[0].value(), self.axis, self.start, self.len, self.step))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(SliceBackward(self.clone()).apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// A part that is known to be inside its axis.
#[track_caller]
pub(crate) fn slice(x: &Tensor, axis: usize, start: usize, len: usize, step: isize) -> Tensor {
    if len == x.shape()[axis] && step == 1 {
        return x.clone();
    }
    Slice { axis, start, len, step, of: Dims::from_slice(x.shape()) }.apply(&[x])
}

impl Tensor {
    /// Every `step`-th element of a range of an axis; without a copy. A negative step begins with the range's last element and
    /// walks backwards: `x.slice(0, .., -1)` is `x` in reverse. [`Tensor::i`] takes ranges of several axes with step 1.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let x = Tensor::arange(0, 6);
    /// assert_eq!(x.slice(0, 1.., 2).to_vec::<i64>().unwrap(), [1, 3, 5]);
    /// assert_eq!(x.slice(0, ..-1, -2).to_vec::<i64>().unwrap(), [4, 2, 0]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, the range is not inside it, or the step is 0.
    #[must_use]
    #[track_caller]
    #[doc(alias = "flip")]
    pub fn slice(&self, axis: isize, range: impl Into<Span>, step: isize) -> Tensor {
        let axis = axes::axis("slice", self.shape(), axis);
        let (start, len) = range.into().resolve("slice", self.shape(), axis);
        if step == 0 {
            fail!("slice: a step of 0 along axis {axis} of {:?}", self.shape());
        }
        let first = if step < 0 { start + len.saturating_sub(1) } else { start };
        slice(self, axis, first, len.div_ceil(step.unsigned_abs()), step)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "slice",
    group: Group::Indexing,
    types: Types::Any,
    formula: "every step-th element of a range of one axis of x",
    derivative: "g in its places, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 5], -2.0, 2.0)], |x| x[0].slice(1, 1..4, 1)),
            Sample::new("by steps", [spread([5, 2], -2.0, 2.0)], |x| x[0].slice(0, .., 2)),
            Sample::new("backwards", [spread([2, 5], -2.0, 2.0)], |x| x[0].slice(-1, ..-1, -2)),
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].slice(0, .., 1)),
            Sample::new("one", [spread([2, 3], -2.0, 2.0)], |x| x[0].slice(0, ..=0, 1)),
            Sample::new("nothing", [spread([2, 3], -2.0, 2.0)], |x| x[0].slice(0, 2..2, 1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].slice(0, .., -1)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].slice(1, 1.., 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 4]).slice(1, 2..5, 1),
                "slice: range 2..5 leaves axis 1 of [3, 4], whose length is 4"
            ),
            misuse!(
                Tensor::zeros([3, 4]).slice(0, -4.., 1),
                "slice: range -4.. leaves axis 0 of [3, 4], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3, 4]).slice(0, -1..1, 1),
                "slice: range -1..1 of axis 0 of [3, 4] ends before it begins: it is 2..1"
            ),
            misuse!(Tensor::zeros([3, 4]).slice(0, .., 0), "slice: a step of 0 along axis 0 of [3, 4]"),
        ]
    },
    kinks: no_kinks,
};
