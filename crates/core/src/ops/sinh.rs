//! The hyperbolic sine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The hyperbolic sine of each element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).sinh().item(), 0.0);
    /// ```
    sinh as Sinh: math::Sinh;
    input(0): |g, x| g * x.cosh();
    formula: "sinh x", derivative: "g cosh x",
    samples: -2.0 to 2.0
}
