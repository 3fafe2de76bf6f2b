//! A convolution over two axes.

use super::prelude::*;
use crate::convolution::{self, Options};

/// The options of [`Tensor::conv2d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// From one place of the kernel to the next.
    pub stride: [usize; 2],
    /// Zeros added on either side.
    pub padding: [usize; 2],
    /// From one element of the kernel to the next.
    pub dilation: [usize; 2],
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Default for Conv2dOptions {
    fn default() -> Self {
        Conv2dOptions { stride: [1; 2], padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

impl Tensor {
    /// The convolution (cross-correlation) over the last two axes: `[N, C, H, W]` (or without N) with a weight
    /// `[O, C / groups, h, w]` and a bias `[O]`. A length n becomes
    /// `(n + 2 padding - dilation (k - 1) - 1) / stride + 1`, rounded down.
    ///
    /// ```
    /// use tapegrad_core::{Conv2dOptions, Tensor};
    /// let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
    /// let y = Tensor::ones([8, 3, 8, 8]).conv2d(&Tensor::ones([16, 3, 4, 4]), None, &options);
    /// assert_eq!(y.shape(), [8, 16, 4, 4]);
    /// ```
    ///
    /// # Panics
    /// If the shapes or options do not fit each other, or the types differ or are not of floats.
    #[must_use]
    #[track_caller]
    pub fn conv2d(&self, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Tensor {
        let window = Options {
            stride: options.stride,
            padding: options.padding,
            dilation: options.dilation,
            groups: options.groups,
        };
        convolution::conv("conv2d", self, weight, bias, &window)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "conv2d",
    group: Group::Convolution,
    types: Types::Floats,
    formula: "sum over c, k of w[o, c, k] x[c, s i + d k - p]",
    derivative: "the transposed convolution of g to x, each tap times what it read to w, g summed to the bias",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], weight: &[usize], bias: usize, options: Conv2dOptions) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(weight, -1.0, 1.5), spread([bias], -1.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].conv2d(&x[1], Some(&x[2]), &options))
        }
        vec![
            sample("plain", &[2, 2, 4, 5], &[3, 2, 2, 3], 3, Conv2dOptions::default()),
            sample("without batch", &[2, 4, 5], &[2, 2, 2, 3], 2, Conv2dOptions::default()),
            sample("stride", &[1, 2, 4, 5], &[2, 2, 2, 3], 2, Conv2dOptions { stride: [2, 3], ..Default::default() }),
            sample("padding", &[1, 2, 4, 5], &[2, 2, 2, 3], 2, Conv2dOptions { padding: [1, 3], ..Default::default() }),
            sample(
                "dilation",
                &[1, 1, 5, 6],
                &[2, 1, 2, 3],
                2,
                Conv2dOptions { dilation: [2, 2], ..Default::default() },
            ),
            sample("groups", &[1, 4, 4, 5], &[2, 2, 2, 3], 2, Conv2dOptions { groups: 2, ..Default::default() }),
            sample("depthwise", &[1, 3, 4, 5], &[3, 1, 2, 3], 3, Conv2dOptions { groups: 3, ..Default::default() }),
            sample(
                "all options",
                &[2, 4, 5, 6],
                &[6, 2, 2, 3],
                6,
                Conv2dOptions { stride: [3, 2], padding: [2, 1], dilation: [1, 2], groups: 2 },
            ),
            sample(
                "stride longer than the kernel",
                &[1, 2, 4, 5],
                &[2, 2, 1, 1],
                2,
                Conv2dOptions { stride: [3, 2], ..Default::default() },
            ),
            sample("size 1", &[1, 1, 1, 1], &[1, 1, 1, 1], 1, Conv2dOptions::default()),
            sample("size 0", &[0, 2, 4, 5], &[2, 2, 2, 3], 2, Conv2dOptions::default()),
            Sample::new("without bias", [spread([1, 2, 4, 5], -2.0, 2.0), spread([2, 2, 2, 3], -1.0, 1.5)], |x| {
                x[0].conv2d(&x[1], None, &Conv2dOptions::default())
            }),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1, 2, 3, 3]).conv2d(&o([2, 3, 3, 3]), None, &Conv2dOptions::default()),
                "conv2d: x [1, 2, 3, 3] has 2 channels, the weight [2, 3, 3, 3] takes 3 in 1 groups"
            ),
            misuse!(
                o([1, 2, 2, 2]).conv2d(&o([2, 2, 3, 3]), None, &Conv2dOptions::default()),
                "conv2d: x [1, 2, 2, 2] with padding [0, 0] is smaller than the kernel [3, 3] with dilation [1, 1]"
            ),
            misuse!(
                o([2]).conv2d(&o([2, 2, 3, 3]), None, &Conv2dOptions::default()),
                "conv2d: x [2] must have 4 axes, or 3 without a batch, and the weight [2, 2, 3, 3] 4"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv2d(&o([2, 2, 3, 3]), Some(&o([3])), &Conv2dOptions::default()),
                "conv2d: the bias has shape [3], the weight [2, 2, 3, 3] takes [2]"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv2d(&o([2, 2, 3, 3]), None, &Conv2dOptions { stride: [0, 0], ..Default::default() }),
                "conv2d: stride [0, 0], dilation [1, 1] and groups 1 must be at least 1"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv2d(&o([3, 1, 3, 3]), None, &Conv2dOptions { groups: 2, ..Default::default() }),
                "conv2d: 2 groups do not divide the 3 channels of the weight [3, 1, 3, 3]"
            ),
            misuse!(
                o([1, 0, 3, 3]).conv2d(&o([2, 2, 3, 3]), None, &Conv2dOptions::default()),
                "conv2d: x [1, 0, 3, 3] under the weight [2, 2, 3, 3]: only the batch may have length 0"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv2d(&o([2, 2, 3, 3]).to_dtype(DType::F64), None, &Conv2dOptions::default()),
                "conv2d: x is f32 and the weight f64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
