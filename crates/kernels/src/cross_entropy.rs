//! The cross-entropy of logits and classes, in one pass forward and one backward; no array of the logits' size is written but
//! the gradient.

use crate::array::Array;
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::softmax::{Real, elements, kept, map_rows, row_exp, row_exp_sum, row_max, row_sum, rows, rows_per_task};
use crate::{pool, strided, with_type};

/// What becomes of the losses of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean, weighted if there are weights.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// They stay as they are.
    None,
}

/// The attributes of a cross-entropy.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What becomes of the losses of the rows.
    pub reduction: Reduction,
    /// Rows of this class do not count.
    pub ignore_index: Option<i64>,
    /// The share of the target that is spread over all classes.
    pub label_smoothing: f64,
}

/// The axis of the classes: the second, or the only one.
pub fn class_axis(shape: &[usize]) -> usize {
    usize::from(shape.len() > 1)
}

/// The first row, counted in row-major order, whose class is neither below `classes` nor ignored, and that class.
pub fn first_outside(rule: &Rule, target: &Array, classes: usize) -> Option<(usize, i64)> {
    let target = strided::contiguous(target);
    let outside =
        |&class: &i64| rule.ignore_index != Some(class) && usize::try_from(class).map_or(true, |c| c >= classes);
    let all = elements::<i64>(&target);
    all.iter().position(outside).map(|row| (row, all[row]))
}

/// What the losses of all rows have in common.
#[derive(Clone, Copy)]
struct Terms<'a, T> {
    rule: &'a Rule,
    target: &'a [i64],
    weight: Option<&'a [T]>,
    classes: usize,
    /// The sum of the classes' weights.
    all_weights: f64,
    /// What the losses are divided by.
    denominator: f64,
}

impl<'a, T: Real> Terms<'a, T> {
    fn new(rule: &'a Rule, target: &'a [i64], weight: Option<&'a [T]>, classes: usize) -> Self {
        let all_weights = weight.map_or(classes as f64, |w| w.iter().map(|w| w.widen()).sum());
        let mut terms = Terms { rule, target, weight, classes, all_weights, denominator: 1.0 };
        if rule.reduction == Reduction::Mean {
            terms.denominator =
                (0..target.len()).filter_map(|row| terms.class(row)).map(|class| terms.weight(class)).sum();
        }
        terms
    }

    /// The class of a row that counts.
    #[inline(always)]
    fn class(&self, row: usize) -> Option<usize> {
        let class = self.target[row];
        (self.rule.ignore_index != Some(class)).then_some(class as usize)
    }

    #[inline(always)]
    fn weight(&self, class: usize) -> f64 {
        self.weight.map_or(1.0, |w| w[class].widen())
    }

    /// The share of the row's own class.
    #[inline(always)]
    fn own(&self, class: usize) -> f64 {
        (1.0 - self.rule.label_smoothing) * self.weight(class)
    }

    /// The share of each class, times its weight.
    #[inline(always)]
    fn each(&self) -> f64 {
        self.rule.label_smoothing / self.classes as f64
    }

    /// The factor of the probabilities in the gradient of the row's term.
    #[inline(always)]
    fn pull(&self, class: usize) -> f64 {
        (self.own(class) + self.each() * self.all_weights) / self.denominator
    }
}

/// The losses of a task's rows, before the division, and the parts of their sums of exponentials.
struct Forward<'a, T> {
    terms: Terms<'a, T>,
    first: usize,
    x: &'a [T],
    loss: &'a mut [T],
    max: &'a mut [T],
    log_sum: &'a mut [T],
}

impl<T: Real> Kernel for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (terms, n) = (self.terms, self.terms.classes);
        for i in 0..self.loss.len() {
            let x = &self.x[i * n..][..n];
            let max = row_max(x);
            let log_sum = row_exp_sum::<T, I>(x, max).ln();
            self.max[i] = max;
            self.log_sum[i] = T::narrow(log_sum);
            let Some(class) = terms.class(self.first + i) else {
                self.loss[i] = T::ZERO;
                continue;
            };
            let mut loss = terms.own(class) * ((max - x[class]).widen() + log_sum);
            if terms.rule.label_smoothing != 0.0 {
                let below = |c: usize| (max - x[c]).widen() * terms.weight(c);
                loss += terms.each() * ((0..n).map(below).sum::<f64>() + terms.all_weights * log_sum);
            }
            self.loss[i] = T::narrow(loss);
        }
    }
}

