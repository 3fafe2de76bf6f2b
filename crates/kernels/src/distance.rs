//! Distances between all vectors of two sets.
//!
//! The second set is laid out coordinate by coordinate, so that the inner loop runs over its vectors side by side, however short
//! they are, and no array of all differences is made.

use crate::array::{Array, Dims};
use crate::isa::{self, Isa, Kernel};
use crate::softmax::Real;
use crate::strided::TASK;
use crate::{pool, strided, view, with_type};

/// Terms that are added up side by side.
const LANES: usize = 16;

/// f32 and f64, as distances need them.
trait Coordinate: Real {
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    fn powf(self, p: f64) -> Self;
    fn divided(self, by: Self) -> Self;
}

macro_rules! coordinate {
    ($($t:ident)*) => {$(
        impl Coordinate for $t {
            #[inline(always)]
            fn abs(self) -> Self {
                $t::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $t::sqrt(self)
            }
            #[inline(always)]
            fn powf(self, p: f64) -> Self {
                $t::powf(self, p as $t)
            }
            #[inline(always)]
            fn divided(self, by: Self) -> Self {
                self / by
            }
        }
    )*};
}
coordinate!(f32 f64);

/// A norm of differences.
trait Norm: Copy + Sync {
    /// The sum with one more coordinate, of this size.
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T;
    /// The norm from the sum over all coordinates.
    fn root<T: Coordinate>(self, sum: T) -> T;
    /// The derivative by a coordinate that differs by `delta`, at this distance, up to the [`factor`](Norm::factor).
    fn slope<T: Coordinate>(self, delta: T, distance: T) -> T;
    /// The part of the derivative that all coordinates share.
    fn factor<T: Coordinate>(self, distance: T) -> T;
}

#[inline(always)]
fn sign<T: Coordinate>(x: T) -> T {
    let negative = if x < T::ZERO { T::ONE } else { T::ZERO };
    (if x > T::ZERO { T::ONE } else { T::ZERO }) - negative
}

/// How many coordinates differ.
#[derive(Clone, Copy)]
struct Zero;

impl Norm for Zero {
    #[inline(always)]
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T {
        sum + if size == T::ZERO { T::ZERO } else { T::ONE }
    }
    #[inline(always)]
    fn root<T: Coordinate>(self, sum: T) -> T {
        sum
    }
    #[inline(always)]
    fn slope<T: Coordinate>(self, _delta: T, _distance: T) -> T {
        T::ZERO
    }
    #[inline(always)]
    fn factor<T: Coordinate>(self, _distance: T) -> T {
        T::ZERO
    }
}

#[derive(Clone, Copy)]
struct One;

impl Norm for One {
    #[inline(always)]
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T {
        sum + size
    }
    #[inline(always)]
    fn root<T: Coordinate>(self, sum: T) -> T {
        sum
    }
    #[inline(always)]
    fn slope<T: Coordinate>(self, delta: T, _distance: T) -> T {
        sign(delta)
    }
    #[inline(always)]
    fn factor<T: Coordinate>(self, _distance: T) -> T {
        T::ONE
    }
}

#[derive(Clone, Copy)]
struct Two;

impl Norm for Two {
    #[inline(always)]
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T {
        sum + size * size
    }
    #[inline(always)]
    fn root<T: Coordinate>(self, sum: T) -> T {
        sum.sqrt()
    }
    #[inline(always)]
    fn slope<T: Coordinate>(self, delta: T, _distance: T) -> T {
        delta
    }
    #[inline(always)]
    fn factor<T: Coordinate>(self, distance: T) -> T {
        if distance == T::ZERO { T::ZERO } else { T::ONE.divided(distance) }
    }
}

/// The order p.
#[derive(Clone, Copy)]
struct Power(f64);

impl Norm for Power {
    #[inline(always)]
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T {
        sum + size.powf(self.0)
    }
    #[inline(always)]
    fn root<T: Coordinate>(self, sum: T) -> T {
        sum.powf(1.0 / self.0)
    }
    #[inline(always)]
    fn slope<T: Coordinate>(self, delta: T, _distance: T) -> T {
        if delta == T::ZERO { T::ZERO } else { sign(delta) * delta.abs().powf(self.0 - 1.0) }
    }
    #[inline(always)]
    fn factor<T: Coordinate>(self, distance: T) -> T {
        if distance == T::ZERO { T::ZERO } else { distance.powf(1.0 - self.0) }
    }
}

#[derive(Clone, Copy)]
struct Largest;

