//! x >= y.

use super::prelude::*;

impl Tensor {
    /// Whether each element is at least the other's, which broadcasts; false where either is NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].ge(2).to_vec::<bool>().unwrap(), [false, true, true]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast or types differ.
    #[must_use]
    #[track_caller]
    pub fn ge(&self, other: impl Operand) -> Tensor {
        compare("ge", elementwise::Comparison::Ge, self, other.operand())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "ge",
    group: Group::Comparison,
    types: Types::Any,
    formula: "x >= y",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -1.0, 1.0)], |x| x[0].ge(&x[1])),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| x[0].ge(1)),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| x[0].ge(&x[0])),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -1.0, 1.0)], |x| x[0].ge(&x[1])),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.0, 1.0)], |x| x[0].ge(&x[1])),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -1.0, 1.0)], |x| x[0].ge(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).ge(Tensor::zeros([4])), "ge: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::zeros([2]).ge(Tensor::arange(0, 2)), "ge: operands are f32 and i64"),
            misuse!(Tensor::arange(0, 2).ge(0.5), "ge: 0.5 is a float and the tensor i64"),
        ]
    },
    kinks: no_kinks,
};
