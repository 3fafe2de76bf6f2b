//! The cosine of the angle between vectors.

use super::norm::norm;
use super::prelude::*;

impl Tensor {
    /// x y / (max(|x|, eps) max(|y|, eps)) of the vectors along an axis, which the result lacks; the others broadcast. A vector
    /// shorter than eps counts as one of that length, also in the derivative. PyTorch's defaults are axis 1 and eps = 1e-8.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (x, y) = (tensor![1.0, 0.0], tensor![3.0, 4.0]);
    /// assert!((x.cosine_similarity(&y, 0, 1e-8).item() - 0.6).abs() < 1e-6);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, the axis does not exist, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn cosine_similarity(&self, other: &Tensor, axis: isize, eps: f64) -> Tensor {
        check_float("cosine_similarity", self);
        let (x, y) = broadcast("cosine_similarity", self, other);
        let axis = axes::axis("cosine_similarity", x.shape(), axis) as isize;
        let (first, second) = (norm(&x, axis.into(), false), norm(&y, axis.into(), false));
        let lengths = first.clamp(eps, f64::INFINITY) * second.clamp(eps, f64::INFINITY);
        (&*x * &*y).sum_dim(axis) / lengths
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cosine_similarity",
    group: Group::LinearAlgebra,
    types: Types::Floats,
    formula: "x y / (|x| |y|) along an axis",
    derivative: "g (y / (|x| |y|) - out x / |x|^2) to x, the same with x and y exchanged to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize], axis: isize) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], move |x| {
                x[0].cosine_similarity(&x[1], axis, 1e-8)
            })
        }
        vec![
            sample("plain", &[2, 3], &[2, 3], 1),
            sample("first axis", &[3, 2], &[3, 2], 0),
            sample("broadcast", &[2, 1, 3], &[4, 3], -1),
            Sample::new("shorter than eps", [spread([3], -0.2, 0.2), spread([3], -1.0, 3.0)], |x| {
                x[0].cosine_similarity(&x[1], 0, 1.0)
            }),
            Sample::new("with itself", [spread([2, 3], 0.5, 2.0)], |x| x[0].cosine_similarity(&x[0], 1, 1e-8)),
            sample("size 1", &[1, 2], &[1, 2], 1),
            sample("size 0", &[0, 3], &[0, 3], 1),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([2]).cosine_similarity(&o([3]), 0, 1e-8),
                "cosine_similarity: shapes [2] and [3] do not broadcast"
            ),
            misuse!(o([2]).cosine_similarity(&o([2]), 1, 1e-8), "cosine_similarity: axis 1 does not exist in [2]"),
            misuse!(
                Tensor::arange(0, 2).cosine_similarity(&Tensor::arange(0, 2), 0, 1e-8),
                "cosine_similarity: not defined for i64"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 0.0]), Tensor::from([3.0, 4.0])],
            call: |x| x[0].cosine_similarity(&x[1], 0, 0.5),
            gradients: vec![vec![1.2, 1.6], vec![0.0, 0.0]],
        }]
    },
};
