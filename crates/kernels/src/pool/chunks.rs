//! Disjoint pieces of mutable slices, one per task: what makes the pool usable without `unsafe` at the caller's.

use std::marker::PhantomData;

use super::run;

/// A mutable slice cut into pieces of `chunk` elements, the last one perhaps shorter.
struct Pieces<'a, T> {
    start: *mut T,
    len: usize,
    chunk: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: sharing it gives nothing but `piece`, whose caller promises that no two threads hold the same piece; a piece is a
// `&mut [T]`, which may go to another thread since `T: Send`.
unsafe impl<T: Send> Sync for Pieces<'_, T> {}

impl<'a, T> Pieces<'a, T> {
    #[track_caller]
    fn new(slice: &'a mut [T], chunk: usize) -> Self {
        assert!(chunk > 0, "chunks: a chunk must have at least 1 element");
        Pieces { start: slice.as_mut_ptr(), len: slice.len(), chunk, slice: PhantomData }
    }

    fn count(&self) -> usize {
        self.len.div_ceil(self.chunk)
    }

    /// # Safety
    ///
    /// `i < self.count()`, and each piece is asked for at most once.
    #[allow(clippy::mut_from_ref, reason = "each piece is handed out once")]
    unsafe fn piece(&self, i: usize) -> &'a mut [T] {
        let begin = i * self.chunk;
        let len = self.chunk.min(self.len - begin);
        // SAFETY: `begin + len <= self.len` since `i < count`; pieces of different `i` do not overlap, and the slice is
        // borrowed for `'a`.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(begin), len) }
    }
}

/// Runs `work(i, piece)` on every piece of `out`, `chunk` elements each (the last one perhaps fewer), possibly in parallel.
///
/// # Panics
///
/// If `chunk` is 0, or as [`run`].
///
/// ```
/// let mut squares = [0; 10];
/// tapegrad_kernels::pool::chunks_mut(&mut squares, 4, |i, piece| {
///     for (j, x) in piece.iter_mut().enumerate() {
///         *x = (4 * i + j) * (4 * i + j);
///     }
/// });
/// assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
/// ```
#[track_caller]
pub fn chunks_mut<T: Send>(out: &mut [T], chunk: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let out = Pieces::new(out, chunk);
    // SAFETY: `run` gives each task number below `count` once.
    run(out.count(), |i| work(i, unsafe { out.piece(i) }));
}

/// Runs `work(i, piece of a, piece of b)` on the pieces of both slices, `chunk_a` and `chunk_b` elements each (the last ones
/// perhaps fewer), possibly in parallel.
///
/// # Panics
///
/// If a chunk is 0, if the slices have unequal numbers of pieces, or as [`run`].
#[track_caller]
pub fn zip_chunks_mut<A: Send, B: Send>(
    a: &mut [A],
    chunk_a: usize,
    b: &mut [B],
    chunk_b: usize,
    work: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    let (a, b) = (Pieces::new(a, chunk_a), Pieces::new(b, chunk_b));
    same_count(&[a.count(), b.count()]);
    // SAFETY: `run` gives each task number below `count` once.
    run(a.count(), |i| unsafe { work(i, a.piece(i), b.piece(i)) });
}

/// [`zip_chunks_mut`] on three slices.
///
/// # Panics
///
/// As [`zip_chunks_mut`].
#[track_caller]
pub fn zip3_chunks_mut<A: Send, B: Send, C: Send>(
    (a, chunk_a): (&mut [A], usize),
    (b, chunk_b): (&mut [B], usize),
    (c, chunk_c): (&mut [C], usize),
    work: impl Fn(usize, &mut [A], &mut [B], &mut [C]) + Sync,
) {
    let (a, b, c) = (Pieces::new(a, chunk_a), Pieces::new(b, chunk_b), Pieces::new(c, chunk_c));
    same_count(&[a.count(), b.count(), c.count()]);
    // SAFETY: `run` gives each task number below `count` once.
    run(a.count(), |i| unsafe { work(i, a.piece(i), b.piece(i), c.piece(i)) });
}

/// [`chunks_mut`] on any number of slices of one type and length, cut alike: `work(i, pieces)`.
///
/// # Panics
///
/// As [`zip_chunks_mut`].
#[track_caller]
pub fn each_chunk_mut<T: Send, const N: usize>(
    outs: [&mut [T]; N],
    chunk: usize,
    work: impl Fn(usize, [&mut [T]; N]) + Sync,
) {
    let outs = outs.map(|out| Pieces::new(out, chunk));
    same_count(&outs.each_ref().map(Pieces::count));
    // SAFETY: `run` gives each task number below `count` once, and the slices do not overlap.
    run(outs.first().map_or(0, Pieces::count), |i| work(i, outs.each_ref().map(|out| unsafe { out.piece(i) })));
}

#[track_caller]
fn same_count(counts: &[usize]) {
    assert!(counts.iter().all(|&n| n == counts[0]), "chunks: the slices have unequal numbers of pieces: {counts:?}");
}
