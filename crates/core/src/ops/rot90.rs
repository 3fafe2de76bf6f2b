//! Quarter turns.

use super::prelude::*;

impl Tensor {
    /// `turns` quarter turns from the first of two axes towards the second.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert!(tensor![[1, 2], [3, 4]].rot90(1, 0, 1).equal(&tensor![[2, 4], [1, 3]]));
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist, or both are one.
    #[must_use]
    #[track_caller]
    pub fn rot90(&self, turns: isize, axis1: isize, axis2: isize) -> Tensor {
        let (a, b) = (axes::axis("rot90", self.shape(), axis1), axes::axis("rot90", self.shape(), axis2));
        if a == b {
            fail!("rot90: axis {a} of {:?} is named twice", self.shape());
        }
        let (a, b) = (a as isize, b as isize);
        match turns.rem_euclid(4) {
            1 => self.flip(b).transpose(a, b),
            2 => self.flip([a, b]),
            3 => self.transpose(a, b).flip(b),
            _ => self.clone(),
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "rot90",
    group: Group::Shape,
    types: Types::Any,
    formula: "x turned in the plane of two axes",
    derivative: "g turned back",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].rot90(1, 0, 1)),
            Sample::new("twice", [spread([2, 3], -2.0, 2.0)], |x| x[0].rot90(2, 0, 1)),
            Sample::new("back", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].rot90(-1, 2, 0)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].rot90(1, 0, 1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].rot90(1, 0, 1)),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 2]).rot90(1, 0, 0), "rot90: axis 0 of [2, 2] is named twice")],
    kinks: no_kinks,
};
