//! Rounding up.

use super::pointwise::steps;
use super::prelude::*;

steps! {
    /// The smallest integer not below each element. The derivative is zero.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.2]).ceil().item(), 2.0);
    /// ```
    ceil as Ceil: math::Ceil;
    formula: "smallest integer >= x"
}
