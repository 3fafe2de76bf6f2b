//! The logarithm to base 2.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The logarithm of each element to base 2.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([8.0]).log2().item(), 3.0);
    /// ```
    log2 as Log2: math::Log2;
    input(0): |g, x| g / (x * std::f64::consts::LN_2);
    formula: "log2 x", derivative: "g / (x ln 2)",
    samples: 0.5 to 4.0
}
