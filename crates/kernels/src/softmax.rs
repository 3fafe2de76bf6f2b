//! Softmax and its kin: exponentials of a row relative to their sum.
//!
//! Every kernel works on rows, the axis in question being brought to the end (by a copy, if it lies elsewhere). The logarithm
//! of a row's sum of exponentials is kept in two parts, the row's maximum and the logarithm of what remains,
//! `max + log_sum`: added up, large logits would swallow the digits of the small part.

use std::borrow::Cow;
use std::ops::{Add, Mul, Sub};

use crate::array::{Array, Dims};
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::math::{self, Unary};
use crate::{pool, strided, view, with_type};

/// Elements that are worked on side by side. Shorter rests are padded, so that they too are a whole vector.
pub(crate) const LANES: usize = 16;
/// Elements summed in the type itself before the sum goes to f64.
pub(crate) const RUN: usize = 1024;
/// Elements for one task.
const TASK: usize = 1 << 15;

/// f32 and f64, with what rows of exponentials need.
pub(crate) trait Real:
    Number<Wide = f64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const INFINITY: Self;
    const NEG_INFINITY: Self;
    fn exp<I: Isa>(self) -> Self;
    fn is_infinite(self) -> bool;
}

macro_rules! real {
    ($($t:ident)*) => {$(
        impl Real for $t {
            const INFINITY: Self = $t::INFINITY;
            const NEG_INFINITY: Self = $t::NEG_INFINITY;
            #[inline(always)]
            fn exp<I: Isa>(self) -> Self {
                math::Exp.apply::<I>(self)
            }
            #[inline(always)]
            fn is_infinite(self) -> bool {
                $t::is_infinite(self)
            }
        }
    )*};
}
real!(f32 f64);

/// How many rows of `n` elements make a task.
pub(crate) fn rows_per_task(n: usize) -> usize {
    (TASK / n.max(1)).max(1)
}

/// The array with `axes` (sorted, different) at the end, in row-major order.
pub(crate) fn rows<'a>(x: &'a Array, axes: &[usize]) -> Cow<'a, Array> {
    let order = rows_order(x.shape().len(), axes);
    let in_place = order.iter().enumerate().all(|(i, &a)| i == a);
    match (in_place, x.is_contiguous()) {
        (true, true) => Cow::Borrowed(x),
        (true, false) => Cow::Owned(strided::copy(x)),
        _ => Cow::Owned(strided::contiguous(&view::permute(x, &order))),
    }
}

/// Puts `axes` back in their places: the inverse of [`rows`], without a copy.
pub(crate) fn unrows(y: Array, axes: &[usize]) -> Array {
    let order = rows_order(y.shape().len(), axes);
    let mut inverse = Dims::from_elem(0, order.len());
    for (i, &a) in order.iter().enumerate() {
        inverse[a] = i;
    }
    if order.is_sorted() { y } else { view::permute(&y, &inverse) }
}

fn rows_order(ndim: usize, axes: &[usize]) -> Dims {
    (0..ndim).filter(|a| !axes.contains(a)).chain(axes.iter().copied()).collect()
}

/// The lengths of the axes that are not in `axes`.
pub(crate) fn kept(shape: &[usize], axes: &[usize]) -> Dims {
    (0..shape.len()).filter(|a| !axes.contains(a)).map(|a| shape[a]).collect()
}

fn row_len(shape: &[usize], axes: &[usize]) -> usize {
    axes.iter().map(|&a| shape[a]).product()
}

pub(crate) fn elements<T: Number>(x: &Array) -> &[T] {
    x.as_slice::<T>().expect("rows are contiguous")
}

/// At most `LANES` elements and `pad` after them.
#[inline(always)]
fn padded<T: Copy>(rest: &[T], pad: T) -> [T; LANES] {
    let mut group = [pad; LANES];
    group[..rest.len()].copy_from_slice(rest);
    group
}

/// The largest element; NaN is passed over.
#[inline(always)]
pub(crate) fn row_max<T: Real>(row: &[T]) -> T {
    #[inline(always)]
    fn take<T: Real>(lanes: &mut [T; LANES], group: &[T; LANES]) {
        for i in 0..LANES {
            lanes[i] = if group[i] > lanes[i] { group[i] } else { lanes[i] };
        }
    }
    let mut lanes = [T::NEG_INFINITY; LANES];
    let (groups, rest) = row.as_chunks::<LANES>();
    for group in groups {
        take(&mut lanes, group);
    }
    if !rest.is_empty() {
        take(&mut lanes, &padded(rest, T::NEG_INFINITY));
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = if lanes[i + width] > lanes[i] { lanes[i + width] } else { lanes[i] };
        }
        width /= 2;
    }
    lanes[0]
}

#[inline(always)]
pub(crate) fn total<T: Real>(mut lanes: [T; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = lanes[i] + lanes[i + width];
        }
        width /= 2;
    }
    lanes[0].widen()
}

