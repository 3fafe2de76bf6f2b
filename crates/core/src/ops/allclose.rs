//! Whether two tensors are equal up to rounding.

use super::prelude::*;

impl Tensor {
    /// Whether every element differs from the other's, which broadcasts, by at most `atol + rtol |other|`. Infinities are close
    /// to themselves, NaN to nothing. Computed in f64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert!(tensor![1.0, 2.0].allclose(&tensor![1.0, 2.001], 1e-2, 0.0));
    /// assert!(!tensor![f64::NAN].allclose(&tensor![f64::NAN], 1e-2, 1.0));
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast or types differ.
    #[track_caller]
    pub fn allclose(&self, other: &Tensor, rtol: f64, atol: f64) -> bool {
        let (x, y) = (self.untracked(), other.untracked());
        let (x, y) = broadcast("allclose", &x, &y);
        let (x, y) = (x.to_dtype(DType::F64), y.to_dtype(DType::F64));
        let apart = (&x - &y).abs();
        let close = apart.le(y.abs() * rtol + atol).logical_and(&apart.isfinite()).logical_or(&x.eq(&y));
        reduce::count_true(&close.value()) == close.numel()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "allclose",
    group: Group::Comparison,
    types: Types::Any,
    formula: "all |x - y| <= atol + rtol |y|",
    derivative: "none: a truth value",
    kind: Derivative::None,
    samples: || {
        let call = |x: &[Tensor]| Tensor::from(x[0].allclose(&x[1], 1e-5, 1e-8));
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -2.0, 2.0)], call),
            Sample::new("broadcast", [spread([2, 3], -2.0, 2.0), spread([3], -2.0, 2.0)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -2.0, 2.0)], call),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], -2.0, 2.0)], call),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::from(Tensor::eye(2).allclose(&Tensor::eye(3), 0.0, 0.0)), "allclose: shapes [2, 2] and"),
            misuse!(Tensor::from(Tensor::eye(2).allclose(&Tensor::arange(0, 2), 0.0, 0.0)), "allclose: operands are"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_are_close_to_themselves_alone() {
        let inf = f64::INFINITY;
        let close = |a: f64, b: f64| Tensor::from([a]).allclose(&Tensor::from([b]), 1e-3, 1e-3);
        assert!(close(inf, inf) && close(-inf, -inf));
        assert!(!close(inf, -inf) && !close(1.0, inf) && !close(inf, 1.0));
        assert!(close(1.0, 1.0015) && !close(1.0, 1.003));
    }

    #[test]
    fn integers_and_the_empty_are_compared() {
        assert!(Tensor::arange(0, 3).allclose(&Tensor::arange(0, 3), 0.0, 0.0));
        assert!(!Tensor::arange(0, 3).allclose(&Tensor::arange(1, 4), 0.0, 0.5));
        assert!(Tensor::zeros([0]).allclose(&Tensor::zeros([1]), 0.0, 0.0));
    }
}
