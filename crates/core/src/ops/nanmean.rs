//! Means that leave NaN out.

use super::nansum::sum_of_numbers;
use super::prelude::*;

#[track_caller]
fn nanmean(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    check_float("nanmean", x);
    let total = sum_of_numbers("nanmean", x, &axes, keepdim);
    let numbers = x.isnan().logical_not().to_dtype(x.dtype());
    total / sum_of_numbers("nanmean", &numbers, &axes, keepdim)
}

impl Tensor {
    /// The mean of all elements that are not NaN, as a tensor without axes; of none, NaN. NaN gets the gradient 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, f32::NAN, 3.0].nanmean().item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn nanmean(&self) -> Tensor {
        nanmean(self, Axes::from(..), false)
    }

    /// The mean of the elements that are not NaN over some axes, which the result lacks.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn nanmean_dim(&self, axes: impl Into<Axes>) -> Tensor {
        nanmean(self, axes.into(), false)
    }

    /// The mean of the elements that are not NaN over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::nanmean_dim`].
    #[must_use]
    #[track_caller]
    pub fn nanmean_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        nanmean(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "nanmean",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "sum of the x over axes that are not NaN / their number",
    derivative: "g / number, repeated along the axes; 0 at NaN",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].nanmean()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nanmean_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nanmean_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nanmean_keepdim([0, 1])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].nanmean_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].nanmean_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).nanmean_dim(2), "nanmean: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).nanmean_dim([1, -1]), "nanmean: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).nanmean(), "nanmean: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "NaN",
            inputs: vec![Tensor::from([[1.0, f64::NAN], [3.0, 5.0]])],
            call: |x| x[0].nanmean_dim(0),
            gradients: vec![vec![0.5, 0.0, 0.5, 1.0]],
        }]
    },
};
