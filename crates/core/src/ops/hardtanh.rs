//! The identity between two bounds.

use super::prelude::*;

impl Tensor {
    /// Each element, or the bound that it is beyond. Unlike that of [`Tensor::clamp`], the derivative at a bound is 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 0.5].hardtanh(-1.0, 1.0).to_vec::<f32>().unwrap(), [-1.0, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `min` is not below `max`.
    #[must_use]
    #[track_caller]
    pub fn hardtanh(&self, min: f64, max: f64) -> Tensor {
        check_float("hardtanh", self);
        if min.is_nan() || max.is_nan() || min >= max {
            fail!("hardtanh: the lower bound {min} is not below the upper bound {max}");
        }
        let x = self.untracked();
        let inside = x.gt(min).logical_and(&x.lt(max));
        inside.where_cond(self, x.clamp(min, max))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hardtanh",
    group: Group::Activation,
    types: Types::Floats,
    formula: "min(max(x, lower), upper)",
    derivative: "g where lower < x < upper, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].hardtanh(-0.9, 1.1)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].hardtanh(-0.9, 1.1)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].hardtanh(-0.9, 1.1)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).hardtanh(-1.0, 1.0), "hardtanh: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "at the bounds",
            inputs: vec![Tensor::from([-1.0, 0.0, 1.0, 2.0])],
            call: |x| x[0].hardtanh(-1.0, 1.0),
            gradients: vec![vec![0.0, 1.0, 0.0, 0.0]],
        }]
    },
};
