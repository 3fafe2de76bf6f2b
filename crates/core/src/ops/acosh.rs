//! The inverse hyperbolic cosine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The number at or above 0 whose hyperbolic cosine is each element; NaN below 1.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).acosh().item(), 0.0);
    /// ```
    acosh as Acosh: math::Acosh;
    input(0): |g, x| g * (x.square() - 1).rsqrt();
    formula: "acosh x", derivative: "g / sqrt(x^2 - 1)",
    samples: 1.3 to 4.0, kinks: || {
        vec![Kink {
            label: "at 1",
            inputs: vec![Tensor::from([1.0])],
            call: |x| x[0].acosh(),
            gradients: vec![vec![f64::INFINITY]],
        }]
    }
}
