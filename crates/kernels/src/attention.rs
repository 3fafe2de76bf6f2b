//! Scaled dot-product attention, fused: `softmax(scale q k^T + mask) v` for each pair of matrices of a batch.
//!
//! The weights of a block of queries are computed, used and forgotten, so that memory grows with the number of queries and not
//! with that of pairs (T. Dao et al., "FlashAttention", 2022). Of each row of weights the logarithm of its sum of exponentials is
//! kept, from which the backward pass makes them again. Where a query looks back alone (`causal`), later keys are not read.

use crate::array::{Array, Dims};
use crate::dtype::{Element, Number};
use crate::gemm::{MatRef, Scalar, gemm};
use crate::isa::{self, Isa, Kernel};
use crate::matmul::Matrices;
use crate::softmax::{Real, row_dot, row_exp, row_max, row_sum};
use crate::{pool, with_type};

/// Queries whose weights are there at one time.
const BLOCK: usize = 64;

/// Arrays of matrices of one batch shape: `[.., L, E]`, `[.., S, E]` and `[.., S, V]`. E is not 0.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// The queries.
    pub q: &'a Array,
    /// The keys.
    pub k: &'a Array,
    /// The values.
    pub v: &'a Array,
    /// `[.., L, S]`: bool, true where a key takes part, or of the type of the others, added to the scores.
    pub mask: Option<&'a Array>,
    /// Whether query i sees the keys 0 to i alone.
    pub causal: bool,
    /// A factor of the scores.
    pub scale: f64,
}

/// The sizes of a matrix of each kind.
#[derive(Clone, Copy)]
struct Sizes {
    queries: usize,
    keys: usize,
    width: usize,
    value: usize,
}

/// The views of one head.
struct Head<'a, T> {
    sizes: Sizes,
    q: MatRef<'a, T>,
    k: MatRef<'a, T>,
    v: MatRef<'a, T>,
    mask: Option<Mask<'a, T>>,
    causal: bool,
    scale: T,
}

