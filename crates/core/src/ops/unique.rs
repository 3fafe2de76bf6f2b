//! The different elements.

use super::prelude::*;

impl Tensor {
    /// The different elements in ascending order, along one axis. Every NaN is different from all others, and comes last. Nothing is
    /// recorded.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[3, 1], [3, 2]].unique().to_vec::<i64>().unwrap(), [1, 2, 3]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unique(&self) -> Tensor {
        self.unique_all().0
    }

    /// As [`Tensor::unique`], with the place among them of each element, in this tensor's shape, and how often each occurs; both
    /// i64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, inverse, counts) = tensor![3, 1, 3].unique_all();
    /// assert_eq!(values.to_vec::<i64>().unwrap(), [1, 3]);
    /// assert_eq!(inverse.to_vec::<i64>().unwrap(), [1, 0, 1]);
    /// assert_eq!(counts.to_vec::<i64>().unwrap(), [1, 2]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unique_all(&self) -> (Tensor, Tensor, Tensor) {
        let (values, inverse, counts) = kernels::sort::unique(&self.value());
        (Tensor::constant(values), Tensor::constant(inverse), Tensor::constant(counts))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unique",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the different x in order, the place of each x among them, and how often each occurs",
    derivative: "none: a set",
    kind: Derivative::None,
    samples: || {
        let all = |x: &[Tensor]| <[Tensor; 3]>::from(x[0].unique_all()).to_vec();
        vec![
            Sample::multi("plain", [Tensor::from([[0.5, 2.0, 0.5], [-1.0, 2.0, 0.5]])], all),
            Sample::new("values alone", [Tensor::from([0.5, 2.0, 0.5])], |x| x[0].unique()),
            Sample::multi("all different", [spread([5], -2.0, 2.0)], all),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], all),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], all),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
