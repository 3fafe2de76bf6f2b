//! Mean 0 and variance 1 over the last axes.

use super::prelude::*;
use crate::normalisation;

impl Tensor {
    /// (x - mean) / sqrt(variance + eps) weight + bias, mean and variance (divided by n) taken over the last axes, of lengths `shape`
    /// (J. Ba et al., "Layer normalization", 2016). A weight and a bias have that shape.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let y = tensor![[1.0, 3.0], [5.0, 5.0]].layer_norm(&[2], None, None, 0.0);
    /// assert_eq!(y.i(0).to_vec::<f32>().unwrap(), [-1.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `shape` is not that of its last axes, or not that of weight and bias.
    #[must_use]
    #[track_caller]
    pub fn layer_norm(&self, shape: &[usize], weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> Tensor {
        normalisation::check_last("layer_norm", self, shape, &[weight, bias]);
        normalisation::normalise("layer_norm", self, weight, bias, normalisation::rows(self, shape, true, eps)).0
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "layer_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "(x - mean) / sqrt(var + eps) w + b",
    derivative: "(h - mean h - y mean(h y)) / sqrt(var + eps), h = g w; g y to w, g to b",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([3], 0.5, 1.5), spread([3], -1.0, 1.0)], |x| {
                x[0].layer_norm(&[3], Some(&x[1]), Some(&x[2]), 1e-5)
            }),
            Sample::new("two axes", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].layer_norm(&[3, 2], None, None, 1e-3)),
            Sample::new("weight alone", [spread([2, 3], -2.0, 2.0), spread([3], 0.5, 1.5)], |x| {
                x[0].layer_norm(&[3], Some(&x[1]), None, 1e-3)
            }),
            Sample::new("bias alone", [spread([2, 3], -2.0, 2.0), spread([3], 0.5, 1.5)], |x| {
                x[0].layer_norm(&[3], None, Some(&x[1]), 1e-3)
            }),
            Sample::new("longer than a vector", [spread([2, 19], -2.0, 2.0), spread([19], 0.5, 1.5)], |x| {
                x[0].layer_norm(&[19], Some(&x[1]), None, 1e-3)
            }),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].layer_norm(&[1], None, None, 1e-2) * &x[0]),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].layer_norm(&[2], None, None, 1e-5)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).layer_norm(&[2], None, None, 1e-5),
                "layer_norm: normalised shape [2], expected"
            ),
            misuse!(
                Tensor::zeros([2, 3]).layer_norm(&[3], Some(&Tensor::from(vec![1.0; 3])), None, 1e-5),
                "layer_norm: x is f32 and a parameter f64"
            ),
            misuse!(Tensor::arange(0, 2).layer_norm(&[2], None, None, 1e-5), "layer_norm: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
