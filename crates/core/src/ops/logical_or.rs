//! X or y.

use super::prelude::*;

impl Tensor {
    /// Whether at least one is true. The other tensor broadcasts.
    ///
    /// # Panics
    /// If shapes do not broadcast, or one of the two is not bool.
    #[must_use]
    #[track_caller]
    pub fn logical_or(&self, other: &Tensor) -> Tensor {
        logical("logical_or", self, other, |x, y| x | y)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logical_or",
    group: Group::Comparison,
    types: Types::Any,
    formula: "x or y",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        let (t, f) = (true, false);
        let call = |x: &[Tensor]| x[0].logical_or(&x[1]);
        vec![
            Sample::new("plain", [crate::tensor![t, f, t, f], crate::tensor![t, t, f, f]], call),
            Sample::new("broadcast", [crate::tensor![[t], [f]], crate::tensor![t, f, t]], call),
            Sample::new("size 1", [crate::tensor![t], crate::tensor![[f]]], call),
            Sample::new("size 0", [Tensor::from(Vec::<bool>::new()), crate::tensor![t]], call),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).logical_or(&crate::tensor![true]), "logical_or: not defined for f32"),
            misuse!(Tensor::eye(2).eq(1).logical_or(&Tensor::eye(3).eq(1)), "logical_or: shapes [2, 2] and [3, 3]"),
        ]
    },
    kinks: no_kinks,
};
