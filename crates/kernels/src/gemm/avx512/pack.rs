//! Panels: a strip of A or B copied so that the tile reads it front to back, and the memory they live in.

use std::arch::x86_64::{__m512, _MM_HINT_T0, _mm_prefetch};
use std::cell::Cell;

use super::Lanes;

/// How many steps ahead of their use the rows of B are fetched: too short for the hardware to see a pattern in them.
const AHEAD: isize = 12;

/// Copies `width` lanes of `depth` steps: element (lane, step) goes from `lane * lane_stride + step * step_stride` of `from`
/// to `step * width + lane` of `to`.
///
/// # Safety
///
/// AVX-512F; all these addresses are valid, and the two ranges do not overlap.
#[target_feature(enable = "avx512f")]
pub unsafe fn panel<T: Lanes>(
    to: *mut T,
    width: usize,
    depth: usize,
    from: *const T,
    lane_stride: isize,
    step_stride: isize,
) {
    // SAFETY: the caller's, strip by strip.
    unsafe {
        if lane_stride == 1 {
            return copy(to, width, depth, from, step_stride);
        }
        for lane in (0..width).step_by(T::LANES) {
            let lanes = T::LANES.min(width - lane);
            let (to, from) = (to.add(lane), from.offset(lane as isize * lane_stride));
            if step_stride == 1 {
                transpose(to, width, depth, from, lane_stride, lanes);
            } else {
                for step in 0..depth {
                    for l in 0..lanes {
                        *to.add(step * width + l) =
                            *from.offset(l as isize * lane_stride + step as isize * step_stride);
                    }
                }
            }
        }
    }
}

/// [`panel`] of lanes adjacent in memory, of at most two registers.
///
/// # Safety
///
/// As [`panel`].
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn copy<T: Lanes>(to: *mut T, width: usize, depth: usize, from: *const T, step_stride: isize) {
    let (low, high) = (T::first(width), T::first(width.saturating_sub(T::LANES)));
    for step in 0..depth {
        // SAFETY: the caller's; the masks leave out what is beyond the width, and so may the addresses be.
        unsafe {
            let (to, from) = (to.add(step * width), from.offset(step as isize * step_stride));
            let ahead = from.wrapping_offset(AHEAD * step_stride);
            _mm_prefetch::<_MM_HINT_T0>(ahead.cast());
            _mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(T::LANES).cast());
            T::store_first(to, low, T::load_first(from, low));
            T::store_first(to.wrapping_add(T::LANES), high, T::load_first(from.wrapping_add(T::LANES), high));
        }
    }
}

/// [`panel`] of at most a register's lanes, whose steps are adjacent in memory.
///
/// # Safety
///
/// As [`panel`].
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn transpose<T: Lanes>(
    to: *mut T,
    width: usize,
    depth: usize,
    from: *const T,
    lane_stride: isize,
    lanes: usize,
) {
    let mask = T::first(lanes);
    for step in (0..depth).step_by(T::LANES) {
        let steps = T::LANES.min(depth - step);
        let steps_mask = T::first(steps);
        // SAFETY: the caller's, step by step.
        unsafe {
            let mut block = T::block();
            for (l, row) in block.as_mut().iter_mut().enumerate() {
                if l < lanes {
                    *row = T::load_first(from.offset(l as isize * lane_stride + step as isize), steps_mask);
                }
            }
            let block = T::transpose(block);
            for (s, &row) in block.as_ref().iter().enumerate() {
                if s < steps {
                    T::store_first(to.add((step + s) * width), mask, row);
                }
            }
        }
    }
}

thread_local! {
    /// Of registers, for their alignment.
    static MEMORY: Cell<Vec<__m512>> = const { Cell::new(Vec::new()) };
}

/// Gives `work` this thread's scratch memory for `len` elements, aligned to cache lines. What is in it is left over from
/// earlier uses or was never written.
pub fn with_scratch<T: Lanes, R>(len: usize, work: impl FnOnce(*mut T) -> R) -> R {
    if len == 0 {
        return work(std::ptr::dangling_mut());
    }
    let mut memory = MEMORY.take();
    memory.reserve((len * size_of::<T>()).div_ceil(size_of::<__m512>()));
    let result = work(memory.as_mut_ptr().cast());
    MEMORY.set(memory);
    result
}
