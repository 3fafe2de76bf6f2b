//! Many ops on little data: what an op costs apart from its arithmetic.

use super::Step;
use crate::rng::Rng;
use tapegrad_core::Tensor;

/// A thousand products and sums of 16 elements.
pub fn dispatch() -> Step {
    let x = Rng::new(1).uniform([16], 1.0).requires_grad();
    let (a, b) = (Tensor::full([16], 1.0001), Tensor::full([16], 0.0001));
    Box::new(move || {
        x.zero_grad();
        let mut y = x.clone();
        for _ in 0..1000 {
            y = &y * &a + &b;
        }
        let s = y.sum();
        s.backward();
        s.item()
    })
}

/// A chain of 200,000 ops on one number.
pub fn scalar_chain() -> Step {
    let x0 = Tensor::from(0.5f32).requires_grad();
    Box::new(move || {
        x0.zero_grad();
        let mut x = x0.clone();
        for _ in 0..100_000 {
            x = x.sin() * 1.001;
        }
        x.backward();
        x.item()
    })
}
