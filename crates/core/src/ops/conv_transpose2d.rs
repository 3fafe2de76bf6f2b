//! The adjoint of a convolution over two axes.

use super::prelude::*;
use crate::convolution::{self, Options};

/// The options of [`Tensor::conv_transpose2d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvTranspose2dOptions {
    /// From one place of the kernel to the next.
    pub stride: [usize; 2],
    /// Elements cut off on either side of the output: the padding of the convolution that this one reverses.
    pub padding: [usize; 2],
    /// Elements added to the end of the output, fewer than the stride: they tell apart the inputs that a strided convolution
    /// takes to one length.
    pub output_padding: [usize; 2],
    /// From one element of the kernel to the next.
    pub dilation: [usize; 2],
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Default for ConvTranspose2dOptions {
    fn default() -> Self {
        ConvTranspose2dOptions { stride: [1; 2], padding: [0; 2], output_padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

impl Tensor {
    /// The transposed convolution over the last two axes: the derivative of [`Tensor::conv2d`] by its input. `[N, C, H, W]` (or without N)
    /// with a weight `[C, O / groups, h, w]` and a bias `[O]`: each element of x puts the kernel, times itself, into
    /// the output, `stride` apart, and what overlaps is added. A length n becomes
    /// `(n - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1`.
    ///
    /// ```
    /// use tapegrad_core::{ConvTranspose2dOptions, Tensor};
    /// let options = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
    /// let y = Tensor::ones([8, 16, 4, 4]).conv_transpose2d(&Tensor::ones([16, 3, 4, 4]), None, &options);
    /// assert_eq!(y.shape(), [8, 3, 8, 8]);
    /// ```
    ///
    /// # Panics
    /// If the shapes or options do not fit each other, or the types differ or are not of floats.
    #[must_use]
    #[track_caller]
    pub fn conv_transpose2d(&self, weight: &Tensor, bias: Option<&Tensor>, options: &ConvTranspose2dOptions) -> Tensor {
        let window = Options {
            stride: options.stride,
            padding: options.padding,
            dilation: options.dilation,
            groups: options.groups,
        };
        convolution::conv_transpose("conv_transpose2d", self, weight, bias, &window, options.output_padding)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "conv_transpose2d",
    group: Group::Convolution,
    types: Types::Floats,
    formula: "y[o, s i + d k - p] += w[c, o, k] x[c, i]",
    derivative: "conv(g, w) to x, each tap times what it reached to w, g summed to the bias",
    kind: Derivative::Curved,
    samples: || {
        fn sample(
            label: &'static str,
            x: &[usize],
            weight: &[usize],
            bias: usize,
            options: ConvTranspose2dOptions,
        ) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(weight, -1.0, 1.5), spread([bias], -1.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].conv_transpose2d(&x[1], Some(&x[2]), &options))
        }
        vec![
            sample("plain", &[2, 2, 2, 3], &[2, 3, 2, 3], 3, ConvTranspose2dOptions::default()),
            sample("without batch", &[2, 2, 3], &[2, 2, 2, 3], 2, ConvTranspose2dOptions::default()),
            sample(
                "stride",
                &[1, 2, 2, 3],
                &[2, 2, 2, 3],
                2,
                ConvTranspose2dOptions { stride: [2, 3], ..Default::default() },
            ),
            sample(
                "padding",
                &[1, 2, 3, 4],
                &[2, 2, 2, 3],
                2,
                ConvTranspose2dOptions { padding: [1, 1], ..Default::default() },
            ),
            sample(
                "output padding",
                &[1, 2, 2, 3],
                &[2, 1, 2, 3],
                1,
                ConvTranspose2dOptions { stride: [2, 3], output_padding: [1, 2], ..Default::default() },
            ),
            sample(
                "dilation",
                &[1, 1, 2, 3],
                &[1, 2, 2, 3],
                2,
                ConvTranspose2dOptions { dilation: [2, 2], ..Default::default() },
            ),
            sample(
                "groups",
                &[1, 4, 2, 3],
                &[4, 1, 2, 3],
                2,
                ConvTranspose2dOptions { groups: 2, ..Default::default() },
            ),
            sample(
                "stride longer than the kernel",
                &[1, 2, 2, 3],
                &[2, 2, 1, 1],
                2,
                ConvTranspose2dOptions { stride: [3, 2], output_padding: [1, 1], ..Default::default() },
            ),
            sample("size 1", &[1, 1, 1, 1], &[1, 1, 1, 1], 1, ConvTranspose2dOptions::default()),
            sample("size 0", &[0, 2, 2, 3], &[2, 2, 2, 3], 2, ConvTranspose2dOptions::default()),
            Sample::new("without bias", [spread([1, 2, 4, 5], -2.0, 2.0), spread([2, 2, 2, 3], -1.0, 1.5)], |x| {
                x[0].conv_transpose2d(&x[1], None, &ConvTranspose2dOptions::default())
            }),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(&o([3, 2, 3, 3]), None, &ConvTranspose2dOptions::default()),
                "conv_transpose2d: x [1, 2, 3, 3] has 2 channels, the weight [3, 2, 3, 3] takes 3"
            ),
            misuse!(
                o([1, 2, 1, 1]).conv_transpose2d(
                    &o([2, 2, 1, 1]),
                    None,
                    &ConvTranspose2dOptions { padding: [1, 1], ..Default::default() }
                ),
                "conv_transpose2d: padding [1, 1] leaves nothing of x [1, 2, 1, 1] under the weight [2, 2, 1, 1]"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(
                    &o([2, 2, 3, 3]),
                    None,
                    &ConvTranspose2dOptions { output_padding: [1, 1], ..Default::default() }
                ),
                "conv_transpose2d: output_padding [1, 1] must be less than the stride [1, 1]"
            ),
            misuse!(
                o([2]).conv_transpose2d(&o([2, 2, 3, 3]), None, &ConvTranspose2dOptions::default()),
                "conv_transpose2d: x [2] must have 4 axes, or 3 without a batch, and the weight [2, 2, 3, 3] 4"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(&o([2, 2, 3, 3]), Some(&o([3])), &ConvTranspose2dOptions::default()),
                "conv_transpose2d: the bias has shape [3], the weight [2, 2, 3, 3] takes [2]"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(
                    &o([2, 2, 3, 3]),
                    None,
                    &ConvTranspose2dOptions { stride: [0, 0], ..Default::default() }
                ),
                "conv_transpose2d: stride [0, 0], dilation [1, 1] and groups 1 must be at least 1"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(
                    &o([3, 1, 3, 3]),
                    None,
                    &ConvTranspose2dOptions { groups: 2, ..Default::default() }
                ),
                "conv_transpose2d: 2 groups do not divide the 3 channels of the weight [3, 1, 3, 3]"
            ),
            misuse!(
                o([1, 0, 3, 3]).conv_transpose2d(&o([2, 2, 3, 3]), None, &ConvTranspose2dOptions::default()),
                "conv_transpose2d: x [1, 0, 3, 3] under the weight [2, 2, 3, 3]: only the batch may have length 0"
            ),
            misuse!(
                o([1, 2, 3, 3]).conv_transpose2d(
                    &o([2, 2, 3, 3]).to_dtype(DType::F64),
                    None,
                    &ConvTranspose2dOptions::default()
                ),
                "conv_transpose2d: x is f32 and the weight f64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