impl Norm for Largest {
    #[inline(always)]
    fn plus<T: Coordinate>(self, sum: T, size: T) -> T {
        if sum >= size || sum.is_nan() { sum } else { size }
    }
    #[inline(always)]
    fn root<T: Coordinate>(self, sum: T) -> T {
        sum
    }
    #[inline(always)]
    fn slope<T: Coordinate>(self, delta: T, distance: T) -> T {
        if delta.abs() == distance { sign(delta) } else { T::ZERO }
    }
    #[inline(always)]
    fn factor<T: Coordinate>(self, _distance: T) -> T {
        T::ONE
    }
}

/// Calls a generic function with the norm of an order.
macro_rules! with_norm {
    ($order:expr, $norm:ident => $call:expr) => {
        match $order {
            0.0 => {
                let $norm = Zero;
                $call
            }
            1.0 => {
                let $norm = One;
                $call
            }
            2.0 => {
                let $norm = Two;
                $call
            }
            f64::INFINITY => {
                let $norm = Largest;
                $call
            }
            order => {
                let $norm = Power(order);
                $call
            }
        }
    };
}

/// Some vectors of the first set and all of the second.
struct Pairs<'a, T, N> {
    norm: N,
    /// Vectors of `size` coordinates, one after another.
    x: &'a [T],
    size: usize,
    /// `count` first coordinates, then as many second ones, and so on, for each place of the batch.
    y: &'a [T],
    count: usize,
    /// The vectors of the first set at a place of the batch.
    rows: usize,
    /// The number of the first vector in question.
    first: usize,
}

impl<T, N> Pairs<'_, T, N> {
    /// The coordinates of vector `k` of those in question, and of all at its place of the batch.
    #[inline(always)]
    fn at(&self, k: usize) -> (&[T], &[T]) {
        let (row, all) = (self.first + k, self.count * self.size);
        (&self.x[row * self.size..][..self.size], &self.y[row / self.rows * all..][..all])
    }
}

struct Forward<'a, T, N> {
    pairs: Pairs<'a, T, N>,
    out: &'a mut [T],
}

impl<T: Coordinate, N: Norm> Kernel for Forward<'_, T, N> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (norm, count) = (self.pairs.norm, self.pairs.count);
        for (k, out) in self.out.chunks_exact_mut(count).enumerate() {
            let (x, ys) = self.pairs.at(k);
            out.fill(T::ZERO);
            for (&x, ys) in x.iter().zip(ys.chunks_exact(count)) {
                for (sum, &y) in out.iter_mut().zip(ys) {
                    *sum = norm.plus(*sum, (x - y).abs());
                }
            }
            for sum in out {
                *sum = norm.root(*sum);
            }
        }
    }
}

struct Backward<'a, T, N> {
    pairs: Pairs<'a, T, N>,
    /// Cotangents and distances, `count` for each vector of the first set.
    g: &'a [T],
    distance: &'a [T],
    out: &'a mut [T],
}

impl<T: Coordinate, N: Norm> Kernel for Backward<'_, T, N> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (norm, count, size) = (self.pairs.norm, self.pairs.count, self.pairs.size);
        let mut weights = vec![T::ZERO; count];
        for (k, out) in self.out.chunks_exact_mut(size).enumerate() {
            let (x, ys) = self.pairs.at(k);
            let row = (self.pairs.first + k) * count;
            let distance = &self.distance[row..][..count];
            for ((weight, &g), &distance) in weights.iter_mut().zip(&self.g[row..][..count]).zip(distance) {
                *weight = g * norm.factor(distance);
            }
            for ((out, &x), ys) in out.iter_mut().zip(x).zip(ys.chunks_exact(count)) {
                let mut lanes = [T::ZERO; LANES];
                let terms = ys.chunks(LANES).zip(weights.chunks(LANES)).zip(distance.chunks(LANES));
                for ((ys, weights), distances) in terms {
                    for (lane, ((&y, &weight), &distance)) in
                        lanes.iter_mut().zip(ys.iter().zip(weights).zip(distances))
                    {
                        *lane = *lane + weight * norm.slope(x - y, distance);
                    }
                }
                *out = lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane);
            }
        }
    }
}

/// The vectors along the last axis, coordinate by coordinate.
fn by_coordinate(y: &Array) -> Array {
    let n = y.shape().len();
    let mut order: Dims = (0..n).collect();
    order.swap(n - 2, n - 1);
    strided::contiguous(&view::permute(y, &order))
}

/// How many vectors of the first set make a task.
fn rows_per_task(count: usize, size: usize) -> usize {
    (TASK / (count * size).max(1)).max(1)
}

