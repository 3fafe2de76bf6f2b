//! All products of the elements of two vectors.

use super::matmul::product;
use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// The matrix of all products of an element of this vector and one of the other: x_i y_j.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1, 2].outer(&tensor![3, 4]).to_vec::<i64>().unwrap(), [3, 4, 6, 8]);
    /// ```
    ///
    /// # Panics
    /// If they are not vectors, the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    #[doc(alias = "ger")]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        check_pair("outer", self, other);
        let (&[n], &[m]) = (self.shape(), other.shape()) else {
            fail!("outer: {:?} and {:?}, expected vectors", self.shape(), other.shape());
        };
        // As a matrix product, so that its derivatives are two of them, and no full product of g is made.
        product(&reshape(self, &[n, 1]), false, &reshape(other, &[1, m]), false)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "outer",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "x_i y_j",
    derivative: "g y to x, g^T x to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, n: usize, m: usize) -> Sample {
            Sample::new(label, [spread([n], -2.0, 2.0), spread([m], -1.0, 3.0)], |x| x[0].outer(&x[1]))
        }
        vec![
            sample("plain", 2, 3),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| x[0].outer(&x[0])),
            sample("size 1", 1, 1),
            sample("size 0", 0, 3),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2, 1]).outer(&o([2])), "outer: [2, 1] and [2], expected vectors"),
            misuse!(o([2]).outer(&Tensor::arange(0, 2)), "outer: operands are f32 and i64; cast one with to_dtype"),
        ]
    },
    kinks: no_kinks,
};
