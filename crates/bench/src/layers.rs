//! Layers and a loss in plain tensor expressions, with the layouts and starting weights of `peers/README.md`.

use crate::rng::Rng;
use tapegrad_core::{Conv2dOptions, ConvTranspose2dOptions, MaxPool2dOptions, Tensor};

/// Uniform within `1 / sqrt(fan_in)`.
fn parameter(rng: &mut Rng, shape: &[usize], fan_in: usize) -> Tensor {
    rng.uniform(shape, 1.0 / (fan_in as f64).sqrt()).requires_grad()
}

/// `x w^T + b`.
pub struct Linear {
    w: Tensor,
    b: Tensor,
}

impl Linear {
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        let w = parameter(rng, &[outputs, inputs], inputs);
        Linear { w, b: parameter(rng, &[outputs], inputs) }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.w, Some(&self.b))
    }

    /// Weight before bias.
    pub fn params(&self) -> [&Tensor; 2] {
        [&self.w, &self.b]
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
        self.layers.iter().flat_map(Linear::params)
    }
}

/// A convolution at steps of 1, with or without a bias.
pub struct Conv2d {
    w: Tensor,
    b: Option<Tensor>,
    padding: usize,
}

impl Conv2d {
    /// From and to so many channels, under a square kernel.
    pub fn new(rng: &mut Rng, [inputs, outputs, kernel]: [usize; 3], padding: usize) -> Self {
        let mut conv = Conv2d::without_bias(rng, [inputs, outputs, kernel], padding);
        conv.b = Some(parameter(rng, &[outputs], inputs * kernel * kernel));
        conv
    }

    pub fn without_bias(rng: &mut Rng, [inputs, outputs, kernel]: [usize; 3], padding: usize) -> Self {
        let w = parameter(rng, &[outputs, inputs, kernel, kernel], inputs * kernel * kernel);
        Conv2d { w, b: None, padding }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let options = Conv2dOptions { padding: [self.padding; 2], ..Default::default() };
        x.conv2d(&self.w, self.b.as_ref(), &options)
    }

    pub fn params(&self) -> impl Iterator<Item = &Tensor> {
        std::iter::once(&self.w).chain(&self.b)
    }
}

/// A transposed convolution that doubles height and width.
pub struct Upscale2d {
    w: Tensor,
    b: Tensor,
}

impl Upscale2d {
    pub fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        let fan_in = outputs * 2 * 2;
        Upscale2d { w: parameter(rng, &[inputs, outputs, 2, 2], fan_in), b: parameter(rng, &[outputs], fan_in) }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let options = ConvTranspose2dOptions { stride: [2, 2], ..Default::default() };
        x.conv_transpose2d(&self.w, Some(&self.b), &options)
    }

    pub fn params(&self) -> [&Tensor; 2] {
        [&self.w, &self.b]
    }
}

/// Batch normalisation of images, with the running statistics that it would be evaluated with.
pub struct BatchNorm2d {
    w: Tensor,
    b: Tensor,
    mean: Tensor,
    variance: Tensor,
}

impl BatchNorm2d {
    pub fn new(channels: usize) -> Self {
        let (w, b) = (Tensor::ones([channels]).requires_grad(), Tensor::zeros([channels]).requires_grad());
        BatchNorm2d { w, b, mean: Tensor::zeros([channels]), variance: Tensor::ones([channels]) }
    }

    pub fn forward(&mut self, x: &Tensor) -> Tensor {
        let (y, mean, variance) = x.batch_norm(Some(&self.w), Some(&self.b), 1e-5);
        let n = (x.numel() / mean.numel()) as f64;
        self.mean = self.mean.lerp(&mean, 0.1);
        self.variance = self.variance.lerp(&(variance * (n / (n - 1.0))), 0.1);
        y
    }

    pub fn params(&self) -> [&Tensor; 2] {
        [&self.w, &self.b]
    }
}

/// Mean 0 and variance 1 over the last axis.
pub struct LayerNorm {
    w: Tensor,
    b: Tensor,
}

impl LayerNorm {
    pub fn new(width: usize) -> Self {
        LayerNorm { w: Tensor::ones([width]).requires_grad(), b: Tensor::zeros([width]).requires_grad() }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(self.w.shape(), Some(&self.w), Some(&self.b), 1e-5)
    }

    pub fn params(&self) -> [&Tensor; 2] {
        [&self.w, &self.b]
    }
}

/// The largest of each two by two elements.
pub fn halve(x: &Tensor) -> Tensor {
    x.max_pool2d(&MaxPool2dOptions::new([2, 2]))
}

/// The mean of the squared differences.
pub fn mse(prediction: &Tensor, target: &Tensor) -> Tensor {
    (prediction - target).square().mean()
}
