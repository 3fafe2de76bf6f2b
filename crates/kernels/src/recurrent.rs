//! Recurrent layers, fused over time: a simple (Elman) cell, an LSTM or a GRU walks through sequences whose inputs were multiplied
//! by their weights before, all steps at once.
//!
//! What remains of each step is one product of the state with the recurrent weight, and one pass over the gates. The way back
//! keeps the cotangents of the gates of all steps, so that the weights' cotangents are one product afterwards.
//!
//! A sequence of a batch may be shorter than the others: where it has no element the state stays and the output is 0.

use std::ops::{Add, Mul, Sub};

use crate::array::Array;
use crate::dtype::Element;
use crate::gemm::{MatRef, Scalar, gemm};
use crate::isa::{self, Isa, Kernel};
use crate::math::{Sigmoid, Tanh, Unary};
use crate::{contiguous, with_type};

/// What a step computes from its input's share x (a row of `gates` H numbers), the state h, and the recurrent weight W.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// tanh(x + W h)
    Tanh,
    /// max(0, x + W h)
    Relu,
    /// i, f, g, o = x + W h; c = sigmoid(f) c + sigmoid(i) tanh(g); sigmoid(o) tanh(c).
    Lstm,
    /// r, z, n: the new one is tanh(x_n + sigmoid(r) (W_n h + b_n)), mixed with h by sigmoid(z).
    Gru,
}

impl Cell {
    /// How many rows of the weights belong to one unit.
    pub const fn gates(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }

    /// How many numbers a unit's state is: h, and c of an LSTM.
    pub const fn states(self) -> usize {
        if matches!(self, Cell::Lstm) { 2 } else { 1 }
    }

    /// How many numbers of a step and unit are kept for the way back: of an LSTM i, f, g, o and c, of a GRU r, z, n and
    /// W_n h + b_n.
    const fn kept(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 0,
            Cell::Lstm => 5,
            Cell::Gru => 4,
        }
    }
}

/// One direction of a recurrent layer.
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// What a step computes.
    pub cell: Cell,
    /// Whether the last element comes first.
    pub reverse: bool,
    /// How many elements each sequence has; all have all of them without.
    pub lengths: Option<Vec<usize>>,
}

/// What a recurrence reads.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `[T, N, gates H]`: the inputs' shares.
    pub x: &'a Array,
    /// `[N, H]`.
    pub h: &'a Array,
    /// `[N, H]`, of an LSTM.
    pub c: Option<&'a Array>,
    /// `[gates H, H]`.
    pub weight: &'a Array,
    /// `[gates H]`, of a GRU.
    pub bias: Option<&'a Array>,
}

/// What a recurrence gives.
#[derive(Debug)]
pub struct Outputs {
    /// `[T, N, H]`.
    pub y: Array,
    /// `[N, H]`, after the last step.
    pub h: Array,
    /// `[N, H]`, of an LSTM.
    pub c: Option<Array>,
    /// What [`Recurrence::backward`] wants back.
    pub kept: Array,
}

/// The cotangents of a recurrence's inputs, and what those of weight and bias are made from.
#[derive(Debug)]
pub struct Cotangents {
    /// `[T, N, gates H]`.
    pub x: Array,
    /// `[N, H]`.
    pub h: Array,
    /// `[N, H]`, of an LSTM.
    pub c: Option<Array>,
    /// `[T, N, gates H]`, the cotangents of W h + b where they differ from those of x: in a GRU.
    pub hidden: Option<Array>,
    /// `[T, N, H]`: the state before each step.
    pub before: Array,
}

trait Real: Scalar + Element + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + PartialOrd {
    const ONE: Self;
    fn sigmoid<I: Isa>(self) -> Self;
    fn tanh<I: Isa>(self) -> Self;
}

macro_rules! real {
    ($($t:ty)*) => {$(
        impl Real for $t {
            const ONE: Self = 1.0;
            #[inline(always)]
            fn sigmoid<I: Isa>(self) -> Self {
                Sigmoid.apply::<I>(self)
            }
            #[inline(always)]
            fn tanh<I: Isa>(self) -> Self {
                Tanh.apply::<I>(self)
            }
        }
    )*};
}
real!(f32 f64);

