//! Mean 0 and variance 1 of each channel of each sample.

use super::prelude::*;

impl Tensor {
    /// [`Tensor::group_norm`] with a group for each channel (D. Ulyanov et al., "Instance normalization", 2016).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::ones([2, 4, 3]).instance_norm(None, None, 1e-5).shape(), [2, 4, 3]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::group_norm`].
    #[must_use]
    #[track_caller]
    pub fn instance_norm(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        crate::normalisation::check_channels("instance_norm", self, &[]);
        super::group_norm::normalise_groups("instance_norm", self, self.shape()[1].max(1), weight, bias, eps)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "instance_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "(x - mean) / sqrt(var + eps) w + b over channels",
    derivative: "as that of layer_norm, over channels",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 2, 3], -2.0, 2.0), spread([2], 0.5, 1.5), spread([2], -1.0, 1.0)], |x| {
                x[0].instance_norm(Some(&x[1]), Some(&x[2]), 1e-5)
            }),
            Sample::new("size 1", [spread([1, 1, 3], -2.0, 2.0)], |x| x[0].instance_norm(None, None, 1e-2)),
            Sample::new("size 0", [spread([0, 2, 2], -2.0, 2.0)], |x| x[0].instance_norm(None, None, 1e-5)),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([3]).instance_norm(None, None, 1e-5),
            "instance_norm: input [3], expected [N, C, ..]"
        )]
    },
    kinks: no_kinks,
};
