//! Huber's loss.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of d^2 / 2 where d <= 1 and of d - 1/2 elsewhere, with d = |x - y| (P. Huber, "Robust estimation of a location
    /// parameter", 1964).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5, 3.0].huber_loss(&tensor![0.0, 0.0]).item(), (0.125 + 2.5) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn huber_loss(&self, target: &Tensor) -> Tensor {
        self.huber_loss_with(target, 1.0, Reduction::Mean)
    }

    /// As [`Tensor::huber_loss`]: d^2 / 2 where d <= delta, and delta (d - delta / 2) elsewhere; delta times
    /// [`Tensor::smooth_l1_loss_with`] of that beta.
    ///
    /// # Panics
    /// As [`Tensor::huber_loss`]; if delta is not positive.
    #[must_use]
    #[track_caller]
    pub fn huber_loss_with(&self, target: &Tensor, delta: f64, reduction: Reduction) -> Tensor {
        check_alike("huber_loss", self, target);
        if delta.is_nan() || delta <= 0.0 {
            fail!("huber_loss: delta {delta}, expected a positive number");
        }
        let difference = self - target;
        let far = difference.abs();
        reduction.of(far.le(delta).where_cond(difference.square() * 0.5, (far - 0.5 * delta) * delta))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "huber_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "d^2 / 2 where d = |x - y| <= delta, else delta (d - delta / 2), reduced",
    derivative: "g (x - y) cut at -delta and delta to x, the negative to y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].huber_loss(&x[1])),
            Sample::new("delta", inputs(), |x| x[0].huber_loss_with(&x[1], 2.5, Reduction::None)),
            Sample::new("size 1", [spread([1], 0.0, 0.2), spread([1], 0.3, 0.5)], |x| x[0].huber_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 2.5, -1.0)], |x| {
                x[0].huber_loss_with(&x[1], 1.0, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).huber_loss(&Tensor::zeros([3])),
                "huber_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::zeros([2]).huber_loss_with(&Tensor::zeros([2]), 0.0, Reduction::Mean),
                "huber_loss: delta 0, expected a positive number"
            ),
        ]
    },
    kinks: no_kinks,
};
