//! The training loop beside one written by hand, stopped and resumed, and what is done beside its steps.

mod accumulated;
mod callbacks;
#[path = "../folder/mod.rs"]
mod folder;
mod interrupted;
mod laws;
mod resumed;

use tapegrad_core::{Rng, Tensor};
use tapegrad_nn::{BatchNorm1d, Dropout, Forward, Linear, Module, ReLU, Sequential};
use tapegrad_optim::{Optimizer, Rule, Sgd};
use tapegrad_train::Trainer;

use folder::Folder;

type Batch = (Tensor, Tensor);

/// A model with random numbers and running statistics in it.
fn net() -> Sequential {
    Sequential::from((Linear::new(3, 8), BatchNorm1d::new(8), ReLU::new(), Dropout::new(0.5), Linear::new(8, 2)))
}

/// Points in two classes that a line nearly tells apart.
fn points(n: usize) -> Batch {
    let mut rng = Rng::seeded(5);
    let x = rng.randn([n, 3]);
    let y = (x.i((.., 0)) + rng.randn([n]) * 0.3).gt(0.0);
    (x, y.to_dtype(tapegrad_core::DType::I64))
}

/// The points in batches, in an order drawn from the thread's generator.
fn shuffled((x, y): &Batch, size: usize) -> Vec<Batch> {
    let order = Tensor::randperm(y.numel()).to_vec::<i64>().unwrap();
    let batch = |rows: &[i64]| {
        let rows = Tensor::from(rows.to_vec());
        (x.index_select(0, &rows), y.index_select(0, &rows))
    };
    order.chunks(size).map(batch).collect()
}

/// The points in batches, in their order.
fn in_order((x, y): &Batch, size: usize) -> Vec<Batch> {
    let begins = (0..y.numel()).step_by(size);
    let batch = |begin| {
        let rows = size.min(y.numel() - begin);
        (x.narrow(0, begin, rows), y.narrow(0, begin, rows))
    };
    begins.map(batch).collect()
}

/// A training that tells the classes of points.
fn classifying<M: Forward, R: Rule>(net: &M, opt: Optimizer<R>) -> Trainer<'_, M, R, Batch, Batch> {
    Trainer::new(net, opt, |net, (x, y): &Batch| (net.call(x), y.clone()), |(scores, y)| scores.cross_entropy(y))
}

/// A training towards 0, whatever the batch, in steps of a learning rate.
fn shrinking(net: &Linear, lr: f64) -> Trainer<'_, Linear, impl Rule + use<>, Tensor, Tensor> {
    Trainer::new(net, Sgd::new(net.parameters(), lr), |net, x| net.call(x), |y| y.square().mean())
}