/// The sum of `e^(x - shift)`.
#[inline(always)]
pub(crate) fn row_exp_sum<T: Real, I: Isa>(row: &[T], shift: T) -> f64 {
    #[inline(always)]
    fn take<T: Real, I: Isa>(lanes: &mut [T; LANES], group: &[T; LANES], shift: T) {
        for i in 0..LANES {
            lanes[i] = lanes[i] + (group[i] - shift).exp::<I>();
        }
    }
    let mut sum = 0.0;
    for run in row.chunks(RUN) {
        let mut lanes = [T::ZERO; LANES];
        let (groups, rest) = run.as_chunks::<LANES>();
        for group in groups {
            take::<T, I>(&mut lanes, group, shift);
        }
        sum += total(lanes);
        if !rest.is_empty() {
            // The padding is e^-inf = 0; by an infinite shift it is NaN, and so is the rest then.
            let (last, mut lanes) = (padded(rest, T::NEG_INFINITY), [T::ZERO; LANES]);
            take::<T, I>(&mut lanes, &last, shift);
            sum += total(lanes);
        }
    }
    sum
}

/// The sum of a row.
#[inline(always)]
pub(crate) fn row_sum<T: Real>(row: &[T]) -> f64 {
    let mut sum = 0.0;
    for run in row.chunks(RUN) {
        let mut lanes = [T::ZERO; LANES];
        let (groups, rest) = run.as_chunks::<LANES>();
        for group in groups {
            for i in 0..LANES {
                lanes[i] = lanes[i] + group[i];
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = *lane + x;
        }
        sum += total(lanes);
    }
    sum
}

/// The sum of `x[i] y[i]`.
#[inline(always)]
pub(crate) fn row_dot<T: Real>(x: &[T], y: &[T]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.chunks(RUN).zip(y.chunks(RUN)) {
        let mut lanes = [T::ZERO; LANES];
        let ((xs, x), (ys, y)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        for (x, y) in xs.iter().zip(ys) {
            for i in 0..LANES {
                lanes[i] = lanes[i] + x[i] * y[i];
            }
        }
        for ((lane, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
            *lane = *lane + x * y;
        }
        sum += total(lanes);
    }
    sum
}

/// `out = scale e^((x - max) - log_sum) - offset`.
#[inline(always)]
pub(crate) fn row_exp<T: Real, I: Isa>(row: &[T], (max, log_sum): (T, T), scale: T, offset: T, out: &mut [T]) {
    let ((groups, rest), (outs, out_rest)) = (row.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (x, out) in groups.iter().zip(outs) {
        for i in 0..LANES {
            out[i] = scale * ((x[i] - max) - log_sum).exp::<I>() - offset;
        }
    }
    if !rest.is_empty() {
        let mut last = padded(rest, T::ZERO);
        for x in &mut last {
            *x = scale * ((*x - max) - log_sum).exp::<I>() - offset;
        }
        out_rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// A task's rows and where their results go.
struct Softmax<'a, T> {
    x: &'a [T],
    out: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for Softmax<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out.chunks_exact_mut(self.n)) {
            row_exp::<T, I>(x, (row_max(x), T::ZERO), T::ONE, T::ZERO, out);
            let scale = T::narrow(1.0 / row_sum(out));
            for y in out {
                *y = *y * scale;
            }
        }
    }
}

struct LogSoftmax<'a, T> {
    x: &'a [T],
    out: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for LogSoftmax<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out.chunks_exact_mut(self.n)) {
            let max = row_max(x);
            let log_sum = T::narrow(row_exp_sum::<T, I>(x, max).ln());
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (x - max) - log_sum;
            }
        }
    }
}

struct SoftmaxBackward<'a, T> {
    y: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for SoftmaxBackward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let rows = self.y.chunks_exact(self.n).zip(self.g.chunks_exact(self.n));
        for ((y, g), out) in rows.zip(self.out.chunks_exact_mut(self.n)) {
            let mean = T::narrow(row_dot(y, g));
            for ((out, &y), &g) in out.iter_mut().zip(y).zip(g) {
                *out = y * (g - mean);
            }
        }
    }
}

struct LogSoftmaxBackward<'a, T> {
    y: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for LogSoftmaxBackward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let rows = self.y.chunks_exact(self.n).zip(self.g.chunks_exact(self.n));
        for ((y, g), out) in rows.zip(self.out.chunks_exact_mut(self.n)) {
            let sum = T::narrow(row_sum(g));
            row_exp::<T, I>(y, (T::ZERO, T::ZERO), sum, T::ZERO, out);
            for (out, &g) in out.iter_mut().zip(g) {
                *out = g - *out;
            }
        }
    }
}

/// `e^x / sum e^x` along `axis`.
pub fn softmax(x: &Array, axis: usize) -> Array {
    let n = x.shape()[axis];
    with_type!(float x.dtype(), T => map_rows::<T>(x, &[axis], |_, x, out| isa::dispatch(Softmax { x, out, n })))
}

