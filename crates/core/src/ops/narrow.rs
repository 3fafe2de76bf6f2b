//! Part of an axis, by its first place and its length.

use super::prelude::*;
use super::slice::slice;

impl Tensor {
    /// `len` neighbours along an axis from `start` on; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::arange(0, 9).narrow(0, 2, 3).to_vec::<i64>().unwrap(), [2, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or ends before.
    #[must_use]
    #[track_caller]
    pub fn narrow(&self, axis: isize, start: usize, len: usize) -> Tensor {
        let shape = self.shape();
        let axis = axes::axis("narrow", shape, axis);
        let n = shape[axis];
        if start.checked_add(len).is_none_or(|end| end > n) {
            fail!("narrow: {len} from {start} on leave axis {axis} of {shape:?}, whose length is {n}");
        }
        slice(self, axis, start, len, 1)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "narrow",
    group: Group::Indexing,
    types: Types::Any,
    formula: "neighbours along one axis of x",
    derivative: "g in its places, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 5], -2.0, 2.0)], |x| x[0].narrow(1, 1, 3)),
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].narrow(-1, 0, 3)),
            Sample::new("nothing", [spread([2, 3], -2.0, 2.0)], |x| x[0].narrow(0, 2, 0)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].narrow(0, 0, 1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].narrow(1, 1, 1)),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([3, 4]).narrow(1, 2, 3),
            "narrow: 3 from 2 on leave axis 1 of [3, 4], whose length is 4"
        )]
    },
    kinks: no_kinks,
};
