//! Trains a network with two hidden layers on the handwritten digits of MNIST, in plain tensor expressions.
//!
//! `cargo run --release --example mnist` reads the 60,000 training images, descends by minibatch SGD with momentum, and reports
//! the accuracy on the 10,000 test images. Two runs print the same numbers.

use indicatif::{ProgressBar, ProgressStyle};
use tapegrad::data::datasets;
use tapegrad::ndarray::{Array3, Axis};
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{Caption, ConfusionMatrix, Graph, ImageGrid, Plot};
use tapegrad_examples::{Failure, Images, Report, Run, confusion, data, percent_right};

const ABOUT: &str = "Trains a network with two hidden layers on the handwritten digits of MNIST.";
const CLASSES: usize = 10;
const BATCH: usize = 100;
const SEED: u64 = 1;

/// Three layers: 784 pixels, 256 and 128 hidden units, 10 scores.
struct Net {
    weights: [Tensor; 3],
    biases: [Tensor; 3],
}

impl Net {
    /// Normal weights of variance 2 / inputs (He et al. 2015), zero biases.
    fn new() -> Net {
        let sizes = [784, 256, 128, CLASSES];
        let layer = |i: usize| {
            let scale = (2.0 / sizes[i] as f64).sqrt();
            (Tensor::randn([sizes[i], sizes[i + 1]]) * scale).requires_grad().named(format!("w{}", i + 1))
        };
        let bias = |i: usize| Tensor::zeros([sizes[i + 1]]).requires_grad().named(format!("b{}", i + 1));
        Net { weights: [0, 1, 2].map(layer), biases: [0, 1, 2].map(bias) }
    }

    /// The scores of each class, for a batch of images.
    fn scores(&self, x: &Tensor) -> Tensor {
        let [w1, w2, w3] = &self.weights;
        let [b1, b2, b3] = &self.biases;
        let h1 = (x.matmul(w1) + b1).relu();
        let h2 = (h1.matmul(w2) + b2).relu();
        h2.matmul(w3) + b3
    }
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "mnist");
    let mnist = datasets::mnist(data("mnist"))?;
    let (training, epochs) = if run.quick { (6_000, 2) } else { (mnist.train_labels.len(), 8) };
    let tensors = Images::of_mnist(&mnist).first(training);

    tapegrad::manual_seed(SEED);
    let net = Net::new();
    let mut optimizer = Sgd::new(net.weights.iter().chain(&net.biases), 0.05).momentum(0.9);

    let bar = ProgressBar::new((epochs * training.div_ceil(BATCH)) as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len}  loss {msg}  {eta} left")?);
    let (mut steps, mut losses, mut recent) = (Vec::new(), Vec::new(), 0.0);
    let mut drawing = None;
    for epoch in 0..epochs {
        // A tenth of the rate for the last epoch settles the weights.
        if epoch + 1 == epochs {
            optimizer.set_lr(0.005);
        }
        for (x, y) in tensors.batches(BATCH, epoch) {
            optimizer.zero_grad();
            let loss = net.scores(&x).cross_entropy(&y).named("loss");
            if drawing.is_none() {
                drawing = Some(Graph::of("One step: nodes are data, edges are operations", &[&loss]).draw()?);
            }
            loss.backward();
            optimizer.step();

            recent = if losses.is_empty() { loss.item() } else { 0.98 * recent + 0.02 * loss.item() };
            steps.push(steps.len() as f64);
            losses.push(recent);
            bar.set_message(format!("{recent:.4}"));
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let scores = no_grad(|| net.scores(&tensors.test_x));
    let predicted = scores.argmax_dim(1).to_vec::<i64>()?;
    let pairs = mnist.test_labels.iter().zip(&predicted).map(|(label, guess)| (usize::from(*label), *guess as usize));
    let counts = confusion(CLASSES, pairs);
    let accuracy = percent_right(&counts);
    println!("training loss {recent:.4} after {} steps", steps.len());

    let curve = Plot::new("Training loss")
        .x_label("step")
        .y_label("cross-entropy, running mean")
        .log_y()
        .line("loss", &steps, &losses)
        .draw()?;
    let names: Vec<String> = (0..CLASSES).map(|c| c.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let matrix = ConfusionMatrix::new("Test digits", counts.view(), &names).draw()?;
    let graph = drawing.ok_or("no step was taken")?;
    let digits = digits(&mnist.test_images, &mnist.test_labels.to_vec(), &predicted)?;
    Report::new(&run, "MNIST in plain tensor expressions")
        .result(&format!("{accuracy:.2} % of {} test images right", predicted.len()))
        .paragraph(&format!(
            "784 pixels, 256 and 128 hidden units, 10 classes; {epochs} epochs of minibatches of {BATCH} on {training} images, SGD with \
             momentum 0.9."
        ))
        .figure("loss", &curve, "Loss by step.")?
        .figure("confusion", &matrix, "True digit by row, predicted digit by column.")?
        .figure("digits", &digits, "The first test digits, then the first that were taken for another: true > predicted.")?
        .figure("graph", &graph, "The graph of one training step.")?
        .save()?;

    let wanted = if run.quick { 88.0 } else { 97.5 };
    assert!(accuracy >= wanted, "expected at least {wanted} %");
    Ok(())
}

/// Thirty test digits and thirty mistakes, with captions.
fn digits(images: &Array3<u8>, labels: &[u8], predicted: &[i64]) -> Result<tapegrad::viz::Png, tapegrad::viz::Error> {
    let wrong = (0..labels.len()).filter(|&i| i64::from(labels[i]) != predicted[i]);
    let shown: Vec<usize> = (0..30).chain(wrong.take(30)).collect();
    let captions: Vec<Caption> = shown
        .iter()
        .map(|&i| {
            let text = format!("{}>{}", labels[i], predicted[i]);
            if i64::from(labels[i]) == predicted[i] { Caption::Right(text) } else { Caption::Wrong(text) }
        })
        .collect();
    ImageGrid::gray(images.select(Axis(0), &shown).view()).captions(&captions).columns(10).scale(3).draw()
}
