//! Checkpoints: they bring everything back, damage is found and named, and a program that is killed leaves a good one.

mod files;
#[path = "../folder/mod.rs"]
mod folder;
mod killed;
mod restoring;
mod rotation;

use tapegrad_core::Tensor;
use tapegrad_nn::{Linear, Module};
use tapegrad_optim::{Adam, Optimizer, Rule};
use tapegrad_train::Checkpoint;

use folder::{Folder, names};

/// A small model and its optimiser after one step.
fn trained() -> (Linear, Optimizer<impl Rule>) {
    let net = Linear::new(3, 2);
    let mut opt = Adam::new(net.parameters(), 0.1);
    (&net.weight * 2.0).square().sum().backward();
    opt.step();
    (net, opt)
}

/// All that a restored checkpoint may change, as bytes.
fn everything<M: Module, R: Rule>(net: &M, opt: &Optimizer<R>) -> Vec<u8> {
    Checkpoint::of(net, opt).to_bytes().expect("bytes")
}

fn filled(value: f64, shape: &[usize]) -> Tensor {
    Tensor::full(shape, value)
}
