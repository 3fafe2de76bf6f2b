//! Variances over axes, from the op that gives the means too.

use super::prelude::*;
use super::var_mean::var_mean;

#[track_caller]
fn var(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    var_mean("var", x, &axes, keepdim).0
}

impl Tensor {
    /// The unbiased variance (the divisor is the number of elements less 1) of all elements, as a tensor without axes. Of fewer than two, NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].var().item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn var(&self) -> Tensor {
        var(self, Axes::from(..), false)
    }

    /// The unbiased variance (the divisor is the number of elements less 1) over some axes, which the result lacks.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn var_dim(&self, axes: impl Into<Axes>) -> Tensor {
        var(self, axes.into(), false)
    }

    /// The unbiased variance (the divisor is the number of elements less 1) over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::var_dim`].
    #[must_use]
    #[track_caller]
    pub fn var_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        var(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "var",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "sum of (x - mean)^2 over axes / (number - 1)",
    derivative: "2 g (x - mean) / (number - 1)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].var()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].var_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].var_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].var_keepdim([0, 1])),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].var_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].var_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).var_dim(2), "var: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).var_dim([1, -1]), "var: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).var(), "var: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "constant",
            inputs: vec![Tensor::from([2.0, 2.0, 2.0])],
            call: |x| x[0].var(),
            gradients: vec![vec![0.0, 0.0, 0.0]],
        }]
    },
};