/// The norms of an order of all differences of a vector of x, `[.., P, M]`, and one of y, `[.., R, M]`: `[.., P, R]`.
pub fn cdist(x: &Array, y: &Array, order: f64) -> Array {
    let n = x.shape().len();
    let (rows, size, count) = (x.shape()[n - 2], x.shape()[n - 1], y.shape()[n - 2]);
    let (x, y) = (strided::contiguous(x), by_coordinate(y));
    let mut shape = Dims::from_slice(x.shape());
    shape[n - 1] = count;
    with_type!(float x.dtype(), T => Array::build::<T>(&shape, |out| {
        if out.is_empty() {
            return;
        }
        let (x, y) = (x.as_slice::<T>().expect("in order"), y.as_slice::<T>().expect("in order"));
        let each = rows_per_task(count, size);
        with_norm!(order, norm => pool::chunks_mut(out, each * count, |task, out| {
            let pairs = Pairs { norm, x, size, y, count, rows, first: task * each };
            isa::dispatch(Forward { pairs, out });
        }));
    }))
}

/// The cotangent of x from that of [`cdist`], `g`, and the distances. That of y is the same with x and y, and the axes of `g` and
/// of the distances, exchanged.
pub fn cdist_backward(g: &Array, x: &Array, y: &Array, distance: &Array, order: f64) -> Array {
    let n = x.shape().len();
    let (rows, size, count) = (x.shape()[n - 2], x.shape()[n - 1], y.shape()[n - 2]);
    let (g, x, y, distance) =
        (strided::contiguous(g), strided::contiguous(x), by_coordinate(y), strided::contiguous(distance));
    with_type!(float x.dtype(), T => Array::build::<T>(x.shape(), |out| {
        if out.is_empty() || count == 0 {
            return out.fill(T::default());
        }
        let [g, x, y, distance] = [&g, &x, &y, &distance].map(|a| a.as_slice::<T>().expect("in order"));
        let each = rows_per_task(count, size);
        with_norm!(order, norm => pool::chunks_mut(out, each * size, |task, out| {
            let pairs = Pairs { norm, x, size, y, count, rows, first: task * each };
            isa::dispatch(Backward { pairs, g, distance, out });
        }));
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(shape: &[usize], step: usize) -> Array {
        let number = |i: usize| ((i * step) % 101) as f64 / 25.0 - 2.0;
        Array::build::<f64>(shape, |out| out.iter_mut().enumerate().for_each(|(i, v)| *v = number(i)))
    }

    /// Against the definition, pair by pair, over sizes that take several tasks.
    #[test]
    fn distances_and_their_cotangents_are_those_of_each_pair() {
        for [b, p, r, m] in [[2, 3, 5, 4], [1, 70, 33, 19], [2, 201, 17, 3], [1, 1, 1, 1], [1, 2, 3, 0], [1, 2, 0, 3]] {
            let (x, y) = (scattered(&[b, p, m], 37), scattered(&[b, r, m], 53));
            let g = scattered(&[b, p, r], 29);
            let [xs, ys, gs] = [&x, &y, &g].map(|a| a.as_slice::<f64>().unwrap());
            for order in [0.0, 1.0, 2.0, 3.5, f64::INFINITY] {
                let found = cdist(&x, &y, order);
                let mut by_x = vec![0.0; b * p * m];
                let distances = found.as_slice::<f64>().unwrap();
                for (at, &d) in distances.iter().enumerate() {
                    let (row, j) = (at / r, at % r);
                    let other = row / p * r + j;
                    let deltas: Vec<f64> = (0..m).map(|k| xs[row * m + k] - ys[other * m + k]).collect();
                    let sizes = deltas.iter().map(|d| d.abs());
                    let expected = match order {
                        0.0 => sizes.filter(|&s| s != 0.0).count() as f64,
                        f64::INFINITY => sizes.fold(0.0, f64::max),
                        p => sizes.map(|s| s.powf(p)).sum::<f64>().powf(1.0 / p),
                    };
                    assert!((d - expected).abs() < 1e-12 * (1.0 + d), "{d} {expected}, order {order}");
                    for (k, delta) in deltas.into_iter().enumerate() {
                        by_x[row * m + k] += gs[at]
                            * match order {
                                0.0 => 0.0,
                                _ if delta == 0.0 => 0.0,
                                f64::INFINITY if delta.abs() < d => 0.0,
                                f64::INFINITY => delta.signum(),
                                p => delta.signum() * (delta.abs() / d).powf(p - 1.0),
                            };
                    }
                }
                let backward = cdist_backward(&g, &x, &y, &found, order);
                for (a, e) in backward.as_slice::<f64>().unwrap().iter().zip(&by_x) {
                    assert!((a - e).abs() < 1e-10 * (1.0 + e.abs()), "{a} {e}, order {order}");
                }
            }
        }
    }
}
