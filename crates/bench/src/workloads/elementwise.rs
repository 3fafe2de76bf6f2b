//! Few ops on much data: functions of single elements, and the loss of a wide classifier.

use super::Step;
use crate::rng::Rng;

/// Sigmoid, tanh and exp of four million numbers.
pub fn elementwise() -> Step {
    let x = Rng::new(1).normal([4_000_000], 1.0).requires_grad();
    Box::new(move || {
        x.zero_grad();
        let loss = (x.sigmoid() * x.tanh() + (-(&x * &x)).exp()).sum();
        loss.backward();
        loss.item()
    })
}

/// The cross-entropy of 4096 rows of 1000 classes.
pub fn softmax_ce() -> Step {
    let mut data = Rng::new(1);
    let x = data.normal([4096, 1000], 1.0).requires_grad();
    let y = data.classes(1000, 4096);
    Box::new(move || {
        x.zero_grad();
        let loss = x.cross_entropy(&y);
        loss.backward();
        loss.item()
    })
}
