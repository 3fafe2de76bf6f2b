//! Mean 0 and variance 1 of groups of channels.

use super::prelude::*;
use crate::normalisation;
use tapegrad_kernels::norm::Groups;

impl Tensor {
    /// As [`Tensor::layer_norm`], over each sample's `groups` groups of channels, axis 1 of `[N, C, ..]`; weight and bias are `[C]`
    /// (Y. Wu, K. He, "Group normalization", 2018).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::ones([2, 4, 3]).group_norm(2, None, None, 1e-5).shape(), [2, 4, 3]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has no channels, they do not divide into groups, or weight or bias are not `[C]`.
    #[must_use]
    #[track_caller]
    pub fn group_norm(&self, groups: usize, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        normalise_groups("group_norm", self, groups, weight, bias, eps)
    }
}

/// Group normalisation under the name of who asks for it.
#[track_caller]
pub(crate) fn normalise_groups(
    name: &'static str,
    x: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Tensor {
    normalisation::check_channels(name, x, &[weight, bias]);
    let (samples, channels) = (x.shape()[0], x.shape()[1]);
    if groups == 0 || !channels.is_multiple_of(groups) {
        fail!("{name}: {groups} groups of the {channels} channels of {:?}", x.shape());
    }
    let shape = [samples, groups, channels / groups, x.shape()[2..].iter().product()];
    normalisation::normalise(name, x, weight, bias, Groups { shape, batch: false, centred: true, eps }).0
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "group_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "(x - mean) / sqrt(var + eps) w + b over groups",
    derivative: "as that of layer_norm, over groups",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 4, 2], -2.0, 2.0), spread([4], 0.5, 1.5), spread([4], -1.0, 1.0)], |x| {
                x[0].group_norm(2, Some(&x[1]), Some(&x[2]), 1e-5)
            }),
            Sample::new("one group", [spread([2, 3], -2.0, 2.0)], |x| x[0].group_norm(1, None, None, 1e-3)),
            Sample::new("size 1", [spread([1, 2, 3], -2.0, 2.0)], |x| x[0].group_norm(2, None, None, 1e-2)),
            Sample::new("size 0", [spread([0, 2, 2], -2.0, 2.0)], |x| x[0].group_norm(2, None, None, 1e-5)),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([1, 3]).group_norm(2, None, None, 1e-5),
            "group_norm: 2 groups of the 3 channels of [1, 3]"
        )]
    },
    kinks: no_kinks,
};
