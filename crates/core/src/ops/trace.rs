//! The sum of a matrix's diagonal.

use super::prelude::*;

impl Tensor {
    /// The sum of the diagonal of a matrix, as a tensor without axes.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].trace().item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If there are not two axes.
    #[must_use]
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        if self.ndim() != 2 {
            fail!("trace: {:?}, expected a matrix", self.shape());
        }
        self.diagonal(0, 0, 1).sum()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "trace",
    group: Group::LinearAlgebra,
    types: Types::Any,
    formula: "sum of x[i, i]",
    derivative: "g on the diagonal, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 3], -2.0, 2.0)], |x| x[0].trace()),
            Sample::new("wide", [spread([2, 3], -2.0, 2.0)], |x| x[0].trace()),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].trace()),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].trace()),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 2, 2]).trace(), "trace: [2, 2, 2], expected a matrix")],
    kinks: no_kinks,
};
