//! Distances between the vectors of two tensors, one by one.

use super::prelude::*;
use super::vector_norm::vector_norm;

#[track_caller]
fn pairwise_distance(x: &Tensor, y: &Tensor, order: f64, eps: f64, keepdim: bool) -> Tensor {
    check_float("pairwise_distance", x);
    let (x, y) = broadcast("pairwise_distance", x, y);
    vector_norm("pairwise_distance", &(&*x - &*y + eps), order, Axes::from(-1), keepdim)
}

impl Tensor {
    /// The norm of an order p of x - y + eps over the last axis, which the result lacks ([`Tensor::vector_norm`]); the others
    /// broadcast. PyTorch's defaults are p = 2 and eps = 1e-6. All vectors of one with all of the other: [`Tensor::cdist`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (x, y) = (tensor![[3.0, 4.0], [1.0, 1.0]], tensor![[0.0, 0.0], [1.0, 3.0]]);
    /// assert_eq!(x.pairwise_distance(&y, 2.0, 0.0).to_vec::<f32>().unwrap(), [5.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, there are no axes, types differ, the tensors are not f32 or f64, or as
    /// [`Tensor::vector_norm`].
    #[must_use]
    #[track_caller]
    pub fn pairwise_distance(&self, other: &Tensor, order: f64, eps: f64) -> Tensor {
        pairwise_distance(self, other, order, eps, false)
    }

    /// As [`Tensor::pairwise_distance`], but the axis stays with length 1.
    ///
    /// # Panics
    /// As [`Tensor::pairwise_distance`].
    #[must_use]
    #[track_caller]
    pub fn pairwise_distance_keepdim(&self, other: &Tensor, order: f64, eps: f64) -> Tensor {
        pairwise_distance(self, other, order, eps, true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "pairwise_distance",
    group: Group::LinearAlgebra,
    types: Types::Floats,
    formula: "the norm of x - y + eps over the last axis",
    derivative: "that of the norm to x, its negative to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize], order: f64) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, 3.0, 5.0)], move |x| {
                x[0].pairwise_distance(&x[1], order, 1e-6)
            })
        }
        vec![
            sample("plain", &[2, 3], &[2, 3], 2.0),
            sample("order 1", &[2, 3], &[2, 3], 1.0),
            sample("order 3", &[2, 3], &[2, 3], 3.0),
            sample("order inf", &[2, 3], &[2, 3], f64::INFINITY),
            sample("broadcast", &[2, 1, 3], &[4, 3], 2.0),
            Sample::new("kept", [spread([2, 3], -2.0, 2.0), spread([3], 3.0, 5.0)], |x| {
                x[0].pairwise_distance_keepdim(&x[1], 2.0, 0.1)
            }),
            sample("size 1", &[1, 1], &[1, 1], 2.0),
            sample("size 0", &[0, 3], &[0, 3], 2.0),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([2]).pairwise_distance(&o([3]), 2.0, 1e-6),
                "pairwise_distance: shapes [2] and [3] do not broadcast"
            ),
            misuse!(o([]).pairwise_distance(&o([]), 2.0, 1e-6), "pairwise_distance: axis -1 does not exist in []"),
            misuse!(
                Tensor::arange(0, 2).pairwise_distance(&Tensor::arange(0, 2), 2.0, 1e-6),
                "pairwise_distance: not defined for i64"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "distance 0",
            inputs: vec![Tensor::from([1.0, 2.0]), Tensor::from([1.0, 2.0])],
            call: |x| x[0].pairwise_distance(&x[1], 2.0, 0.0),
            gradients: vec![vec![0.0, 0.0], vec![0.0, 0.0]],
        }]
    },
};
