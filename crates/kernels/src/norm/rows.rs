//! Groups that lie in a row, each element with a weight of its own.

use super::{Given, pulls, squares};
use crate::isa::{self, Isa, Kernel};
use crate::pool;
use crate::softmax::{Real, row_sum, rows_per_task};

/// Rows whose shares in the weights' cotangents are added up in the type itself, before the sums go to f64.
const BLOCK: usize = 32;
/// Tasks at most, each of which adds up these shares apart.
const TASKS: usize = 64;

pub fn forward<T: Real>(given: Given<'_, T>, bias: Option<&[T]>, mean: &mut [T], variance: &mut [T], out: &mut [T]) {
    let n = given.groups.len();
    let task = rows_per_task(n);
    pool::zip3_chunks_mut((out, task * n), (mean, task), (variance, task), |i, out, mean, variance| {
        isa::dispatch(Forward { given, first: i * task, bias, mean, variance, out });
    });
}

/// A task's rows, counted from `first`.
struct Forward<'a, T> {
    given: Given<'a, T>,
    first: usize,
    bias: Option<&'a [T]>,
    mean: &'a mut [T],
    variance: &'a mut [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Given { x, weight, groups } = self.given;
        let n = groups.len();
        for (i, out) in self.out.chunks_exact_mut(n).enumerate() {
            let row = self.first + i;
            let x = &x[row * n..][..n];
            let mean = if groups.centred { T::narrow(row_sum(x) / n as f64) } else { T::ZERO };
            let variance = T::narrow(squares(x, mean) / n as f64);
            (self.mean[i], self.variance[i]) = (mean, variance);
            let scale = T::narrow(groups.scale(variance));
            let own = row % groups.shape[1] * n;
            let (weight, bias) = (weight.map(|w| &w[own..][..n]), self.bias.map(|b| &b[own..][..n]));
            scaled(x, mean, scale, weight, bias, out);
        }
    }
}

#[inline(always)]
fn scaled<T: Real>(x: &[T], mean: T, scale: T, weight: Option<&[T]>, bias: Option<&[T]>, out: &mut [T]) {
    match (weight, bias) {
        (Some(weight), Some(bias)) => {
            for (((out, &x), &w), &b) in out.iter_mut().zip(x).zip(weight).zip(bias) {
                *out = (x - mean) * scale * w + b;
            }
        }
        (Some(weight), None) => {
            for ((out, &x), &w) in out.iter_mut().zip(x).zip(weight) {
                *out = (x - mean) * scale * w;
            }
        }
        _ => {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (x - mean) * scale;
            }
        }
    }
}

/// `sums` are for the cotangents of the weight and of the bias, if there is a weight.
pub fn backward<T: Real>(given: Given<'_, T>, mean: &[T], variance: &[T], g: &[T], sums: &mut [f64], out: &mut [T]) {
    let n = given.groups.len();
    let task = rows_per_task(n).max(mean.len().div_ceil(TASKS));
    let tasks = mean.len().div_ceil(task);
    // Without weight there are no sums, but each task needs a place.
    let each = sums.len().max(1);
    let mut shares = vec![0.0; tasks * each];
    pool::zip_chunks_mut(out, task * n, &mut shares, each, |i, out, sums| {
        isa::dispatch(Backward { given, first: i * task, mean, variance, g, sums, out });
    });
    for shares in shares.chunks_exact(each) {
        sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
    }
}

struct Backward<'a, T> {
    given: Given<'a, T>,
    first: usize,
    mean: &'a [T],
    variance: &'a [T],
    g: &'a [T],
    sums: &'a mut [f64],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Given { x, weight, groups } = self.given;
        let (n, half) = (groups.len(), self.sums.len() / 2);
        let mut near = vec![T::ZERO; 2 * half];
        for (block, outs) in self.out.chunks_mut(BLOCK * n).enumerate() {
            near.fill(T::ZERO);
            for (i, out) in outs.chunks_exact_mut(n).enumerate() {
                let row = self.first + block * BLOCK + i;
                let (x, g, mean) = (&x[row * n..][..n], &self.g[row * n..][..n], self.mean[row]);
                let scale = groups.scale(self.variance[row]);
                let own = row % groups.shape[1] * n;
                let weight = weight.map(|w| &w[own..][..n]);
                let [sum, along] = pulls(x, mean, g, weight);
                let offset = if groups.centred { sum * scale / n as f64 } else { 0.0 };
                let along = T::narrow(along * scale * scale * scale / n as f64);
                let (scale, offset) = (T::narrow(scale), T::narrow(offset));
                if let Some(weight) = weight {
                    let (by_weight, by_bias) = near.split_at_mut(half);
                    let shares = (&mut by_weight[own..][..n], &mut by_bias[own..][..n]);
                    weighted(x, g, weight, (mean, scale, offset, along), shares, out);
                } else {
                    for ((out, &x), &g) in out.iter_mut().zip(x).zip(g) {
                        *out = g * scale - offset - (x - mean) * along;
                    }
                }
            }
            self.sums.iter_mut().zip(&near).for_each(|(sum, share)| *sum += share.widen());
        }
    }
}

/// The cotangent of a row, and its shares in those of weight and bias.
#[inline(always)]
fn weighted<T: Real>(
    x: &[T],
    g: &[T],
    weight: &[T],
    (mean, scale, offset, along): (T, T, T, T),
    (by_weight, by_bias): (&mut [T], &mut [T]),
    out: &mut [T],
) {
    let shares = by_weight.iter_mut().zip(by_bias);
    for ((((out, &x), &g), &w), (by_weight, by_bias)) in out.iter_mut().zip(x).zip(g).zip(weight).zip(shares) {
        let x = x - mean;
        *out = g * w * scale - offset - x * along;
        *by_weight = *by_weight + g * (x * scale);
        *by_bias = *by_bias + g;
    }
}
