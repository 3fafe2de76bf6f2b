//! Rounding down.

use super::pointwise::steps;
use super::prelude::*;

steps! {
    /// The largest integer not above each element. The derivative is zero.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([-1.2]).floor().item(), -2.0);
    /// ```
    floor as Floor: math::Floor;
    formula: "largest integer <= x"
}
