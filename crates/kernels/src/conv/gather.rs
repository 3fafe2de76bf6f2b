//! Each element of a result as a sum over the taps that reach it: a convolution and its adjoint.

use super::Channels;
use super::plan::{Axis, Part, Tap};
use super::source::Band;
use super::strips::{Bands, pieces_of_a_task, strips};
use super::tile::{Offsets, Points, ROWS, Tiles, lanes};
use crate::array::Array;
use crate::dtype::Element;
use crate::strided::contiguous;
use crate::{pool, with_type};

/// About so many sums a tile runs over: the source's elements that it reads then stay in the first-level cache until the
/// last strip of rows is done.
const DEPTH: usize = 200;

/// The result of the given shape. The weight is `[to, from, ..]`, or if `adjoint` `[from, to, ..]`, group after group of the
/// first axis.
pub fn gather(
    source: &Array,
    weight: &Array,
    adjoint: bool,
    bias: Option<&Array>,
    channels: Channels,
    axes: &[Axis; 3],
    shape: &[usize],
) -> Array {
    let (source, weight, bias) = (contiguous(source), contiguous(weight), bias.map(contiguous));
    with_type!(float source.dtype(), T => Array::build::<T>(shape, |out| {
        if out.is_empty() {
            return;
        }
        let bias = bias.as_ref().and_then(Array::as_slice::<T>);
        let (source, weight) = (source.as_slice().expect("contiguous"), weight.as_slice().expect("contiguous"));
        let parts = parts(axes).map(|part| part.packed(weight, adjoint, channels, axes)).collect();
        Gather { source, bias, channels, axes, parts }.run(out);
    }))
}

/// Where taps are the same along all axes.
struct Parts<'a> {
    along: [&'a Part; 3],
    taps: Vec<[Tap; 3]>,
}

fn parts(axes: &[Axis; 3]) -> impl Iterator<Item = Parts<'_>> {
    let [z, y, x] = axes.each_ref().map(|axis| &axis.parts);
    z.iter().flat_map(move |z| y.iter().flat_map(move |y| x.iter().map(move |x| [z, y, x]))).map(|along| {
        let [z, y, x] = along.map(|part| &part.taps);
        let taps = z.iter().flat_map(|&z| y.iter().flat_map(move |&y| x.iter().map(move |&x| [z, y, x])));
        Parts { along, taps: taps.collect() }
    })
}

/// A part with its weights, in the order in which tiles read them: group, block of channels, strip of rows, channel, tap, row.
struct Packed<'a, T> {
    part: Parts<'a>,
    weights: Vec<T>,
}

/// Channels of the source in a block.
fn block(taps: usize) -> usize {
    (DEPTH / taps.max(1)).max(1)
}

impl<'a> Parts<'a> {
    fn packed<T: Tiles>(self, weight: &[T], adjoint: bool, channels: Channels, axes: &[Axis; 3]) -> Packed<'a, T> {
        let Channels { groups, from, to } = channels;
        let kernel = |a: usize| axes[a].kernel;
        let all = kernel(0) * kernel(1) * kernel(2);
        let taps: Vec<usize> =
            self.taps.iter().map(|[z, y, x]| (z.kernel * kernel(1) + y.kernel) * kernel(2) + x.kernel).collect();
        let mut weights = Vec::with_capacity(groups * from * to * taps.len());
        for group in 0..groups {
            for first in (0..from).step_by(block(taps.len())) {
                for (row, rows) in strips(to, ROWS) {
                    for c in first..from.min(first + block(taps.len())) {
                        for &tap in &taps {
                            weights.extend((row..row + rows).map(|o| {
                                let (outer, inner, inners) = if adjoint { (c, o, to) } else { (o, c, from) };
                                let outers = if adjoint { from } else { to };
                                weight[((group * outers + outer) * inners + inner) * all + tap]
                            }));
                        }
                    }
                }
            }
        }
        Packed { part: self, weights }
    }
}

struct Gather<'a, T> {
    source: &'a [T],
    bias: Option<&'a [T]>,
    channels: Channels,
    axes: &'a [Axis; 3],
    parts: Vec<Packed<'a, T>>,
}

/// The address of the result, whose elements go to different threads.
struct Out<T>(*mut T);

// SAFETY: each task writes elements of its own, which may go to other threads.
unsafe impl<T: Send> Sync for Out<T> {}

impl<T> Out<T> {
    fn address(&self) -> *mut T {
        self.0
    }
}

/// A piece of a row of points that a tile computed: where it begins in the tile and in a channel of the result.
struct Piece {
    at: usize,
    len: usize,
    to: usize,
}

