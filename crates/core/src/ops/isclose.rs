//! Whether numbers are near each other.

use super::prelude::*;

impl Tensor {
    /// Whether |x - y| <= atol + rtol |y| for each pair of elements, which broadcast. Equal infinities are close; two NaN are if
    /// `equal_nan` says so. Integers and truth values are compared as f64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let close = tensor![1.0, 2.0].isclose(&tensor![1.05, 3.0], 0.1, 0.0, false);
    /// assert_eq!(close.to_vec::<bool>().unwrap(), [true, false]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast or types differ.
    #[must_use]
    #[track_caller]
    pub fn isclose(&self, other: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Tensor {
        let (x, y) = (self.untracked(), other.untracked());
        let (x, y) = broadcast("isclose", &x, &y);
        let equal = x.eq(&*y);
        let dtype = if x.dtype().is_float() { x.dtype() } else { DType::F64 };
        let (x, y) = (x.to_dtype(dtype), y.to_dtype(dtype));
        let apart = (&x - &y).abs();
        let near = apart.le(y.abs() * rtol + atol).logical_and(&apart.isfinite());
        let close = equal.logical_or(&near);
        if equal_nan { close.logical_or(&x.isnan().logical_and(&y.isnan())) } else { close }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "isclose",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether |x - y| <= atol + rtol |y|",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.9, 2.0)], |x| {
                x[0].isclose(&x[1], 0.1, 0.1, false)
            }),
            Sample::new("equal NaN", [Tensor::from([f64::NAN, f64::NAN]), Tensor::from([f64::NAN, 1.0])], |x| {
                x[0].isclose(&x[1], 0.1, 0.1, true)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.9, 2.0)], |x| {
                x[0].isclose(&x[1], 0.1, 0.1, false)
            }),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], -1.9, 2.0)], |x| {
                x[0].isclose(&x[1], 0.1, 0.1, false)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).isclose(&Tensor::zeros([3]), 0.0, 0.0, false),
                "isclose: shapes [2] and [3] do not broadcast"
            ),
            misuse!(
                Tensor::zeros([2]).isclose(&Tensor::arange(0, 2), 0.0, 0.0, false),
                "isclose: operands are f32 and i64"
            ),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use crate::tensor;

    #[test]
    fn integers_and_truth_values_are_compared() {
        let close = tensor![1, 10, -3].isclose(&tensor![2, 10, 3], 0.4, 0.0, false);
        assert_eq!(close.to_vec::<bool>().unwrap(), [false, true, false]);
        assert_eq!(tensor![1, 2].isclose(&tensor![2, 4], 0.0, 1.0, true).to_vec::<bool>().unwrap(), [true, false]);
        let close = tensor![true, false].isclose(&tensor![true, true], 0.0, 0.5, false);
        assert_eq!(close.to_vec::<bool>().unwrap(), [true, false]);
        // Equal, though f64 has not the digits to tell from its neighbour.
        assert!(tensor![i64::MAX].isclose(&tensor![i64::MAX], 0.0, 0.0, false).all().item() == 1.0);
    }
}
