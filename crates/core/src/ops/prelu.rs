//! The rectifier with a learned slope.

use super::prelude::*;

impl Tensor {
    /// Each element where it is above 0, else slope x. The slope is one number, or one for each channel, which is axis 1, and
    /// has a gradient too (K. He et al., "Delving deep into rectifiers", 2015). At 0 the derivative is the slope.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 3.0].prelu(&tensor![0.5]).to_vec::<f32>().unwrap(), [-1.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the slope is not `[]`, `[1]` or `[C]` for C channels, types differ, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn prelu(&self, slope: &Tensor) -> Tensor {
        check_float("prelu", self);
        let channels = if self.ndim() < 2 { 1 } else { self.shape()[1] };
        if slope.ndim() > 1 || (slope.numel() != 1 && slope.numel() != channels) {
            fail!(
                "prelu: slope {:?}, expected one number or {channels}, one for each channel of {:?}",
                slope.shape(),
                self.shape()
            );
        }
        let mut shape = vec![1isize; self.ndim().saturating_sub(1).max(1)];
        shape[0] = slope.numel() as isize;
        let slope = if self.ndim() < 2 { slope.reshape([]) } else { slope.reshape(shape) };
        let positive = self.untracked().gt(0);
        // 0 in place of what is positive, whose product with the slope could be NaN.
        positive.where_cond(self, positive.where_cond(0, self) * slope)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "prelu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where x > 0, else w x",
    derivative: "g where x > 0, else w g; the sum of g x over x <= 0 to w",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0), Tensor::from([0.3])], |x| x[0].prelu(&x[1])),
            Sample::new("channels", [spread_around([2, 3, 2], 0.2, 2.0), spread([3], 0.1, 0.9)], |x| x[0].prelu(&x[1])),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0), spread([], 0.1, 0.9)], |x| x[0].prelu(&x[1])),
            Sample::new("size 0", [spread_around([0, 2], 0.2, 2.0), spread([2], 0.1, 0.9)], |x| x[0].prelu(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::arange(0, 2).prelu(&Tensor::ones([1])), "prelu: not defined for i64"),
            misuse!(Tensor::ones([2, 3]).prelu(&Tensor::ones([2])), "prelu: slope [2], expected one number or 3"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, -1.0, 2.0]), Tensor::from([0.25])],
            call: |x| x[0].prelu(&x[1]),
            gradients: vec![vec![0.25, 0.25, 1.0], vec![-1.0]],
        }]
    },
};
