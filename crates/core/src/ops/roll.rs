//! Places moved around an axis.

use super::prelude::*;

impl Tensor {
    /// Each element `shift` places further along an axis; what leaves at the end comes in at the beginning. A negative shift moves back.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![1, 2, 3].roll(1, 0).to_vec::<i64>().unwrap(), [3, 1, 2]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist.
    #[must_use]
    #[track_caller]
    pub fn roll(&self, shift: isize, axis: isize) -> Tensor {
        let at = axes::axis("roll", self.shape(), axis);
        let length = self.shape()[at];
        if length == 0 {
            return self.clone();
        }
        let head = length - shift.rem_euclid(length as isize) as usize;
        let (axis, tail) = (at as isize, length - head);
        Tensor::cat(&[self.narrow(axis, head, tail), self.narrow(axis, 0, head)], axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "roll",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[i + shift mod n] = x[i]",
    derivative: "g moved back",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([5], -2.0, 2.0)], |x| x[0].roll(2, 0)),
            Sample::new("back", [spread([2, 3], -2.0, 2.0)], |x| x[0].roll(-1, 1)),
            Sample::new("around", [spread([3, 2], -2.0, 2.0)], |x| x[0].roll(7, 0)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].roll(1, 0)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].roll(1, 1) * 1),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2]).roll(1, 1), "roll: axis 1 does not exist in [2], which has 1 axes")],
    kinks: no_kinks,
};
