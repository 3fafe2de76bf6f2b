//! Half of an axis gates the other.

use super::prelude::*;

impl Tensor {
    /// a sigmoid(b), where a and b are the two halves of an axis (Y. Dauphin et al., "Language modeling with gated convolutional
    /// networks", 2017).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![3.0, 0.0].glu(0).to_vec::<f32>().unwrap(), [1.5]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or its length is odd, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn glu(&self, axis: isize) -> Tensor {
        check_float("glu", self);
        let k = axes::axis("glu", self.shape(), axis);
        if !self.shape()[k].is_multiple_of(2) {
            fail!("glu: axis {axis} of {:?} has an odd length, {}", self.shape(), self.shape()[k]);
        }
        let (half, axis) = (self.shape()[k] / 2, k as isize);
        self.narrow(axis, 0, half) * self.narrow(axis, half, half).sigmoid()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "glu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "a sigmoid b",
    derivative: "g s to a, g a s (1 - s) to b, s = sigmoid b",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("last axis", [spread([2, 4], -2.0, 2.0)], |x| x[0].glu(-1)),
            Sample::new("first axis", [spread([4, 3], -2.0, 2.0)], |x| x[0].glu(0)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].glu(1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].glu(1)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).glu(0), "glu: not defined for i64")],
    kinks: no_kinks,
};
