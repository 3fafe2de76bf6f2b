//! Standard deviations and means over axes, together.

use super::prelude::*;
use super::std::flat_root;
use super::var_mean::var_mean;

#[track_caller]
fn std_mean(x: &Tensor, axes: Axes, keepdim: bool) -> (Tensor, Tensor) {
    let (var, mean) = var_mean("std_mean", x, &axes, keepdim);
    (flat_root(&var), mean)
}

impl Tensor {
    /// The standard deviation, the root of the unbiased variance, and the mean of all elements, as tensors without axes. The
    /// deviation of fewer than two is NaN; that of equal elements is 0, with gradient 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (std, mean) = tensor![1.0, 3.0, 5.0].std_mean();
    /// assert_eq!((std.item(), mean.item()), (2.0, 3.0));
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn std_mean(&self) -> (Tensor, Tensor) {
        std_mean(self, Axes::from(..), false)
    }

    /// The standard deviation and the mean over some axes, which the results lack.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn std_mean_dim(&self, axes: impl Into<Axes>) -> (Tensor, Tensor) {
        std_mean(self, axes.into(), false)
    }

    /// The standard deviation and the mean over some axes, which the results keep with length 1.
    ///
    /// # Panics
    /// As [`Tensor::std_mean_dim`].
    #[must_use]
    #[track_caller]
    pub fn std_mean_keepdim(&self, axes: impl Into<Axes>) -> (Tensor, Tensor) {
        std_mean(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "std_mean",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "root of the variance of x over axes, and the mean",
    derivative: "g (x - mean) / ((number - 1) std) + h / number, h the mean's cotangent",
    kind: Derivative::Curved,
    samples: || {
        let pair = |pair| <[Tensor; 2]>::from(pair).to_vec();
        vec![
            Sample::multi("all", [spread([2, 3], -2.0, 2.0)], move |x| pair(x[0].std_mean())),
            Sample::multi("one axis", [spread([2, 3, 4], -2.0, 2.0)], move |x| pair(x[0].std_mean_dim(1))),
            Sample::multi("kept", [spread([2, 3, 4], -2.0, 2.0)], move |x| pair(x[0].std_mean_keepdim([0, 1]))),
            Sample::multi("size 1", [spread([2, 1], -2.0, 2.0)], move |x| pair(x[0].std_mean_dim(0))),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], move |x| pair(x[0].std_mean_dim(1))),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).std_mean_dim(2), "std_mean: axis 2 does not exist in [2, 3]"),
            misuse!(Tensor::arange(0, 3).std_mean(), "std_mean: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "constant",
            inputs: vec![Tensor::from([2.0, 2.0, 2.0])],
            call: |x| x[0].std_mean().0,
            gradients: vec![vec![0.0, 0.0, 0.0]],
        }]
    },
};
