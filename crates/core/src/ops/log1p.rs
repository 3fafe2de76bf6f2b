//! log(1 + x).

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The natural logarithm of 1 plus each element, exact for small elements too.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1e-20]).log1p().item(), 1e-20);
    /// ```
    log1p as Log1p: math::Log1p;
    input(0): |g, x| g / (x + 1);
    formula: "log(1 + x)", derivative: "g / (1 + x)",
    samples: -0.6 to 2.0
}
