//! Products of batches of matrices, which do not broadcast.

use super::matmul::product;
use super::prelude::*;

impl Tensor {
    /// The matrix product for each place of a batch: `[b, m, k] x [b, k, n]` gives `[b, m, n]`. Batches that broadcast, and more
    /// axes of them, are for [`Tensor::matmul`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).bmm(&Tensor::ones([2, 4, 5])).shape(), [2, 3, 5]);
    /// ```
    ///
    /// # Panics
    /// If the shapes are not these, the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    pub fn bmm(&self, other: &Tensor) -> Tensor {
        check_pair("bmm", self, other);
        match (self.shape(), other.shape()) {
            (&[b, _, k], &[batch, inner, _]) if b == batch && k == inner => product(self, false, other, false),
            (x, y) => fail!("bmm: {x:?} x {y:?}, expected [b, m, k] x [b, k, n]"),
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "bmm",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "sum over k of x[b, i, k] y[b, k, j]",
    derivative: "g y^T to x, x^T g to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: [usize; 3], y: [usize; 3]) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], |x| x[0].bmm(&x[1]))
        }
        vec![
            sample("plain", [2, 2, 3], [2, 3, 2]),
            sample("size 1", [1, 1, 1], [1, 1, 1]),
            sample("size 0", [0, 2, 3], [0, 3, 2]),
            sample("inner size 0", [2, 2, 0], [2, 0, 2]),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([1, 2, 3]).bmm(&o([2, 3, 2])), "bmm: [1, 2, 3] x [2, 3, 2], expected [b, m, k] x [b, k, n]"),
            misuse!(o([2, 3]).bmm(&o([3, 2])), "bmm: [2, 3] x [3, 2], expected [b, m, k] x [b, k, n]"),
            misuse!(o([1, 1, 2]).bmm(&o([1, 3, 1])), "bmm: [1, 1, 2] x [1, 3, 1], expected [b, m, k]"),
        ]
    },
    kinks: no_kinks,
};
