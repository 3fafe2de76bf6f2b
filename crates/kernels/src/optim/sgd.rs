//! Gradient descent, and the weight decay that most rules share.

use super::{Real, Rule};

/// How a parameter shrinks of itself.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// The share of the parameter that is added to its gradient: `g' = g + to_gradient w`.
    pub to_gradient: f64,
    /// The share of the parameter that is taken from it before it moves: `w' = (1 - of_weight) w`.
    pub of_weight: f64,
}

impl Decay {
    /// This share of the parameter is added to its gradient, which is then read as any other.
    pub const fn coupled(share: f64) -> Self {
        Decay { to_gradient: share, of_weight: 0.0 }
    }

    /// This share of the parameter is taken from it, whatever the gradient.
    pub const fn decoupled(share: f64) -> Self {
        Decay { to_gradient: 0.0, of_weight: share }
    }

    /// The gradient with the decay's share. Without decay an infinite weight must not make it NaN.
    #[inline(always)]
    pub(super) fn gradient<T: Real>(self, grad: T, w: T) -> T {
        if self.to_gradient == 0.0 { grad } else { grad + T::from_f64(self.to_gradient) * w }
    }

    /// The weight without the decay's share.
    #[inline(always)]
    pub(super) fn weight<T: Real>(self, w: T) -> T {
        T::from_f64(1.0 - self.of_weight) * w
    }
}

/// `w = w' - lr g'`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
}

impl<T: Real> Rule<T, 1> for Sgd {
    #[inline(always)]
    fn apply(self, grad: T, [w]: [T; 1]) -> [T; 1] {
        [self.decay.weight(w) - T::from_f64(self.lr) * self.decay.gradient(grad, w)]
    }
}

/// The velocity `v = stays v + enters g'`, then `w = w' - lr v`, or looking ahead `w = w' - lr (g' + stays v)`.
#[derive(Clone, Copy, Debug)]
pub struct Momentum {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
    /// The share of the velocity that stays.
    pub stays: f64,
    /// The share of the gradient that enters it.
    pub enters: f64,
    /// Whether the step looks ahead, after Nesterov.
    pub nesterov: bool,
}

impl<T: Real> Rule<T, 2> for Momentum {
    #[inline(always)]
    fn apply(self, grad: T, [w, v]: [T; 2]) -> [T; 2] {
        let stays = T::from_f64(self.stays);
        let grad = self.decay.gradient(grad, w);
        let v = stays * v + T::from_f64(self.enters) * grad;
        let direction = if self.nesterov { grad + stays * v } else { v };
        [self.decay.weight(w) - T::from_f64(self.lr) * direction, v]
    }
}
