//! 1 / sqrt x.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The reciprocal of the square root of each element: infinite at 0, NaN below.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([4.0]).rsqrt().item(), 0.5);
    /// ```
    rsqrt as Rsqrt: math::Rsqrt;
    output(0): |g, out| g * out.pow(3) * -0.5;
    formula: "1 / sqrt x", derivative: "-g / (2 x sqrt x)",
    samples: 0.5 to 4.0
}
