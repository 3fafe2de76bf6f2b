//! How many elements are not zero.

use super::prelude::*;

#[track_caller]
fn count_nonzero(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    let axes = axes.resolve("count_nonzero", x.shape());
    let x = x.detach();
    let counted = if x.dtype() == DType::Bool { x } else { x.ne(0) }.to_dtype(DType::I64);
    let count = reduce::sum(&counted.value(), &axes);
    let shape = axes::reduced(counted.shape(), &axes, keepdim);
    Tensor::constant(view::reshape(&count, &shape))
}

impl Tensor {
    /// How many of all elements are not zero, as an i64 tensor without axes. NaN is not zero. Nothing is recorded.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 0.0], [-2.0, 3.0]].count_nonzero().item(), 3.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn count_nonzero(&self) -> Tensor {
        count_nonzero(self, Axes::from(..), false)
    }

    /// How many elements are not zero over some axes, which the result lacks.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn count_nonzero_dim(&self, axes: impl Into<Axes>) -> Tensor {
        count_nonzero(self, axes.into(), false)
    }

    /// How many elements are not zero over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::count_nonzero_dim`].
    #[must_use]
    #[track_caller]
    pub fn count_nonzero_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        count_nonzero(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "count_nonzero",
    group: Group::Reduction,
    types: Types::Any,
    formula: "the number of x that are not 0, over axes",
    derivative: "none: integers",
    kind: Derivative::None,
    samples: || {
        let x = || Tensor::from([[0.5, 0.0, -1.0], [0.0, 0.0, 2.0]]);
        vec![
            Sample::new("all", [x()], |x| x[0].count_nonzero()),
            Sample::new("one axis", [x()], |x| x[0].count_nonzero_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].count_nonzero_dim([0, -1])),
            Sample::new("kept", [x()], |x| x[0].count_nonzero_keepdim(0)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].count_nonzero_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].count_nonzero_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).count_nonzero_dim(2), "count_nonzero: axis 2 does not exist in [2, 3]"),
            misuse!(Tensor::zeros([2]).count_nonzero_dim([0, -1]), "count_nonzero: axis 0 of [2] is named twice"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use crate::tensor;

    #[test]
    fn every_type_is_counted_and_nan_is_not_zero() {
        assert_eq!(tensor![f64::NAN, -0.0, f64::INFINITY].count_nonzero().to_vec::<i64>().unwrap(), [2]);
        assert_eq!(tensor![[3, 0], [0, 0]].count_nonzero_dim(1).to_vec::<i64>().unwrap(), [1, 0]);
        let flags = tensor![[true, false], [true, true]];
        assert_eq!(flags.count_nonzero_keepdim(0).to_vec::<i64>().unwrap(), [2, 1]);
    }
}
