//! Convolutions.

use super::Step;
use crate::rng::Rng;
use tapegrad_core::Conv2dOptions;

/// One convolution of 64 channels under a kernel of 3 by 3, and its derivatives.
pub fn conv3x3() -> Step {
    let x = Rng::new(1).normal([8, 64, 56, 56], 1.0).requires_grad();
    let w = Rng::new(2).normal([64, 64, 3, 3], 0.05).requires_grad();
    let options = Conv2dOptions { padding: [1, 1], ..Default::default() };
    Box::new(move || {
        x.zero_grad();
        w.zero_grad();
        let loss = x.conv2d(&w, None, &options).square().sum();
        loss.backward();
        loss.item()
    })
}
