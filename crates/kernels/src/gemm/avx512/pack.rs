//! Panels: a strip of A or B copied so that the tile reads it front to back, and the memory they live in.

use std::arch::x86_64::{__m512, _MM_HINT_T0, _mm_prefetch};
use std::cell::Cell;

use super::Lanes;

/// How many steps ahead of their use the rows of B are fetched: too short for the hardware to see a pattern in them.
const AHEAD: isize = 12;

/// Copies `width` lanes of `depth` steps: element (lane, step) goes from `lane * lane_stride + step * step_stride` of `from`
/// to `step * stride + lane` of `to`. Lanes from `width` up to `stride` become 0.
///
/// # Safety
///
/// AVX-512F; all these addresses are valid, and the two ranges do not overlap; `stride` is at most three registers.
#[target_feature(enable = "avx512f")]
pub unsafe fn panel<T: Lanes>(
    to: *mut T,
    stride: usize,
    width: usize,
    depth: usize,
    from: *const T,
    lane_stride: isize,
    step_stride: isize,
) {
    // SAFETY: the caller's, strip by strip.
    unsafe {
        if lane_stride == 1 {
            return match stride.div_ceil(T::LANES) {
                1 => copy::<T, 1>(to, stride, width, depth, from, step_stride),
                2 => copy::<T, 2>(to, stride, width, depth, from, step_stride),
                _ => copy::<T, 3>(to, stride, width, depth, from, step_stride),
            };
        }
        for lane in (0..width).step_by(T::LANES) {
            let lanes = T::LANES.min(width - lane);
            let to_lanes = T::LANES.min(stride - lane);
            let (to, from) = (to.add(lane), from.offset(lane as isize * lane_stride));
            if step_stride == 1 {
                transpose(to, stride, to_lanes, depth, from, lane_stride, lanes);
            } else {
                for step in 0..depth {
                    for l in 0..to_lanes {
                        let at = l as isize * lane_stride + step as isize * step_stride;
                        *to.add(step * stride + l) = if l < lanes { *from.offset(at) } else { T::ZERO };
                    }
                }
            }
        }
    }
}

/// [`panel`] of lanes adjacent in memory, `N` registers wide.
///
/// # Safety
///
/// As [`panel`].
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn copy<T: Lanes, const N: usize>(
    to: *mut T,
    stride: usize,
    width: usize,
    depth: usize,
    from: *const T,
    step_stride: isize,
) {
    let masks = |n: usize| std::array::from_fn::<_, N, _>(|j| T::first(n.saturating_sub(j * T::LANES)));
    let (from_masks, to_masks) = (masks(width), masks(stride));
    for step in 0..depth {
        let (to, from) = (to.wrapping_add(step * stride), from.wrapping_offset(step as isize * step_stride));
        for j in 0..N {
            let (to, from) = (to.wrapping_add(j * T::LANES), from.wrapping_add(j * T::LANES));
            // SAFETY: the caller's; the masks leave out what is beyond the widths.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(from.wrapping_offset(AHEAD * step_stride).cast());
                T::store_first(to, to_masks[j], T::load_first(from, from_masks[j]));
            }
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
    stride: usize,
    to_lanes: usize,
    depth: usize,
    from: *const T,
    lane_stride: isize,
    lanes: usize,
) {
    let mask = T::first(to_lanes);
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
                    T::store_first(to.add((step + s) * stride), mask, row);
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
