//! Reading an array of any layout in logical order, block by block.
//!
//! Kernels have one inner loop, over slices. An operand that does not lie in order is gathered a block at a time into a small
//! buffer that stays in the first cache level; runs that do lie in order are passed through as they are.

use smallvec::SmallVec;

use crate::array::{Array, Dims};
use crate::dtype::Element;
use crate::{pool, with_type};

/// The elements that a gathered block holds at the most.
pub(crate) const BLOCK: usize = 512;

/// The elements of one task when a kernel is split over threads. A fixed number, so that the split depends on shapes only.
pub(crate) const TASK: usize = 1 << 15;

/// An operand, read in logical order.
pub(crate) struct Reader<'a, T> {
    all: &'a [T],
    first: usize,
    /// Axes as (length, stride), innermost last, with neighbours merged where one stride continues the other.
    axes: SmallVec<[(usize, isize); 4]>,
}

impl<'a, T: Element> Reader<'a, T> {
    pub(crate) fn new(x: &'a Array) -> Self {
        let (all, first) = x.parts::<T>();
        let mut axes: SmallVec<[(usize, isize); 4]> = SmallVec::new();
        for (&n, &stride) in x.shape().iter().zip(x.strides()).filter(|&(&n, _)| n != 1) {
            match axes.last_mut() {
                Some((m, outer)) if *outer == stride * n as isize => {
                    *m *= n;
                    *outer = stride;
                }
                _ => axes.push((n, stride)),
            }
        }
        Reader { all, first, axes }
    }

    /// Elements that can be had from `at` on before the innermost run ends.
    fn run(&self, at: usize) -> usize {
        self.axes.last().map_or(1, |&(n, _)| n - at % n)
    }

    /// How many elements to take in one block from `at` on, so that a long run is not cut.
    pub(crate) fn step(&self, at: usize, left: usize) -> usize {
        let run = self.run(at);
        if run >= BLOCK / 8 { run.min(left).min(BLOCK) } else { left.min(BLOCK) }
    }

    /// The place in `all` of the logical position `at`.
    fn place(&self, mut at: usize) -> usize {
        let mut place = self.first as isize;
        for &(n, stride) in self.axes.iter().rev() {
            place += (at % n) as isize * stride;
            at /= n;
        }
        place as usize
    }

    /// The elements at `at..at + len`, either where they are or gathered into `scratch`.
    #[inline]
    pub(crate) fn block<'s>(&'s self, at: usize, len: usize, scratch: &'s mut [T]) -> &'s [T] {
        match self.axes.last() {
            Some(&(_, 1)) if self.run(at) >= len => {
                let place = self.place(at);
                &self.all[place..place + len]
            }
            _ => {
                self.gather(at, &mut scratch[..len]);
                &scratch[..len]
            }
        }
    }

    /// Copies the elements from `at` on, as many as `out` holds.
    pub(crate) fn gather(&self, mut at: usize, out: &mut [T]) {
        let Some(&(inner, stride)) = self.axes.last() else {
            out.fill(self.all[self.first]);
            return;
        };
        let mut rest = out;
        while !rest.is_empty() {
            let take = (inner - at % inner).min(rest.len());
            let (now, later) = rest.split_at_mut(take);
            let place = self.place(at);
            match stride {
                1 => now.copy_from_slice(&self.all[place..place + take]),
                0 => now.fill(self.all[place]),
                _ => {
                    let mut from = place as isize;
                    for value in now {
                        *value = self.all[from as usize];
                        from += stride;
                    }
                }
            }
            at += take;
            rest = later;
        }
    }
}

/// A copy in row-major order.
pub fn copy(x: &Array) -> Array {
    with_type!(any x.dtype(), T => Array::build::<T>(x.shape(), |out| match x.as_slice::<T>() {
        Some(elements) => pool::chunks_mut(out, TASK, |i, chunk| {
            chunk.copy_from_slice(&elements[i * TASK..][..chunk.len()]);
        }),
        None => {
            let reader = Reader::<T>::new(x);
            pool::chunks_mut(out, TASK, |i, chunk| reader.gather(i * TASK, chunk));
        }
    }))
}

/// The array itself if it lies in row-major order, else a copy that does.
pub fn contiguous(x: &Array) -> Array {
    if x.is_contiguous() { x.clone() } else { copy(x) }
}

/// The shape that two shapes broadcast to (NumPy's rule: aligned at the end, equal or 1), or `None`.
pub fn broadcast_shape(a: &[usize], b: &[usize]) -> Option<Dims> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut shape = Dims::from_slice(long);
    let lead = long.len() - short.len();
    for (n, &m) in shape[lead..].iter_mut().zip(short) {
        if *n == 1 {
            *n = m;
        } else if m != 1 && m != *n {
            return None;
        }
    }
    Some(shape)
}
