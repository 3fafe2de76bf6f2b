//! Cuts a product into tiles, block by block as the caches hold them, and decides what is packed.

use super::super::View;
use super::tile::{REGISTERS, ROWS, ROWS_APART, Tile};
use super::{Lanes, pack};

/// The deepest block: a strip of B so deep, 38 KB, stays in the first-level cache.
const DEPTH: usize = 200;
/// Up to so many rows of A, B is read too seldom to be worth packing.
const UNPACKED_ROWS: usize = 48;
/// Rows of A in a block.
const BLOCK_ROWS: usize = 18 * ROWS;
/// Bytes of a row of B in a block.
const BLOCK_COLUMNS_BYTES: usize = 3072;

/// `c (+)= a * b` where a is m x k, b is k x n, and row i of c begins at `i * c_row`.
///
/// # Safety
///
/// AVX-512F; the views and c are valid for these sizes, none of which is 0.
#[target_feature(enable = "avx512f")]
pub unsafe fn product<T: Lanes>(
    (m, n, k): (usize, usize, usize),
    a: View<T>,
    b: View<T>,
    c: *mut T,
    c_row: usize,
    accumulate: bool,
) {
    let pack_b = b.col_stride != 1 || m > UNPACKED_ROWS || n % T::LANES != 0;
    let pack_a = n > REGISTERS * T::LANES && (k > 16 || m > UNPACKED_ROWS);
    if !pack_a && !pack_b && k <= DEPTH {
        // SAFETY: the caller's.
        return unsafe {
            let b = Strips::columns(b, n, k, None);
            rows(m, a, &b, None, c, c_row, accumulate);
        };
    }
    let depth_blocks = k.div_ceil(DEPTH);
    let block_columns = if pack_b { BLOCK_COLUMNS_BYTES / size_of::<T>() } else { n };
    let scratch_b = if pack_b { k.div_ceil(depth_blocks) * n.min(block_columns).next_multiple_of(T::LANES) } else { 0 };
    let scratch_a = if pack_a { k.div_ceil(depth_blocks) * m.min(BLOCK_ROWS) } else { 0 };
    // Rounded so that the panels of A begin at a cache line too.
    let scratch_b = scratch_b.next_multiple_of(64);
    pack::with_scratch(scratch_b + scratch_a, |scratch: *mut T| {
        for column in (0..n).step_by(block_columns) {
            let columns = block_columns.min(n - column);
            let mut p = 0;
            for i in 0..depth_blocks {
                let depth = share(k, depth_blocks, i);
                // SAFETY: parts of the caller's views; the scratch was sized for the largest block.
                unsafe {
                    let b = b.at(p, column);
                    let c = c.add(column);
                    let b = Strips::columns(b, columns, depth, pack_b.then_some(scratch));
                    let a_scratch = pack_a.then_some(scratch.add(scratch_b));
                    rows(m, a.at(0, p), &b, a_scratch, c, c_row, accumulate || i > 0);
                }
                p += depth;
            }
        }
    });
}

/// The `i`th of `parts` nearly equal parts of `whole`.
fn share(whole: usize, parts: usize, i: usize) -> usize {
    whole / parts + usize::from(i < whole % parts)
}

/// One block of B against all rows of A.
#[target_feature(enable = "avx512f")]
unsafe fn rows<T: Lanes>(
    m: usize,
    a: View<T>,
    b: &Strips<T>,
    scratch: Option<*mut T>,
    c: *mut T,
    c_row: usize,
    accumulate: bool,
) {
    let blocks = m.div_ceil(BLOCK_ROWS);
    let mut row = 0;
    for i in 0..blocks {
        let block = share(m, blocks, i);
        // SAFETY: the caller's.
        unsafe {
            let a = Strips::rows(a.at(row, 0), block, b.depth, scratch);
            for (j, columns) in b.iter() {
                for (i, rows) in a.iter() {
                    Tile {
                        depth: b.depth,
                        a: a.start(i),
                        a_row: a.lane(),
                        a_step: a.step(rows),
                        b: b.start(j),
                        b_step: b.step(columns),
                        c: c.add((row + i) * c_row + j),
                        c_row,
                        rows,
                        columns,
                        accumulate,
                    }
                    .run();
                }
            }
        }
        row += block;
    }
}

/// A block cut into strips: of rows (A) or of columns (B, whose view is held transposed), packed or as it lies.
struct Strips<T> {
    view: View<T>,
    packed: Option<*mut T>,
    lanes: usize,
    depth: usize,
    /// Lanes go into strips by so many: rows one by one, columns by the register, with zeros after the last one.
    unit: usize,
    /// The most units of a strip.
    most: usize,
}

impl<T: Lanes> Strips<T> {
    #[target_feature(enable = "avx512f")]
    unsafe fn rows(view: View<T>, lanes: usize, depth: usize, memory: Option<*mut T>) -> Self {
        let most = if view.row_stride == 1 || memory.is_some() { ROWS } else { ROWS_APART };
        // SAFETY: the caller's.
        unsafe { Strips { view, packed: memory, lanes, depth, unit: 1, most }.pack() }
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn columns(view: View<T>, lanes: usize, depth: usize, memory: Option<*mut T>) -> Self {
        let view = view.transposed();
        // SAFETY: the caller's.
        unsafe { Strips { view, packed: memory, lanes, depth, unit: T::LANES, most: REGISTERS }.pack() }
    }

    /// Fills the memory to pack into, if there is any.
    #[target_feature(enable = "avx512f")]
    unsafe fn pack(self) -> Self {
        if let Some(to) = self.packed {
            for (first, width) in self.iter() {
                // SAFETY: the caller's; strips before this one take `first * depth` elements.
                unsafe {
                    let (to, from) = (to.add(first * self.depth), self.view.at(first, 0));
                    let (lane, step) = (from.row_stride, from.col_stride);
                    pack::panel(to, self.packed_width(width), width, self.depth, from.start, lane, step);
                }
            }
        }
        self
    }

    /// First lane and width of each strip. Units are shared out evenly.
    fn iter(&self) -> impl Iterator<Item = (usize, usize)> + use<T> {
        let (lanes, unit) = (self.lanes, self.unit);
        let units = lanes.div_ceil(unit);
        let strips = units.div_ceil(self.most);
        let (each, longer) = (units / strips, units % strips);
        let mut first = 0;
        (0..strips).map(move |i| {
            let width = (each + usize::from(i < longer)) * unit;
            let strip = (first, width.min(lanes - first));
            first += width;
            strip
        })
    }

    fn packed_width(&self, width: usize) -> usize {
        width.next_multiple_of(self.unit)
    }

    #[inline(always)]
    unsafe fn start(&self, first: usize) -> *const T {
        // SAFETY: the caller's.
        unsafe { self.packed.map_or_else(|| self.view.at(first, 0).start, |p| p.add(first * self.depth)) }
    }

    #[inline(always)]
    fn lane(&self) -> isize {
        if self.packed.is_some() { 1 } else { self.view.row_stride }
    }

    #[inline(always)]
    fn step(&self, width: usize) -> isize {
        if self.packed.is_some() { self.packed_width(width) as isize } else { self.view.col_stride }
    }
}
