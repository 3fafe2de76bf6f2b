//! Checkpoints: they bring everything back, damage is found and named, and a program that is killed leaves a good one.

mod files;
mod killed;
mod restoring;
mod rotation;

use std::fs;
use std::path::{Path, PathBuf};

use tapegrad_core::Tensor;
use tapegrad_nn::{Linear, Module};
use tapegrad_optim::{Adam, Optimizer, Rule};
use tapegrad_train::Checkpoint;

/// A fresh folder under the system's temporary one, removed with everything in it at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tapegrad-train-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("temporary folder");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        names(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

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
