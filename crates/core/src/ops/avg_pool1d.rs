//! The mean of each window along one axis.

use super::avg_pool2d::AvgPool2dOptions;
use super::prelude::*;

impl Tensor {
    /// The mean of each window of `kernel` places, `stride` apart, over the last axis, `[C, L]` or `[N, C, L]`, with `padding`
    /// on both sides: see [`Tensor::avg_pool2d`].
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1.0, 3.0, 2.0, 4.0]].avg_pool1d(2, 2, 0).to_vec::<f32>().unwrap(), [2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has other axes; else as [`Tensor::avg_pool2d`].
    #[must_use]
    #[track_caller]
    pub fn avg_pool1d(&self, kernel: usize, stride: usize, padding: usize) -> Tensor {
        check_float("avg_pool1d", self);
        if !(2..=3).contains(&self.ndim()) {
            fail!("avg_pool1d: input {:?}, expected [C, L] or [N, C, L]", self.shape());
        }
        let options =
            AvgPool2dOptions { stride: Some([1, stride]), padding: [0, padding], ..AvgPool2dOptions::new([1, kernel]) };
        self.unsqueeze(-2).avg_pool2d(&options).squeeze_dim(-2)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "avg_pool1d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the mean of each window",
    derivative: "g / number, added up over the windows",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 6], -2.0, 2.0)], |x| x[0].avg_pool1d(2, 2, 0)),
            Sample::new("padding", [spread([1, 2, 5], -2.0, 2.0)], |x| x[0].avg_pool1d(3, 1, 1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].avg_pool1d(1, 1, 0)),
            Sample::new("size 0", [spread([0, 2, 2], -2.0, 2.0)], |x| x[0].avg_pool1d(2, 2, 0)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2]).avg_pool1d(1, 1, 0), "avg_pool1d: input [2], expected [C, L] or [N, C, L]")]
    },
    kinks: no_kinks,
};
