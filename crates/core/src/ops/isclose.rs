//! Whether numbers are near each other.

use super::prelude::*;

impl Tensor {
    /// Whether |x - y| <= atol + rtol |y| for each pair of elements, which broadcast; equal infinities are close, NaN is never.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let close = tensor![1.0, 2.0].isclose(&tensor![1.05, 3.0], 0.1, 0.0);
    /// assert_eq!(close.to_vec::<bool>().unwrap(), [true, false]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn isclose(&self, other: &Tensor, rtol: f64, atol: f64) -> Tensor {
        check_float("isclose", self);
        let (x, y) = (self.detach(), other.detach());
        let (x, y) = broadcast("isclose", &x, &y);
        let near = (&*x - &*y).abs().le(y.abs() * rtol + atol);
        let finite = x.isfinite().logical_and(&y.isfinite());
        x.eq(&*y).logical_or(&near.logical_and(&finite))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "isclose",
    group: Group::Comparison,
    types: Types::Floats,
    formula: "whether |x - y| <= atol + rtol |y|",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.9, 2.0)], |x| {
                x[0].isclose(&x[1], 0.1, 0.1)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.9, 2.0)], |x| x[0].isclose(&x[1], 0.1, 0.1)),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], -1.9, 2.0)], |x| x[0].isclose(&x[1], 0.1, 0.1)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2]).isclose(&Tensor::zeros([3]), 0.0, 0.0), "isclose: shapes [2] and [3] do not")]
    },
    kinks: no_kinks,
};
