//! Pooling: each window of an image becomes one element, its largest or its mean; and the way back.
//!
//! Results of a row are worked out together, one place of the window after another, so that the inner loops run along rows. Places
//! beside the image are left out by range, not by padding the image.

use std::ops::Range;

use crate::array::{Array, Dims};
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::softmax::{LANES, Real, elements, rows_per_task};
use crate::{pool, strided, with_type};

/// How windows lie on images of the last two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// The image's height and width.
    pub image: [usize; 2],
    /// How many windows there are along both axes.
    pub count: [usize; 2],
    /// A window's height and width.
    pub kernel: [usize; 2],
    /// From one window to the next.
    pub stride: [usize; 2],
    /// How far the first window begins before the image.
    pub padding: [usize; 2],
    /// From one place of a window to the next.
    pub dilation: [usize; 2],
}

/// What a window's sum is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divisor {
    /// The number of its places on the image and the padding.
    Padded,
    /// The number of its places on the image.
    Image,
    /// A given number.
    Given(usize),
}

/// A place of the windows along one axis: which of them it lies on the image in, and where in the first of those.
struct Tap {
    windows: Range<usize>,
    start: usize,
}

impl Windows {
    fn pixels(&self) -> usize {
        self.image[0] * self.image[1]
    }

    fn places(&self) -> usize {
        self.count[0] * self.count[1]
    }

    /// Place `k` of the windows along an axis.
    #[inline(always)]
    fn tap(&self, axis: usize, k: usize) -> Tap {
        let (at, stride, padding) = (k * self.dilation[axis], self.stride[axis], self.padding[axis]);
        let first = padding.saturating_sub(at).div_ceil(stride);
        let end = (self.image[axis] + padding).saturating_sub(at).div_ceil(stride).min(self.count[axis]);
        Tap { windows: first..end.max(first), start: (first * stride + at).saturating_sub(padding) }
    }

    /// The rows of the image that a row of windows sees.
    #[inline(always)]
    fn rows(&self, window: usize) -> impl Iterator<Item = usize> {
        let (start, padding, height) = (window * self.stride[0], self.padding[0], self.image[0]);
        let rows = (0..self.kernel[0]).map(move |k| start + k * self.dilation[0]);
        rows.filter(move |&y| y >= padding && y < padding + height).map(move |y| y - padding)
    }

    /// How many places of each window along an axis count.
    fn counted(&self, axis: usize, divisor: Divisor) -> Vec<usize> {
        let edge = if divisor == Divisor::Padded { self.padding[axis] } else { 0 };
        let (first, end) = (self.padding[axis] - edge, self.padding[axis] + self.image[axis] + edge);
        let starts = (0..self.count[axis]).map(|i| i * self.stride[axis]);
        starts.map(|start| (start + self.kernel[axis]).min(end).saturating_sub(start.max(first))).collect()
    }

    /// The shape of the results, or of the image if `images`.
    fn shape(&self, x: &Array, images: bool) -> Dims {
        let mut shape = Dims::from_slice(&x.shape()[..x.shape().len() - 2]);
        shape.extend(if images { self.image } else { self.count });
        shape
    }

    /// Images of a task.
    fn task(&self) -> usize {
        rows_per_task(self.pixels())
    }
}

/// Every `step`-th element of a row, the first `count` of them, each with its number.
#[inline(always)]
fn stepped<T: Copy>(row: &[T], step: usize, count: usize, mut visit: impl FnMut(usize, T)) {
    match (step, row.as_chunks::<2>().0) {
        (1, _) => row[..count].iter().enumerate().for_each(|(i, &v)| visit(i, v)),
        (2, pairs) if pairs.len() >= count => pairs[..count].iter().enumerate().for_each(|(i, &[v, _])| visit(i, v)),
        _ => row.iter().step_by(step).take(count).enumerate().for_each(|(i, &v)| visit(i, v)),
    }
}

