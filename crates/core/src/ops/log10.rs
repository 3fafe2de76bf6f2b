//! The logarithm to base 10.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The logarithm of each element to base 10.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0]).log10().item(), 3.0);
    /// ```
    log10 as Log10: math::Log10;
    input(0): |g, x| g / (x * std::f64::consts::LN_10);
    formula: "log10 x", derivative: "g / (x ln 10)",
    samples: 0.5 to 4.0
}
