//! Channels of several groups, interleaved.

use super::permute::permute;
use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// `[N, C, ..]` with its channels, axis 1, in another order: the first of each group, then the second of each (X. Zhang et
    /// al., "ShuffleNet", 2018).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let y = tensor![[1, 2, 3, 4]].channel_shuffle(2);
    /// assert_eq!(y.to_vec::<i64>().unwrap(), [1, 3, 2, 4]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes, or the channels do not divide into groups.
    #[must_use]
    #[track_caller]
    pub fn channel_shuffle(&self, groups: usize) -> Tensor {
        let &[n, channels, ref rest @ ..] = self.shape() else {
            fail!("channel_shuffle: input {:?}, expected [N, C, ..]", self.shape());
        };
        if groups == 0 || !channels.is_multiple_of(groups) {
            fail!("channel_shuffle: {groups} groups of the {channels} channels of {:?}", self.shape());
        }
        let split: Dims = [n, groups, channels / groups].iter().chain(rest).copied().collect();
        let order = [0, 2, 1].into_iter().chain(3..split.len()).collect();
        reshape(&permute(&reshape(self, &split), order), self.shape())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "channel_shuffle",
    group: Group::Spatial,
    types: Types::Any,
    formula: "y[n, i G + g] = x[n, g C / G + i]",
    derivative: "g in the channels' old order",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 6, 2, 2], -2.0, 2.0)], |x| x[0].channel_shuffle(2)),
            Sample::new("three groups", [spread([1, 6], -2.0, 2.0)], |x| x[0].channel_shuffle(3)),
            Sample::new("one group", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].channel_shuffle(1)),
            Sample::new("size 1", [spread([1, 1, 1], -2.0, 2.0)], |x| x[0].channel_shuffle(1)),
            Sample::new("size 0", [spread([0, 4], -2.0, 2.0)], |x| x[0].channel_shuffle(2)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([4]).channel_shuffle(2), "channel_shuffle: input [4], expected [N, C, ..]"),
            misuse!(Tensor::zeros([1, 3]).channel_shuffle(2), "channel_shuffle: 2 groups of the 3 channels of [1, 3]"),
        ]
    },
    kinks: no_kinks,
};
