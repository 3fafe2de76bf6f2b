//! Penalties on the size of parameters, as differentiable functions to be added to a loss.

use std::borrow::Borrow;
use std::panic::Location;

use tapegrad_core::{Tensor, fail, scope};

/// The sum of `|w|` over all elements (the lasso, Tibshirani 1996): drives weights to 0 one by one. Its derivative is `sign(w)`,
/// 0 at 0.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::l1_penalty;
/// let w = Tensor::from([1.0, -2.0]).requires_grad();
/// let penalty = l1_penalty([&w]);
/// (&penalty * 0.1).backward();
/// assert_eq!((penalty.item(), w.grad().unwrap().to_vec::<f64>().unwrap()), (3.0, vec![0.1, -0.1]));
/// ```
///
/// # Panics
/// If there are no parameters, or they are of different types.
#[must_use]
#[track_caller]
pub fn l1_penalty(params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> Tensor {
    total("l1_penalty", params, |w| w.abs().sum())
}

/// The sum of `w^2` over all elements (ridge, Hoerl and Kennard 1970), without a half: `beta / 2` times it has the derivative
/// `beta w`, which is what a weight decay of `beta` adds to the gradient.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::l2_penalty;
/// let w = Tensor::from([1.0, -2.0]).requires_grad();
/// let beta = 0.1;
/// (l2_penalty([&w]) * (beta / 2.0)).backward();
/// assert_eq!(w.grad().unwrap().to_vec::<f64>().unwrap(), [0.1, -0.2]);
/// ```
///
/// # Panics
/// If there are no parameters, or they are of different types.
#[must_use]
#[track_caller]
pub fn l2_penalty(params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> Tensor {
    total("l2_penalty", params, |w| w.square().sum())
}

/// `strength (l1_ratio |w| + (1 - l1_ratio) / 2 w^2)`, summed over all elements (the elastic net, Zou and Hastie 2005, with the
/// weights that scikit-learn has).
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::elastic_net_penalty;
/// let w = Tensor::from([1.0, -2.0]).requires_grad();
/// assert_eq!(elastic_net_penalty([&w], 2.0, 0.5).item(), 2.0 * (0.5 * 3.0 + 0.25 * 5.0));
/// ```
///
/// # Panics
/// If there are no parameters, they are of different types, or `l1_ratio` is not between 0 and 1.
#[must_use]
#[track_caller]
pub fn elastic_net_penalty(
    params: impl IntoIterator<Item = impl Borrow<Tensor>>,
    strength: f64,
    l1_ratio: f64,
) -> Tensor {
    if !(0.0..=1.0).contains(&l1_ratio) {
        fail!("elastic_net_penalty: l1_ratio must be between 0 and 1, got {l1_ratio}");
    }
    let (first, second) = (strength * l1_ratio, strength * (1.0 - l1_ratio) / 2.0);
    total("elastic_net_penalty", params, |w| w.abs().sum() * first + w.square().sum() * second)
}

/// The sum of `of` over all parameters, recorded under the user's line.
#[track_caller]
fn total(what: &str, params: impl IntoIterator<Item = impl Borrow<Tensor>>, of: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let mut sum: Option<Tensor> = None;
    for param in params {
        sum = Some(scope::library(Location::caller(), || {
            let penalty = of(param.borrow());
            match &sum {
                Some(sum) => sum + penalty,
                None => penalty,
            }
        }));
    }
    match sum {
        Some(sum) => sum,
        None => fail!("{what}: there are no parameters"),
    }
}
