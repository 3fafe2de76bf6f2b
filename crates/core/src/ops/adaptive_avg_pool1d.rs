//! Means over as many windows as are asked for, along one axis.

use super::prelude::*;

impl Tensor {
    /// As [`Tensor::adaptive_avg_pool2d`], over the last axis alone, `[.., L]`.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1.0, 2.0, 6.0]].adaptive_avg_pool1d(1).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has no axes.
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool1d(&self, size: usize) -> Tensor {
        check_float("adaptive_avg_pool1d", self);
        let Some(&length) = self.shape().last() else {
            fail!("adaptive_avg_pool1d: input [], expected [.., L]");
        };
        self.matmul(&super::adaptive_avg_pool2d::averaging(length, size, self.dtype()).transpose(0, 1))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "adaptive_avg_pool1d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the mean of x over each of n windows",
    derivative: "g / number, added up over the windows",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3, 6], -2.0, 2.0)], |x| x[0].adaptive_avg_pool1d(3)),
            Sample::new("uneven", [spread([1, 5], -2.0, 2.0)], |x| x[0].adaptive_avg_pool1d(3)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].adaptive_avg_pool1d(1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].adaptive_avg_pool1d(1)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::from(1.0).adaptive_avg_pool1d(1), "adaptive_avg_pool1d: input [], expected [.., L]")]
    },
    kinks: no_kinks,
};