/// The gates of one step of all sequences.
struct Forward<'a, T> {
    cell: Cell,
    width: usize,
    /// The sequences that have this step.
    living: &'a [usize],
    /// x + W h + b; of a GRU x alone.
    x: &'a mut [T],
    /// W h + b of a GRU.
    hidden: &'a [T],
    h: &'a mut [T],
    c: &'a mut [T],
    y: &'a mut [T],
    kept: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let (cell, w) = (self.cell, self.width);
        let (gates, kept) = (cell.gates() * w, cell.kept() * w);
        for &n in self.living {
            let (state, y) = (n * w..(n + 1) * w, &mut self.y[n * w..(n + 1) * w]);
            let (x, kept) = (&mut self.x[n * gates..(n + 1) * gates], &mut self.kept[n * kept..(n + 1) * kept]);
            let h = &mut self.h[state.clone()];
            match cell {
                Cell::Tanh => h.iter_mut().zip(x).for_each(|(h, x)| *h = x.tanh::<I>()),
                Cell::Relu => h.iter_mut().zip(x).for_each(|(h, x)| *h = if *x < T::ZERO { T::ZERO } else { *x }),
                Cell::Lstm => lstm::<T, I>(x, h, &mut self.c[state], kept),
                Cell::Gru => gru::<T, I>(x, &self.hidden[n * gates..(n + 1) * gates], h, kept),
            }
            y.copy_from_slice(h);
        }
    }
}

#[inline(always)]
fn lstm<T: Real, I: Isa>(x: &mut [T], h: &mut [T], c: &mut [T], kept: &mut [T]) {
    let w = h.len();
    let (gates, cells) = kept.split_at_mut(4 * w);
    gates[..2 * w].iter_mut().zip(&x[..2 * w]).for_each(|(y, x)| *y = x.sigmoid::<I>());
    gates[2 * w..3 * w].iter_mut().zip(&x[2 * w..3 * w]).for_each(|(y, x)| *y = x.tanh::<I>());
    gates[3 * w..].iter_mut().zip(&x[3 * w..]).for_each(|(y, x)| *y = x.sigmoid::<I>());
    let [i, f, g, o] = quarters(gates);
    for j in 0..w {
        c[j] = f[j] * c[j] + i[j] * g[j];
    }
    cells.copy_from_slice(c);
    for j in 0..w {
        h[j] = o[j] * c[j].tanh::<I>();
    }
}

#[inline(always)]
fn gru<T: Real, I: Isa>(x: &mut [T], hidden: &[T], h: &mut [T], kept: &mut [T]) {
    let w = h.len();
    for (x, hidden) in x[..2 * w].iter_mut().zip(&hidden[..2 * w]) {
        *x = (*x + *hidden).sigmoid::<I>();
    }
    let (mixers, new) = x.split_at_mut(2 * w);
    let (r, z) = mixers.split_at(w);
    let m = &hidden[2 * w..];
    for j in 0..w {
        new[j] = (new[j] + r[j] * m[j]).tanh::<I>();
        h[j] = (T::ONE - z[j]) * new[j] + z[j] * h[j];
    }
    kept[..3 * w].copy_from_slice(x);
    kept[3 * w..].copy_from_slice(m);
}

/// Four slices of one length.
#[inline(always)]
fn quarters<T>(x: &[T]) -> [&[T]; 4] {
    let w = x.len() / 4;
    [&x[..w], &x[w..2 * w], &x[2 * w..3 * w], &x[3 * w..4 * w]]
}