/// The largest element of each window, and its place in the image (i64), row by row. NaN counts as the largest, and the first of
/// equals is taken. A window that sees nothing of the image gives -inf and the place -1.
///
/// # Panics
/// If sizes do not fit.
pub fn max(x: &Array, windows: &Windows) -> (Array, Array) {
    let x = strided::contiguous(x);
    let (pixels, places, task) = (windows.pixels(), windows.places(), windows.task());
    assert!(i32::try_from(pixels).is_ok(), "an image has too many pixels");
    let shape = windows.shape(&x, false);
    let mut indices = Array::full(&shape, -1i64);
    let values = with_type!(float x.dtype(), T => Array::build::<T>(&shape, |out| {
        let x = elements::<T>(&x);
        let chunk = (task * places).max(1);
        pool::zip_chunks_mut(out, chunk, indices.make_mut::<i64>(), chunk, |i, out, indices| {
            let x = &x[i * task * pixels..][..out.len() / places * pixels];
            isa::dispatch(Max { windows, x, out, indices });
        });
    }));
    (values, indices)
}

struct Max<'a, T> {
    windows: &'a Windows,
    x: &'a [T],
    out: &'a mut [T],
    indices: &'a mut [i64],
}

impl<T: Real> Kernel for Max<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (windows, [_, across]) = (self.windows, self.windows.count);
        let images = self.x.chunks_exact(windows.pixels());
        let outs = self.out.chunks_exact_mut(windows.places()).zip(self.indices.chunks_exact_mut(windows.places()));
        for (image, (out, indices)) in images.zip(outs) {
            let rows = out.chunks_exact_mut(across).zip(indices.chunks_exact_mut(across));
            for (row, (out, indices)) in rows.enumerate() {
                let groups = out.chunks_mut(LANES).zip(indices.chunks_mut(LANES));
                for (group, (out, indices)) in groups.enumerate() {
                    let (best, places) = largest(windows, image, row, group * LANES..group * LANES + out.len());
                    out.copy_from_slice(&best[..out.len()]);
                    indices.iter_mut().zip(&places).for_each(|(index, &place)| *index = i64::from(place));
                    // Where nothing is larger than -inf.
                    for (i, index) in indices.iter_mut().enumerate().filter(|(_, index)| **index < 0) {
                        let first = first_seen(windows, row, group * LANES + i);
                        *index = first.map_or(-1, |place| place as i64);
                    }
                }
            }
        }
    }
}

/// The largest elements of some windows of a row, and their places.
#[inline(always)]
fn largest<T: Real>(windows: &Windows, image: &[T], row: usize, group: Range<usize>) -> ([T; LANES], [i32; LANES]) {
    let (width, step) = (windows.image[1], windows.stride[1]);
    let (mut best, mut places) = ([T::NEG_INFINITY; LANES], [-1i32; LANES]);
    for y in windows.rows(row) {
        for k in 0..windows.kernel[1] {
            let Tap { windows: seen, start } = windows.tap(1, k);
            // Those of the group that see the image here, and what the first of them sees.
            let (first, end) = (seen.start.max(group.start), seen.end.min(group.end));
            if first >= end {
                continue;
            }
            let place = y * width + start + (first - seen.start) * step;
            let lanes = first - group.start..end - group.start;
            let offset = place as i32 - (lanes.start * step) as i32;
            let elements = every(&image[place..], step, lanes, group.len());
            for i in 0..LANES {
                let v = elements[i];
                let replaces = ((v > best[i]) | v.is_nan()) & !best[i].is_nan();
                best[i] = if replaces { v } else { best[i] };
                places[i] = if replaces { offset + i as i32 * step as i32 } else { places[i] };
            }
        }
    }
    (best, places)
}
/// Every `step`-th element of a row in these of `count` lanes, in the others -inf; beyond `count` anything.
#[inline(always)]
fn every<T: Real>(row: &[T], step: usize, lanes: Range<usize>, count: usize) -> [T; LANES] {
    let mut elements = [T::NEG_INFINITY; LANES];
    match (step, row.first_chunk::<{ 2 * LANES }>()) {
        (1, Some(row)) if lanes == (0..count) => elements.copy_from_slice(&row[..LANES]),
        (2, Some(row)) if lanes == (0..count) => {
            for i in 0..LANES {
                elements[i] = row[2 * i];
            }
        }
        _ => elements[lanes].iter_mut().zip(row.iter().step_by(step)).for_each(|(to, &v)| *to = v),
    }
    elements
}

