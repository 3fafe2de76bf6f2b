//! 0 where it is near 0.

use super::prelude::*;

impl Tensor {
    /// x where it is further than `lambda` from 0, else 0. The derivatives at -lambda and lambda are 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 0.3].hardshrink(0.5).to_vec::<f32>().unwrap(), [-2.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `lambda` is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn hardshrink(&self, lambda: f64) -> Tensor {
        check_float("hardshrink", self);
        if lambda.is_nan() || lambda < 0.0 {
            fail!("hardshrink: lambda is {lambda}, expected a number that is not negative");
        }
        self.untracked().abs().le(lambda).where_cond(0, self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hardshrink",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where |x| > lambda, else 0",
    derivative: "g where |x| > lambda, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.1)], |x| x[0].hardshrink(0.5)),
            Sample::new("size 1", [spread([1], -2.0, 2.1)], |x| x[0].hardshrink(0.5)),
            Sample::new("size 0", [spread([0], -2.0, 2.1)], |x| x[0].hardshrink(0.5)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).hardshrink(0.5), "hardshrink: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at lambda",
            inputs: vec![Tensor::from([0.5, -0.5, 1.0])],
            call: |x| x[0].hardshrink(0.5),
            gradients: vec![vec![0.0, 0.0, 1.0]],
        }]
    },
};
