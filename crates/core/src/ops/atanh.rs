//! The inverse hyperbolic tangent.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The number whose hyperbolic tangent is each element; infinite at -1 and 1, NaN beyond.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).atanh().item(), 0.0);
    /// ```
    atanh as Atanh: math::Atanh;
    input(0): |g, x| g / (1 - x.square());
    formula: "atanh x", derivative: "g / (1 - x^2)",
    samples: -0.8 to 0.8
}
