//! The complementary error function.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// 1 - erf of each element, exact where that is small.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).erfc().item(), 1.0);
    /// ```
    erfc as Erfc: math::Erfc;
    input(0): |g, x| g * (-x.square()).exp() * -std::f64::consts::FRAC_2_SQRT_PI;
    formula: "1 - erf x", derivative: "-g 2/sqrt(pi) e^(-x^2)",
    samples: -2.0 to 2.0
}
