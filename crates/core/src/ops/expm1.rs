//! e^x - 1.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// e^x - 1 of each element, exact for small elements too.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1e-20]).expm1().item(), 1e-20);
    /// ```
    expm1 as Expm1: math::Expm1;
    output(0): |g, out| g * (out + 1);
    formula: "e^x - 1", derivative: "g e^x",
    samples: -2.0 to 2.0
}
