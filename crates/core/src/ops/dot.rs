//! The inner product of two vectors.

use super::matmul::product;
use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// The inner product of two vectors, sum of x y, as a tensor without axes. Of none it is 0; integers wrap.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0].dot(&tensor![3.0, 4.0]).item(), 11.0);
    /// ```
    ///
    /// # Panics
    /// If they are not vectors of one length, the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    #[doc(alias = "inner")]
    pub fn dot(&self, other: &Tensor) -> Tensor {
        check_pair("dot", self, other);
        let (&[n], &[m]) = (self.shape(), other.shape()) else {
            fail!("dot: {:?} and {:?}, expected vectors", self.shape(), other.shape());
        };
        if n != m {
            fail!("dot: vectors of {n} and {m} elements");
        }
        reshape(&product(&reshape(self, &[1, n]), false, &reshape(other, &[n, 1]), false), &[])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "dot",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "sum of x y",
    derivative: "g y to x, g x to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, n: usize) -> Sample {
            Sample::new(label, [spread([n], -2.0, 2.0), spread([n], -1.0, 3.0)], |x| x[0].dot(&x[1]))
        }
        vec![
            sample("plain", 5),
            Sample::new("with itself", [spread([3], -2.0, 2.0)], |x| x[0].dot(&x[0])),
            sample("size 1", 1),
            sample("size 0", 0),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2]).dot(&o([3])), "dot: vectors of 2 and 3 elements"),
            misuse!(o([2, 1]).dot(&o([2])), "dot: [2, 1] and [2], expected vectors"),
            misuse!(o([2]).dot(&Tensor::arange(0, 2)), "dot: operands are f32 and i64; cast one with to_dtype"),
            misuse!(crate::tensor![true].dot(&o([1])), "dot: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};
