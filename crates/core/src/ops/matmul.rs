//! Matrix products.

use super::prelude::*;
use super::reshape::reshape;
use tapegrad_kernels::matmul::{Matrices, matmul};

/// The product of two matrices, or of two arrays of matrices of the same batch shape, the left one transposed if `X` and the
/// right one if `Y`: so the rule needs no other op, and the op no memory.
#[derive(Debug)]
struct Matmul<const X: bool, const Y: bool>;

impl<const X: bool, const Y: bool> Op for Matmul<X, Y> {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let which = [("left", X), ("right", Y)].into_iter().filter(|(_, transposed)| *transposed);
        which.map(|(which, _)| ("transposed", which.to_owned())).collect()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, y) = (inputs[0].value(), inputs[1].value());
        one(matmul(Matrices { array: &x, transposed: X }, Matrices { array: &y, transposed: Y }, None))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.g();
        let by_x = ctx.needs(0).then(|| {
            let y = ctx.input(1);
            if X { product(&y, Y, g, true) } else { product(g, false, &y, !Y) }
        });
        let by_y = ctx.needs(1).then(|| {
            let x = ctx.input(0);
            if Y { product(g, true, &x, X) } else { product(&x, !X, g, false) }
        });
        smallvec![by_x, by_y]
    }

    fn multiply_adds(&self, inputs: &[&Tensor], outputs: &[Tensor]) -> u64 {
        let x = inputs[0].shape();
        let inner = x[x.len() - if X { 2 } else { 1 }];
        (outputs[0].numel() * inner) as u64
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The product of matrices that are known to fit, each transposed or not.
#[track_caller]
pub(crate) fn product(x: &Tensor, x_transposed: bool, y: &Tensor, y_transposed: bool) -> Tensor {
    match (x_transposed, y_transposed) {
        (false, false) => Matmul::<false, false>.apply(&[x, y]),
        (false, true) => Matmul::<false, true>.apply(&[x, y]),
        (true, false) => Matmul::<true, false>.apply(&[x, y]),
        (true, true) => Matmul::<true, true>.apply(&[x, y]),
    }
}

/// The product of two tensors of at least two axes, whose inner dimensions agree.
#[track_caller]
fn batched(x: &Tensor, y: &Tensor) -> Tensor {
    let (xs, ys) = (x.shape(), y.shape());
    let (x_batch, y_batch) = (&xs[..xs.len() - 2], &ys[..ys.len() - 2]);
    if x_batch == y_batch {
        return product(x, false, y, false);
    }
    if y_batch.is_empty() {
        // The batch's rows make one tall matrix, and its gradient needs no sum over the batch.
        let (k, n) = (ys[0], ys[1]);
        let rows = xs[..xs.len() - 1].iter().product();
        let mut shape = Dims::from_slice(xs);
        shape[xs.len() - 1] = n;
        return reshape(&product(&reshape(x, &[rows, k]), false, y, false), &shape);
    }
    let Some(batch) = kernels::broadcast_shape(x_batch, y_batch) else {
        fail!("matmul: {xs:?} x {ys:?}: batch dimensions {x_batch:?} and {y_batch:?} do not broadcast");
    };
    let to = |t: &Tensor| {
        let shape = t.shape();
        t.broadcast_to(batch.iter().chain(&shape[shape.len() - 2..]).copied().collect::<Dims>())
    };
    product(&to(x), false, &to(y), false)
}

impl Tensor {
    /// The matrix product over the last two axes of each: `[.., m, k] x [.., k, n]` gives `[.., m, n]`, where the axes in front
    /// broadcast. A tensor with one axis is a row on the left and a column on the right, and the result lacks that axis; two of
    /// them give their inner product. A sum over `k = 0` is 0; integers wrap.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
    /// assert_eq!(x.matmul(&x).to_vec::<f32>().unwrap(), [7.0, 10.0, 15.0, 22.0]);
    /// assert_eq!(x.matmul(&tensor![1.0, -1.0]).to_vec::<f32>().unwrap(), [-1.0, -1.0]);
    /// ```
    ///
    /// # Panics
    /// If the inner dimensions differ, the axes in front do not broadcast, the types differ, or one is bool or has no axes.
    #[must_use]
    #[track_caller]
    #[doc(alias = "mm")]
    #[doc(alias = "mv")]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        check_pair("matmul", self, other);
        let (x, y) = (self.shape(), other.shape());
        if x.is_empty() || y.is_empty() {
            fail!("matmul: {x:?} x {y:?}: a tensor without axes is no matrix; multiply with *");
        }
        let (k, inner) = (x[x.len() - 1], y[y.len().saturating_sub(2)]);
        if k != inner {
            fail!("matmul: {x:?} x {y:?}: inner dimensions {k} and {inner} differ");
        }
        if x.len() > 1 && y.len() > 1 {
            return batched(self, other);
        }
        let row = if x.len() == 1 { Cow::Owned(reshape(self, &[1, k])) } else { Cow::Borrowed(self) };
        let column = if y.len() == 1 { Cow::Owned(reshape(other, &[k, 1])) } else { Cow::Borrowed(other) };
        let product = batched(&row, &column);
        let (rows, columns) = (&x[..x.len() - 1], if y.len() == 1 { None } else { y.last() });
        let batch = &y[..y.len().saturating_sub(2)];
        reshape(&product, &rows.iter().chain(batch).chain(columns).copied().collect::<Dims>())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "matmul",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "sum over k of x[.., i, k] y[.., k, j]",
    derivative: "g y^T to x, x^T g to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize]) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], |x| x[0].matmul(&x[1]))
        }
        vec![
            sample("plain", &[2, 3], &[3, 4]),
            sample("batched", &[2, 2, 3], &[2, 3, 2]),
            sample("batch on the left", &[2, 2, 2, 3], &[3, 2]),
            sample("batch on the right", &[2, 3], &[2, 3, 2]),
            sample("broadcast", &[2, 1, 2, 3], &[3, 3, 1]),
            sample("vectors", &[3], &[3]),
            sample("matrix and vector", &[2, 3], &[3]),
            sample("vector and matrix", &[3], &[3, 2]),
            sample("batch and vector", &[2, 2, 3], &[3]),
            sample("vector and batch", &[3], &[2, 3, 2]),
            Sample::new("with itself", [spread([2, 2], -2.0, 2.0)], |x| x[0].matmul(&x[0])),
            sample("size 1", &[1, 1], &[1, 1]),
            sample("size 0", &[0, 2], &[2, 3]),
            sample("empty batch", &[0, 2, 2], &[2, 3]),
            sample("inner size 0", &[2, 0], &[0, 3]),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([6, 5]).matmul(&o([4, 3])), "matmul: [6, 5] x [4, 3]: inner dimensions 5 and 4 differ"),
            misuse!(o([2, 3]).matmul(&o([2])), "matmul: [2, 3] x [2]: inner dimensions 3 and 2 differ"),
            misuse!(o([2, 1, 3]).matmul(&o([3, 3, 1])), "matmul: [2, 1, 3] x [3, 3, 1]: batch dimensions [2] and [3]"),
            misuse!(o([]).matmul(&o([2])), "matmul: [] x [2]: a tensor without axes is no matrix; multiply with *"),
            misuse!(o([1]).matmul(&Tensor::arange(0, 1)), "matmul: operands are f32 and i64; cast one with to_dtype"),
        ]
    },
    kinks: no_kinks,
};