/// The first place that a window sees.
fn first_seen(windows: &Windows, row: usize, column: usize) -> Option<usize> {
    let y = windows.rows(row).next()?;
    let taps = (0..windows.kernel[1]).map(|k| windows.tap(1, k)).find(|tap| tap.windows.contains(&column))?;
    Some(y * windows.image[1] + taps.start + (column - taps.windows.start) * windows.stride[1])
}

/// The elements of g in the places of images that [`max`] gave, 0 elsewhere; those of one place are added up. What has no place in
/// the image is left out.
///
/// # Panics
/// If sizes do not fit.
pub fn put(g: &Array, indices: &Array, image: [usize; 2]) -> Array {
    assert_eq!(g.shape(), indices.shape(), "pooled elements and their places differ in shape");
    let (g, indices) = (strided::contiguous(g), strided::contiguous(indices));
    let &[ref lead @ .., high, across] = g.shape() else { panic!("images have two axes") };
    let (pixels, places) = (image[0] * image[1], high * across);
    let task = rows_per_task(pixels);
    let mut shape = Dims::from_slice(lead);
    shape.extend(image);
    with_type!(float g.dtype(), T => Array::build::<T>(&shape, |out| {
        let (g, indices) = (elements::<T>(&g), elements::<i64>(&indices));
        pool::chunks_mut(out, (task * pixels).max(1), |i, out| {
            out.fill(T::ZERO);
            for (j, image) in out.chunks_exact_mut(pixels).enumerate() {
                let of = (i * task + j) * places..(i * task + j + 1) * places;
                for (&g, &index) in g[of.clone()].iter().zip(&indices[of]) {
                    if let Some(pixel) = image.get_mut(index as usize) {
                        *pixel = pixel.plus(g);
                    }
                }
            }
        });
    }))
}

/// The adjoint of [`put`]: the elements of images at the places, 0 where there is none.
///
/// # Panics
/// If sizes do not fit.
pub fn pick(x: &Array, indices: &Array) -> Array {
    let (x, indices) = (strided::contiguous(x), strided::contiguous(indices));
    let ([.., height, width], [.., high, across]) = (x.shape(), indices.shape()) else {
        panic!("images have two axes")
    };
    let (pixels, places) = (height * width, high * across);
    let task = rows_per_task(places);
    with_type!(float x.dtype(), T => Array::build::<T>(indices.shape(), |out| {
        let (x, indices) = (elements::<T>(&x), elements::<i64>(&indices));
        pool::chunks_mut(out, (task * places).max(1), |i, out| {
            for (j, out) in out.chunks_exact_mut(places).enumerate() {
                let n = i * task + j;
                let image = &x[n * pixels..][..pixels];
                for (out, &index) in out.iter_mut().zip(&indices[n * places..]) {
                    *out = image.get(index as usize).copied().unwrap_or(T::ZERO);
                }
            }
        });
    }))
}

/// The sum of each window, divided.
///
/// # Panics
/// If sizes do not fit.
pub fn mean(x: &Array, windows: &Windows, divisor: Divisor) -> Array {
    let x = strided::contiguous(x);
    let (pixels, places, task) = (windows.pixels(), windows.places(), windows.task());
    with_type!(float x.dtype(), T => Array::build::<T>(&windows.shape(&x, false), |out| {
        let (x, divisors) = (elements::<T>(&x), divisors::<T>(windows, divisor));
        pool::chunks_mut(out, (task * places).max(1), |i, out| {
            let x = &x[i * task * pixels..][..out.len() / places * pixels];
            isa::dispatch(Mean { windows, divisors: &divisors, x, out });
        });
    }))
}

