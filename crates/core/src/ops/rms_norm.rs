//! Root mean square 1 over the last axes.

use super::prelude::*;
use crate::normalisation;

impl Tensor {
    /// x / sqrt(mean x^2 + eps) weight over the last axes, of lengths `shape` (B. Zhang, R. Sennrich, "Root mean square layer
    /// normalization", 2019).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let y = tensor![3.0, 3.0].rms_norm(&[2], None, 0.0);
    /// assert!((y.i(0).item() - 1.0).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::layer_norm`].
    #[must_use]
    #[track_caller]
    pub fn rms_norm(&self, shape: &[usize], weight: Option<&Tensor>, eps: f64) -> Tensor {
        normalisation::check_last("rms_norm", self, shape, &[weight]);
        normalisation::normalise("rms_norm", self, weight, None, normalisation::rows(self, shape, false, eps)).0
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "rms_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "x / sqrt(mean x^2 + eps) w",
    derivative: "(h - y mean(h y)) / sqrt(mean x^2 + eps), h = g w; g y to w",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([3], 0.5, 1.5)], |x| {
                x[0].rms_norm(&[3], Some(&x[1]), 1e-5)
            }),
            Sample::new("two axes", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].rms_norm(&[3, 2], None, 1e-3)),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].rms_norm(&[1], None, 0.5)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].rms_norm(&[2], None, 1e-5)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2, 3]).rms_norm(&[2], None, 1e-5), "rms_norm: normalised shape [2], expected")]
    },
    kinks: no_kinks,
};
