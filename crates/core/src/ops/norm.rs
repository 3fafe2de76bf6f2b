//! Euclidean norms over axes.

use super::prelude::*;
use super::std::flat_root;

#[track_caller]
pub(crate) fn norm(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    check_float("norm", x);
    let axes: Vec<isize> = axes.resolve("norm", x.shape()).iter().map(|&a| a as isize).collect();
    let squares = x.square();
    flat_root(&if keepdim { squares.sum_keepdim(&axes[..]) } else { squares.sum_dim(&axes[..]) })
}

impl Tensor {
    /// The Euclidean norm, the root of the sum of squares, of all elements, as a tensor without axes. Its gradient at 0 is 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![3.0, 4.0].norm().item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn norm(&self) -> Tensor {
        norm(self, Axes::from(..), false)
    }

    /// The Euclidean norm, the root of the sum of squares, over some axes, which the result lacks.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn norm_dim(&self, axes: impl Into<Axes>) -> Tensor {
        norm(self, axes.into(), false)
    }

    /// The Euclidean norm, the root of the sum of squares, over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::norm_dim`].
    #[must_use]
    #[track_caller]
    pub fn norm_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        norm(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "norm",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "root of the sum of x^2 over axes",
    derivative: "g x / norm",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].norm()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].norm_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].norm_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].norm_keepdim([0, 1])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].norm_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].norm_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).norm_dim(2), "norm: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).norm_dim([1, -1]), "norm: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).norm(), "norm: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 0.0])],
            call: |x| x[0].norm(),
            gradients: vec![vec![0.0, 0.0]],
        }]
    },
};
