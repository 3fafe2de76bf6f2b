//! What all targets share: memory is counted, so that a reader that reserves more than its bytes justify is found with or without a
//! sanitizer.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a reader may take whatever it reads: buffers of files, tables of decoders.
const FIXED: usize = 1 << 20;

/// The most that deflate makes of a byte.
pub const DEFLATED: usize = 1032;

/// Runs `read` on the bytes.
///
/// # Panics
/// If it took more than 1 MiB and `factor` bytes for each byte at any moment.
pub fn within(factor: usize, bytes: &[u8], read: impl FnOnce(&[u8])) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    read(bytes);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let most = FIXED + factor * bytes.len();
    assert!(taken <= most, "{} bytes made the reader take {taken}, expected at most {most}", bytes.len());
}
