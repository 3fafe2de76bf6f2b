//! Vectors divided by their norms.

use super::prelude::*;
use super::vector_norm::vector_norm;

impl Tensor {
    /// x / max(norm, eps), with the norm of an order p over some axes ([`Tensor::vector_norm`]): of norm 1, unless it is
    /// smaller than eps. PyTorch's defaults are p = 2, axis 1, eps = 1e-12.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let y = tensor![[3.0, 4.0]].normalize(2.0, -1, 1e-12);
    /// assert!(y.allclose(&tensor![[0.6, 0.8]], 1e-6, 0.0));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::vector_norm_dim`].
    #[must_use]
    #[track_caller]
    pub fn normalize(&self, order: f64, axes: impl Into<Axes>, eps: f64) -> Tensor {
        self / vector_norm("normalize", self, order, axes.into(), true).clamp(eps, f64::INFINITY)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "normalize",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "x / max(norm, eps)",
    derivative: "(g - (sum g y) d norm / dx) / norm; g / eps where the norm is smaller than eps",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, order: f64) -> Sample {
            Sample::new(label, [spread_around([2, 3], 0.3, 2.0)], move |x| x[0].normalize(order, 1, 1e-12))
        }
        vec![
            sample("plain", 2.0),
            sample("order 1", 1.0),
            sample("order 3", 3.0),
            sample("order inf", f64::INFINITY),
            Sample::new("two axes", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].normalize(2.0, [0, 1], 1e-12)),
            Sample::new("below eps", [spread([2, 2], -0.1, 0.1)], |x| x[0].normalize(2.0, -1, 0.5)),
            Sample::new("size 1", [spread([2, 1], 0.5, 2.0)], |x| x[0].normalize(2.0, 0, 1e-12)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].normalize(2.0, 1, 1e-12)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).normalize(2.0, 1, 1e-12), "normalize: axis 1 does not exist in [2]"),
            misuse!(Tensor::arange(0, 2).normalize(2.0, 0, 1e-12), "normalize: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 0.0])],
            call: |x| x[0].normalize(2.0, 0, 0.5),
            gradients: vec![vec![2.0, 2.0]],
        }]
    },
};
