//! 2^x.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// 2 to the power of each element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([3.0]).exp2().item(), 8.0);
    /// ```
    exp2 as Exp2: math::Exp2;
    output(0): |g, out| g * out * std::f64::consts::LN_2;
    formula: "2^x", derivative: "g 2^x ln 2",
    samples: -2.0 to 2.0
}
