//! The tangent.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The tangent of each element, an angle in radians.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).tan().item(), 0.0);
    /// ```
    tan as Tan: math::Tan;
    output(0): |g, out| g * (out.square() + 1);
    formula: "tan x", derivative: "g (1 + tan^2 x)",
    samples: -1.2 to 1.2
}
