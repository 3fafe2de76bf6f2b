//! Where the elements are that are not zero.

use super::prelude::*;

impl Tensor {
    /// The places of the elements that are not zero (NaN is not), i64 `[number, axes]`, in row-major order. Nothing is recorded.
    /// `x.nonzero().unbind(1)` is an index for each axis, as [`Tensor::index_put`] takes them.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let places = tensor![[0.0, 3.0], [5.0, 0.0]].nonzero();
    /// assert_eq!(places.shape(), [2, 2]);
    /// assert_eq!(places.to_vec::<i64>().unwrap(), [0, 1, 1, 0]);
    /// ```
    #[must_use]
    #[track_caller]
    #[doc(alias = "argwhere")]
    pub fn nonzero(&self) -> Tensor {
        let x = self.detach();
        let mask = if x.dtype() == DType::Bool { x } else { x.ne(0) };
        Tensor::constant(kernels::index::nonzero(&mask.value()))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "nonzero",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the places of the x that are not 0",
    derivative: "none: integers",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [Tensor::from([[0.5, 0.0, -1.0], [0.0, 0.0, 2.0]])], |x| x[0].nonzero()),
            Sample::new("three axes", [spread([2, 1, 2], -2.0, 2.0)], |x| x[0].nonzero()),
            Sample::new("no axes", [spread([], 1.0, 2.0)], |x| x[0].nonzero()),
            Sample::new("size 1", [spread([1], 1.0, 2.0)], |x| x[0].nonzero()),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].nonzero()),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
