//! Optimisers' updates: one pass over a parameter, its gradient and what the optimiser remembers of it.
//!
//! An update is bound by memory, so everything that is read of an element is read once and everything written once. A rule
//! says what becomes of one element; the loops here run any rule over whole arrays. The products and sums of a rule are
//! rounded one by one, so its bits are the same at every SIMD level.

use std::ops::{Add, Div, Mul, Sub};

use crate::array::Array;
use crate::dtype::Element;
use crate::isa::{Isa, Kernel, dispatch};
use crate::strided::{BLOCK, Reader, TASK};
use crate::{pool, with_type};

/// What becomes of one element of `N` arrays, the parameter the first of them, when its gradient is `grad`.
///
/// Coefficients are held as f64; their conversion to the element type is lifted out of the loops.
trait Rule<T, const N: usize>: Copy + Send + Sync {
    /// The new elements. Mark it `#[inline(always)]`.
    fn apply(self, grad: T, cells: [T; N]) -> [T; N];
}

/// The arithmetic that rules need.
trait Real: Element + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// The square root.
    fn root(self) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Real for f64 {
    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }
}

/// Gradient descent, `w -= lr (g + weight_decay w)`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    /// The learning rate.
    pub lr: f64,
    /// The share of the parameter that is added to its gradient.
    pub weight_decay: f64,
}

impl Sgd {
    /// The gradient with the decay's share. Without decay an infinite weight must not make it NaN.
    #[inline(always)]
    fn decayed<T: Real>(self, grad: T, w: T) -> T {
        if self.weight_decay == 0.0 { grad } else { grad + T::from_f64(self.weight_decay) * w }
    }
}

impl<T: Real> Rule<T, 1> for Sgd {
    #[inline(always)]
    fn apply(self, grad: T, [w]: [T; 1]) -> [T; 1] {
        [w - T::from_f64(self.lr) * self.decayed(grad, w)]
    }
}

/// Gradient descent with a velocity: `g' = g + weight_decay w`, `v = momentum v + g'`, then `w -= lr v`, or with Nesterov's
/// look-ahead `w -= lr (g' + momentum v)`.
#[derive(Clone, Copy, Debug)]
pub struct Momentum {
    /// Learning rate and weight decay.
    pub sgd: Sgd,
    /// The share of the velocity that stays.
    pub momentum: f64,
    /// Whether the step looks ahead.
    pub nesterov: bool,
}

impl<T: Real> Rule<T, 2> for Momentum {
    #[inline(always)]
    fn apply(self, grad: T, [w, v]: [T; 2]) -> [T; 2] {
        let momentum = T::from_f64(self.momentum);
        let grad = self.sgd.decayed(grad, w);
        let v = momentum * v + grad;
        let direction = if self.nesterov { grad + momentum * v } else { v };
        [w - T::from_f64(self.sgd.lr) * direction, v]
    }
}

/// Adam's step number `t`: `g' = g + weight_decay w`, `m += (1 - beta1) (g' - m)`, `v = beta2 v + (1 - beta2) g'^2`, then
/// `w -= lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// Learning rate and weight decay.
    pub sgd: Sgd,
    /// The share of the mean gradient that stays.
    pub beta1: f64,
    /// The share of the mean square that stays.
    pub beta2: f64,
    /// What keeps the step finite where the mean square is 0.
    pub eps: f64,
    /// How many steps this parameter has taken, this one included: from 1 on.
    pub t: u64,
}

/// [`Adam`] with what does not depend on the element worked out.
#[derive(Clone, Copy)]
struct Corrected {
    adam: Adam,
    step: f64,
    root: f64,
}

impl<T: Real> Rule<T, 3> for Corrected {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, v]: [T; 3]) -> [T; 3] {
        let Adam { sgd, beta1, beta2, eps, .. } = self.adam;
        let grad = sgd.decayed(grad, w);
        let m = m + T::from_f64(1.0 - beta1) * (grad - m);
        let v = T::from_f64(beta2) * v + T::from_f64(1.0 - beta2) * grad * grad;
        let denominator = v.root() / T::from_f64(self.root) + T::from_f64(eps);
        [w - T::from_f64(self.step) * m / denominator, m, v]
    }
}

