//! Rules that divide the gradient by a root of its squares: RMSprop, Adagrad, Adadelta.
//!
//! All begin with `g' = g + to_gradient w`.

use super::{Decay, Real, Rule};

/// `v = alpha v + (1 - alpha) g'^2`, `w = w' - lr g' / (sqrt(v) + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Rms {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
    /// The share of the mean square, and of the mean gradient, that stays.
    pub alpha: f64,
    /// What keeps the step finite where the mean square is 0.
    pub eps: f64,
    /// The share of the velocity that stays, where there is one.
    pub momentum: f64,
}

impl Rms {
    /// `g'` and the mean square after it.
    #[inline(always)]
    fn square<T: Real>(self, grad: T, w: T, v: T) -> (T, T) {
        let grad = self.decay.gradient(grad, w);
        (grad, T::from_f64(self.alpha) * v + T::from_f64(1.0 - self.alpha) * grad * grad)
    }

    /// The gradient over the root.
    #[inline(always)]
    fn scaled<T: Real>(self, grad: T, v: T) -> T {
        grad / (v.root() + T::from_f64(self.eps))
    }

    /// The gradient over the deviation: the root of the mean square without the mean's square, which rounding must not bring
    /// below 0.
    #[inline(always)]
    fn centred<T: Real>(self, grad: T, v: T, mean: T) -> (T, T) {
        let mean = mean + T::from_f64(1.0 - self.alpha) * (grad - mean);
        (self.scaled(grad, (v - mean * mean).larger(T::default())), mean)
    }

    #[inline(always)]
    fn step<T: Real>(self, w: T, direction: T) -> T {
        self.decay.weight(w) - T::from_f64(self.lr) * direction
    }
}

impl<T: Real> Rule<T, 2> for Rms {
    #[inline(always)]
    fn apply(self, grad: T, [w, v]: [T; 2]) -> [T; 2] {
        let (grad, v) = self.square(grad, w, v);
        [self.step(w, self.scaled(grad, v)), v]
    }
}

/// [`Rms`] with a velocity: `b = momentum b + g' / (sqrt(v) + eps)`, `w = w' - lr b`.
#[derive(Clone, Copy, Debug)]
pub struct MovingRms(
    /// Its coefficients.
    pub Rms,
);

impl<T: Real> Rule<T, 3> for MovingRms {
    #[inline(always)]
    fn apply(self, grad: T, [w, v, b]: [T; 3]) -> [T; 3] {
        let MovingRms(rms) = self;
        let (grad, v) = rms.square(grad, w, v);
        let b = T::from_f64(rms.momentum) * b + rms.scaled(grad, v);
        [rms.step(w, b), v, b]
    }
}

/// [`Rms`] by the deviation: `m += (1 - alpha) (g' - m)`, and `v - m^2` in place of `v`.
#[derive(Clone, Copy, Debug)]
pub struct CentredRms(
    /// Its coefficients.
    pub Rms,
);

impl<T: Real> Rule<T, 3> for CentredRms {
    #[inline(always)]
    fn apply(self, grad: T, [w, v, m]: [T; 3]) -> [T; 3] {
        let CentredRms(rms) = self;
        let (grad, v) = rms.square(grad, w, v);
        let (direction, m) = rms.centred(grad, v, m);
        [rms.step(w, direction), v, m]
    }
}

/// [`CentredRms`] with the velocity of [`MovingRms`].
#[derive(Clone, Copy, Debug)]
pub struct MovingCentredRms(
    /// Its coefficients.
    pub Rms,
);

impl<T: Real> Rule<T, 4> for MovingCentredRms {
    #[inline(always)]
    fn apply(self, grad: T, [w, v, m, b]: [T; 4]) -> [T; 4] {
        let MovingCentredRms(rms) = self;
        let (grad, v) = rms.square(grad, w, v);
        let (direction, m) = rms.centred(grad, v, m);
        let b = T::from_f64(rms.momentum) * b + direction;
        [rms.step(w, b), v, m, b]
    }
}

/// `s += g'^2`, `w = w' - lr g' / (sqrt(s) + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Adagrad {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
    /// What keeps the step finite where the sum is 0.
    pub eps: f64,
}

impl<T: Real> Rule<T, 2> for Adagrad {
    #[inline(always)]
    fn apply(self, grad: T, [w, s]: [T; 2]) -> [T; 2] {
        let grad = self.decay.gradient(grad, w);
        let s = s + grad * grad;
        [self.decay.weight(w) - T::from_f64(self.lr) * (grad / (s.root() + T::from_f64(self.eps))), s]
    }
}

/// `v = rho v + (1 - rho) g'^2`, `d = sqrt(u + eps) / sqrt(v + eps) g'`, `u = rho u + (1 - rho) d^2`, `w = w' - lr d`.
#[derive(Clone, Copy, Debug)]
pub struct Adadelta {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
    /// The share of both mean squares that stays.
    pub rho: f64,
    /// What lets the first step move.
    pub eps: f64,
}

impl<T: Real> Rule<T, 3> for Adadelta {
    #[inline(always)]
    fn apply(self, grad: T, [w, v, u]: [T; 3]) -> [T; 3] {
        let (stays, enters, eps) = (T::from_f64(self.rho), T::from_f64(1.0 - self.rho), T::from_f64(self.eps));
        let grad = self.decay.gradient(grad, w);
        let v = stays * v + enters * grad * grad;
        let d = (u + eps).root() / (v + eps).root() * grad;
        let u = stays * u + enters * d * d;
        [self.decay.weight(w) - T::from_f64(self.lr) * d, v, u]
    }
}
