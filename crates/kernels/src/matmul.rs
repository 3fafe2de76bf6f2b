//! Products of arrays of matrices: each pair goes to [`gemm`], with its strides as they are.

use crate::array::{Array, Dims};
use crate::dtype::Element;
use crate::gemm::{MatRef, gemm};
use crate::{pool, strided, with_type};

/// Multiplications for one task. What is larger runs by itself, and `gemm` cuts it.
const TASK: usize = 1 << 16;

/// The matrices along an array's last two axes, transposed or not.
#[derive(Clone, Copy, Debug)]
pub struct Matrices<'a> {
    /// The array.
    pub array: &'a Array,
    /// Whether rows stand for columns.
    pub transposed: bool,
}

impl<'a> Matrices<'a> {
    /// Rows and columns of each.
    fn size(&self) -> (usize, usize) {
        let shape = self.array.shape();
        let (rows, columns) = (shape[shape.len() - 2], shape[shape.len() - 1]);
        if self.transposed { (columns, rows) } else { (rows, columns) }
    }

    fn batch(&self) -> &'a [usize] {
        let shape = self.array.shape();
        &shape[..shape.len() - 2]
    }

    /// The matrix number `i` of the batch.
    pub(crate) fn at<T: Element>(&self, mut i: usize) -> MatRef<'a, T> {
        let (data, first) = self.array.parts::<T>();
        let (strides, axes) = (self.array.strides(), self.batch().len());
        let mut offset = first as isize;
        for (&n, &stride) in self.batch().iter().zip(&strides[..axes]).rev() {
            offset += (i % n) as isize * stride;
            i /= n;
        }
        let matrix = MatRef { data, offset: offset as usize, row_stride: strides[axes], col_stride: strides[axes + 1] };
        if self.transposed { matrix.transposed() } else { matrix }
    }
}

/// `a b` for each pair of matrices, plus `row` in each row, if there is one: an array of as many elements as b has columns.
///
/// # Panics
/// If the batches have different shapes, or sizes do not fit.
pub fn matmul(a: Matrices<'_>, b: Matrices<'_>, row: Option<&Array>) -> Array {
    let ((m, k), (inner, n)) = (a.size(), b.size());
    assert!(k == inner && a.batch() == b.batch(), "matmul: {:?} x {:?}", a.array.shape(), b.array.shape());
    let mut shape = Dims::from_slice(a.batch());
    shape.extend([m, n]);
    let row = row.map(strided::contiguous);
    with_type!(number a.array.dtype(), T => Array::build::<T>(&shape, |out| {
        if out.is_empty() {
            return;
        }
        let row = row.as_ref().and_then(Array::as_slice::<T>);
        let product = |i: usize, out: &mut [T]| {
            if let Some(row) = row {
                out.chunks_exact_mut(n).for_each(|out| out.copy_from_slice(row));
            }
            gemm(m, n, k, a.at(i), b.at(i), out, row.is_some());
        };
        let (each, work) = (m * n, m * n * k.max(1));
        if out.len() == each {
            product(0, out);
        } else if work >= TASK {
            out.chunks_exact_mut(each).enumerate().for_each(|(i, out)| product(i, out));
        } else {
            let group = TASK.div_ceil(work);
            pool::chunks_mut(out, group * each, |task, out| {
                out.chunks_exact_mut(each).enumerate().for_each(|(i, out)| product(task * group + i, out));
            });
        }
    }))
}
