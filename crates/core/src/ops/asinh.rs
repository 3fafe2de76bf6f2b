//! The inverse hyperbolic sine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The number whose hyperbolic sine is each element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).asinh().item(), 0.0);
    /// ```
    asinh as Asinh: math::Asinh;
    input(0): |g, x| g * (x.square() + 1).rsqrt();
    formula: "asinh x", derivative: "g / sqrt(x^2 + 1)",
    samples: -2.0 to 2.0
}