enum Mask<'a, T> {
    Takes(MatRef<'a, bool>),
    Adds(MatRef<'a, T>),
}

/// What a head's blocks are computed in.
struct Scratch<T> {
    /// The queries times the scale.
    q: Vec<T>,
    scores: Vec<T>,
    weights: Vec<T>,
}

/// The view that begins at row `i`.
fn from_row<T>(matrix: MatRef<'_, T>, i: usize) -> MatRef<'_, T> {
    MatRef { offset: matrix.offset.wrapping_add_signed(i as isize * matrix.row_stride), ..matrix }
}

/// Element `j` of row `i`.
#[inline(always)]
fn at<T: Copy>(matrix: MatRef<'_, T>, i: usize, j: usize) -> T {
    let place = i as isize * matrix.row_stride + j as isize * matrix.col_stride;
    matrix.data[matrix.offset.wrapping_add_signed(place)]
}

impl<T: Real + Scalar> Head<'_, T> {
    fn scratch(&self) -> Scratch<T> {
        let Sizes { queries, keys, width, .. } = self.sizes;
        let rows = BLOCK.min(queries);
        let zeros = |n: usize| vec![T::default(); n];
        Scratch { q: zeros(rows * width), scores: zeros(rows * keys), weights: zeros(rows * keys) }
    }

    /// The blocks of queries: the first one and their number.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let queries = self.sizes.queries;
        (0..queries).step_by(BLOCK).map(move |first| (first, BLOCK.min(queries - first)))
    }

    /// How many keys are seen by queries before number `end`.
    fn seen(&self, end: usize) -> usize {
        if self.causal { self.sizes.keys.min(end) } else { self.sizes.keys }
    }

    /// The scores of a block by the keys that it sees, and how many those are.
    fn scores(&self, (first, rows): (usize, usize), scratch: &mut Scratch<T>) -> usize {
        let (n, width) = (self.seen(first + rows), self.sizes.width);
        let q = &mut scratch.q[..rows * width];
        for (i, row) in q.chunks_exact_mut(width).enumerate() {
            row.iter_mut().enumerate().for_each(|(j, x)| *x = at(self.q, first + i, j) * self.scale);
        }
        let scores = &mut scratch.scores[..rows * n];
        gemm(rows, n, width, MatRef::rows(q, width), self.k.transposed(), scores, false);
        if n > 0 {
            for (i, row) in scores.chunks_exact_mut(n).enumerate() {
                let row = row.iter_mut().enumerate();
                match self.mask {
                    None => {}
                    Some(Mask::Takes(mask)) => {
                        row.filter(|(j, _)| !at(mask, first + i, *j)).for_each(|(_, x)| *x = T::NEG_INFINITY);
                    }
                    Some(Mask::Adds(mask)) => row.for_each(|(j, x)| *x = *x + at(mask, first + i, j)),
                }
            }
        }
        n
    }

    /// The rows of a block's scores, which of them are seen, and where their weights go.
    fn weigh(&self, (first, rows): (usize, usize), n: usize, scratch: &mut Scratch<T>, log_sum: &mut [T], known: bool) {
        if n == 0 {
            return log_sum.fill(T::INFINITY);
        }
        let (scores, weights) = (&scratch.scores[..rows * n], &mut scratch.weights[..rows * n]);
        let first_seen = if self.causal { first + 1 } else { n };
        isa::dispatch(Weigh { scores, weights, log_sum, n, first_seen, known });
    }

    fn forward(&self, out: &mut [T], log_sum: &mut [T]) {
        let (mut scratch, value) = (self.scratch(), self.sizes.value);
        for block @ (first, rows) in self.blocks() {
            let n = self.scores(block, &mut scratch);
            self.weigh(block, n, &mut scratch, &mut log_sum[first..first + rows], false);
            let weights = MatRef::rows(&scratch.weights[..rows * n], n);
            gemm(rows, value, n, weights, self.v, &mut out[first * value..(first + rows) * value], false);
        }
    }

    /// The cotangents of queries, keys and values; the latter two begin as zeros.
    fn backward(&self, g: MatRef<'_, T>, log_sum: &[T], by_q: &mut [T], by_k: &mut [T], by_v: &mut [T]) {
        let (mut scratch, Sizes { width, value, .. }) = (self.scratch(), self.sizes);
        let mut log_sum = log_sum.to_vec();
        for block @ (first, rows) in self.blocks() {
            let n = self.scores(block, &mut scratch);
            self.weigh(block, n, &mut scratch, &mut log_sum[first..first + rows], true);
            let g = from_row(g, first);
            let Scratch { q, scores, weights } = &mut scratch;
            let (scores, weights) = (&mut scores[..rows * n], &weights[..rows * n]);
            gemm(n, value, rows, MatRef::rows(weights, n).transposed(), g, &mut by_v[..n * value], true);
            gemm(rows, n, value, g, self.v.transposed(), scores, false);
            isa::dispatch(Pull { weights, pulls: scores, n: n.max(1) });
            let (pulls, q) = (MatRef::rows(scores, n), MatRef::rows(&q[..rows * width], width));
            let by_q = &mut by_q[first * width..(first + rows) * width];
            gemm(rows, width, n, pulls, self.k, by_q, false);
            by_q.iter_mut().for_each(|x| *x = *x * self.scale);
            gemm(n, width, rows, pulls.transposed(), q, &mut by_k[..n * width], true);
        }
    }
}

/// Weights from scores: the softmax of each row's seen part, 0 in the rest.
struct Weigh<'a, T> {
    scores: &'a [T],
    weights: &'a mut [T],
    /// The logarithm of each row's sum of exponentials; infinite for a row that sees nothing.
    log_sum: &'a mut [T],
    n: usize,
    /// How many scores of the first row are seen, one more in each next row.
    first_seen: usize,
    /// Whether `log_sum` is there already.
    known: bool,
}

impl<T: Real> Kernel for Weigh<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let rows = self.scores.chunks_exact(self.n).zip(self.weights.chunks_exact_mut(self.n));
        for (i, ((scores, weights), log_sum)) in rows.zip(self.log_sum).enumerate() {
            let seen = self.n.min(self.first_seen + i);
            let (scores, (weights, rest)) = (&scores[..seen], weights.split_at_mut(seen));
            rest.fill(T::ZERO);
            if self.known {
                row_exp::<T, I>(scores, (*log_sum, T::ZERO), T::ONE, T::ZERO, weights);
                continue;
            }
            let max = row_max(scores);
            // A row of -inf alone sees nothing: all its weights are 0.
            let shift = if max == T::NEG_INFINITY { T::ZERO } else { max };
            row_exp::<T, I>(scores, (shift, T::ZERO), T::ONE, T::ZERO, weights);
            let sum = row_sum(weights);
            if sum == 0.0 {
                *log_sum = T::INFINITY;
                continue;
            }
            *log_sum = T::narrow(shift.widen() + sum.ln());
            let scale = T::narrow(1.0 / sum);
            weights.iter_mut().for_each(|x| *x = *x * scale);
        }
    }
}