/// The cotangents of one step of all sequences.
struct Backward<'a, T> {
    cell: Cell,
    width: usize,
    living: &'a [usize],
    /// The cotangents of the step's output; none of any without.
    g: Option<&'a [T]>,
    /// The step's outputs.
    y: &'a [T],
    kept: &'a [T],
    /// h and c before the step.
    h_before: &'a [T],
    c_before: &'a [T],
    /// The cotangents of h after the step; what remains of them apart from the product with W becomes that before it.
    by_h: &'a mut [T],
    by_c: &'a mut [T],
    /// The cotangents of the gates, 0 as they come in.
    by_x: &'a mut [T],
    by_hidden: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let (cell, w) = (self.cell, self.width);
        let (gates, kept) = (cell.gates() * w, cell.kept() * w);
        for &n in self.living {
            let (state, gates) = (n * w..(n + 1) * w, n * gates..(n + 1) * gates);
            let (y, kept) = (&self.y[state.clone()], &self.kept[n * kept..(n + 1) * kept]);
            let (by_h, by_x) = (&mut self.by_h[state.clone()], &mut self.by_x[gates.clone()]);
            if let Some(g) = self.g {
                by_h.iter_mut().zip(&g[state.clone()]).for_each(|(by_h, g)| *by_h = *by_h + *g);
            }
            match cell {
                Cell::Tanh => {
                    for j in 0..w {
                        by_x[j] = by_h[j] * (T::ONE - y[j] * y[j]);
                    }
                    by_h.fill(T::ZERO);
                }
                Cell::Relu => {
                    for j in 0..w {
                        by_x[j] = if y[j] > T::ZERO { by_h[j] } else { T::ZERO };
                    }
                    by_h.fill(T::ZERO);
                }
                Cell::Lstm => {
                    lstm_backward::<T, I>(kept, &self.c_before[state.clone()], by_h, &mut self.by_c[state], by_x);
                    by_h.fill(T::ZERO);
                }
                Cell::Gru => gru_backward(kept, &self.h_before[state], by_h, by_x, &mut self.by_hidden[gates]),
            }
        }
    }
}

#[inline(always)]
fn lstm_backward<T: Real, I: Isa>(kept: &[T], before: &[T], by_h: &[T], by_c: &mut [T], by_x: &mut [T]) {
    let w = by_h.len();
    let ([i, f, g, o], c) = (quarters(&kept[..4 * w]), &kept[4 * w..]);
    let (first, last) = by_x.split_at_mut(2 * w);
    let ((by_i, by_f), (by_g, by_o)) = (first.split_at_mut(w), last.split_at_mut(w));
    for j in 0..w {
        let t = c[j].tanh::<I>();
        by_o[j] = by_h[j] * t * o[j] * (T::ONE - o[j]);
        by_c[j] = by_c[j] + by_h[j] * o[j] * (T::ONE - t * t);
    }
    for j in 0..w {
        by_i[j] = by_c[j] * g[j] * i[j] * (T::ONE - i[j]);
        by_f[j] = by_c[j] * before[j] * f[j] * (T::ONE - f[j]);
        by_g[j] = by_c[j] * i[j] * (T::ONE - g[j] * g[j]);
        by_c[j] = by_c[j] * f[j];
    }
}

#[inline(always)]
fn gru_backward<T: Real>(kept: &[T], before: &[T], by_h: &mut [T], by_x: &mut [T], by_hidden: &mut [T]) {
    let w = by_h.len();
    let [r, z, n, m] = quarters(kept);
    let (mixers, by_n) = by_x.split_at_mut(2 * w);
    let (by_r, by_z) = mixers.split_at_mut(w);
    for j in 0..w {
        by_n[j] = by_h[j] * (T::ONE - z[j]) * (T::ONE - n[j] * n[j]);
        by_z[j] = by_h[j] * (before[j] - n[j]) * z[j] * (T::ONE - z[j]);
        by_r[j] = by_n[j] * m[j] * r[j] * (T::ONE - r[j]);
        by_hidden[2 * w + j] = by_n[j] * r[j];
        by_h[j] = by_h[j] * z[j];
    }
    by_hidden[..2 * w].copy_from_slice(mixers);
}

/// The sizes of a recurrence.
#[derive(Clone, Copy)]
struct Sizes {
    steps: usize,
    rows: usize,
    width: usize,
}

fn slice<T: Element>(array: &Array) -> &[T] {
    array.as_slice().expect("it was made contiguous")
}