/// What each window of an image is divided by.
fn divisors<T: Real>(windows: &Windows, divisor: Divisor) -> Vec<T> {
    let narrow = |count: usize| T::narrow(count as f64);
    if let Divisor::Given(number) = divisor {
        return vec![narrow(number); windows.places()];
    }
    let [down, across] = [0, 1].map(|axis| windows.counted(axis, divisor));
    down.iter().flat_map(|&a| across.iter().map(move |&b| narrow(a * b))).collect()
}

struct Mean<'a, T> {
    windows: &'a Windows,
    divisors: &'a [T],
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Mean<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (windows, [_, width], [_, across]) = (self.windows, self.windows.image, self.windows.count);
        let images = self.x.chunks_exact(windows.pixels()).zip(self.out.chunks_exact_mut(windows.places()));
        // Sums along a row of the window, and of these.
        let (mut near, mut sums) = (vec![T::ZERO; across], vec![0.0; across]);
        for (image, out) in images {
            let rows = out.chunks_exact_mut(across).zip(self.divisors.chunks_exact(across));
            for (row, (out, divisors)) in rows.enumerate() {
                sums.fill(0.0);
                for y in windows.rows(row) {
                    near.fill(T::ZERO);
                    for k in 0..windows.kernel[1] {
                        let Tap { windows: seen, start } = windows.tap(1, k);
                        if !seen.is_empty() {
                            let near = &mut near[seen];
                            let count = near.len();
                            let from = &image[y * width + start..];
                            stepped(from, windows.stride[1], count, |i, v| near[i] = near[i] + v);
                        }
                    }
                    sums.iter_mut().zip(&near).for_each(|(sum, &near)| *sum += near.widen());
                }
                for ((out, &sum), &divisor) in out.iter_mut().zip(&sums).zip(divisors) {
                    *out = T::narrow(sum / divisor.widen());
                }
            }
        }
    }
}

/// The adjoint of [`mean`]: each element of g, divided, added to what its window sees.
///
/// # Panics
/// If sizes do not fit.
pub fn spread(g: &Array, windows: &Windows, divisor: Divisor) -> Array {
    let g = strided::contiguous(g);
    let (pixels, places, task) = (windows.pixels(), windows.places(), windows.task());
    with_type!(float g.dtype(), T => Array::build::<T>(&windows.shape(&g, true), |out| {
        let (g, divisors) = (elements::<T>(&g), divisors::<T>(windows, divisor));
        pool::chunks_mut(out, (task * pixels).max(1), |i, out| {
            let g = &g[i * task * places..][..out.len() / pixels * places];
            isa::dispatch(Spread { windows, divisors: &divisors, g, out });
        });
    }))
}

struct Spread<'a, T> {
    windows: &'a Windows,
    divisors: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Spread<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (windows, [_, width], [_, across]) = (self.windows, self.windows.image, self.windows.count);
        let images = self.g.chunks_exact(windows.places()).zip(self.out.chunks_exact_mut(windows.pixels()));
        let mut shares = vec![T::ZERO; across];
        for (g, image) in images {
            image.fill(T::ZERO);
            for (row, (g, divisors)) in g.chunks_exact(across).zip(self.divisors.chunks_exact(across)).enumerate() {
                for ((share, &g), &divisor) in shares.iter_mut().zip(g).zip(divisors) {
                    *share = T::narrow(g.widen() / divisor.widen());
                }
                for y in windows.rows(row) {
                    for k in 0..windows.kernel[1] {
                        let Tap { windows: seen, start } = windows.tap(1, k);
                        if !seen.is_empty() {
                            let to = image[y * width + start..].iter_mut().step_by(windows.stride[1]);
                            to.zip(&shares[seen]).for_each(|(to, &share)| *to = *to + share);
                        }
                    }
                }
            }
        }
    }
}
