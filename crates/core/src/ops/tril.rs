//! The part of matrices on and below a diagonal.

use super::prelude::*;

impl Tensor {
    /// The last two axes' elements on and below a diagonal, 0 elsewhere. `offset` moves the diagonal up.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert!(tensor![[1, 2], [3, 4]].tril(0).equal(&tensor![[1, 0], [3, 4]]));
    /// ```
    ///
    /// # Panics
    /// If the tensor has fewer than two axes, or is bool.
    #[must_use]
    #[track_caller]
    pub fn tril(&self, offset: isize) -> Tensor {
        check_number("tril", self);
        let &[.., rows, columns] = self.shape() else {
            fail!("tril: {:?}, expected at least two axes", self.shape());
        };
        let row = Tensor::arange(0, rows as i64).reshape([-1, 1]);
        let kept = Tensor::arange(0, columns as i64).le(row + offset as i64);
        kept.where_cond(self, 0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "tril",
    group: Group::Shape,
    types: Types::Numbers,
    formula: "x on and below the diagonal, 0 elsewhere",
    derivative: "g on and below the diagonal, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 4], -2.0, 2.0)], |x| x[0].tril(0)),
            Sample::new("batch", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].tril(-1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].tril(0)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].tril(0)),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2]).tril(0), "tril: [2], expected at least two axes")],
    kinks: no_kinks,
};