/// `x - log sum e^x` along `axis`.
pub fn log_softmax(x: &Array, axis: usize) -> Array {
    let n = x.shape()[axis];
    with_type!(float x.dtype(), T => map_rows::<T>(x, &[axis], |_, x, out| isa::dispatch(LogSoftmax { x, out, n })))
}

/// `y (g - sum y g)` along `axis`: from the softmax `y` and its cotangent.
pub fn softmax_backward(y: &Array, g: &Array, axis: usize) -> Array {
    let (n, g) = (y.shape()[axis], rows(g, &[axis]));
    with_type!(float y.dtype(), T => {
        let gs = elements::<T>(&g);
        map_rows::<T>(y, &[axis], |row, y, out| {
            isa::dispatch(SoftmaxBackward { y, g: &gs[row * n..][..y.len()], out, n });
        })
    })
}

/// `g - e^y sum g` along `axis`: from the log-softmax `y` and its cotangent.
pub fn log_softmax_backward(y: &Array, g: &Array, axis: usize) -> Array {
    let (n, g) = (y.shape()[axis], rows(g, &[axis]));
    with_type!(float y.dtype(), T => {
        let gs = elements::<T>(&g);
        map_rows::<T>(y, &[axis], |row, y, out| {
            isa::dispatch(LogSoftmaxBackward { y, g: &gs[row * n..][..y.len()], out, n });
        })
    })
}

/// Gives each task its first row's number, its rows of `x` along `axes`, and the place of its results, an array like `x`.
pub(crate) fn map_rows<T: Number>(x: &Array, axes: &[usize], work: impl Fn(usize, &[T], &mut [T]) + Sync) -> Array {
    let n = row_len(x.shape(), axes).max(1);
    let x = rows(x, axes);
    let xs = elements::<T>(&x);
    let task = rows_per_task(n);
    let y = Array::build::<T>(x.shape(), |out| {
        pool::chunks_mut(out, task * n, |i, out| work(i * task, &xs[i * task * n..][..out.len()], out));
    });
    unrows(y, axes)
}

/// The extremes and sums of a task's rows.
struct LogSumExp<'a, T> {
    x: &'a [T],
    n: usize,
    value: &'a mut [T],
    max: &'a mut [T],
    log_sum: &'a mut [T],
}

impl<T: Real> Kernel for LogSumExp<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let outs = self.value.iter_mut().zip(self.max).zip(self.log_sum);
        for (i, ((value, max), log_sum)) in outs.enumerate() {
            let row = &self.x[i * self.n..][..self.n];
            let largest = row_max(row);
            // An infinite element is not taken away from itself.
            *max = if largest.is_infinite() { T::ZERO } else { largest };
            let sum = row_exp_sum::<T, I>(row, *max);
            *value = T::narrow((*max).widen() + sum.ln());
            *log_sum = T::narrow(sum.ln());
        }
    }
}

/// `log sum e^x` over `axes` (sorted, different), which the results lack; then the two parts of it for [`exp_shares`].
pub fn logsumexp(x: &Array, axes: &[usize]) -> [Array; 3] {
    with_type!(float x.dtype(), T => {
        let (shape, n) = (kept(x.shape(), axes), row_len(x.shape(), axes));
        let [mut value, mut max, mut log_sum] = [(); 3].map(|()| Array::full(&shape, T::ZERO));
        let x = rows(x, axes);
        let (xs, task) = (elements::<T>(&x), rows_per_task(n));
        let outs = ((value.make_mut(), task), (max.make_mut(), task), (log_sum.make_mut(), task));
        pool::zip3_chunks_mut(outs.0, outs.1, outs.2, |i, value, max, log_sum| {
            let x = &xs[i * task * n..][..value.len() * n];
            isa::dispatch(LogSumExp { x, n, value, max, log_sum });
        });
        [value, max, log_sum]
    })
}

struct ExpShares<'a, T> {
    x: &'a [T],
    max: &'a [T],
    log_sum: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for ExpShares<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let rows = self.x.chunks_exact(self.n).zip(self.out.chunks_exact_mut(self.n));
        for ((x, out), ((&max, &log_sum), &g)) in rows.zip(self.max.iter().zip(self.log_sum).zip(self.g)) {
            row_exp::<T, I>(x, (max, log_sum), g, T::ZERO, out);
        }
    }
}

/// `g e^(x - max - log_sum)`, where `max`, `log_sum` and `g` lack `axes`.
pub fn exp_shares(x: &Array, max: &Array, log_sum: &Array, g: &Array, axes: &[usize]) -> Array {
    let n = row_len(x.shape(), axes);
    let [max, log_sum, g] = [max, log_sum, g].map(strided::contiguous);
    with_type!(float x.dtype(), T => {
        let (max, log_sum, g) = (elements::<T>(&max), elements::<T>(&log_sum), elements::<T>(&g));
        map_rows::<T>(x, axes, |row, x, out| {
            let end = row + x.len() / n;
            let (max, log_sum, g) = (&max[row..end], &log_sum[row..end], &g[row..end]);
            isa::dispatch(ExpShares { x, max, log_sum, g, out, n });
        })
    })
}
