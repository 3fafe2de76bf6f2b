//! A convolution over three axes.

use super::prelude::*;
use crate::convolution::{self, Options};

/// The options of [`Tensor::conv3d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv3dOptions {
    /// From one place of the kernel to the next.
    pub stride: [usize; 3],
    /// Zeros added on either side.
    pub padding: [usize; 3],
    /// From one element of the kernel to the next.
    pub dilation: [usize; 3],
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Default for Conv3dOptions {
    fn default() -> Self {
        Conv3dOptions { stride: [1; 3], padding: [0; 3], dilation: [1; 3], groups: 1 }
    }
}

impl Tensor {
    /// The convolution (cross-correlation) over the last three axes: `[N, C, D, H, W]` (or without N) with a weight
    /// `[O, C / groups, d, h, w]` and a bias `[O]`. A length n becomes
    /// `(n + 2 padding - dilation (k - 1) - 1) / stride + 1`, rounded down.
    ///
    /// ```
    /// use tapegrad_core::{Conv3dOptions, Tensor};
    /// let y = Tensor::ones([1, 2, 4, 4, 4]).conv3d(&Tensor::ones([3, 2, 2, 3, 4]), None, &Conv3dOptions::default());
    /// assert_eq!(y.shape(), [1, 3, 3, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// If the shapes or options do not fit each other, or the types differ or are not of floats.
    #[must_use]
    #[track_caller]
    pub fn conv3d(&self, weight: &Tensor, bias: Option<&Tensor>, options: &Conv3dOptions) -> Tensor {
        let window = Options {
            stride: options.stride,
            padding: options.padding,
            dilation: options.dilation,
            groups: options.groups,
        };
        convolution::conv("conv3d", self, weight, bias, &window)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "conv3d",
    group: Group::Convolution,
    types: Types::Floats,
    formula: "sum over c, k of w[o, c, k] x[c, s i + d k - p]",
    derivative: "the transposed convolution of g to x, each tap times what it read to w, g summed to the bias",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], weight: &[usize], bias: usize, options: Conv3dOptions) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(weight, -1.0, 1.5), spread([bias], -1.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].conv3d(&x[1], Some(&x[2]), &options))
        }
        vec![
            sample("plain", &[2, 2, 4, 5, 3], &[3, 2, 2, 3, 2], 3, Conv3dOptions::default()),
            sample("without batch", &[2, 4, 5, 3], &[2, 2, 2, 3, 2], 2, Conv3dOptions::default()),
            sample(
                "stride",
                &[1, 2, 4, 5, 3],
                &[2, 2, 2, 3, 2],
                2,
                Conv3dOptions { stride: [2, 3, 2], ..Default::default() },
            ),
            sample(
                "padding",
                &[1, 2, 4, 5, 3],
                &[2, 2, 2, 3, 2],
                2,
                Conv3dOptions { padding: [1, 3, 1], ..Default::default() },
            ),
            sample(
                "dilation",
                &[1, 1, 5, 6, 4],
                &[2, 1, 2, 3, 2],
                2,
                Conv3dOptions { dilation: [2, 2, 2], ..Default::default() },
            ),
            sample("groups", &[1, 4, 4, 5, 3], &[2, 2, 2, 3, 2], 2, Conv3dOptions { groups: 2, ..Default::default() }),
            sample(
                "depthwise",
                &[1, 3, 4, 5, 3],
                &[3, 1, 2, 3, 2],
                3,
                Conv3dOptions { groups: 3, ..Default::default() },
            ),
            sample(
                "stride longer than the kernel",
                &[1, 2, 4, 5, 3],
                &[2, 2, 1, 1, 1],
                2,
                Conv3dOptions { stride: [3, 2, 2], ..Default::default() },
            ),
            sample("size 1", &[1, 1, 1, 1, 1], &[1, 1, 1, 1, 1], 1, Conv3dOptions::default()),
            sample("size 0", &[0, 2, 4, 5, 3], &[2, 2, 2, 3, 2], 2, Conv3dOptions::default()),
            Sample::new(
                "without bias",
                [spread([1, 2, 4, 5, 3], -2.0, 2.0), spread([2, 2, 2, 3, 2], -1.0, 1.5)],
                |x| x[0].conv3d(&x[1], None, &Conv3dOptions::default()),
            ),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1, 2, 3, 3, 3]).conv3d(&o([2, 3, 3, 3, 3]), None, &Conv3dOptions::default()),
                "conv3d: x [1, 2, 3, 3, 3] has 2 channels, the weight [2, 3, 3, 3, 3] takes 3 in 1 groups"
            ),
            misuse!(
                o([1, 2, 2, 2, 2]).conv3d(&o([2, 2, 3, 3, 3]), None, &Conv3dOptions::default()),
                "conv3d: x [1, 2, 2, 2, 2] with padding [0, 0, 0] is smaller than the kernel [3, 3, 3] with dilation [1, 1, 1]"
            ),
            misuse!(
                o([2]).conv3d(&o([2, 2, 3, 3, 3]), None, &Conv3dOptions::default()),
                "conv3d: x [2] must have 5 axes, or 4 without a batch, and the weight [2, 2, 3, 3, 3] 5"
            ),
            misuse!(
                o([1, 2, 3, 3, 3]).conv3d(&o([2, 2, 3, 3, 3]), Some(&o([3])), &Conv3dOptions::default()),
                "conv3d: the bias has shape [3], the weight [2, 2, 3, 3, 3] takes [2]"
            ),
            misuse!(
                o([1, 2, 3, 3, 3]).conv3d(
                    &o([2, 2, 3, 3, 3]),
                    None,
                    &Conv3dOptions { stride: [0, 0, 0], ..Default::default() }
                ),
                "conv3d: stride [0, 0, 0], dilation [1, 1, 1] and groups 1 must be at least 1"
            ),
            misuse!(
                o([1, 2, 3, 3, 3]).conv3d(
                    &o([3, 1, 3, 3, 3]),
                    None,
                    &Conv3dOptions { groups: 2, ..Default::default() }
                ),
                "conv3d: 2 groups do not divide the 3 channels of the weight [3, 1, 3, 3, 3]"
            ),
            misuse!(
                o([1, 0, 3, 3, 3]).conv3d(&o([2, 2, 3, 3, 3]), None, &Conv3dOptions::default()),
                "conv3d: x [1, 0, 3, 3, 3] under the weight [2, 2, 3, 3, 3]: only the batch may have length 0"
            ),
            misuse!(
                o([1, 2, 3, 3, 3]).conv3d(&o([2, 2, 3, 3, 3]).to_dtype(DType::F64), None, &Conv3dOptions::default()),
                "conv3d: x is f32 and the weight f64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
