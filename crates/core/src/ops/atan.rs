//! The inverse tangent.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The angle, between -pi/2 and pi/2, whose tangent is each element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).atan().item(), std::f64::consts::FRAC_PI_4);
    /// ```
    atan as Atan: math::Atan;
    input(0): |g, x| g / (x.square() + 1);
    formula: "atan x", derivative: "g / (1 + x^2)",
    samples: -2.0 to 2.0
}
