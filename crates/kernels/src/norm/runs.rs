//! Groups whose elements lie in runs, each run with one weight.

use super::{Given, pulls, squares};
use crate::array::Array;
use crate::isa::{self, Isa, Kernel};
use crate::softmax::{Real, elements, row_sum, rows_per_task};
use crate::{pool, strided, with_type};

pub fn forward<T: Real>(given: Given<'_, T>, bias: Option<&[T]>, mean: &mut [T], variance: &mut [T], out: &mut [T]) {
    let Given { x, weight, groups } = given;
    let task = rows_per_task(groups.len());
    pool::zip_chunks_mut(mean, task, variance, task, |i, mean, variance| {
        isa::dispatch(Statistics { given, first: i * task, mean, variance });
    });
    let (mean, variance) = (&*mean, &*variance);
    let (channels, each) = (groups.channels(), groups.shape[3]);
    let line = |run: usize| {
        let (group, channel) = (groups.group_of(run), run % channels);
        let scale = T::narrow(groups.scale(variance[group]));
        let scale = weight.map_or(scale, |w| scale * w[channel]);
        Line { mean: mean[group], scale, bias: bias.map_or(T::ZERO, |b| b[channel]) }
    };
    let runs = rows_per_task(each);
    pool::chunks_mut(out, runs * each, |i, out| {
        for (j, out) in out.chunks_exact_mut(each).enumerate() {
            let run = i * runs + j;
            isa::dispatch(Along { line: line(run), x: &x[run * each..][..each], out });
        }
    });
}

/// The means and variances of a task's groups, counted from `first`.
struct Statistics<'a, T> {
    given: Given<'a, T>,
    first: usize,
    mean: &'a mut [T],
    variance: &'a mut [T],
}

impl<T: Real> Kernel for Statistics<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Given { x, groups, .. } = self.given;
        let [samples, g, k, s] = groups.shape;
        // A group is one piece in its sample, and has a piece in each sample of a batch.
        let piece = k * s;
        let pieces = if groups.batch { samples } else { 1 };
        let n = groups.len() as f64;
        for (i, (mean, variance)) in self.mean.iter_mut().zip(self.variance).enumerate() {
            let first = (self.first + i) * piece;
            let of = |sample: usize| &x[first + sample * g * piece..][..piece];
            let mut sum = 0.0;
            if groups.centred {
                for sample in 0..pieces {
                    sum += row_sum(of(sample));
                }
            }
            *mean = T::narrow(sum / n);
            let mut sum = 0.0;
            for sample in 0..pieces {
                sum += squares(of(sample), *mean);
            }
            *variance = T::narrow(sum / n);
        }
    }
}

/// What becomes of the elements of a run.
#[derive(Clone, Copy)]
struct Line<T> {
    mean: T,
    scale: T,
    bias: T,
}

/// `(x - mean) scale + bias`.
struct Along<'a, T> {
    line: Line<T>,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Along<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Line { mean, scale, bias } = self.line;
        for (out, &x) in self.out.iter_mut().zip(self.x) {
            *out = (x - mean) * scale + bias;
        }
    }
}

/// `sums` are for the cotangents of the weight and of the bias, if there is a weight.
pub fn backward<T: Real>(given: Given<'_, T>, mean: &[T], variance: &[T], g: &[T], sums: &mut [f64], out: &mut [T]) {
    let Given { x, weight, groups } = given;
    let (channels, each) = (groups.channels(), groups.shape[3]);
    let weight = |run: usize| weight.map_or(1.0, |w| w[run % channels].widen());
    let of = |run: usize| run * each..(run + 1) * each;
    // Of each run the sums of g and of g (x - mean).
    let mut pulled = vec![[0.0; 2]; x.len() / each];
    let runs = rows_per_task(each);
    pool::chunks_mut(&mut pulled, runs, |i, pulled| {
        for (j, pulled) in pulled.iter_mut().enumerate() {
            let run = i * runs + j;
            *pulled = isa::dispatch(Pulls { x: &x[of(run)], mean: mean[groups.group_of(run)], g: &g[of(run)] });
        }
    });
    let mut means = vec![[0.0; 2]; mean.len()];
    for (run, pulled) in pulled.iter().enumerate() {
        let group = groups.group_of(run);
        for k in [0, 1] {
            means[group][k] += weight(run) * pulled[k] / groups.len() as f64;
        }
        if let Some((by_weight, by_bias)) = sums.split_at_mut_checked(channels) {
            by_weight[run % channels] += pulled[1] * groups.scale(variance[group]);
            by_bias[run % channels] += pulled[0];
        }
    }
    pool::chunks_mut(out, runs * each, |i, out| {
        for (j, out) in out.chunks_exact_mut(each).enumerate() {
            let run = i * runs + j;
            let group = groups.group_of(run);
            let (scale, [offset, along]) = (groups.scale(variance[group]), means[group]);
            let pull = Pull {
                mean: mean[group],
                scale: T::narrow(scale * weight(run)),
                offset: T::narrow(if groups.centred { scale * offset } else { 0.0 }),
                along: T::narrow(scale * scale * scale * along),
            };
            isa::dispatch(Pulled { pull, x: &x[of(run)], g: &g[of(run)], out });
        }
    });
}

struct Pulls<'a, T> {
    x: &'a [T],
    mean: T,
    g: &'a [T],
}

impl<T: Real> Kernel for Pulls<'_, T> {
    type Output = [f64; 2];
    #[inline(always)]
    fn run<I: Isa>(self) -> [f64; 2] {
        pulls(self.x, self.mean, self.g, None)
    }
}

/// What a run's cotangent is made of.
#[derive(Clone, Copy)]
struct Pull<T> {
    mean: T,
    scale: T,
    offset: T,
    along: T,
}

/// `g scale - offset - (x - mean) along`.
struct Pulled<'a, T> {
    pull: Pull<T>,
    x: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Pulled<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Pull { mean, scale, offset, along } = self.pull;
        for ((out, &x), &g) in self.out.iter_mut().zip(self.x).zip(self.g) {
            *out = g * scale - offset - (x - mean) * along;
        }
    }
}

/// `(x - mean) scale + bias` of `[N, C, ..]` with numbers for each channel.
///
/// # Panics
/// If sizes do not fit.
pub fn affine(x: &Array, [mean, scale, bias]: [&Array; 3]) -> Array {
    let (samples, channels) = (x.shape()[0], x.shape()[1]);
    let each = x.len().checked_div(samples * channels).unwrap_or(0);
    let [x, mean, scale, bias] = [x, mean, scale, bias].map(strided::contiguous);
    with_type!(float x.dtype(), T => Array::build::<T>(x.shape(), |out| {
        let (x, mean, scale, bias) = (elements::<T>(&x), elements::<T>(&mean), elements::<T>(&scale), elements::<T>(&bias));
        let line = |channel: usize| Line { mean: mean[channel], scale: scale[channel], bias: bias[channel] };
        let runs = rows_per_task(each);
        pool::chunks_mut(out, (runs * each).max(1), |i, out| {
            for (j, out) in out.chunks_exact_mut(each).enumerate() {
                let run = i * runs + j;
                isa::dispatch(Along { line: line(run % channels), x: &x[run * each..][..each], out });
            }
        });
    }))
}
