//! Not.

use super::prelude::*;

impl Tensor {
    /// The opposite of each truth value; `!x` is the same.
    ///
    /// # Panics
    /// If the tensor is not bool.
    #[must_use]
    #[track_caller]
    pub fn logical_not(&self) -> Tensor {
        if self.dtype() != DType::Bool {
            fail!("logical_not: not defined for {}; compare first", self.dtype());
        }
        observe::unrecorded(
            "logical_not",
            &[self],
            Tensor::constant(elementwise::test_each(&self.value(), |v| v == 0.0)),
        )
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logical_not",
    group: Group::Comparison,
    types: Types::Any,
    formula: "not x",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [crate::tensor![true, false, true]], |x| !&x[0]),
            Sample::new("size 1", [crate::tensor![true]], |x| x[0].logical_not()),
            Sample::new("size 0", [Tensor::from(Vec::<bool>::new())], |x| x[0].logical_not()),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2]).logical_not(), "logical_not: not defined for f32")],
    kinks: no_kinks,
};
