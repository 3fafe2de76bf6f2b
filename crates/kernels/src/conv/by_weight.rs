//! The derivative by the weight: for each tap a sum over all points of what it read times the output's cotangent there.
//!
//! The lanes are output channels, so the cotangent is transposed, band by band; the image is read as it lies.

use super::Channels;
use super::plan::{Axis, Tap};
use super::source::Band;
use super::strips::{Bands, strips};
use super::tile::{Lines, ROWS, Sums, Tiles, lanes};
use crate::array::Array;
use crate::dtype::{Element, Number};
use crate::pool;

/// Sums kept apart at most, each over a part of the images.
const PARTS: usize = 8;
/// Elements that these may have together.
const PARTS_TOGETHER: usize = 1 << 22;

/// `out[o][c][tap]`, where x has `[batch, groups, from, ..]` and g `[batch, groups, to, ..]`.
pub fn by_weight<T: Tiles + Element>(
    x: &[T],
    g: &[T],
    channels: Channels,
    axes: &[Axis; 3],
    batch: usize,
    out: &mut [T],
) {
    let Channels { groups, from, to } = channels;
    let [tz, ty, tx] = axes.each_ref().map(|axis| &axis.parts[0].taps);
    let taps: Vec<[Tap; 3]> =
        tz.iter().flat_map(|&z| ty.iter().flat_map(move |&y| tx.iter().map(move |&x| [z, y, x]))).collect();
    let (image, points) = (from * length(axes, |a| a.source), length(axes, |a| a.result));
    let rows = from * taps.len();
    let columns = to.next_multiple_of(lanes::<T>());
    let work = rows * to * points;
    // One task where threads would not pay.
    let parts = if work * batch * groups < 1_000_000 {
        1
    } else {
        PARTS.min(PARTS_TOGETHER / (groups * rows * columns)).clamp(1, batch.max(1))
    };
    let mut sums = Array::full(&[parts * groups * rows * columns], T::default());
    let sums = sums.make_mut::<T>();
    if !sums.is_empty() {
        pool::chunks_mut(sums, rows * columns, |task, sums| {
            let (part, group) = (task / groups, task % groups);
            let bands = Bands::new(axes, from, usize::MAX, 0);
            let mut scratch = vec![T::default(); Band::new(axes, bands.grid(0)).channel() * from];
            let mut pulls = Vec::new();
            for n in part * batch / parts..(part + 1) * batch / parts {
                let x = &x[(n * groups + group) * image..][..image];
                let g = &g[(n * groups + group) * to * points..][..to * points];
                for i in 0..bands.count() {
                    let band = Band::new(axes, bands.grid(i));
                    band.fill(x, &mut scratch);
                    let each = (0..from).flat_map(|c| taps.iter().map(move |&tap| (c, tap)));
                    let offsets: Vec<usize> = each.map(|(c, tap)| c * band.channel() + band.tap(tap)).collect();
                    add_band(&band, &scratch, &offsets, axes, g, &mut pulls, sums);
                }
            }
        });
    }
    finish(sums, channels, rows, parts, out);
}

fn length(axes: &[Axis; 3], of: impl Fn(&Axis) -> usize) -> usize {
    axes.iter().map(of).product()
}

/// Points of a block, about: so many registers of cotangents stay in the first-level cache.
const POINTS: usize = 192;

/// Adds the sums over the points of a band. `g` has the channels of a group one after another.
fn add_band<T: Tiles + Element>(
    band: &Band<'_>,
    source: &[T],
    offsets: &[usize],
    axes: &[Axis; 3],
    g: &[T],
    pulls: &mut Vec<T>,
    sums: &mut [T],
) {
    let [_, height, width] = axes.each_ref().map(|axis| axis.result);
    let points = length(axes, |a| a.result);
    let to = g.len() / points;
    let each = (POINTS / width).max(1);
    for z in band.grid[0].clone() {
        for y in band.grid[1].clone().step_by(each) {
            let rows = each.min(band.grid[1].end - y);
            let (first, count) = ((z * height + y) * width, rows * width);
            let source = &source[band.point([z, y, 0])..];
            for (register, registers) in strips(to.div_ceil(lanes::<T>()), T::registers()) {
                let (o, columns) = (register * lanes::<T>(), registers * lanes::<T>());
                let channels = columns.min(to - o);
                pulls.resize(count * columns, T::default());
                T::transpose(&g[o * points + first..], points, channels, &mut pulls[..count * columns], columns);
                for (row, rows_of_strip) in strips(offsets.len(), ROWS) {
                    T::sums(Sums {
                        source,
                        offsets: &offsets[row..row + rows_of_strip],
                        lines: Lines { rows, row: band.row(), points: width },
                        registers,
                        pulls,
                        out: &mut sums[o * offsets.len() + row * columns..],
                    });
                }
            }
        }
    }
}

/// Rows of sums that are put into their places together.
const BLOCK: usize = 16;

/// Adds the parts up, in order, and puts the sums into their places: in the parts, a strip of output channels follows another,
/// and in it the taps of all input channels.
fn finish<T: Tiles + Element>(sums: &mut [T], channels: Channels, rows: usize, parts: usize, out: &mut [T]) {
    let Channels { groups, to, .. } = channels;
    let (total, others) = sums.split_at_mut(sums.len() / parts);
    for part in others.chunks_exact(total.len().max(1)) {
        total.iter_mut().zip(part).for_each(|(sum, &x)| *sum = Number::plus(*sum, x));
    }
    let group_len = total.len() / groups;
    for group in 0..groups {
        for (register, registers) in strips(to.div_ceil(lanes::<T>()), T::registers()) {
            let (first, columns) = (register * lanes::<T>(), registers * lanes::<T>());
            let strip = &total[group * group_len + first * rows..][..rows * columns];
            for (block, sums) in strip.chunks(BLOCK * columns).enumerate() {
                for o in 0..columns.min(to - first) {
                    let out = &mut out[(group * to + first + o) * rows + block * BLOCK..];
                    out.iter_mut().zip(sums.chunks_exact(columns)).for_each(|(out, sums)| *out = sums[o]);
                }
            }
        }
    }
}
