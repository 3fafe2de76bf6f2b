//! Cuts large products into blocks for the pool. The cut follows from the sizes alone.

use super::View;
use super::engine::Engine;
use crate::pool;

/// Multiplications below which a matrix product stays on its caller: some 20 us, a few times what waking a thread costs.
const MATRIX_FROM: usize = 2_000_000;
/// Multiplications that are block enough: smaller ones spend too much on packing.
const MATRIX_BLOCK: usize = 8_000_000;
/// About so many blocks at most: enough for 16 threads, few enough to be large.
const MATRIX_BLOCKS: usize = 16;
/// The same for a matrix times a vector, where each multiplication costs a read of memory.
const VECTOR_FROM: usize = 500_000;
/// Multiplications in a part of a matrix times a vector.
const VECTOR_PART: usize = 125_000;

/// The address of c, whose blocks go to different threads.
#[derive(Clone, Copy)]
struct Out<T>(*mut T);

// SAFETY: each task touches a block of its own, and elements may go to other threads.
unsafe impl<T: Send> Sync for Out<T> {}

impl<T> Out<T> {
    /// # Safety
    ///
    /// `i` lies within c.
    unsafe fn at(&self, i: usize) -> *mut T {
        // SAFETY: the caller's.
        unsafe { self.0.add(i) }
    }
}

/// Rows and columns of a block: the larger side is halved until blocks are small enough.
fn block((m, n, k): (usize, usize, usize)) -> (usize, usize) {
    let whole = m * n * k;
    let enough = (whole / MATRIX_BLOCKS).max(MATRIX_BLOCK.min(whole / 2));
    let (mut rows, mut columns) = (m, n);
    while rows * columns * k > enough {
        if columns > 64 && (columns >= 2 * rows || rows <= 28) {
            columns = columns.div_ceil(2).next_multiple_of(48);
        } else if rows > 28 {
            rows = rows.div_ceil(2);
        } else {
            break;
        }
    }
    (rows, columns)
}

/// `c (+)= a b`.
///
/// # Safety
///
/// a and b are valid for m x k and k x n; no size is 0; c has m * n elements.
pub unsafe fn matrix<T: Engine>(
    (m, n, k): (usize, usize, usize),
    a: View<T>,
    b: View<T>,
    c: &mut [T],
    accumulate: bool,
) {
    if m * n * k < MATRIX_FROM || T::same_bits_however_cut() && pool::num_threads() == 1 {
        // SAFETY: the caller's.
        return unsafe { T::matrix((m, n, k), a, b, c.as_mut_ptr(), n, accumulate) };
    }
    let (rows, columns) = block((m, n, k));
    let (down, across) = (m.div_ceil(rows), n.div_ceil(columns));
    let c = Out(c.as_mut_ptr());
    pool::run(down * across, |task| {
        let (i, j) = (task / across * rows, task % across * columns);
        let size = (rows.min(m - i), columns.min(n - j), k);
        // SAFETY: the blocks lie within the caller's matrices, and no two tasks have the same block of c.
        unsafe { T::matrix(size, a.at(i, 0), b.at(0, j), c.at(i * n + j), n, accumulate) };
    });
}

/// `y (+)= a x`.
///
/// # Safety
///
/// a is valid for `y.len()` x `k` elements, neither 0; x has k.
pub unsafe fn vector<T: Engine>(k: usize, a: View<T>, x: &[T], y: &mut [T], accumulate: bool) {
    let m = y.len();
    if m * k < VECTOR_FROM {
        // SAFETY: the caller's.
        unsafe { T::vector(a, x, y, accumulate) };
    } else if m >= 256 {
        let rows = (VECTOR_PART / k).next_multiple_of(64).max(64);
        // SAFETY: part i has the rows of a from `i * rows` on, as many as the part of y.
        pool::chunks_mut(y, rows, |i, y| unsafe { T::vector(a.at(i * rows, 0), x, y, accumulate) });
    } else {
        // Few rows: parts of the depth, whose sums are then added in order.
        let depth = (VECTOR_PART / m).next_multiple_of(64);
        let mut parts = vec![T::ZERO; k.div_ceil(depth) * m];
        pool::chunks_mut(&mut parts, m, |i, part| {
            let p = i * depth;
            // SAFETY: the columns of a from p on, as many as this part of x.
            unsafe { T::vector(a.at(0, p), &x[p..k.min(p + depth)], part, false) };
        });
        if !accumulate {
            y.fill(T::ZERO);
        }
        for part in parts.chunks_exact(m) {
            for (y, &x) in y.iter_mut().zip(part) {
                *y = y.plus(x);
            }
        }
    }
}
