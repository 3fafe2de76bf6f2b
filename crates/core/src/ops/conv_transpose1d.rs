//! The adjoint of a convolution over one axis.

use super::prelude::*;
use crate::convolution::{self, Options};

/// The options of [`Tensor::conv_transpose1d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvTranspose1dOptions {
    /// From one place of the kernel to the next.
    pub stride: usize,
    /// Elements cut off on either side of the output: the padding of the convolution that this one reverses.
    pub padding: usize,
    /// Elements added to the end of the output, fewer than the stride: they tell apart the inputs that a strided convolution
    /// takes to one length.
    pub output_padding: usize,
    /// From one element of the kernel to the next.
    pub dilation: usize,
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Default for ConvTranspose1dOptions {
    fn default() -> Self {
        ConvTranspose1dOptions { stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 1 }
    }
}

impl Tensor {
    /// The transposed convolution over the last axis: the derivative of [`Tensor::conv1d`] by its input. `[N, C, L]` (or without N)
    /// with a weight `[C, O / groups, l]` and a bias `[O]`: each element of x puts the kernel, times itself, into
    /// the output, `stride` apart, and what overlaps is added. A length n becomes
    /// `(n - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1`.
    ///
    /// ```
    /// use tapegrad_core::{ConvTranspose1dOptions, tensor};
    /// let (x, weight) = (tensor![[1.0, 2.0, 4.0]], tensor![[[1.0, -1.0]]]);
    /// let y = x.conv_transpose1d(&weight, None, &ConvTranspose1dOptions::default());
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 1.0, 2.0, -4.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes or options do not fit each other, or the types differ or are not of floats.
    #[must_use]
    #[track_caller]
    pub fn conv_transpose1d(&self, weight: &Tensor, bias: Option<&Tensor>, options: &ConvTranspose1dOptions) -> Tensor {
        let window = Options {
            stride: [options.stride],
            padding: [options.padding],
            dilation: [options.dilation],
            groups: options.groups,
        };
        convolution::conv_transpose("conv_transpose1d", self, weight, bias, &window, [options.output_padding])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "conv_transpose1d",
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
            options: ConvTranspose1dOptions,
        ) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread(weight, -1.0, 1.5), spread([bias], -1.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].conv_transpose1d(&x[1], Some(&x[2]), &options))
        }
        vec![
            sample("plain", &[2, 2, 3], &[2, 3, 3], 3, ConvTranspose1dOptions::default()),
            sample("without batch", &[2, 3], &[2, 2, 3], 2, ConvTranspose1dOptions::default()),
            sample("stride", &[1, 2, 3], &[2, 2, 3], 2, ConvTranspose1dOptions { stride: 2, ..Default::default() }),
            sample("padding", &[1, 2, 4], &[2, 2, 3], 2, ConvTranspose1dOptions { padding: 1, ..Default::default() }),
            sample(
                "output padding",
                &[1, 2, 3],
                &[2, 1, 3],
                1,
                ConvTranspose1dOptions { stride: 2, output_padding: 1, ..Default::default() },
            ),
            sample("dilation", &[1, 1, 3], &[1, 2, 3], 2, ConvTranspose1dOptions { dilation: 2, ..Default::default() }),
            sample("groups", &[1, 4, 3], &[4, 1, 3], 2, ConvTranspose1dOptions { groups: 2, ..Default::default() }),
            sample(
                "stride longer than the kernel",
                &[1, 2, 3],
                &[2, 2, 1],
                2,
                ConvTranspose1dOptions { stride: 3, output_padding: 1, ..Default::default() },
            ),
            sample("size 1", &[1, 1, 1], &[1, 1, 1], 1, ConvTranspose1dOptions::default()),
            sample("size 0", &[0, 2, 3], &[2, 2, 3], 2, ConvTranspose1dOptions::default()),
            Sample::new("without bias", [spread([1, 2, 6], -2.0, 2.0), spread([2, 2, 3], -1.0, 1.5)], |x| {
                x[0].conv_transpose1d(&x[1], None, &ConvTranspose1dOptions::default())
            }),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1, 2, 3]).conv_transpose1d(&o([3, 2, 3]), None, &ConvTranspose1dOptions::default()),
                "conv_transpose1d: x [1, 2, 3] has 2 channels, the weight [3, 2, 3] takes 3"
            ),
            misuse!(
                o([1, 2, 1]).conv_transpose1d(
                    &o([2, 2, 1]),
                    None,
                    &ConvTranspose1dOptions { padding: 1, ..Default::default() }
                ),
                "conv_transpose1d: padding [1] leaves nothing of x [1, 2, 1] under the weight [2, 2, 1]"
            ),
            misuse!(
                o([1, 2, 3]).conv_transpose1d(
                    &o([2, 2, 3]),
                    None,
                    &ConvTranspose1dOptions { output_padding: 1, ..Default::default() }
                ),
                "conv_transpose1d: output_padding [1] must be less than the stride [1]"
            ),
            misuse!(
                o([2]).conv_transpose1d(&o([2, 2, 3]), None, &ConvTranspose1dOptions::default()),
                "conv_transpose1d: x [2] must have 3 axes, or 2 without a batch, and the weight [2, 2, 3] 3"
            ),
            misuse!(
                o([1, 2, 3]).conv_transpose1d(&o([2, 2, 3]), Some(&o([3])), &ConvTranspose1dOptions::default()),
                "conv_transpose1d: the bias has shape [3], the weight [2, 2, 3] takes [2]"
            ),
            misuse!(
                o([1, 2, 3]).conv_transpose1d(
                    &o([2, 2, 3]),
                    None,
                    &ConvTranspose1dOptions { stride: 0, ..Default::default() }
                ),
                "conv_transpose1d: stride [0], dilation [1] and groups 1 must be at least 1"
            ),
            misuse!(
                o([1, 2, 3]).conv_transpose1d(
                    &o([3, 1, 3]),
                    None,
                    &ConvTranspose1dOptions { groups: 2, ..Default::default() }
                ),
                "conv_transpose1d: 2 groups do not divide the 3 channels of the weight [3, 1, 3]"
            ),
            misuse!(
                o([1, 0, 3]).conv_transpose1d(&o([2, 2, 3]), None, &ConvTranspose1dOptions::default()),
                "conv_transpose1d: x [1, 0, 3] under the weight [2, 2, 3]: only the batch may have length 0"
            ),
            misuse!(
                o([1, 2, 3]).conv_transpose1d(
                    &o([2, 2, 3]).to_dtype(DType::F64),
                    None,
                    &ConvTranspose1dOptions::default()
                ),
                "conv_transpose1d: x is f32 and the weight f64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
