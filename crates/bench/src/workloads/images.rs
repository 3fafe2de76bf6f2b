//! Convolutional networks: trained, and asked.

use super::{Step, training};
use crate::layers::{BatchNorm2d, Conv2d, Linear, Upscale2d, halve};
use crate::rng::Rng;
use tapegrad_core::{Tensor, no_grad};
use tapegrad_optim::{Adam, Sgd};

/// Two convolutions and three dense layers (Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998).
struct LeNet {
    convs: [Conv2d; 2],
    dense: [Linear; 3],
}

impl LeNet {
    fn new() -> Self {
        let rng = &mut Rng::new(2);
        LeNet {
            convs: [Conv2d::new(rng, [1, 6, 5], 2), Conv2d::new(rng, [6, 16, 5], 0)],
            dense: [[400, 120], [120, 84], [84, 10]].map(|[inputs, outputs]| Linear::new(rng, inputs, outputs)),
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let [first, second, third] = &self.dense;
        let x = self.convs.iter().fold(x.clone(), |x, conv| halve(&conv.forward(&x).relu()));
        third.forward(&second.forward(&first.forward(&x.flatten_dims(1, -1)).relu()).relu())
    }

    fn params(&self) -> impl Iterator<Item = &Tensor> {
        self.convs.iter().flat_map(Conv2d::params).chain(self.dense.iter().flat_map(Linear::params))
    }
}

pub fn lenet() -> Step {
    let net = LeNet::new();
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([64, 1, 28, 28], 1.0), data.classes(10, 64));
    training(Sgd::new(net.params(), 0.01).momentum(0.9), move || net.forward(&x).cross_entropy(&y))
}

/// One image, as when a user waits for the answer.
pub fn infer_lenet_b1() -> Step {
    infer_lenet(1)
}

/// Many images at once.
pub fn infer_lenet_b256() -> Step {
    infer_lenet(256)
}

fn infer_lenet(batch: usize) -> Step {
    let (net, x) = (LeNet::new(), Rng::new(1).normal([batch, 1, 28, 28], 1.0));
    Box::new(move || no_grad(|| net.forward(&x).sum().item()))
}

/// A convolution without bias, normalised over the batch.
struct Normed {
    conv: Conv2d,
    norm: BatchNorm2d,
}

impl Normed {
    fn new(rng: &mut Rng, inputs: usize, outputs: usize) -> Self {
        Normed { conv: Conv2d::without_bias(rng, [inputs, outputs, 3], 1), norm: BatchNorm2d::new(outputs) }
    }

    fn forward(&mut self, x: &Tensor) -> Tensor {
        self.norm.forward(&self.conv.forward(x)).relu()
    }

    fn params(&self) -> impl Iterator<Item = &Tensor> {
        self.conv.params().chain(self.norm.params())
    }
}

/// Six normalised convolutions, halved after every other one, and a dense layer.
pub fn vgg_bn() -> Step {
    let rng = &mut Rng::new(2);
    let mut convs: Vec<Normed> = [(3, 32), (32, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
        .map(|(inputs, outputs)| Normed::new(rng, inputs, outputs))
        .into();
    let dense = Linear::new(rng, 2048, 10);
    let opt = Adam::new(convs.iter().flat_map(Normed::params).chain(dense.params()), 1e-3);
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([32, 3, 32, 32], 1.0), data.classes(10, 32));
    training(opt, move || {
        let x =
            convs.chunks_mut(2).fold(x.clone(), |x, pair| halve(&pair.iter_mut().fold(x, |x, conv| conv.forward(&x))));
        dense.forward(&x.flatten_dims(1, -1)).cross_entropy(&y)
    })
}

/// One step down and up again, the class of each pixel (O. Ronneberger et al., "U-Net", 2015).
pub fn unet_tiny() -> Step {
    let rng = &mut Rng::new(2);
    let encoder = [[1, 16, 3], [16, 16, 3]].map(|sizes| Conv2d::new(rng, sizes, 1));
    let middle = [[16, 32, 3], [32, 32, 3]].map(|sizes| Conv2d::new(rng, sizes, 1));
    let up = Upscale2d::new(rng, 32, 16);
    let (decoder, last) = (Conv2d::new(rng, [32, 16, 3], 1), Conv2d::new(rng, [16, 2, 1], 0));
    let convs = encoder.iter().chain(&middle).flat_map(Conv2d::params).chain(up.params());
    let opt = Adam::new(convs.chain(decoder.params()).chain(last.params()), 1e-3);
    let mut data = Rng::new(1);
    let (x, y) = (data.normal([8, 1, 64, 64], 1.0), data.classes(2, 8 * 64 * 64).reshape([8, 64, 64]));
    let through = |convs: &[Conv2d], x: &Tensor| convs.iter().fold(x.clone(), |x, conv| conv.forward(&x).relu());
    training(opt, move || {
        let near = through(&encoder, &x);
        let far = up.forward(&through(&middle, &halve(&near)));
        let joined = Tensor::cat(&[&near, &far], 1);
        last.forward(&decoder.forward(&joined).relu()).cross_entropy(&y)
    })
}
