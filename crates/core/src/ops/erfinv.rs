//! The inverse error function.

use super::pointwise::pointwise;
use super::prelude::*;

pointwise! {
    /// The number whose error function is each element: infinite at -1 and 1, NaN beyond.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).erfinv().item(), 0.0);
    /// ```
    erfinv as Erfinv: math::Erfinv;
    output(0): |g, out| g * out.square().exp() * (1.0 / std::f64::consts::FRAC_2_SQRT_PI);
    formula: "y with erf y = x", derivative: "g sqrt(pi)/2 e^(y^2)",
    samples: -0.8 to 0.8
}
