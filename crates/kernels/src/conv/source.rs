//! The part of an image that a task reads, copied with its padding and split into phases: taps then read it without a check.

use std::ops::Range;

use super::plan::{Axis, Tap};
use crate::dtype::Number;

/// Where the elements of a copied band lie: channel after channel, phase after phase, row after row.
#[derive(Debug)]
pub struct Band<'a> {
    axes: &'a [Axis; 3],
    /// The part of the grid that is computed from it.
    pub grid: [Range<usize>; 3],
    lengths: [usize; 3],
}

impl<'a> Band<'a> {
    pub fn new(axes: &'a [Axis; 3], grid: [Range<usize>; 3]) -> Self {
        let lengths = std::array::from_fn(|a| grid[a].len() + axes[a].reach);
        Band { axes, grid, lengths }
    }

    /// From one row to the next.
    pub fn row(&self) -> usize {
        self.lengths[2]
    }

    fn plane(&self) -> usize {
        self.lengths.iter().product()
    }

    /// From one channel to the next.
    pub fn channel(&self) -> usize {
        self.axes.iter().map(|axis| axis.phases.len()).product::<usize>() * self.plane()
    }

    /// Where point (z, y, x) of the grid is.
    pub fn point(&self, at: [usize; 3]) -> usize {
        let [z, y, x] = std::array::from_fn(|a| at[a] - self.grid[a].start);
        (z * self.lengths[1] + y) * self.lengths[2] + x
    }

    /// How far from a point a tap reads.
    pub fn tap(&self, [z, y, x]: [Tap; 3]) -> usize {
        let phases = self.axes.each_ref().map(|axis| axis.phases.len());
        let phase = (z.phase * phases[1] + y.phase) * phases[2] + x.phase;
        phase * self.plane() + (z.shift * self.lengths[1] + y.shift) * self.lengths[2] + x.shift
    }

    /// Copies the band of some channels, which lie one after another in `from`.
    pub fn fill<T: Number>(&self, from: &[T], to: &mut [T]) {
        let [nz, ny, nx] = self.axes.each_ref().map(|axis| axis.source);
        let mut rows = to.chunks_exact_mut(self.lengths[2]);
        for channel in from.chunks_exact(nz * ny * nx) {
            for &pz in &self.axes[0].phases {
                for &py in &self.axes[1].phases {
                    for &px in &self.axes[2].phases {
                        for uz in 0..self.lengths[0] {
                            for (uy, row) in rows.by_ref().take(self.lengths[1]).enumerate() {
                                match (self.index(0, pz, uz), self.index(1, py, uy)) {
                                    (Some(z), Some(y)) => self.fill_row(px, &channel[(z * ny + y) * nx..][..nx], row),
                                    _ => row.fill(T::ZERO),
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Which element of the source is number `u` of a phase, if it is not padding.
    fn index(&self, axis: usize, phase: usize, u: usize) -> Option<usize> {
        let Axis { step, first, source, .. } = self.axes[axis];
        let i = ((self.grid[axis].start + u) * step + phase) as isize + first;
        (i >= 0 && (i as usize) < source).then_some(i as usize)
    }

    #[inline]
    fn fill_row<T: Number>(&self, phase: usize, from: &[T], to: &mut [T]) {
        let Axis { step, first, source, .. } = self.axes[2];
        let start = (self.grid[2].start * step + phase) as isize + first;
        // Number u is within the source from `before` up to `end`.
        let before = ((-start).max(0) as usize).div_ceil(step).min(to.len());
        let inside = (source as isize - start).max(0) as usize;
        let end = inside.div_ceil(step).clamp(before, to.len());
        to[..before].fill(T::ZERO);
        to[end..].fill(T::ZERO);
        if end > before {
            let from = &from[(start + (before * step) as isize) as usize..];
            let to = &mut to[before..end];
            if step == 1 {
                to.copy_from_slice(&from[..to.len()]);
            } else {
                to.iter_mut().zip(from.iter().step_by(step)).for_each(|(to, &from)| *to = from);
            }
        }
    }
}
