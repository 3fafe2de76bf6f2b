//! The inverse cosine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The angle, between 0 and pi, whose cosine is each element; NaN outside of [-1, 1].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).acos().item(), 0.0);
    /// ```
    acos as Acos: math::Acos;
    input(0): |g, x| -g * (1 - x.square()).rsqrt();
    formula: "acos x", derivative: "-g / sqrt(1 - x^2)",
    samples: -0.8 to 0.8, kinks: || {
        vec![Kink {
            label: "at 1",
            inputs: vec![Tensor::from([1.0])],
            call: |x| x[0].acos(),
            gradients: vec![vec![f64::NEG_INFINITY]],
        }]
    }
}
