//! A vector as a diagonal, or the diagonal of a matrix.

use super::prelude::*;

impl Tensor {
    /// Of a vector, the matrix with it on a diagonal; of a matrix, its diagonal. `offset` moves it up.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1, 2], [3, 4]].diag(1).to_vec::<i64>().unwrap(), [2]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is neither a vector nor a matrix, or is bool.
    #[must_use]
    #[track_caller]
    pub fn diag(&self, offset: isize) -> Tensor {
        check_number("diag", self);
        match self.ndim() {
            1 => self.diag_embed(offset),
            2 => self.diagonal(offset, 0, 1),
            _ => fail!("diag: {:?}, expected a vector or a matrix", self.shape()),
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "diag",
    group: Group::Shape,
    types: Types::Numbers,
    formula: "the matrix of a diagonal, or the diagonal of a matrix",
    derivative: "the diagonal of g, or g on the diagonal",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].diag(0)),
            Sample::new("vector", [spread([3], -2.0, 2.0)], |x| x[0].diag(-1)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].diag(0)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].diag(0)),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([1, 1, 1]).diag(0), "diag: [1, 1, 1], expected a vector or a matrix")],
    kinks: no_kinks,
};
