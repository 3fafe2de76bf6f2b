//! Memory blocks for arrays, and the per-thread cache that hands them out again.
//!
//! A fresh multi-megabyte block can cost as much as the arithmetic done in it, because the system maps its pages one fault at
//! a time; and a small one costs an allocator call per op. So freed blocks stay, sorted by size class, with the thread that
//! freed them, up to a bound in bytes, and go back to the system when the thread ends.
//!
//! Every byte of a block is initialised from birth: fresh ones are zeroed by the system, recycled ones hold old numbers.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Blocks start at multiples of this: a cache line, and the widest vector.
pub(crate) const ALIGN: usize = 64;

/// Small blocks come in steps of 64 bytes up to this size, larger ones in four steps to a power of two.
const SMALL: usize = 1024;
const SMALL_CLASSES: usize = SMALL / ALIGN;
const CLASSES: usize = SMALL_CLASSES + 4 * 32;

/// Blocks above this size (4 GiB) are never kept.
const LARGEST_CLASS_SIZE: usize = 1 << 32;

/// The default bound on what one thread keeps.
const DEFAULT_LIMIT: usize = 512 << 20;

static LIMIT: AtomicUsize = AtomicUsize::new(DEFAULT_LIMIT);

/// The class of blocks that hold at least `bytes`, and their size.
#[inline]
fn class_of(bytes: usize) -> (usize, usize) {
    if bytes <= SMALL {
        let steps = bytes.div_ceil(ALIGN).max(1);
        (steps - 1, steps * ALIGN)
    } else {
        // 2^p < bytes <= 2^(p+1), cut in four.
        let p = (bytes - 1).ilog2();
        let quarter = 1usize << (p - 2);
        let steps = bytes.div_ceil(quarter);
        (SMALL_CLASSES + 4 * (p as usize - 10) + steps - 5, steps * quarter)
    }
}

/// Large blocks start at multiples of this, the size of a huge page on x86-64 and aarch64.
const HUGE: usize = 2 << 20;

/// Where a block of this size has to start.
fn alignment(bytes: usize) -> usize {
    if bytes >= 2 * HUGE { HUGE } else { ALIGN }
}

/// A block's address, aligned to [`ALIGN`], and what is needed to free it.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    pub(crate) start: NonNull<u8>,
    /// What the system gave: less than the alignment before `start`.
    pub(crate) raw: NonNull<u8>,
    pub(crate) bytes: usize,
}

struct Cache {
    free: [Vec<Block>; CLASSES],
    bytes: usize,
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.trim(0);
    }
}

impl Cache {
    /// Gives blocks back to the system, largest first, until at most `limit` bytes are kept.
    fn trim(&mut self, limit: usize) {
        for class in self.free.iter_mut().rev() {
            while self.bytes > limit {
                let Some(block) = class.pop() else { break };
                self.bytes -= block.bytes;
                to_system(block);
            }
        }
    }
}

thread_local! {
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { free: [const { Vec::new() }; CLASSES], bytes: 0 }) };
}

/// The raw allocation behind a block of `bytes`: the system aligns to 16, so that its zeroed pages can be used as they come;
/// the rest is ours.
fn raw_layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes + alignment(bytes) - 16, 16).expect("array too large for the address space")
}

fn from_system(bytes: usize) -> Block {
    let layout = raw_layout(bytes);
    // SAFETY: the layout's size is at least ALIGN - 16 > 0.
    let raw = unsafe { alloc_zeroed(layout) };
    let Some(raw) = NonNull::new(raw) else { handle_alloc_error(layout) };
    let gap = raw.as_ptr().align_offset(alignment(bytes));
    // SAFETY: `raw` is aligned to 16, so the gap is at most the alignment less 16, by which the allocation is longer than `bytes`.
    let start = unsafe { raw.add(gap) };
    if alignment(bytes) == HUGE {
        huge_pages(start, bytes);
    }
    Block { start, raw, bytes }
}

