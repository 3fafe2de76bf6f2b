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

#[cfg(test)]
mod tests {
    use super::*;

    /// The complement of the error function at `erfinv(1 - d)` is d, to the last digits also where that lies near 6.
    #[test]
    fn digits_are_kept_up_to_the_last_number_before_1() {
        for k in 1..=53 {
            let d = 2f64.powi(-k);
            let y = Tensor::from([1.0 - d, d - 1.0]).erfinv();
            let back = Tensor::stack(&[y.i(0), -y.i(1)], 0).erfc().to_vec::<f64>().unwrap();
            assert!(back.iter().all(|c| (c / d - 1.0).abs() < 1e-14), "2^-{k}: {back:?}");
        }
    }
}
