//! The error function.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The error function of each element: `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to it.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).erf().item(), 0.0);
    /// ```
    erf as Erf: math::Erf;
    input(0): |g, x| g * (-x.square()).exp() * std::f64::consts::FRAC_2_SQRT_PI;
    formula: "2/sqrt(pi) integral of e^(-t^2) from 0 to x", derivative: "g 2/sqrt(pi) e^(-x^2)",
    samples: -2.0 to 2.0
}