/// The cotangents of scores from those of weights, in their place: `w (g - sum w g)` in each row.
struct Pull<'a, T> {
    weights: &'a [T],
    pulls: &'a mut [T],
    n: usize,
}

impl<T: Real> Kernel for Pull<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for (weights, pulls) in self.weights.chunks_exact(self.n).zip(self.pulls.chunks_exact_mut(self.n)) {
            let mean = T::narrow(row_dot(weights, pulls));
            for (pull, &weight) in pulls.iter_mut().zip(weights) {
                *pull = weight * (*pull - mean);
            }
        }
    }
}

fn matrices(array: &Array) -> Matrices<'_> {
    Matrices { array, transposed: false }
}

impl Attention<'_> {
    fn sizes(&self) -> Sizes {
        let last = |x: &Array| -> [usize; 2] {
            let shape = x.shape();
            [shape[shape.len() - 2], shape[shape.len() - 1]]
        };
        let ([queries, width], [keys, value]) = (last(self.q), last(self.v));
        assert!(last(self.k) == [keys, width] && width > 0, "attention: {:?} and {:?}", self.q.shape(), self.k.shape());
        Sizes { queries, keys, width, value }
    }

    /// The batch's axes.
    fn batch(&self) -> &[usize] {
        let shape = self.q.shape();
        &shape[..shape.len() - 2]
    }

    fn head<T: Real + Scalar + Element>(&self, i: usize) -> Head<'_, T> {
        let mask = self.mask.map(|mask| match mask.dtype() {
            crate::DType::Bool => Mask::Takes(matrices(mask).at(i)),
            _ => Mask::Adds(matrices(mask).at(i)),
        });
        let [q, k, v] = [self.q, self.k, self.v].map(|x| matrices(x).at(i));
        Head { sizes: self.sizes(), q, k, v, mask, causal: self.causal, scale: T::from_f64(self.scale) }
    }

    /// The result, `[.., L, V]`, 0 for a query that sees no key; and `[.., L]`, the logarithms for [`Attention::backward`].
    pub fn forward(&self) -> [Array; 2] {
        let Sizes { queries, value, .. } = self.sizes();
        let kept = Dims::from_slice(&self.q.shape()[..self.q.shape().len() - 1]);
        let mut shape = kept.clone();
        shape.push(value);
        with_type!(float self.q.dtype(), T => {
            let mut log_sum = Array::full(&kept, T::INFINITY);
            let out = Array::build::<T>(&shape, |out| {
                if !out.is_empty() {
                    pool::zip_chunks_mut(out, queries * value, log_sum.make_mut(), queries, |i, out, log_sum| {
                        self.head(i).forward(out, log_sum);
                    });
                }
            });
            [out, log_sum]
        })
    }

    /// The cotangents of queries, keys and values from that of the result.
    pub fn backward(&self, log_sum: &Array, g: &Array) -> [Array; 3] {
        let Sizes { queries, keys, width, value } = self.sizes();
        let heads: usize = self.batch().iter().product();
        with_type!(float self.q.dtype(), T => {
            let [mut by_q, mut by_k, mut by_v] = [self.q, self.k, self.v].map(|x| Array::full(x.shape(), T::ZERO));
            if heads * queries * keys * value > 0 {
                let log_sum = crate::contiguous(log_sum);
                let log_sum = log_sum.as_slice::<T>().expect("it is contiguous");
                let q = (by_q.make_mut(), queries * width);
                let (k, v) = ((by_k.make_mut(), keys * width), (by_v.make_mut(), keys * value));
                pool::zip3_chunks_mut(q, k, v, |i, by_q, by_k, by_v| {
                    let log_sum = &log_sum[i * queries..][..queries];
                    self.head(i).backward(matrices(g).at(i), log_sum, by_q, by_k, by_v);
                });
            }
            [by_q, by_k, by_v]
        })
    }
}
