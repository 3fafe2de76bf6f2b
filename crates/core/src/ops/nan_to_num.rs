//! Numbers in place of NaN and infinities.

use super::prelude::*;

impl Tensor {
    /// Each element where it is finite, 0 in place of NaN, and the largest and the lowest number of the type in place of the
    /// infinities. What was replaced gets no gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![f64::NAN, 1.0].nan_to_num().to_vec::<f32>().unwrap(), [0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn nan_to_num(&self) -> Tensor {
        let largest = if self.dtype() == DType::F32 { f64::from(f32::MAX) } else { f64::MAX };
        self.nan_to_num_with(0.0, largest, -largest)
    }

    /// As [`Tensor::nan_to_num`], with numbers of your choice in place of NaN, infinity and minus infinity.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn nan_to_num_with(&self, nan: f64, positive: f64, negative: f64) -> Tensor {
        check_float("nan_to_num", self);
        let x = self.untracked();
        let kept = x.isfinite().where_cond(self, 0);
        let replaced = x.isnan().where_cond(nan, x.gt(0).where_cond(positive, x.lt(0).where_cond(negative, &x)));
        x.isfinite().where_cond(&kept, &replaced)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "nan_to_num",
    group: Group::Unary,
    types: Types::Floats,
    formula: "x where it is finite, else a number",
    derivative: "g where x is finite, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].nan_to_num()),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].nan_to_num()),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].nan_to_num()),
            Sample::new("not finite", [Tensor::from([f64::NAN, 1.5, f64::INFINITY, f64::NEG_INFINITY])], |x| {
                x[0].nan_to_num_with(0.5, 2.0, -3.0)
            }),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).nan_to_num(), "nan_to_num: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "not finite",
            inputs: vec![Tensor::from([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.0])],
            call: |x| x[0].nan_to_num(),
            gradients: vec![vec![0.0, 0.0, 0.0, 1.0]],
        }]
    },
};
