//! Gradients that are too large are made smaller before a step.

use std::borrow::Borrow;

use crate::checks::Check;
use tapegrad_core::{Tensor, fail, no_grad};

/// Scales all gradients by one factor so that their *global* norm, the norm of all of them as one vector, is at most `max_norm`
/// (Pascanu, Mikolov and Bengio, 2013, "On the difficulty of training recurrent neural networks"). Gives the norm before.
///
/// The factor is `min(1, max_norm / (norm + 1e-6))`. Parameters without gradient count as 0. [`ClipNorm`] has the options.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::clip_grad_norm;
/// let (a, b) = (Tensor::from(1.0).requires_grad(), Tensor::from(1.0).requires_grad());
/// (&a * 30.0 + &b * 40.0).backward();
/// assert_eq!(clip_grad_norm([&a, &b], 1.0), 50.0);
/// assert!((a.grad().unwrap().item() - 0.6).abs() < 1e-6);
/// ```
///
/// # Panics
/// If a parameter is not a leaf, or `max_norm` is negative or not finite.
#[track_caller]
pub fn clip_grad_norm(params: impl IntoIterator<Item = impl Borrow<Tensor>>, max_norm: f64) -> f64 {
    ClipNorm::new(max_norm).clip(params)
}

/// Brings every element of every gradient between `-limit` and `limit`. NaN stays.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::clip_grad_value;
/// let w = Tensor::from([1.0, 1.0]).requires_grad();
/// (&w * &Tensor::from([0.1, -7.0])).sum().backward();
/// clip_grad_value([&w], 0.5);
/// assert_eq!(w.grad().unwrap().to_vec::<f64>().unwrap(), [0.1, -0.5]);
/// ```
///
/// # Panics
/// If a parameter is not a leaf, or `limit` is negative or not finite.
#[track_caller]
pub fn clip_grad_value(params: impl IntoIterator<Item = impl Borrow<Tensor>>, limit: f64) {
    Check::Amount.of("clip_grad_value", "the limit", limit);
    for (param, grad) in gradients("clip_grad_value", params) {
        param.set_grad(&no_grad(|| grad.clamp(-limit, limit)));
    }
}

/// [`clip_grad_norm`] with options.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::ClipNorm;
/// let w = Tensor::from([1.0, 1.0]).requires_grad();
/// (&w * &Tensor::from([3.0, -4.0])).sum().backward();
/// assert_eq!(ClipNorm::new(10.0).order(f64::INFINITY).error_if_nonfinite().clip([&w]), 4.0);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is clipped before clip()"]
pub struct ClipNorm {
    max_norm: f64,
    order: f64,
    error_if_nonfinite: bool,
}

impl ClipNorm {
    /// To a Euclidean norm of at most `max_norm`.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn new(max_norm: f64) -> Self {
        Check::Amount.of("clip_grad_norm", "max_norm", max_norm);
        ClipNorm { max_norm, order: 2.0, error_if_nonfinite: false }
    }

    /// Another norm: `(sum |g|^order)^(1 / order)`, for infinity the largest `|g|`.
    ///
    /// # Panics
    /// If it is not above 0.
    #[track_caller]
    pub fn order(mut self, order: f64) -> Self {
        if order.is_nan() || order <= 0.0 {
            fail!("clip_grad_norm: the norm's order must be above 0, got {order}");
        }
        self.order = order;
        self
    }

    /// Panics where the norm is infinite or NaN. Without this such a norm makes gradients 0 or NaN.
    pub fn error_if_nonfinite(mut self) -> Self {
        self.error_if_nonfinite = true;
        self
    }

    /// Clips, and gives the norm before.
    ///
    /// # Panics
    /// If a parameter is not a leaf, or as [`ClipNorm::error_if_nonfinite`].
    #[track_caller]
    pub fn clip(&self, params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> f64 {
        let gradients = gradients("clip_grad_norm", params);
        let norms: Vec<f64> = gradients.iter().map(|(_, grad)| no_grad(|| norm(grad, self.order))).collect();
        let total = combined(&norms, self.order);
        if self.error_if_nonfinite && !total.is_finite() {
            let worst = norms.iter().position(|norm| !norm.is_finite()).map_or(String::new(), |i| {
                let (param, _) = &gradients[i];
                let name = param.name().map(|name| format!(" \"{name}\"")).unwrap_or_default();
                format!(", first that of the gradient{name} {:?}", param.shape())
            });
            fail!("clip_grad_norm: the gradients' norm is {total}{worst}");
        }
        // Not `min`, which would take 1 for NaN.
        let factor = self.max_norm / (total + 1e-6);
        if factor >= 1.0 {
            return total;
        }
        for (param, grad) in gradients {
            param.set_grad(&no_grad(|| grad * factor));
        }
        total
    }
}

/// The parameters that have a gradient, with it.
#[track_caller]
fn gradients(what: &str, params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> Vec<(Tensor, Tensor)> {
    let mut found = Vec::new();
    for (i, param) in params.into_iter().enumerate() {
        let param = param.borrow();
        if !param.is_leaf() {
            fail!("{what}: parameter {i} ({:?}) is not a leaf; make one with requires_grad()", param.shape());
        }
        found.extend(param.grad().map(|grad| (param.clone(), grad)));
    }
    found
}

/// The norm of one gradient; in units of its largest element where powers overflow or vanish.
fn norm(grad: &Tensor, order: f64) -> f64 {
    let of = |grad: &Tensor| match order {
        _ if grad.numel() == 0 => 0.0,
        2.0 => grad.square().sum().item().sqrt(),
        f64::INFINITY => largest(grad),
        _ => grad.abs().pow(order).sum().item().powf(1.0 / order),
    };
    let norm = of(grad);
    if grad.numel() == 0 || norm.is_finite() && norm > 0.0 {
        return norm;
    }
    let unit = largest(grad);
    if unit.is_finite() && unit > 0.0 { unit * of(&(grad / unit)) } else { unit }
}

/// The largest absolute value; NaN if there is one.
fn largest(grad: &Tensor) -> f64 {
    if grad.isnan().any().item() == 1.0 { f64::NAN } else { grad.abs().max().item() }
}

/// The norm of the norms.
fn combined(norms: &[f64], order: f64) -> f64 {
    if order == f64::INFINITY {
        return norms.iter().fold(0.0, |most: f64, &norm| if norm.is_nan() || norm > most { norm } else { most });
    }
    // In units of the largest, so that the powers do not overflow.
    let unit = norms.iter().fold(0.0, |most: f64, &norm| most.max(norm));
    if unit == 0.0 || !norms.iter().all(|norm| norm.is_finite()) {
        return norms.iter().sum();
    }
    unit * norms.iter().map(|norm| (norm / unit).powf(order)).sum::<f64>().powf(1.0 / order)
}
