//! The inverse sine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The angle, between -pi/2 and pi/2, whose sine is each element; NaN outside of [-1, 1].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).asin().item(), std::f64::consts::FRAC_PI_2);
    /// ```
    asin as Asin: math::Asin;
    input(0): |g, x| g * (1 - x.square()).rsqrt();
    formula: "asin x", derivative: "g / sqrt(1 - x^2)",
    samples: -0.8 to 0.8, kinks: || {
        vec![Kink {
            label: "at 1",
            inputs: vec![Tensor::from([1.0])],
            call: |x| x[0].asin(),
            gradients: vec![vec![f64::INFINITY]],
        }]
    }
}
