//! A new axis of length 1.

use super::prelude::*;
use super::reshape::reshape;

/// At a place that is known to be there.
#[track_caller]
pub(crate) fn unsqueeze(x: &Tensor, axis: usize) -> Tensor {
    let mut shape = Dims::from_slice(x.shape());
    shape.insert(axis, 1);
    reshape(x, &shape)
}

/// The place of a new axis in the shape that has it, negative from the end.
#[track_caller]
pub(crate) fn new_axis(op: &str, shape: &[usize], axis: isize) -> usize {
    let n = shape.len() as isize + 1;
    let resolved = if axis < 0 { axis + n } else { axis };
    if !(0..n).contains(&resolved) {
        fail!("{op}: a new axis of {shape:?} can stand at 0 to {}, not at {axis}", n - 1);
    }
    resolved as usize
}

impl Tensor {
    /// With a new axis of length 1 at the given place of the result; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).unsqueeze(1).shape(), [2, 1, 3]);
    /// assert_eq!(Tensor::zeros([2, 3]).unsqueeze(-1).shape(), [2, 3, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    #[track_caller]
    #[doc(alias = "expand_dims")]
    pub fn unsqueeze(&self, axis: isize) -> Tensor {
        unsqueeze(self, new_axis("unsqueeze", self.shape(), axis))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unsqueeze",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with a new axis of length 1",
    derivative: "g without the axis",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].unsqueeze(1)),
            Sample::new("last", [spread([2, 3], -2.0, 2.0)], |x| x[0].unsqueeze(-1)),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].unsqueeze(0)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].unsqueeze(0)),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([2, 3]).unsqueeze(3),
            "unsqueeze: a new axis of [2, 3] can stand at 0 to 2, not at 3"
        )]
    },
    kinks: no_kinks,
};
