//! Pixels become channels.

use super::permute::permute;
use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// `[.., C, H r, W r]` as `[.., C r^2, H, W]`: each square of r by r pixels becomes the channels of one. The inverse of
    /// [`Tensor::pixel_shuffle`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([1, 2, 4, 6]).pixel_unshuffle(2).shape(), [1, 8, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes, the factor is 0, or it does not divide height and width.
    #[must_use]
    #[track_caller]
    #[doc(alias = "space_to_depth")]
    pub fn pixel_unshuffle(&self, factor: usize) -> Tensor {
        let &[ref batch @ .., channels, height, width] = self.shape() else {
            fail!("pixel_unshuffle: input {:?}, expected [.., C, H, W]", self.shape());
        };
        if factor == 0 || !height.is_multiple_of(factor) || !width.is_multiple_of(factor) {
            fail!("pixel_unshuffle: {height} by {width} pixels of {:?} by a factor of {factor}", self.shape());
        }
        let (n, height, width) = (batch.len(), height / factor, width / factor);
        let shape = |rest: &[usize]| -> Dims { batch.iter().chain(rest).copied().collect() };
        let parts = reshape(self, &shape(&[channels, height, factor, width, factor]));
        let order = (0..n).chain([n, n + 2, n + 4, n + 1, n + 3]).collect();
        reshape(&permute(&parts, order), &shape(&[channels * factor * factor, height, width]))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "pixel_unshuffle",
    group: Group::Spatial,
    types: Types::Any,
    formula: "y[c r^2 + i r + j, h, w] = x[c, h r + i, w r + j]",
    derivative: "g shuffled",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 1, 4, 6], -2.0, 2.0)], |x| x[0].pixel_unshuffle(2)),
            Sample::new("without batch", [spread([2, 3, 6], -2.0, 2.0)], |x| x[0].pixel_unshuffle(3)),
            Sample::new("by 1", [spread([2, 2, 2], -2.0, 2.0)], |x| x[0].pixel_unshuffle(1)),
            Sample::new("size 1", [spread([1, 2, 2], -2.0, 2.0)], |x| x[0].pixel_unshuffle(2)),
            Sample::new("size 0", [spread([0, 1, 4, 4], -2.0, 2.0)], |x| x[0].pixel_unshuffle(2)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([4, 2]).pixel_unshuffle(2), "pixel_unshuffle: input [4, 2], expected [.., C, H, W]"),
            misuse!(
                Tensor::zeros([1, 4, 3]).pixel_unshuffle(2),
                "pixel_unshuffle: 4 by 3 pixels of [1, 4, 3] by a factor of 2"
            ),
        ]
    },
    kinks: no_kinks,
};