/// One step of gradient descent.
///
/// # Panics
/// If the arrays are not of one float type and one shape. The same holds for the other updates.
pub fn sgd(rule: Sgd, w: &mut Array, grad: &Array) {
    check(grad, &[w]);
    with_type!(float w.dtype(), T => {
        let grad = Gradient::<T>::new(grad);
        pool::chunks_mut(w.make_mut(), TASK, |i, w| grad.apply(rule, i, [w]));
    })
}

/// One step of gradient descent with a velocity.
pub fn momentum(rule: Momentum, w: &mut Array, grad: &Array, v: &mut Array) {
    check(grad, &[w, v]);
    with_type!(float w.dtype(), T => {
        let grad = Gradient::<T>::new(grad);
        pool::zip_chunks_mut(w.make_mut(), TASK, v.make_mut(), TASK, |i, w, v| grad.apply(rule, i, [w, v]));
    })
}

/// One step of Adam, `m` the mean gradient and `v` the mean square.
pub fn adam(rule: Adam, w: &mut Array, grad: &Array, m: &mut Array, v: &mut Array) {
    check(grad, &[w, m, v]);
    let step = rule.sgd.lr / (1.0 - rule.beta1.powf(rule.t as f64));
    let root = (1.0 - rule.beta2.powf(rule.t as f64)).sqrt();
    let rule = Corrected { adam: rule, step, root };
    with_type!(float w.dtype(), T => {
        let grad = Gradient::<T>::new(grad);
        let (w, m, v) = (w.make_mut(), m.make_mut(), v.make_mut());
        pool::zip3_chunks_mut((w, TASK), (m, TASK), (v, TASK), |i, w, m, v| grad.apply(rule, i, [w, m, v]));
    })
}

#[track_caller]
fn check(grad: &Array, cells: &[&Array]) {
    for cell in cells {
        assert_eq!(cell.shape(), grad.shape(), "an update's arrays differ in shape");
        assert_eq!(cell.dtype(), grad.dtype(), "an update's arrays differ in type");
    }
}

/// A gradient of any layout: where its elements lie in order, or how to gather them.
enum Gradient<'a, T> {
    Slice(&'a [T]),
    Strided(Reader<'a, T>),
}

impl<'a, T: Real> Gradient<'a, T> {
    fn new(grad: &'a Array) -> Self {
        grad.as_slice().map_or_else(|| Gradient::Strided(Reader::new(grad)), Gradient::Slice)
    }

    /// Applies the rule to the elements of task `i`.
    fn apply<const N: usize>(&self, rule: impl Rule<T, N>, i: usize, mut cells: [&mut [T]; N]) {
        let (start, len) = (i * TASK, cells[0].len());
        match self {
            Gradient::Slice(all) => dispatch(Update { rule, grad: &all[start..start + len], cells }),
            Gradient::Strided(reader) => {
                let mut scratch = [T::default(); BLOCK];
                let mut done = 0;
                while done < len {
                    let step = reader.step(start + done, len - done);
                    let grad = reader.block(start + done, step, &mut scratch);
                    let cells = cells.each_mut().map(|cell| &mut cell[done..done + step]);
                    dispatch(Update { rule, grad, cells });
                    done += step;
                }
            }
        }
    }
}

struct Update<'a, T, R, const N: usize> {
    rule: R,
    grad: &'a [T],
    cells: [&'a mut [T]; N],
}

impl<T: Real, R: Rule<T, N>, const N: usize> Kernel for Update<'_, T, R, N> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        // Equal lengths, said once, spare the loop its bounds checks.
        let cells = self.cells.map(|cell| &mut cell[..self.grad.len()]);
        for (i, &grad) in self.grad.iter().enumerate() {
            let mut elements = [T::default(); N];
            for k in 0..N {
                elements[k] = cells[k][i];
            }
            let elements = self.rule.apply(grad, elements);
            for k in 0..N {
                cells[k][i] = elements[k];
            }
        }
    }
}