/// The loss; then each row's maximum and the logarithm of its sum of exponentials above it; then the factor of its
/// probabilities in the loss's gradient, 0 where the row is ignored.
pub fn cross_entropy(rule: &Rule, x: &Array, target: &Array, weight: Option<&Array>) -> [Array; 4] {
    let axis = class_axis(x.shape());
    let (shape, n) = (kept(x.shape(), &[axis]), x.shape()[axis]);
    let (target, weight) = (strided::contiguous(target), weight.map(strided::contiguous));
    with_type!(float x.dtype(), T => {
        let terms = Terms::<T>::new(rule, elements(&target), weight.as_ref().map(elements), n);
        let [mut loss, mut max, mut log_sum] = [(); 3].map(|()| Array::full(&shape, T::ZERO));
        let x = rows(x, &[axis]);
        let (xs, task) = (elements::<T>(&x), rows_per_task(n));
        let outs = ((loss.make_mut(), task), (max.make_mut(), task), (log_sum.make_mut(), task));
        pool::zip3_chunks_mut(outs.0, outs.1, outs.2, |i, loss, max, log_sum| {
            let first = i * task;
            isa::dispatch(Forward { terms, first, x: &xs[first * n..][..loss.len() * n], loss, max, log_sum });
        });
        let pull = Array::build::<T>(&shape, |out| {
            for (row, pull) in out.iter_mut().enumerate() {
                *pull = T::narrow(terms.class(row).map_or(0.0, |class| terms.pull(class)));
            }
        });
        if rule.reduction != Reduction::None {
            loss = Array::scalar(T::narrow(row_sum::<T>(elements(&loss)) / terms.denominator));
        }
        [loss, max, log_sum, pull]
    })
}

struct Backward<'a, T> {
    terms: Terms<'a, T>,
    first: usize,
    x: &'a [T],
    max: &'a [T],
    log_sum: &'a [T],
    g: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let (terms, n) = (self.terms, self.terms.classes);
        for (i, (x, out)) in self.x.chunks_exact(n).zip(self.out.chunks_exact_mut(n)).enumerate() {
            let row = self.first + i;
            let Some(class) = terms.class(row) else {
                out.fill(T::ZERO);
                continue;
            };
            let g = self.g[if self.g.len() == 1 { 0 } else { row }].widen();
            let each = T::narrow(g * terms.each() / terms.denominator);
            let offset = if terms.weight.is_none() { each } else { T::ZERO };
            let scale = T::narrow(g * terms.pull(class));
            row_exp::<T, I>(x, (self.max[row], self.log_sum[row]), scale, offset, out);
            if let (Some(weight), true) = (terms.weight, terms.rule.label_smoothing != 0.0) {
                for (out, &w) in out.iter_mut().zip(weight) {
                    *out = *out - each * w;
                }
            }
            out[class] = out[class] - T::narrow(g * terms.own(class) / terms.denominator);
        }
    }
}

/// The gradient of the loss by `x`, times `g`, which has the loss's shape; `max` and `log_sum` as [`cross_entropy`] gave them.
pub fn cross_entropy_backward(rule: &Rule, [x, max, log_sum, target, g]: [&Array; 5], weight: Option<&Array>) -> Array {
    let axis = class_axis(x.shape());
    let [max, log_sum, target, g] = [max, log_sum, target, g].map(strided::contiguous);
    let weight = weight.map(strided::contiguous);
    let n = x.shape()[axis];
    with_type!(float x.dtype(), T => {
        let terms = Terms::<T>::new(rule, elements(&target), weight.as_ref().map(elements), n);
        let (max, log_sum, g) = (elements::<T>(&max), elements::<T>(&log_sum), elements::<T>(&g));
        map_rows::<T>(x, &[axis], |first, x, out| {
            isa::dispatch(Backward { terms, first, x, max, log_sum, g, out });
        })
    })
}
