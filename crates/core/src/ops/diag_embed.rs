//! Vectors as diagonals.

use super::prelude::*;
use super::unfold::{Walk, WalkBackward, along};

impl Tensor {
    /// The last axis laid on the diagonal of matrices of zeros, which are the last two axes. `offset` moves it up.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert!(tensor![1, 2].diag_embed(0).equal(&tensor![[1, 0], [0, 2]]));
    /// ```
    ///
    /// # Panics
    /// If the tensor has no axes, or is bool.
    #[must_use]
    #[track_caller]
    pub fn diag_embed(&self, offset: isize) -> Tensor {
        let Some((&length, batch)) = self.shape().split_last() else {
            fail!("diag_embed: a tensor of shape [] has no axis to lay on a diagonal");
        };
        let (side, k) = (length + offset.unsigned_abs(), batch.len());
        let mut of = Dims::from_slice(batch);
        of.extend([side, side]);
        let mut start = Dims::from_elem(0, k + 2);
        start[if offset < 0 { k } else { k + 1 }] = offset.unsigned_abs();
        let mut axes: Vec<(usize, Dims)> = (0..k).map(|a| (batch[a], along(k + 2, a, 1))).collect();
        axes.push((length, (0..k + 2).map(|a| usize::from(a >= k)).collect()));
        if self.numel() == 0 {
            start.fill(0);
        }
        check_number("diag_embed", self);
        WalkBackward(Walk { name: "diagonal", of, start, axes }).apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "diag_embed",
    group: Group::Shape,
    types: Types::Numbers,
    formula: "y[.., i, i + offset] = x[.., i], 0 elsewhere",
    derivative: "the diagonal of g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3], -2.0, 2.0)], |x| x[0].diag_embed(0)),
            Sample::new("batch", [spread([2, 3], -2.0, 2.0)], |x| x[0].diag_embed(1)),
            Sample::new("below", [spread([2], -2.0, 2.0)], |x| x[0].diag_embed(-2)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].diag_embed(0)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].diag_embed(0)),
        ]
    },
    errors: || vec![misuse!(Tensor::from(1.0).diag_embed(0), "diag_embed: a tensor of shape [] has no axis")],
    kinks: no_kinks,
};
