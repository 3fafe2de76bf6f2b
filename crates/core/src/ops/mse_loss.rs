//! The mean squared error.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of (x - y)^2 over all elements; the target's shape is the prediction's.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 5.0].mse_loss(&tensor![1.0, 3.0]).item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn mse_loss(&self, target: &Tensor) -> Tensor {
        self.mse_loss_with(target, Reduction::Mean)
    }

    /// As [`Tensor::mse_loss`], with the sum or all elements instead of the mean.
    ///
    /// # Panics
    /// As [`Tensor::mse_loss`].
    #[must_use]
    #[track_caller]
    pub fn mse_loss_with(&self, target: &Tensor, reduction: Reduction) -> Tensor {
        let (x, y) = (self, target);
        check_alike("mse_loss", x, y);
        reduction.of((x - y).square())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "mse_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "(x - y)^2, reduced",
    derivative: "2 g (x - y) / n to x, the negative to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| x[0].mse_loss(&x[1])),
            Sample::new("sum", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| {
                x[0].mse_loss_with(&x[1], Reduction::Sum)
            }),
            Sample::new("none", [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)], |x| {
                x[0].mse_loss_with(&x[1], Reduction::None)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 2.5, -1.0)], |x| x[0].mse_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 2.5, -1.0)], |x| x[0].mse_loss(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).mse_loss(&Tensor::zeros([3])), "mse_loss: prediction [2] and target [3] differ"),
            misuse!(Tensor::arange(0, 2).mse_loss(&Tensor::arange(0, 2)), "mse_loss: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
