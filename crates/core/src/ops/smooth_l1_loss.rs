//! The absolute error, rounded off by a parabola near 0.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of d^2 / 2 where d < 1 and of d - 1/2 elsewhere, with d = |x - y| (R. Girshick, "Fast R-CNN", 2015).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5, 3.0].smooth_l1_loss(&tensor![0.0, 0.0]).item(), (0.125 + 2.5) / 2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn smooth_l1_loss(&self, target: &Tensor) -> Tensor {
        self.smooth_l1_loss_with(target, 1.0, Reduction::Mean)
    }

    /// As [`Tensor::smooth_l1_loss`]: d^2 / (2 beta) where d < beta, and d - beta / 2 elsewhere. A beta of 0 is the absolute error.
    ///
    /// # Panics
    /// As [`Tensor::smooth_l1_loss`]; if beta is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn smooth_l1_loss_with(&self, target: &Tensor, beta: f64, reduction: Reduction) -> Tensor {
        check_alike("smooth_l1_loss", self, target);
        if beta.is_nan() || beta < 0.0 {
            fail!("smooth_l1_loss: beta {beta}, expected a number from 0 up");
        }
        if beta == 0.0 {
            return self.l1_loss_with(target, reduction);
        }
        let difference = self - target;
        let far = difference.abs();
        reduction.of(far.lt(beta).where_cond(difference.square() * (0.5 / beta), far - 0.5 * beta))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "smooth_l1_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "d^2 / (2 beta) where d = |x - y| < beta, else d - beta / 2, reduced",
    derivative: "g (x - y) / beta or g sign(x - y) to x, the negative to y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].smooth_l1_loss(&x[1])),
            Sample::new("beta", inputs(), |x| x[0].smooth_l1_loss_with(&x[1], 2.5, Reduction::None)),
            Sample::new("beta 0", inputs(), |x| x[0].smooth_l1_loss_with(&x[1], 0.0, Reduction::Sum)),
            Sample::new("size 1", [spread([1], 0.0, 0.2), spread([1], 0.3, 0.5)], |x| x[0].smooth_l1_loss(&x[1])),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 2.5, -1.0)], |x| {
                x[0].smooth_l1_loss_with(&x[1], 1.0, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).smooth_l1_loss(&Tensor::zeros([3])),
                "smooth_l1_loss: prediction [2] and target [3] differ"
            ),
            misuse!(
                Tensor::zeros([2]).smooth_l1_loss_with(&Tensor::zeros([2]), -1.0, Reduction::Mean),
                "smooth_l1_loss: beta -1, expected"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "equal, without a parabola",
            inputs: vec![Tensor::from([1.0, 2.0]), Tensor::from([1.0, 0.0])],
            call: |x| x[0].smooth_l1_loss_with(&x[1], 0.0, Reduction::Sum),
            gradients: vec![vec![0.0, 1.0], vec![0.0, -1.0]],
        }]
    },
};
