//! Normalisations.

use super::Step;
use crate::rng::Rng;
use tapegrad_core::Tensor;

/// 4096 rows of 1024 elements to mean 0 and variance 1, and the derivatives.
pub fn layernorm() -> Step {
    let x = Rng::new(1).normal([4096, 1024], 1.0).requires_grad();
    let (w, b) = (Tensor::ones([1024]).requires_grad(), Tensor::zeros([1024]).requires_grad());
    Box::new(move || {
        [&x, &w, &b].into_iter().for_each(Tensor::zero_grad);
        let loss = x.layer_norm(&[1024], Some(&w), Some(&b), 1e-5).square().sum();
        loss.backward();
        loss.item()
    })
}
