//! Places between boundaries.

use super::prelude::*;

impl Tensor {
    /// For each element, the number of the interval between sorted `boundaries` in which it lies: [`Tensor::searchsorted`] with
    /// the roles exchanged (I64).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5, 9.0].bucketize(&tensor![1.0, 3.0], false).to_vec::<i64>().unwrap(), [0, 2]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::searchsorted`].
    #[must_use]
    #[track_caller]
    pub fn bucketize(&self, boundaries: &Tensor, right: bool) -> Tensor {
        super::searchsorted::places("bucketize", boundaries, self, right)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "bucketize",
    group: Group::Comparison,
    types: Types::Numbers,
    formula: "the number of boundaries below x",
    derivative: "none: indices",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), Tensor::from([-1.0, 0.0, 0.5])], |x| {
                x[0].bucketize(&x[1], false)
            }),
            Sample::new("right", [Tensor::from([0.0, 1.0]), Tensor::from([-1.0, 0.0])], |x| {
                x[0].bucketize(&x[1], true)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], -2.0, 2.0)], |x| x[0].bucketize(&x[1], false)),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], -2.0, 2.0)], |x| x[0].bucketize(&x[1], false)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2]).bucketize(&Tensor::zeros([2, 2]), false), "bucketize: the sorted tensor has")]
    },
    kinks: no_kinks,
};