/// Asks the system to back a large block by huge pages: going through 16 MiB in pages of 4 KiB spends much of the time on
/// address translation, in a virtual machine above all.
#[cfg(target_os = "linux")]
fn huge_pages(start: NonNull<u8>, bytes: usize) {
    use std::ffi::{c_int, c_void};
    unsafe extern "C" {
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    const MADV_HUGEPAGE: c_int = 14;
    // SAFETY: the range lies in one live allocation and starts at a page; the advice changes no content. It may be refused,
    // then pages stay small.
    unsafe { madvise(start.as_ptr().cast(), bytes / HUGE * HUGE, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn huge_pages(_start: NonNull<u8>, _bytes: usize) {}

fn to_system(block: Block) {
    // SAFETY: `raw` came from `from_system` with this very layout, and the block's owner gave it up.
    unsafe { dealloc(block.raw.as_ptr(), raw_layout(block.bytes)) }
}

/// A block of at least `bytes`, aligned to [`ALIGN`], every byte initialised.
#[inline]
pub(crate) fn take(bytes: usize) -> Block {
    if bytes > LARGEST_CLASS_SIZE {
        return from_system(bytes);
    }
    let (class, size) = class_of(bytes);
    let kept = CACHE.try_with(|cache| {
        let cache = &mut *cache.borrow_mut();
        let block = cache.free[class].pop()?;
        cache.bytes -= size;
        Some(block)
    });
    match kept {
        Ok(Some(block)) => block,
        _ => from_system(size),
    }
}

/// Takes a block back that nobody uses any more.
#[inline]
pub(crate) fn give(block: Block) {
    let kept = block.bytes <= LARGEST_CLASS_SIZE
        && CACHE
            .try_with(|cache| {
                let cache = &mut *cache.borrow_mut();
                if cache.bytes + block.bytes > LIMIT.load(Ordering::Relaxed) {
                    return false;
                }
                cache.bytes += block.bytes;
                cache.free[class_of(block.bytes).0].push(block);
                true
            })
            .unwrap_or(false);
    if !kept {
        to_system(block);
    }
}

/// The bytes of freed buffers that the calling thread keeps for reuse.
pub fn cached_bytes() -> usize {
    CACHE.try_with(|cache| cache.borrow().bytes).unwrap_or(0)
}

/// Bounds the bytes of freed buffers that each thread keeps (512 MiB at the start). The calling thread's cache shrinks to the
/// bound at once, those of other threads stop growing. 0 turns reuse off.
pub fn set_cache_limit(bytes: usize) {
    LIMIT.store(bytes, Ordering::Relaxed);
    // A cache that is already gone, because its thread is ending, keeps nothing.
    let _ = CACHE.try_with(|cache| cache.borrow_mut().trim(bytes));
}

/// Gives the calling thread's kept buffers back to the system.
pub fn trim_cache() {
    let _ = CACHE.try_with(|cache| cache.borrow_mut().trim(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_what_is_asked_and_its_own_size_maps_to_itself() {
        for bytes in (0..5000).chain((12..33).flat_map(|p| [(1usize << p) - 1, 1 << p, (1 << p) + 1])) {
            if bytes > LARGEST_CLASS_SIZE {
                continue;
            }
            let (class, size) = class_of(bytes);
            assert!(size >= bytes && size % ALIGN == 0, "{bytes}: {size}");
            assert!(bytes < 1024 || size <= bytes + bytes / 4 + ALIGN, "{bytes}: {size} wastes too much");
            assert_eq!(class_of(size), (class, size), "{bytes}");
            assert!(class < CLASSES);
        }
    }

    #[test]
    fn a_given_block_is_handed_out_again_and_the_bound_holds() {
        std::thread::spawn(|| {
            let block = take(10_000);
            assert_eq!(block.start.as_ptr() as usize % ALIGN, 0);
            give(block);
            assert_eq!(cached_bytes(), block.bytes);
            assert_eq!(take(9_900).start, block.start);
            assert_eq!(cached_bytes(), 0);
            give(block);
            trim_cache();
            assert_eq!(cached_bytes(), 0);
        })
        .join()
        .unwrap();
    }
}
