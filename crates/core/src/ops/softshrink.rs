//! Shrinking towards 0.

use super::prelude::*;

impl Tensor {
    /// x moved towards 0 by `lambda`, and 0 where it is nearer. The derivatives at -lambda and lambda are 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 0.3].softshrink(0.5).to_vec::<f32>().unwrap(), [-1.5, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `lambda` is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn softshrink(&self, lambda: f64) -> Tensor {
        check_float("softshrink", self);
        if lambda.is_nan() || lambda < 0.0 {
            fail!("softshrink: lambda is {lambda}, expected a number that is not negative");
        }
        let x = self.untracked();
        let moved = self - x.sign() * lambda;
        x.abs().le(lambda).where_cond(0, moved)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "softshrink",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x - sign(x) lambda where |x| > lambda, else 0",
    derivative: "g where |x| > lambda, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.1)], |x| x[0].softshrink(0.5)),
            Sample::new("size 1", [spread([1], -2.0, 2.1)], |x| x[0].softshrink(0.5)),
            Sample::new("size 0", [spread([0], -2.0, 2.1)], |x| x[0].softshrink(0.5)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).softshrink(0.5), "softshrink: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at lambda",
            inputs: vec![Tensor::from([0.5, -0.5, 1.0])],
            call: |x| x[0].softshrink(0.5),
            gradients: vec![vec![0.0, 0.0, 1.0]],
        }]
    },
};
