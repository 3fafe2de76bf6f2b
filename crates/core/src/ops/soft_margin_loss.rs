//! The logistic loss of two classes called -1 and 1.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of log(1 + e^(-y x)), the target y being -1 or 1. Finite for scores of any size.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].soft_margin_loss(&tensor![1.0]).item() as f32, std::f32::consts::LN_2);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn soft_margin_loss(&self, target: &Tensor) -> Tensor {
        self.soft_margin_loss_with(target, Reduction::Mean)
    }

    /// As [`Tensor::soft_margin_loss`], with a reduction.
    ///
    /// # Panics
    /// As [`Tensor::soft_margin_loss`].
    #[must_use]
    #[track_caller]
    pub fn soft_margin_loss_with(&self, target: &Tensor, reduction: Reduction) -> Tensor {
        check_alike("soft_margin_loss", self, target);
        reduction.of((-(self * target)).softplus())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "soft_margin_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "log(1 + e^(-y x)), reduced",
    derivative: "-g y sigmoid(-y x) to x, -g x sigmoid(-y x) to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread_around([2, 3], 0.5, 1.0)], |x| {
                x[0].soft_margin_loss(&x[1])
            }),
            Sample::new("none", [spread([2, 3], -2.0, 2.0), spread_around([2, 3], 0.5, 1.0)], |x| {
                x[0].soft_margin_loss_with(&x[1], Reduction::None)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 0.5, 1.0)], |x| x[0].soft_margin_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 0.5, 1.0)], |x| {
                x[0].soft_margin_loss_with(&x[1], Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).soft_margin_loss(&Tensor::zeros([3])),
                "soft_margin_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::arange(0, 2).soft_margin_loss(&Tensor::arange(0, 2)),
                "soft_margin_loss: not defined for i64"
            ),
        ]
    },
    kinks: no_kinks,
};
