//! Rules that read the gradient's sign alone: Rprop and Lion.

use super::{Decay, Real, Rule};

/// Each element has a step of its own, between `least` and `most`: `grown` times what it was where the gradient kept its sign
/// and `shrunk` times where it turned (there the element waits, and the gradient is remembered as 0). `w -= sign(g) step`.
#[derive(Clone, Copy, Debug)]
pub struct Rprop {
    /// What a step becomes when the gradient turned, below 1.
    pub shrunk: f64,
    /// What a step becomes when the gradient kept its sign, above 1.
    pub grown: f64,
    /// The shortest step.
    pub least: f64,
    /// The longest step.
    pub most: f64,
}

impl<T: Real> Rule<T, 3> for Rprop {
    #[inline(always)]
    fn apply(self, grad: T, [w, previous, step]: [T; 3]) -> [T; 3] {
        let kept = grad * previous;
        let turned = kept < T::default();
        let factor = if kept > T::default() { T::from_f64(self.grown) } else { T::from_f64(1.0) };
        let factor = if turned { T::from_f64(self.shrunk) } else { factor };
        let (least, most, step) = (T::from_f64(self.least), T::from_f64(self.most), step * factor);
        let step = if step < least { least } else { step };
        let step = if step > most { most } else { step };
        let grad = if turned { T::default() } else { grad };
        [w - grad.direction() * step, grad, step]
    }
}

/// `w = w' - lr sign(beta1 m + (1 - beta1) g)`, `m = beta2 m + (1 - beta2) g`.
#[derive(Clone, Copy, Debug)]
pub struct Lion {
    /// The learning rate.
    pub lr: f64,
    /// The weight decay.
    pub decay: Decay,
    /// The mean gradient's share in the direction.
    pub beta1: f64,
    /// The share of the mean gradient that stays.
    pub beta2: f64,
}

impl<T: Real> Rule<T, 2> for Lion {
    #[inline(always)]
    fn apply(self, grad: T, [w, m]: [T; 2]) -> [T; 2] {
        let grad = self.decay.gradient(grad, w);
        let direction = T::from_f64(self.beta1) * m + T::from_f64(1.0 - self.beta1) * grad;
        let m = T::from_f64(self.beta2) * m + T::from_f64(1.0 - self.beta2) * grad;
        [self.decay.weight(w) - T::from_f64(self.lr) * direction.direction(), m]
    }
}
