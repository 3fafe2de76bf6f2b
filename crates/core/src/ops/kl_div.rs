//! The divergence of one distribution from another.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

impl Tensor {
    /// The mean of y (log y - x), where x are these log-probabilities and y the target's probabilities; 0 where y is 0 (S. Kullback
    /// and R. Leibler, "On information and sufficiency", 1951). The divergence itself is the *sum* over the classes: use
    /// [`Tensor::kl_div_with`] with [`Reduction::Sum`], and divide by the number of rows for their mean.
    ///
    /// ```
    /// use tapegrad_core::{Reduction, tensor};
    /// let (x, y) = (tensor![[0.5, 0.5]].log(), tensor![[1.0, 0.0]]);
    /// assert_eq!(x.kl_div_with(&y, false, Reduction::Sum).item() as f32, std::f32::consts::LN_2);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn kl_div(&self, target: &Tensor) -> Tensor {
        self.kl_div_with(target, false, Reduction::Mean)
    }

    /// As [`Tensor::kl_div`], with targets that may be log-probabilities too, and a reduction.
    ///
    /// # Panics
    /// As [`Tensor::kl_div`].
    #[must_use]
    #[track_caller]
    pub fn kl_div_with(&self, target: &Tensor, log_target: bool, reduction: Reduction) -> Tensor {
        check_alike("kl_div", self, target);
        reduction.of(if log_target { target.exp() * (target - self) } else { target.xlogy(target) - target * self })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "kl_div",
    group: Group::Loss,
    types: Types::Floats,
    formula: "y (log y - x), reduced",
    derivative: "-g y to x, g (log y + 1 - x) to y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([2, 3], -3.0, -0.1), spread([2, 3], 0.1, 0.9)];
        vec![
            Sample::new("plain", inputs(), |x| x[0].kl_div(&x[1])),
            Sample::new("none", inputs(), |x| x[0].kl_div_with(&x[1], false, Reduction::None)),
            Sample::new("log target", [spread([2, 3], -3.0, -0.1), spread([2, 3], -2.0, -0.1)], |x| {
                x[0].kl_div_with(&x[1], true, Reduction::Sum)
            }),
            Sample::new("size 1", [spread([1], -3.0, -0.1), spread([1], 0.1, 0.9)], |x| x[0].kl_div(&x[1])),
            Sample::new("size 0", [spread([0], -3.0, -0.1), spread([0], 0.1, 0.9)], |x| {
                x[0].kl_div_with(&x[1], false, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).kl_div(&Tensor::zeros([3])), "kl_div: prediction [2] and target [3] differ"),
            misuse!(Tensor::arange(0, 2).kl_div(&Tensor::arange(0, 2)), "kl_div: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
