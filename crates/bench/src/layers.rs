//! Dense layers and a loss in plain tensor expressions, with the layouts and starting weights of `peers/README.md`.

use crate::rng::Rng;
use tapegrad_core::Tensor;

/// `x w^T + b`.
struct Linear {
    w: Tensor,
    b: Tensor,
}

impl Linear {
    fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        let bound = 1.0 / (inputs as f64).sqrt();
        let w = rng.uniform([outputs, inputs], bound).requires_grad();
        let b = rng.uniform([outputs], bound).requires_grad();
        Linear { w, b }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.w, Some(&self.b))
    }
}

/// Dense layers with a function between them.
pub struct Mlp {
    layers: Vec<Linear>,
    between: fn(&Tensor) -> Tensor,
}

impl Mlp {
    /// Layers between neighbours of `widths`, weights drawn in the order of the forward pass.
    pub fn new(rng: &mut Rng, widths: &[usize], between: fn(&Tensor) -> Tensor) -> Self {
        let layers = widths.windows(2).map(|pair| Linear::new(rng, pair[0], pair[1])).collect();
        Mlp { layers, between }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let (first, rest) = self.layers.split_first().expect("a network has layers");
        rest.iter().fold(first.forward(x), |x, layer| layer.forward(&(self.between)(&x)))
    }

    /// Weight before bias, in the order of the forward pass.
    pub fn params(&self) -> impl Iterator<Item = &Tensor> {
        self.layers.iter().flat_map(|layer| [&layer.w, &layer.b])
    }
}

/// The mean of the squared differences.
pub fn mse(prediction: &Tensor, target: &Tensor) -> Tensor {
    (prediction - target).square().mean()
}
