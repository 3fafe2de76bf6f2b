//! x < y.

use super::prelude::*;

impl Tensor {
    /// Whether each element is less than the other's, which broadcasts; false where either is NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].lt(2).to_vec::<bool>().unwrap(), [true, false, false]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast or types differ.
    #[must_use]
    #[track_caller]
    pub fn lt(&self, other: impl Operand) -> Tensor {
        compare("lt", elementwise::Comparison::Lt, self, other.operand())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "lt",
    group: Group::Comparison,
    types: Types::Any,
    formula: "x < y",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 1.0)], |x| x[0].lt(&x[1])),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| x[0].lt(1)),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| x[0].lt(&x[0])),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -1.0, 1.0)], |x| x[0].lt(&x[1])),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.0, 1.0)], |x| x[0].lt(&x[1])),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -1.0, 1.0)], |x| x[0].lt(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).lt(Tensor::zeros([4])), "lt: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::zeros([2]).lt(Tensor::arange(0, 2)), "lt: operands are f32 and i64"),
            misuse!(Tensor::arange(0, 2).lt(0.5), "lt: 0.5 is a float and the tensor i64"),
        ]
    },
    kinks: no_kinks,
};
