//! Windows that slide along an axis, as a view.
//!
//! The op is more general: a walk over the input by several steps at once, whose adjoint adds up where walks meet. Windows and
//! diagonals are such walks.

use super::prelude::*;

/// A walk over an array of shape `of`: see [`view::walk`].
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub(crate) name: &'static str,
    pub(crate) of: Dims,
    pub(crate) start: Dims,
    pub(crate) axes: Vec<(usize, Dims)>,
}

impl Op for Walk {
    fn name(&self) -> &'static str {
        self.name
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::walk(&inputs[0].value(), &self.start, &self.axes))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(WalkBackward(self.clone()).apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Each element added up where the walk reads it.
#[derive(Debug)]
pub(crate) struct WalkBackward(pub(crate) Walk);

impl Op for WalkBackward {
    fn name(&self) -> &'static str {
        "walk_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::add_walk(&inputs[0].value(), &self.0.of, &self.0.start, &self.0.axes))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(self.0.clone().apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The steps of a walk that follows one axis of `n`.
pub(crate) fn along(n: usize, axis: usize, step: usize) -> Dims {
    (0..n).map(|a| if a == axis { step } else { 0 }).collect()
}

impl Tensor {
    /// All windows of `size` places along an axis, each `step` after the last: the axis counts the windows, and a new last axis
    /// has their places. A view of the same elements.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let windows = tensor![1, 2, 3, 4].unfold(0, 2, 1);
    /// assert_eq!(windows.to_vec::<i64>().unwrap(), [1, 2, 2, 3, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, is shorter than `size`, or `step` is 0; if the tensor is bool and needs a gradient.
    #[must_use]
    #[track_caller]
    pub fn unfold(&self, axis: isize, size: usize, step: usize) -> Tensor {
        let at = axes::axis("unfold", self.shape(), axis);
        let length = self.shape()[at];
        if step == 0 || size > length {
            fail!(
                "unfold: windows of {size} by steps of {step} along axis {at} of {:?}, whose length is {length}",
                self.shape()
            );
        }
        let n = self.ndim();
        let windows = |a| {
            if a == at { ((length - size) / step + 1, along(n, a, step)) } else { (self.shape()[a], along(n, a, 1)) }
        };
        let mut axes: Vec<(usize, Dims)> = (0..n).map(windows).collect();
        axes.push((size, along(n, at, 1)));
        let start = Dims::from_elem(0, n);
        Walk { name: "unfold", of: Dims::from_slice(self.shape()), start, axes }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unfold",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[.., i, .., k] = x[.., i step + k, ..]",
    derivative: "g added up where windows overlap",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([5], -2.0, 2.0)], |x| x[0].unfold(0, 2, 1)),
            Sample::new("steps", [spread([2, 7], -2.0, 2.0)], |x| x[0].unfold(-1, 3, 2)),
            Sample::new("first axis", [spread([4, 2], -2.0, 2.0)], |x| x[0].unfold(0, 2, 2)),
            Sample::new("adjoint", [spread([2, 3, 2], -2.0, 2.0)], |x| {
                let axes = vec![(2, along(2, 0, 1)), (3, along(2, 1, 1)), (2, along(2, 1, 1))];
                let walk = Walk { name: "unfold", of: smallvec![2, 4], start: smallvec![0, 0], axes };
                WalkBackward(walk).apply(&[&x[0]])
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].unfold(0, 1, 1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].unfold(1, 2, 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([3]).unfold(0, 4, 1), "unfold: windows of 4 by steps of 1 along axis 0 of [3]"),
            misuse!(Tensor::zeros([3]).unfold(1, 1, 1), "unfold: axis 1 does not exist in [3]"),
        ]
    },
    kinks: no_kinks,
};
