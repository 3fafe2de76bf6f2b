//! Matrix products of strided views.
//!
//! [`gemm`] checks the views once, cuts large products into fixed blocks for the pool, and hands each block to what is best
//! for the machine: our own kernels for AVX-512, `matrixmultiply` elsewhere, plain loops where a product is too small
//! for either to pay and for integers. How a product is cut and who computes it follows from sizes, strides and the SIMD
//! level alone, so its bits do not depend on the number of threads.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
mod direct;
pub(crate) mod engine;
mod threads;

use std::borrow::Cow;

use engine::Engine;

/// f32, f64, or i64 with wrapping arithmetic.
pub trait Scalar: Engine {}

impl Scalar for f32 {}
impl Scalar for f64 {}
impl Scalar for i64 {}

/// A matrix that lies in `data`: element (i, j) is `data[offset + i * row_stride + j * col_stride]`.
///
/// Any strides will do: 0 repeats a row or column, negative ones run backwards.
#[derive(Clone, Copy, Debug)]
pub struct MatRef<'a, T> {
    /// What the matrix is part of.
    pub data: &'a [T],
    /// Where element (0, 0) is.
    pub offset: usize,
    /// From one row to the next.
    pub row_stride: isize,
    /// From one column to the next.
    pub col_stride: isize,
}

impl<'a, T> MatRef<'a, T> {
    /// A matrix whose rows of `columns` elements follow one another from the beginning of `data`.
    pub fn rows(data: &'a [T], columns: usize) -> Self {
        MatRef { data, offset: 0, row_stride: columns as isize, col_stride: 1 }
    }

    /// Rows for columns, columns for rows.
    #[must_use]
    pub fn transposed(self) -> Self {
        MatRef { row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }

    /// The view's address, once it is certain that `rows` x `cols` elements (neither 0) lie within the slice.
    #[track_caller]
    fn check(self, name: &str, rows: usize, cols: usize) -> View<T> {
        let reach = |n: usize, stride: isize| isize::try_from(n - 1).ok().and_then(|n| n.checked_mul(stride));
        let ends = || {
            let (down, along) = (reach(rows, self.row_stride)?, reach(cols, self.col_stride)?);
            let first = isize::try_from(self.offset).ok()?;
            let low = first.checked_add(down.min(0))?.checked_add(along.min(0))?;
            let high = first.checked_add(down.max(0))?.checked_add(along.max(0))?;
            (low >= 0).then_some(high as usize)
        };
        assert!(
            ends().is_some_and(|high| high < self.data.len()),
            "gemm: {name}: {rows} x {cols} elements from {} with strides ({}, {}) do not fit into {} elements",
            self.offset,
            self.row_stride,
            self.col_stride,
            self.data.len()
        );
        // The check says that `offset` is within the slice.
        View { start: &self.data[self.offset], row_stride: self.row_stride, col_stride: self.col_stride }
    }
}

/// A [`MatRef`] known to fit its slice.
#[derive(Clone, Copy)]
struct View<T> {
    start: *const T,
    row_stride: isize,
    col_stride: isize,
}

// SAFETY: it stands for a shared slice; all who use it borrow that slice.
unsafe impl<T: Sync> Sync for View<T> {}

impl<T: Copy> View<T> {
    fn transposed(self) -> Self {
        View { row_stride: self.col_stride, col_stride: self.row_stride, ..self }
    }

    /// The view that begins at (i, j).
    ///
    /// # Safety
    ///
    /// (i, j) lies within the matrix.
    #[inline(always)]
    unsafe fn at(self, i: usize, j: usize) -> Self {
        // SAFETY: the caller's.
        let start = unsafe { self.start.offset(i as isize * self.row_stride + j as isize * self.col_stride) };
        View { start, ..self }
    }
}

/// `c = a b`, or `c += a b` to accumulate, where a is `m` x `k`, b is `k` x `n`, and c is `m` x `n`, its rows one after
/// another.
///
/// With `k` = 0 the product is zero. Large products run on the pool's threads; inside a pool task, for instance one per matrix
/// of a batch, they run where they are called.
///
/// # Panics
///
/// If c does not have `m * n` elements, or a view leaves its slice.
///
/// ```
/// use tapegrad_kernels::gemm::{MatRef, gemm};
///
/// let a = [1.0, 2.0, 3.0, 4.0];
/// let a = MatRef::rows(&a, 2);
/// let mut c = [0.0; 4];
/// gemm(2, 2, 2, a, a.transposed(), &mut c, false);
/// assert_eq!(c, [5.0, 11.0, 11.0, 25.0]);
/// ```
#[track_caller]
pub fn gemm<T: Scalar>(
    m: usize,
    n: usize,
    k: usize,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    c: &mut [T],
    accumulate: bool,
) {
    assert!(m.checked_mul(n) == Some(c.len()), "gemm: c: {m} x {n} elements are not {} elements", c.len());
    if c.is_empty() {
        return;
    }
    if k == 0 {
        if !accumulate {
            c.fill(T::ZERO);
        }
        return;
    }
    let (av, bv) = (a.check("a", m, k), b.check("b", k, n));
    // SAFETY: the views were checked for these sizes, none of which is 0, and their slices stay borrowed.
    unsafe {
        if n == 1 {
            threads::vector(k, av, &adjacent(k, bv.start, bv.row_stride), c, accumulate);
        } else if m == 1 {
            threads::vector(k, bv.transposed(), &adjacent(k, av.start, av.col_stride), c, accumulate);
        } else {
            threads::matrix((m, n, k), av, bv, c, accumulate);
        }
    }
}

/// `len` elements a stride apart as a slice, copied unless they are adjacent.
///
/// # Safety
///
/// All of them are valid while the result is in use.
unsafe fn adjacent<'a, T: Copy>(len: usize, start: *const T, stride: isize) -> Cow<'a, [T]> {
    // SAFETY: the caller's.
    unsafe {
        if stride == 1 {
            Cow::Borrowed(std::slice::from_raw_parts(start, len))
        } else {
            Cow::Owned((0..len as isize).map(|i| *start.offset(i * stride)).collect())
        }
    }
}
