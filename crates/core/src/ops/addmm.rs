//! A scaled matrix product, added.

use super::prelude::*;

impl Tensor {
    /// beta x + alpha (a b), with the matrix product of a, `[m, k]`, and b, `[k, n]`; x broadcasts to `[m, n]`. With beta = 0
    /// nothing is read of x, which then has no gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (a, b) = (tensor![[1.0, 2.0]], tensor![[3.0], [4.0]]);
    /// assert_eq!(tensor![10.0].addmm(&a, &b, 0.5, 2.0).item(), 27.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes are not these, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn addmm(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Tensor {
        check_float("addmm", self);
        check_pair("addmm", self, a);
        check_pair("addmm", a, b);
        let shape = match (a.shape(), b.shape()) {
            (&[m, k], &[inner, n]) if k == inner => [m, n],
            (a, b) => fail!("addmm: {a:?} x {b:?}, expected [m, k] x [k, n]"),
        };
        if kernels::broadcast_shape(self.shape(), &shape).as_deref() != Some(&shape[..]) {
            fail!("addmm: {:?} does not broadcast to {shape:?}", self.shape());
        }
        if (beta, alpha) == (1.0, 1.0) && self.shape() == [shape[1]] {
            return a.linear(&b.t(), Some(self));
        }
        let product = if alpha == 1.0 { a.matmul(b) } else { a.matmul(b) * alpha };
        if beta == 0.0 {
            product
        } else if beta == 1.0 {
            product + self
        } else {
            product + self * beta
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "addmm",
    group: Group::LinearAlgebra,
    types: Types::Floats,
    formula: "beta x + alpha a b",
    derivative: "beta g to x, alpha g b^T to a, alpha a^T g to b",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], beta: f64, alpha: f64) -> Sample {
            let inputs = [spread(x, -2.0, 2.0), spread([2, 3], -1.0, 3.0), spread([3, 4], -2.0, 1.0)];
            Sample::new(label, inputs, move |x| x[0].addmm(&x[1], &x[2], beta, alpha))
        }
        fn sized(label: &'static str, m: usize, k: usize) -> Sample {
            let inputs = [spread([m, 1], -2.0, 2.0), spread([m, k], -1.0, 3.0), spread([k, 1], -2.0, 1.0)];
            Sample::new(label, inputs, |x| x[0].addmm(&x[1], &x[2], 2.0, 0.5))
        }
        vec![
            sample("plain", &[2, 4], 1.0, 1.0),
            sample("bias", &[4], 1.0, 1.0),
            sample("column", &[2, 1], 1.0, 1.0),
            sample("factors", &[4], 0.5, -2.0),
            Sample::new("beta 0", [spread([2, 3], -1.0, 3.0), spread([3, 4], -2.0, 1.0)], |x| {
                Tensor::ones([4]).to_dtype(x[0].dtype()).addmm(&x[0], &x[1], 0.0, 1.5)
            }),
            sized("size 1", 1, 1),
            sized("size 0", 0, 2),
            sized("inner size 0", 2, 0),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([1]).addmm(&o([2, 3]), &o([2, 3]), 1.0, 1.0), "addmm: [2, 3] x [2, 3], expected [m, k] x [k, n]"),
            misuse!(o([3]).addmm(&o([2, 3]), &o([3, 2]), 1.0, 1.0), "addmm: [3] does not broadcast to [2, 2]"),
            misuse!(
                o([1, 2, 2]).addmm(&o([2, 3]), &o([3, 2]), 0.0, 1.0),
                "addmm: [1, 2, 2] does not broadcast to [2, 2]"
            ),
            misuse!(Tensor::arange(0, 2).addmm(&o([2, 3]), &o([3, 2]), 1.0, 1.0), "addmm: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_beta_0_what_is_added_is_not_read() {
        let x = Tensor::from([[f64::NAN]]);
        assert_eq!(x.addmm(&Tensor::from([[2.0]]), &Tensor::from([[3.0]]), 0.0, 1.0).item(), 6.0);
    }
}
