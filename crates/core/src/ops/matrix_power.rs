//! Powers of matrices, by squaring.

use super::matmul::product;
use super::prelude::*;

impl Tensor {
    /// The matrices along the last two axes multiplied with themselves `exponent` times; 0 times is the identity. Takes
    /// logarithmically many products.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let fibonacci = tensor![[1, 1], [1, 0]].matrix_power(10);
    /// assert_eq!(fibonacci.to_vec::<i64>().unwrap(), [89, 55, 55, 34]);
    /// ```
    ///
    /// # Panics
    /// If the last two axes are not of one length, the exponent is negative (invert first), or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn matrix_power(&self, exponent: i64) -> Tensor {
        check_number("matrix_power", self);
        let n = match *self.shape() {
            [.., n, m] if n == m => n,
            ref shape => fail!("matrix_power: {shape:?}, expected [.., n, n]"),
        };
        if exponent < 0 {
            fail!("matrix_power: the exponent {exponent} is negative; take that of the inverse");
        }
        if exponent == 0 {
            return Tensor::eye(n).to_dtype(self.dtype()).broadcast_to(self.shape()).contiguous();
        }
        let (mut left, mut square, mut power) = (exponent, self.clone(), None::<Tensor>);
        loop {
            if left % 2 == 1 {
                power = Some(match power {
                    Some(power) => product(&power, false, &square, false),
                    None => square.clone(),
                });
            }
            left /= 2;
            match power {
                Some(power) if left == 0 => return power,
                _ => square = product(&square, false, &square, false),
            }
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "matrix_power",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "x x .. x",
    derivative: "sum over i of (x^i)^T g (x^(n - 1 - i))^T",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, shape: &[usize], exponent: i64) -> Sample {
            Sample::new(label, [spread(shape, -1.0, 1.0)], move |x| x[0].matrix_power(exponent))
        }
        vec![
            sample("plain", &[2, 2], 2),
            sample("once", &[3, 3], 1),
            sample("not at all", &[2, 2], 0),
            sample("odd", &[2, 2], 3),
            sample("batched", &[2, 2, 2], 5),
            sample("size 1", &[1, 1], 3),
            sample("size 0", &[0, 2, 2], 2),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).matrix_power(2), "matrix_power: [2, 3], expected [.., n, n]"),
            misuse!(Tensor::zeros([2]).matrix_power(2), "matrix_power: [2], expected [.., n, n]"),
            misuse!(Tensor::zeros([2, 2]).matrix_power(-1), "matrix_power: the exponent -1 is negative; take"),
        ]
    },
    kinks: no_kinks,
};
