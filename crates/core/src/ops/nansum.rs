//! Sums that leave NaN out.

use super::prelude::*;

/// The sum over axes that are named in errors of `op`.
#[track_caller]
pub(crate) fn sum_of_numbers(op: &str, x: &Tensor, axes: &Axes, keepdim: bool) -> Tensor {
    let axes: Vec<isize> = axes.resolve(op, x.shape()).iter().map(|&a| a as isize).collect();
    let x = if x.dtype().is_float() { &x.masked_fill(&x.isnan(), 0) } else { x };
    if keepdim { x.sum_keepdim(&axes[..]) } else { x.sum_dim(&axes[..]) }
}

#[track_caller]
fn nansum(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    sum_of_numbers("nansum", x, &axes, keepdim)
}

impl Tensor {
    /// The sum of all elements that are not NaN, as a tensor without axes; of none, 0. NaN gets the gradient 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, f32::NAN, 3.0].nansum().item(), 4.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn nansum(&self) -> Tensor {
        nansum(self, Axes::from(..), false)
    }

    /// The sum of the elements that are not NaN over some axes, which the result lacks.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn nansum_dim(&self, axes: impl Into<Axes>) -> Tensor {
        nansum(self, axes.into(), false)
    }

    /// The sum of the elements that are not NaN over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::nansum_dim`].
    #[must_use]
    #[track_caller]
    pub fn nansum_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        nansum(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "nansum",
    group: Group::Reduction,
    types: Types::Any,
    formula: "sum of the x over axes that are not NaN",
    derivative: "g, repeated along the axes; 0 at NaN",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].nansum()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nansum_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nansum_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].nansum_keepdim([0, 1])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].nansum_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].nansum_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).nansum_dim(2), "nansum: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).nansum_dim([1, -1]), "nansum: axis 1 of [2, 3] is named twice"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "NaN",
            inputs: vec![Tensor::from([[1.0, f64::NAN], [3.0, 5.0]])],
            call: |x| x[0].nansum_dim(0),
            gradients: vec![vec![1.0, 0.0, 1.0, 1.0]],
        }]
    },
};