impl<T: Tiles + Element> Gather<'_, T> {
    fn run(&self, out: &mut [T]) {
        let Channels { groups, from, to } = self.channels;
        let source: usize = self.axes.iter().map(|axis| axis.source).product();
        let result: usize = self.axes.iter().map(|axis| axis.result).product();
        let images = out.len() / (to * result);
        assert_eq!(images * from * source, self.source.len());
        let weights: usize = self.parts.iter().map(|part| part.weights.len()).sum();
        let work = weights / groups * result / self.parts.len();
        let bands = Bands::new(self.axes, from, images, work * images);
        let pieces = images * bands.count();
        let each = pieces_of_a_task(work / bands.count());
        let out = Out(out.as_mut_ptr());
        pool::run(pieces.div_ceil(each), |task| {
            let largest = Band::new(self.axes, bands.grid(0)).channel() * from;
            let mut scratch = Scratch::new(largest, to);
            for piece in task * each..pieces.min((task + 1) * each) {
                let image = piece / bands.count();
                let band = Band::new(self.axes, bands.grid(piece % bands.count()));
                band.fill(&self.source[image * from * source..][..from * source], scratch.source());
                // SAFETY: `to` channels of the result, of which this task alone writes what lies on its band's grid.
                unsafe {
                    let out = out.address().add(image * to * result);
                    self.band(&band, image % groups, &mut scratch, out, result);
                }
            }
        });
    }

    /// The results on a band's grid.
    ///
    /// # Safety
    ///
    /// `out` has `to` channels of `result` elements, and nobody else has those on the band's grid.
    unsafe fn band(&self, band: &Band<'_>, group: usize, scratch: &mut Scratch<T>, out: *mut T, result: usize) {
        let Channels { from, to, .. } = self.channels;
        for Packed { part, weights } in &self.parts {
            let taps = part.taps.len();
            let weights = &weights[group * from * to * taps..][..from * to * taps];
            let block = block(taps).min(from);
            let each = (0..block).flat_map(|c| part.taps.iter().map(move |&tap| c * band.channel() + band.tap(tap)));
            let offsets = Offsets::new(each.collect());
            let [zs, ys, xs]: [_; 3] = std::array::from_fn(|a| {
                let (grid, part) = (&band.grid[a], part.along[a]);
                grid.start.max(part.from)..grid.end.min(part.from + part.count)
            });
            if ys.is_empty() || xs.is_empty() {
                continue;
            }
            let columns = T::registers() * lanes::<T>();
            for z in zs {
                let start = band.point([z, ys.start, xs.start]);
                let span = (ys.len() - 1) * band.row() + xs.len();
                for q in (0..span).step_by(columns) {
                    let len = columns.min(span - q);
                    self.tiles(weights, block, &offsets, band.channel(), start + q, len, scratch);
                    let place = |a: usize, at: usize| {
                        let part = part.along[a];
                        part.start + (at - part.from) * part.step
                    };
                    scratch.pieces.clear();
                    let mut at = q;
                    while at < q + len {
                        let (y, x) = (at / band.row(), at % band.row());
                        let next = ((y + 1) * band.row()).min(q + len);
                        if x < xs.len() {
                            let to = (place(0, z) * self.axes[1].result + place(1, ys.start + y)) * self.axes[2].result;
                            let to = to + place(2, xs.start + x);
                            scratch.pieces.push(Piece { at: at - q, len: (next - at).min(xs.len() - x), to });
                        }
                        at = next;
                    }
                    for o in 0..to {
                        let bias = self.bias.map_or(T::default(), |bias| bias[group * to + o]);
                        let tile = &scratch.tile[o * columns..][..columns];
                        for piece in &scratch.pieces {
                            // SAFETY: the piece's points are on the grid, so their elements are within the channel.
                            unsafe {
                                let to = out.add(o * result + piece.to);
                                store(&tile[piece.at..][..piece.len], bias, to, part.along[2].step);
                            }
                        }
                    }
                }
            }
        }
    }

    /// `len` points of all rows into the scratch.
    #[expect(clippy::too_many_arguments, reason = "the innermost of nested loops")]
    fn tiles(
        &self,
        mut weights: &[T],
        block: usize,
        offsets: &Offsets,
        channel: usize,
        start: usize,
        len: usize,
        scratch: &mut Scratch<T>,
    ) {
        let Channels { from, to, .. } = self.channels;
        let taps = weights.len() / (from * to);
        let out_row = T::registers() * lanes::<T>();
        for first in (0..from).step_by(block) {
            let depth = block.min(from - first) * taps;
            for (row, rows) in strips(to, ROWS) {
                let (strip, rest) = weights.split_at(depth * rows);
                weights = rest;
                T::points(Points {
                    rows,
                    weights: strip,
                    source: &scratch.source[first * channel + start..],
                    offsets,
                    registers: len.div_ceil(lanes::<T>()),
                    out: &mut scratch.tile[row * out_row..],
                    out_row,
                    accumulate: first > 0,
                });
            }
        }
    }
}

/// Adds the bias to a piece of a tile and puts it in its place.
///
/// # Safety
///
/// `to` has as many elements, `step` apart, that nobody else has.
#[inline]
unsafe fn store<T: Tiles>(from: &[T], bias: T, to: *mut T, step: usize) {
    if step == 1 {
        // SAFETY: the caller's.
        let to = unsafe { std::slice::from_raw_parts_mut(to, from.len()) };
        to.iter_mut().zip(from).for_each(|(to, &x)| *to = crate::dtype::Number::plus(x, bias));
        return;
    }
    for (i, &x) in from.iter().enumerate() {
        // SAFETY: the caller's.
        unsafe { *to.add(i * step) = crate::dtype::Number::plus(x, bias) };
    }
}

/// What a task works in.
struct Scratch<T> {
    source: Vec<T>,
    tile: Vec<T>,
    pieces: Vec<Piece>,
}

impl<T: Element> Scratch<T> {
    fn new(source: usize, rows: usize) -> Self {
        // Tiles read whole registers, past the last point.
        let width = 3 * lanes::<T>();
        Scratch {
            source: vec![T::default(); source + width],
            tile: vec![T::default(); rows * width],
            pieces: Vec::new(),
        }
    }

    fn source(&mut self) -> &mut [T] {
        let len = self.source.len() - 3 * lanes::<T>();
        &mut self.source[..len]
    }
}
