//! Rounding towards 0.

use super::pointwise::steps;
use super::prelude::*;

steps! {
    /// Each element without its fraction. The derivative is zero.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([-1.7]).trunc().item(), -1.0);
    /// ```
    trunc as Trunc: math::Trunc;
    formula: "x without its fraction"
}
