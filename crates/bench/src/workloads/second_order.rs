//! Derivatives of derivatives.

use super::Step;
use crate::layers::{Mlp, mse};
use crate::rng::Rng;
use tapegrad_core::{Grad, Tensor, grad};

/// The Hessian of a small network's loss times a direction: the derivative of the gradient's product with it.
pub fn hvp_mlp() -> Step {
    let net = Mlp::new(&mut Rng::new(2), &[2, 16, 16, 1], Tensor::tanh);
    let (mut data, mut direction) = (Rng::new(1), Rng::new(3));
    let (x, y) = (data.normal([16, 2], 1.0), data.normal([16, 1], 1.0));
    let vs: Vec<Tensor> = net.params().map(|p| direction.normal(p.shape(), 1.0)).collect();
    Box::new(move || {
        let params: Vec<&Tensor> = net.params().collect();
        let gs = Grad::of(&[&mse(&net.forward(&x), &y)]).wrt(&params).create_graph().run();
        let along =
            gs.iter().zip(&vs).map(|(g, v)| (g * v).sum()).reduce(|a, b| a + b).expect("a network has parameters");
        grad(&[&along], &params)[0].sum().item()
    })
}