impl Recurrence {
    fn sizes(&self, inputs: &Inputs<'_>) -> Sizes {
        let (&[steps, rows, gates], &[_, width]) = (inputs.x.shape(), inputs.weight.shape()) else {
            panic!("recurrent: {:?} and {:?}", inputs.x.shape(), inputs.weight.shape());
        };
        let lstm = self.cell == Cell::Lstm;
        let fits = gates == self.cell.gates() * width
            && inputs.weight.shape() == [gates, width]
            && inputs.h.shape() == [rows, width]
            && inputs.c.is_some() == lstm
            && inputs.c.is_none_or(|c| c.shape() == [rows, width])
            && inputs.bias.is_some() == (self.cell == Cell::Gru)
            && inputs.bias.is_none_or(|bias| bias.shape() == [gates])
            && self.lengths.as_ref().is_none_or(|lengths| lengths.len() == rows && lengths.iter().all(|&l| l <= steps));
        assert!(fits, "recurrent: {self:?} of {:?} with {:?}", inputs.x.shape(), inputs.weight.shape());
        Sizes { steps, rows, width }
    }

    /// The steps in their order.
    fn order(&self, steps: usize) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let reverse = self.reverse;
        (0..steps).map(move |i| if reverse { steps - 1 - i } else { i })
    }

    /// Whether sequence `n` has step `t`.
    fn lives(&self, n: usize, t: usize) -> bool {
        self.lengths.as_ref().is_none_or(|lengths| t < lengths[n])
    }

    /// The sequences that have step `t`.
    fn living(&self, t: usize, rows: usize) -> Vec<usize> {
        (0..rows).filter(|&n| self.lives(n, t)).collect()
    }

    /// The step that comes before step `t` of sequence `n`, if it is not the first.
    fn before(&self, n: usize, t: usize, steps: usize) -> Option<usize> {
        let step = if self.reverse { t + 1 } else { t.wrapping_sub(1) };
        (step < steps && self.lives(n, step)).then_some(step)
    }

    /// Walks through the sequences.
    ///
    /// # Panics
    /// If the shapes do not fit.
    pub fn forward(&self, inputs: Inputs<'_>) -> Outputs {
        let sizes = self.sizes(&inputs);
        with_type!(float inputs.x.dtype(), T => self.run_forward::<T>(inputs, sizes))
    }

    fn run_forward<T: Real>(&self, inputs: Inputs<'_>, sizes: Sizes) -> Outputs {
        let (cell, Sizes { steps, rows, width }) = (self.cell, sizes);
        let (gates, kept_width) = (cell.gates() * width, cell.kept() * width);
        let [x, mut h] = [inputs.x, inputs.h].map(contiguous);
        // Its rows as the product reads them, so that they are not gathered anew at each step.
        let weight = transposed::<T>(inputs.weight);
        let bias = inputs.bias.map(contiguous);
        let mut c = inputs.c.map(contiguous);
        let mut kept = Array::full(&[steps, rows, kept_width], T::ZERO);
        let mut y = Array::full(&[steps, rows, width], T::ZERO);
        {
            let (x, weight) = (slice::<T>(&x), MatRef::rows(&weight, gates));
            let (h, y, kept) = (h.make_mut::<T>(), y.make_mut::<T>(), kept.make_mut::<T>());
            let mut none = [];
            let c = c.as_mut().map_or(&mut none[..], |c| c.make_mut::<T>());
            let mut sums = vec![T::ZERO; rows * gates];
            let mut hidden = vec![T::ZERO; if bias.is_some() { rows * gates } else { 0 }];
            for t in self.order(steps) {
                let living = self.living(t, rows);
                sums.copy_from_slice(&x[t * rows * gates..(t + 1) * rows * gates]);
                let product = match &bias {
                    Some(bias) => {
                        hidden.chunks_exact_mut(gates.max(1)).for_each(|row| row.copy_from_slice(slice(bias)));
                        &mut hidden
                    }
                    None => &mut sums,
                };
                gemm(rows, gates, width, MatRef::rows(h, width), weight, product, true);
                isa::dispatch(Forward {
                    cell,
                    width,
                    living: &living,
                    x: &mut sums,
                    hidden: &hidden,
                    h: &mut *h,
                    c: &mut *c,
                    y: &mut y[t * rows * width..(t + 1) * rows * width],
                    kept: &mut kept[t * rows * kept_width..(t + 1) * rows * kept_width],
                });
            }
        }
        Outputs { y, h, c, kept }
    }

    /// The cotangents of the inputs from those of y, h and c, each where there is one, and from the outputs y and kept.
    ///
    /// # Panics
    /// If the shapes do not fit.
    pub fn backward(&self, inputs: Inputs<'_>, [y, kept]: [&Array; 2], g: [Option<&Array>; 3]) -> Cotangents {
        let sizes = self.sizes(&inputs);
        with_type!(float inputs.x.dtype(), T => self.run_backward::<T>(inputs, [y, kept], g, sizes))
    }

    fn run_backward<T: Real>(
        &self,
        inputs: Inputs<'_>,
        outputs: [&Array; 2],
        g: [Option<&Array>; 3],
        sizes: Sizes,
    ) -> Cotangents {
        let (cell, Sizes { steps, rows, width }) = (self.cell, sizes);
        let (gates, kept_width, state) = (cell.gates() * width, cell.kept() * width, rows * width);
        let owned = contiguous;
        let [y, kept] = outputs.map(owned);
        let (h_first, c_first) = (owned(inputs.h), inputs.c.map(owned));
        let weight = owned(inputs.weight);
        let [g, by_h, by_c] = g.map(|g| g.map(owned));
        let start = |g: Option<Array>| g.unwrap_or_else(|| Array::full(&[rows, width], T::ZERO));
        let (mut by_h, mut by_c) = (start(by_h), inputs.c.map(|_| start(by_c)));
        let zeros = |width| Array::full(&[steps, rows, width], T::ZERO);
        let (mut by_x, mut by_hidden) = (zeros(gates), inputs.bias.map(|_| zeros(gates)));
        let mut before = zeros(width);
        {
            let (y, kept, weight) = (slice::<T>(&y), slice::<T>(&kept), MatRef::rows(slice::<T>(&weight), width));
            let h_first = slice::<T>(&h_first);
            let c_first = c_first.as_ref().map_or(&[][..], slice::<T>);
            let (by_h, by_x, before) = (by_h.make_mut::<T>(), by_x.make_mut::<T>(), before.make_mut::<T>());
            let (mut no_cell, mut no_hidden) = ([], []);
            let by_c = by_c.as_mut().map_or(&mut no_cell[..], |by_c| by_c.make_mut::<T>());
            let by_hidden = by_hidden.as_mut().map_or(&mut no_hidden[..], |by| by.make_mut::<T>());
            let mut c_before = vec![T::ZERO; c_first.len()];
            for t in self.order(steps).rev() {
                let (states, gate) = (t * state..(t + 1) * state, t * rows * gates..(t + 1) * rows * gates);
                let h_before = &mut before[states.clone()];
                for n in 0..rows {
                    let row = n * width..(n + 1) * width;
                    let step = self.before(n, t, steps);
                    h_before[row.clone()].copy_from_slice(match step {
                        Some(step) => &y[step * state..][row.clone()],
                        None => &h_first[row.clone()],
                    });
                    if cell == Cell::Lstm {
                        c_before[row.clone()].copy_from_slice(match step {
                            Some(step) => &kept[(step * rows + n) * kept_width + 4 * width..][..width],
                            None => &c_first[row],
                        });
                    }
                }
                let (living, has_hidden) = (self.living(t, rows), !by_hidden.is_empty());
                isa::dispatch(Backward {
                    cell,
                    width,
                    living: &living,
                    g: g.as_ref().map(|g| &slice::<T>(g)[states.clone()]),
                    y: &y[states],
                    kept: &kept[t * rows * kept_width..(t + 1) * rows * kept_width],
                    h_before,
                    c_before: &c_before,
                    by_h: &mut *by_h,
                    by_c: &mut *by_c,
                    by_x: &mut by_x[gate.clone()],
                    by_hidden: if has_hidden { &mut by_hidden[gate.clone()] } else { &mut [] },
                });
                let by_sums = if has_hidden { &by_hidden[gate] } else { &by_x[gate] };
                gemm(rows, width, gates, MatRef::rows(by_sums, gates), weight, by_h, true);
            }
        }
        Cotangents { x: by_x, h: by_h, c: by_c, hidden: by_hidden, before }
    }
}

/// A matrix with rows and columns exchanged, its new rows one after another.
fn transposed<T: Element>(matrix: &Array) -> Vec<T> {
    let turned = contiguous(&crate::view::permute(matrix, &[1, 0]));
    slice::<T>(&turned).to_vec()
}
