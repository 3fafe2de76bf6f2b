//! The hyperbolic cosine.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The hyperbolic cosine of each element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).cosh().item(), 1.0);
    /// ```
    cosh as Cosh: math::Cosh;
    input(0): |g, x| g * x.sinh();
    formula: "cosh x", derivative: "g sinh x",
    samples: -2.0 to 2.0
}
