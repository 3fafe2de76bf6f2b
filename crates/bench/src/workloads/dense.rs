//! Networks of dense layers, trained.

use super::{Step, training};
use crate::layers::{Mlp, mse};
use crate::rng::Rng;
use tapegrad_core::Tensor;
use tapegrad_optim::{Adam, Sgd};

/// A tiny regression: ops on little data, in a shape that occurs.
pub fn mlp_tiny() -> Step {
    let net = Mlp::new(&mut Rng::new(2), &[2, 16, 16, 1], Tensor::tanh);
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([16, 2], 1.0), data.normal([16, 1], 1.0));
    training(Sgd::new(net.params(), 0.01), move || mse(&net.forward(&x), &y))
}

/// Linear regression by gradient descent on all rows at once.
pub fn linear_gd() -> Step {
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([17_000, 18], 1.0), data.normal([17_000, 1], 1.0));
    let model = Mlp::new(&mut Rng::new(2), &[18, 1], Tensor::tanh);
    training(Sgd::new(model.params(), 0.01), move || mse(&model.forward(&x), &y) / 2)
}

/// Two matrices and a sum of squares.
pub fn seed_net() -> Step {
    let (mut data, mut params) = (Rng::new(1), Rng::new(2));
    let (x, y) = (data.normal([64, 1000], 1.0), data.normal([64, 10], 1.0));
    let w1 = params.normal([1000, 100], 0.05).requires_grad();
    let w2 = params.normal([100, 10], 0.1).requires_grad();
    let opt = Sgd::new([&w1, &w2], 1e-5).momentum(0.9);
    training(opt, move || (x.matmul(&w1).relu().matmul(&w2) - &y).square().sum())
}

/// A classifier of digits, with Adam.
pub fn mlp_mnist() -> Step {
    let net = Mlp::new(&mut Rng::new(2), &[784, 512, 256, 10], Tensor::relu);
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([128, 784], 1.0), data.classes(10, 128));
    training(Adam::new(net.params(), 1e-3), move || net.forward(&x).cross_entropy(&y))
}
