//! The inverse of the sigmoid.

use super::prelude::*;

impl Tensor {
    /// log(x / (1 - x)), the number whose sigmoid is each element: infinite at 0 and 1, NaN beyond.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5].logit().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logit(&self) -> Tensor {
        check_float("logit", self);
        self.log() - (-self).log1p()
    }

    /// As [`Tensor::logit`], of each element clamped to between `eps` and `1 - eps` first, so that it is finite.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `eps` is not between 0 and 0.5.
    #[must_use]
    #[track_caller]
    pub fn logit_eps(&self, eps: f64) -> Tensor {
        if !(0.0..=0.5).contains(&eps) {
            fail!("logit: eps is {eps}, expected a number from 0 to 0.5");
        }
        check_float("logit", self);
        self.clamp(eps, 1.0 - eps).logit()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logit",
    group: Group::Unary,
    types: Types::Floats,
    formula: "log(x / (1 - x))",
    derivative: "g / (x (1 - x))",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("size 1", [spread([1], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("size 0", [spread([0], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("eps", [spread([2, 3], -0.3, 1.3)], |x| x[0].logit_eps(0.05)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::arange(0, 2).logit(), "logit: not defined for i64"),
            misuse!(Tensor::zeros([1]).logit_eps(0.7), "logit: eps is 0.7, expected a number from 0 to 0.5"),
        ]
    },
    kinks: no_kinks,
};
