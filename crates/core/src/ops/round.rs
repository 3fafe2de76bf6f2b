//! Rounding to the nearest.

use super::pointwise::steps;
use super::prelude::*;

steps! {
    /// The nearest integer to each element, the even one where two are. The derivative is zero.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([2.5]).round().item(), 2.0);
    /// ```
    round as Round: math::Round;
    formula: "nearest integer, ties to even"
}
