//! Rules of the mean gradient and the mean square (or the largest): Adam and its kin.
//!
//! All begin alike: `g' = g + to_gradient w`, `m += (1 - beta1) (g' - m)`, and all but Adamax `v = beta2 v + (1 - beta2) g'^2`.

use super::{Decay, Real, Rule};

/// `w = w' - step m / (sqrt(v) / root + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// The weight decay.
    pub decay: Decay,
    /// The share of the mean gradient that stays.
    pub beta1: f64,
    /// The share of the mean square that stays.
    pub beta2: f64,
    /// What keeps the step finite where the mean square is 0.
    pub eps: f64,
    /// The learning rate over the mean gradient's correction.
    pub step: f64,
    /// The root of the mean square's correction.
    pub root: f64,
}

impl Adam {
    /// `g'`, and the two means after it.
    #[inline(always)]
    fn means<T: Real>(self, grad: T, w: T, m: T, v: T) -> (T, T, T) {
        let grad = self.decay.gradient(grad, w);
        let m = m + T::from_f64(1.0 - self.beta1) * (grad - m);
        let v = T::from_f64(self.beta2) * v + T::from_f64(1.0 - self.beta2) * grad * grad;
        (grad, m, v)
    }

    #[inline(always)]
    fn denominator<T: Real>(self, v: T) -> T {
        v.root() / T::from_f64(self.root) + T::from_f64(self.eps)
    }
}

impl<T: Real> Rule<T, 3> for Adam {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, v]: [T; 3]) -> [T; 3] {
        let (_, m, v) = self.means(grad, w, m, v);
        [self.decay.weight(w) - T::from_f64(self.step) * m / self.denominator(v), m, v]
    }
}

/// [`Adam`] by the largest mean square that there was, `largest = max(largest, v)`, in place of `v` (AMSGrad).
#[derive(Clone, Copy, Debug)]
pub struct Amsgrad(
    /// Its coefficients.
    pub Adam,
);

impl<T: Real> Rule<T, 4> for Amsgrad {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, v, largest]: [T; 4]) -> [T; 4] {
        let Amsgrad(adam) = self;
        let (_, m, v) = adam.means(grad, w, m, v);
        let largest = largest.larger(v);
        [adam.decay.weight(w) - T::from_f64(adam.step) * m / adam.denominator(largest), m, v, largest]
    }
}

/// [`Adam`] without the root mean square, `w = w' - step m`, which is gathered all the same (RAdam's first steps).
#[derive(Clone, Copy, Debug)]
pub struct Unscaled(
    /// Its coefficients.
    pub Adam,
);

impl<T: Real> Rule<T, 3> for Unscaled {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, v]: [T; 3]) -> [T; 3] {
        let Unscaled(adam) = self;
        let (_, m, v) = adam.means(grad, w, m, v);
        [adam.decay.weight(w) - T::from_f64(adam.step) * m, m, v]
    }
}

/// [`Adam`] looking ahead, after Nesterov: `w = w' - (step m + now g') / (sqrt(v) / root + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Nadam {
    /// Its coefficients; `step` that of the mean gradient.
    pub adam: Adam,
    /// The coefficient of the gradient itself.
    pub now: f64,
}

impl<T: Real> Rule<T, 3> for Nadam {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, v]: [T; 3]) -> [T; 3] {
        let adam = self.adam;
        let (grad, m, v) = adam.means(grad, w, m, v);
        let direction = T::from_f64(adam.step) * m + T::from_f64(self.now) * grad;
        [adam.decay.weight(w) - direction / adam.denominator(v), m, v]
    }
}

/// `u = max(beta2 u, |g'| + eps)`, `w = w' - step m / u`.
#[derive(Clone, Copy, Debug)]
pub struct Adamax {
    /// The weight decay.
    pub decay: Decay,
    /// The share of the mean gradient that stays.
    pub beta1: f64,
    /// The share of the largest gradient that stays.
    pub beta2: f64,
    /// What keeps the step finite where all gradients were 0.
    pub eps: f64,
    /// The learning rate over the mean gradient's correction.
    pub step: f64,
}

impl<T: Real> Rule<T, 3> for Adamax {
    #[inline(always)]
    fn apply(self, grad: T, [w, m, u]: [T; 3]) -> [T; 3] {
        let grad = self.decay.gradient(grad, w);
        let m = m + T::from_f64(1.0 - self.beta1) * (grad - m);
        let u = (T::from_f64(self.beta2) * u).larger(grad.magnitude() + T::from_f64(self.eps));
        [self.decay.weight(w) - T::from_f64(self.step) * m / u, m, u]
    }
}
