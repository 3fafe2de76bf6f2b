//! Channels become pixels.

use super::permute::permute;
use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// `[.., C r^2, H, W]` as `[.., C, H r, W r]`: each pixel's r^2 channels become a square of r by r pixels (W. Shi et al.,
    /// "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network", 2016).
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([1, 8, 2, 3]).pixel_shuffle(2).shape(), [1, 2, 4, 6]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes, the factor is 0, or its square does not divide the channels.
    #[must_use]
    #[track_caller]
    #[doc(alias = "depth_to_space")]
    pub fn pixel_shuffle(&self, factor: usize) -> Tensor {
        let &[ref batch @ .., channels, height, width] = self.shape() else {
            fail!("pixel_shuffle: input {:?}, expected [.., C, H, W]", self.shape());
        };
        let square = factor * factor;
        if factor == 0 || !channels.is_multiple_of(square) {
            fail!("pixel_shuffle: {channels} channels of {:?} by a factor of {factor}", self.shape());
        }
        let (n, channels) = (batch.len(), channels / square);
        let shape = |rest: &[usize]| -> Dims { batch.iter().chain(rest).copied().collect() };
        let parts = reshape(self, &shape(&[channels, factor, factor, height, width]));
        let order = (0..n).chain([n, n + 3, n + 1, n + 4, n + 2]).collect();
        reshape(&permute(&parts, order), &shape(&[channels, height * factor, width * factor]))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "pixel_shuffle",
    group: Group::Spatial,
    types: Types::Any,
    formula: "y[c, h r + i, w r + j] = x[c r^2 + i r + j, h, w]",
    derivative: "g shuffled back",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 4, 2, 3], -2.0, 2.0)], |x| x[0].pixel_shuffle(2)),
            Sample::new("without batch", [spread([9, 1, 2], -2.0, 2.0)], |x| x[0].pixel_shuffle(3)),
            Sample::new("by 1", [spread([2, 2, 2], -2.0, 2.0)], |x| x[0].pixel_shuffle(1)),
            Sample::new("size 1", [spread([4, 1, 1], -2.0, 2.0)], |x| x[0].pixel_shuffle(2)),
            Sample::new("size 0", [spread([0, 4, 2, 2], -2.0, 2.0)], |x| x[0].pixel_shuffle(2)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([4, 2]).pixel_shuffle(2), "pixel_shuffle: input [4, 2], expected [.., C, H, W]"),
            misuse!(
                Tensor::zeros([6, 2, 2]).pixel_shuffle(2),
                "pixel_shuffle: 6 channels of [6, 2, 2] by a factor of 2"
            ),
            misuse!(
                Tensor::zeros([6, 2, 2]).pixel_shuffle(0),
                "pixel_shuffle: 6 channels of [6, 2, 2] by a factor of 0"
            ),
        ]
    },
    kinks: no_kinks,
};
