//! How work is shared out: rows into strips, images into bands, bands into tasks. All of it follows from shapes.

use std::ops::Range;

use super::plan::Axis;

/// First and width of each strip of at most `most` lanes, of nearly equal widths.
pub fn strips(lanes: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = lanes.div_ceil(most);
    (0..count).map(move |i| {
        let at = |i: usize| lanes / count * i + i.min(lanes % count);
        (at(i), at(i + 1) - at(i))
    })
}

/// Elements of a source that a band should have at most: half of a second-level cache.
const BAND: usize = 1 << 17;
/// Pieces of work into which a convolution of few images is cut.
const PIECES: usize = 16;
/// Multiplications below which an image is not cut.
const CUT_FROM: usize = 4_000_000;
/// Multiplications of a task, a few times what waking a thread costs.
const TASK: usize = 500_000;

/// The grid cut along its outermost axis.
#[derive(Debug)]
pub struct Bands<'a> {
    axes: &'a [Axis; 3],
    axis: usize,
    each: usize,
}

impl<'a> Bands<'a> {
    /// For `images` images (times groups) of so many channels, each of which costs `work` multiplications.
    pub fn new(axes: &'a [Axis; 3], channels: usize, images: usize, work: usize) -> Self {
        let axis = usize::from(axes[0].grid <= 1);
        let (axis, grid) = (axis, axes[axis].grid);
        let inner: usize = axes[axis + 1..].iter().map(|a| (a.grid + a.reach) * a.phases.len()).product();
        let outer: usize = axes[..axis].iter().map(|a| (a.grid + a.reach) * a.phases.len()).product();
        let row = (channels * inner * outer * axes[axis].phases.len()).max(1);
        let fits = (BAND / row).saturating_sub(axes[axis].reach);
        let wanted = if work >= CUT_FROM { grid.div_ceil(PIECES.div_ceil(images)) } else { grid };
        let each = fits.min(wanted).max(2 * axes[axis].reach).max(1);
        // Of nearly equal length.
        let count = grid.div_ceil(each).max(1);
        Bands { axes, axis, each: grid.div_ceil(count).max(1) }
    }

    pub fn count(&self) -> usize {
        self.axes[self.axis].grid.div_ceil(self.each)
    }

    pub fn grid(&self, i: usize) -> [Range<usize>; 3] {
        std::array::from_fn(|a| {
            let grid = self.axes[a].grid;
            if a == self.axis { i * self.each..grid.min((i + 1) * self.each) } else { 0..grid }
        })
    }
}

/// How many pieces of `work` multiplications make a task.
pub fn pieces_of_a_task(work: usize) -> usize {
    TASK.div_ceil(work.max(1))
}
