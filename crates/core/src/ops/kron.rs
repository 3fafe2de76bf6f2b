//! Kronecker products.

use super::prelude::*;
use super::reshape::reshape;

impl Tensor {
    /// The Kronecker product: each element of this tensor times the whole other one, in its place. The one with fewer axes gets
    /// axes of length 1 in front; lengths multiply.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1, 2].kron(&tensor![[1, 1], [0, 1]]).to_vec::<i64>().unwrap(), [1, 1, 2, 2, 0, 1, 0, 2]);
    /// ```
    ///
    /// # Panics
    /// If the types differ or one is bool.
    #[must_use]
    #[track_caller]
    pub fn kron(&self, other: &Tensor) -> Tensor {
        check_pair("kron", self, other);
        let n = self.ndim().max(other.ndim());
        let length = |x: &Tensor, axis: usize| (axis + x.ndim()).checked_sub(n).map_or(1, |axis| x.shape()[axis]);
        // Every axis becomes two, of which each operand has one.
        let (mut left, mut right, mut whole) = (Dims::new(), Dims::new(), Dims::new());
        for axis in 0..n {
            let (a, b) = (length(self, axis), length(other, axis));
            left.extend([a, 1]);
            right.extend([1, b]);
            whole.push(a * b);
        }
        reshape(&(reshape(self, &left) * reshape(other, &right)), &whole)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "kron",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "x_i y_j at i m + j along each axis, m the length of y",
    derivative: "g y summed over j to x, g x summed over i to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize]) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], |x| x[0].kron(&x[1]))
        }
        vec![
            sample("plain", &[2, 2], &[2, 3]),
            sample("vectors", &[2], &[3]),
            sample("fewer axes on the left", &[2], &[2, 2, 2]),
            sample("fewer axes on the right", &[2, 2], &[]),
            sample("size 1", &[1, 1], &[1]),
            sample("size 0", &[0, 2], &[2, 3]),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).kron(&Tensor::arange(0, 2)),
                "kron: operands are f32 and i64; cast one with to_dtype"
            ),
            misuse!(crate::tensor![true].kron(&crate::tensor![true]), "kron: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};
