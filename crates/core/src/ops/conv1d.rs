//! A convolution over one axis.

use super::prelude::*;
use crate::convolution::{self, Options};

/// The options of [`Tensor::conv1d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv1dOptions {
    /// From one place of the kernel to the next.
    pub stride: usize,
    /// Zeros added on either side.
    pub padding: usize,
    /// From one element of the kernel to the next.
    pub dilation: usize,
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Default for Conv1dOptions {
    fn default() -> Self {
        Conv1dOptions { stride: 1, padding: 0, dilation: 1, groups: 1 }
    }
}

impl Tensor {
    /// The convolution (cross-correlation) over the last axis: `[N, C, L]` (or without N) with a weight
    /// `[O, C / groups, l]` and a bias `[O]`. A length n becomes
    /// `(n + 2 padding - dilation (k - 1) - 1) / stride + 1`, rounded down.
    ///
    /// ```
    /// use tapegrad_core::{Conv1dOptions, tensor};
    /// let (x, weight) = (tensor![[1.0, 2.0, 4.0]], tensor![[[1.0, -1.0]]]);
    /// let y = x.conv1d(&weight, None, &Conv1dOptions::default());
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [-1.0, -2.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes or options do not fit each other, or the types differ or are not of floats.
    #[must_use]
    #[track_caller]
    pub fn conv1d(&self, weight: &Tensor, bias: Option<&Tensor>, options: &Conv1dOptions) -> Tensor {
        let window = Options {
            stride: [options.stride],
            padding: [options.padding],
            dilation: [options.dilation],
            groups: options.groups,
        };
        convolution::conv("conv1d", self, weight, bias, &window)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "conv1d",
    group: Group::Convolution,
    types: Types::Floats,
    formula: "sum over c, k of w[o, c, k] x[c, s i + d k - p]",
    derivative: "the transposed convolution of g to x, each tap times what it read to w, g summed to the bias",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], weight: &[usize], bias: usize, options: Conv1dOptions) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(weight, -1.0, 1.5), spread([bias], -1.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].conv1d(&x[1], Some(&x[2]), &options))
        }
        vec![
            sample("plain", &[2, 2, 6], &[3, 2, 3], 3, Conv1dOptions::default()),
            sample("without batch", &[2, 6], &[2, 2, 3], 2, Conv1dOptions::default()),
            sample("stride", &[1, 2, 6], &[2, 2, 3], 2, Conv1dOptions { stride: 2, ..Default::default() }),
            sample("padding", &[1, 2, 6], &[2, 2, 3], 2, Conv1dOptions { padding: 1, ..Default::default() }),
            sample("dilation", &[1, 1, 7], &[2, 1, 3], 2, Conv1dOptions { dilation: 2, ..Default::default() }),
            sample("groups", &[1, 4, 6], &[2, 2, 3], 2, Conv1dOptions { groups: 2, ..Default::default() }),
            sample("depthwise", &[1, 3, 6], &[3, 1, 3], 3, Conv1dOptions { groups: 3, ..Default::default() }),
            sample(
                "stride longer than the kernel",
                &[1, 2, 6],
                &[2, 2, 1],
                2,
                Conv1dOptions { stride: 3, ..Default::default() },
            ),
            sample("size 1", &[1, 1, 1], &[1, 1, 1], 1, Conv1dOptions::default()),
            sample("size 0", &[0, 2, 6], &[2, 2, 3], 2, Conv1dOptions::default()),
            Sample::new("without bias", [spread([1, 2, 6], -2.0, 2.0), spread([2, 2, 3], -1.0, 1.5)], |x| {
                x[0].conv1d(&x[1], None, &Conv1dOptions::default())
            }),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1, 2, 3]).conv1d(&o([2, 3, 3]), None, &Conv1dOptions::default()),
                "conv1d: x [1, 2, 3] has 2 channels, the weight [2, 3, 3] takes 3 in 1 groups"
            ),
            misuse!(
                o([1, 2, 2]).conv1d(&o([2, 2, 3]), None, &Conv1dOptions::default()),
                "conv1d: x [1, 2, 2] with padding [0] is smaller than the kernel [3] with dilation [1]"
            ),
            misuse!(
                o([2]).conv1d(&o([2, 2, 3]), None, &Conv1dOptions::default()),
                "conv1d: x [2] must have 3 axes, or 2 without a batch, and the weight [2, 2, 3] 3"
            ),
            misuse!(
                o([1, 2, 3]).conv1d(&o([2, 2, 3]), Some(&o([3])), &Conv1dOptions::default()),
                "conv1d: the bias has shape [3], the weight [2, 2, 3] takes [2]"
            ),
            misuse!(
                o([1, 2, 3]).conv1d(&o([2, 2, 3]), None, &Conv1dOptions { stride: 0, ..Default::default() }),
                "conv1d: stride [0], dilation [1] and groups 1 must be at least 1"
            ),
            misuse!(
                o([1, 2, 3]).conv1d(&o([3, 1, 3]), None, &Conv1dOptions { groups: 2, ..Default::default() }),
                "conv1d: 2 groups do not divide the 3 channels of the weight [3, 1, 3]"
            ),
            misuse!(
                o([1, 0, 3]).conv1d(&o([2, 2, 3]), None, &Conv1dOptions::default()),
                "conv1d: x [1, 0, 3] under the weight [2, 2, 3]: only the batch may have length 0"
            ),
            misuse!(
                o([1, 2, 3]).conv1d(&o([2, 2, 3]).to_dtype(DType::F64), None, &Conv1dOptions::default()),
                "conv1d: x is f32 and the weight f64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
