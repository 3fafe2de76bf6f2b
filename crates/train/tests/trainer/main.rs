//! The training loop beside one written by hand, stopped and resumed, and what is done beside its steps.

mod callbacks;
mod interrupted;
mod laws;
mod resumed;

use std::fs;
use std::path::PathBuf;

use tapegrad_core::{Rng, Tensor};
use tapegrad_nn::{BatchNorm1d, Dropout, Linear, ReLU, Sequential};

type Batch = (Tensor, Tensor);

/// A fresh folder under the system's temporary one, removed with everything in it at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tapegrad-trainer-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("temporary folder");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

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
