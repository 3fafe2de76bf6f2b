//! A small convolutional network on MNIST with all that a training has beside it: a loader whose workers read ahead, a progress bar,
//! early stopping with the best weights restored, checkpoints, and a report.
//!
//! `cargo run --release --example mnist_cnn` reaches at least 99 % on the 10,000 test images and leaves `report.html` in
//! `target/mnist_cnn`: curves, the learning rate, the confusion matrix, what the network says of some digits, its parts and its graph.
//! Ctrl-C finishes the step, keeps a checkpoint and stops; the next run goes on from there.

use tapegrad::data::{Arrays, DataLoader, datasets};
use tapegrad::ndarray::{Array1, Array3, Array4, Axis};
use tapegrad::nn::{Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential, summary};
use tapegrad::optim::AdamW;
use tapegrad::optim::schedule::OneCycle;
use tapegrad::prelude::*;
use tapegrad::train::metrics::{Confusion, accuracy};
use tapegrad::train::{Checkpoints, EarlyStopping, Progress, Report, Trainer, highest};
use tapegrad::viz::{Caption, ImageGrid};
use tapegrad_examples::{Failure, Run, data};

const ABOUT: &str =
    "A small convolutional network on MNIST, with a loader, progress, early stopping, checkpoints and a report.";
const BATCH: usize = 100;

/// Images and their digits.
type Digits = (Array4<f32>, Array1<i64>);

fn network() -> Sequential {
    let block = |from, to| {
        Sequential::new().push(Conv2d::new(from, to, 3).padding(1)).push(ReLU::new()).push(MaxPool2d::new(2))
    };
    Sequential::new()
        .push_named("first", block(1, 16))
        .push_named("second", block(16, 32))
        .push_named("flat", Flatten::new())
        .push_named("hidden", Linear::new(32 * 7 * 7, 128))
        .push_named("relu", ReLU::new())
        .push_named("dropout", Dropout::new(0.4))
        .push_named("scores", Linear::new(128, 10))
}

/// Pixels with the mean and the deviation of MNIST's training part taken out, and digits.
fn prepared(images: &Array3<u8>, digits: &Array1<u8>) -> Digits {
    let pixels = images.mapv(|pixel| (f32::from(pixel) / 255.0 - 0.1307) / 0.3081);
    (pixels.insert_axis(Axis(1)), digits.mapv(i64::from))
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "mnist_cnn");
    let mnist = datasets::mnist(data("mnist"))?;
    // The last training images are held out: they say when to stop. The test images are asked once, at the end.
    let (training, held_out, epochs) = if run.quick { (5_000, 1_000, 2) } else { (55_000, 5_000, 6) };
    let rows = |from: usize, count: usize| {
        let rows: Vec<usize> = (from..from + count).collect();
        prepared(&mnist.train_images.select(Axis(0), &rows), &mnist.train_labels.select(Axis(0), &rows))
    };
    let loader = DataLoader::new(Arrays::new(rows(0, training))).batch_size(BATCH).shuffle(1).workers(1);
    let valid = DataLoader::new(Arrays::new(rows(60_000 - held_out, held_out))).batch_size(500);

    tapegrad::manual_seed(1);
    let net = network();
    let shown: Vec<usize> = (60_000 - held_out..60_000 - held_out + 40).collect();
    let (pictures, digits) = (mnist.train_images.select(Axis(0), &shown), mnist.train_labels.select(Axis(0), &shown));
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let table = summary(&net, &Tensor::zeros([1, 1, 28, 28]));
    let report = Report::new(run.file("report.html"), "A convolutional network on MNIST")
        .confusion(&names, |(scores, y): &(Tensor, Tensor)| Confusion::of(scores, y))
        .part(|page, (scores, _)| {
            let guesses = scores.narrow(0, 0, 40).argmax_dim(1).to_vec::<i64>().expect("integers");
            let caption = |(&digit, guess): (&u8, i64)| match i64::from(digit) == guess {
                true => Caption::Right(guess.to_string()),
                false => Caption::Wrong(format!("{guess}, not {digit}")),
            };
            let captions: Vec<Caption> = digits.iter().zip(guesses).map(caption).collect();
            let grid = ImageGrid::gray(pictures.view()).captions(&captions).scale(3).draw()?;
            Ok(page.heading("Digits").figure(&grid, "Held-out digits, and what the network says."))
        })
        .summary(&table);
    println!("{table}");
    let checkpoints = run.file(if run.quick { "checkpoints-quick" } else { "checkpoints" });

    let mut trainer = Trainer::new(
        &net,
        AdamW::new(net.parameters(), 1e-3).weight_decay(0.01),
        |net, (x, y): &Digits| (net.call(&Tensor::from(x)), Tensor::from(y)),
        |(scores, y)| scores.cross_entropy(y),
    )
    .validation(|| valid.epoch(0))
    .metric("accuracy", |(scores, y)| accuracy(scores, y))
    .schedule(OneCycle::new(3e-3, epochs * training.div_ceil(BATCH)))
    .callback(Progress::new())
    .callback(EarlyStopping::new(highest("accuracy")).patience(3))
    .callback(report)
    .checkpoints(Checkpoints::new(&checkpoints).best(1, highest("accuracy")))
    .stop_on_ctrl_c();
    if trainer.resume()? {
        println!("goes on after step {}", trainer.standing().step);
    }
    trainer.fit(epochs, |epoch| loader.epoch(epoch as u64))?;
    if trainer.is_interrupted() {
        return Ok(());
    }
    // The best weights are back: the next run begins anew.
    std::fs::remove_dir_all(checkpoints)?;

    let (x, y) = prepared(&mnist.test_images, &mnist.test_labels);
    let scores: Vec<Tensor> = no_grad(|| Tensor::from(&x).split(500, 0).iter().map(|part| net.call(part)).collect());
    let right = 100.0 * accuracy(&Tensor::cat(&scores, 0), &Tensor::from(&y));
    net.state_dict().save(run.file("model.safetensors"))?;
    println!("see {}", run.file("report.html").display());
    println!("result: {right:.2} % of {} test images right", y.len());
    let wanted = if run.quick { 90.0 } else { 99.0 };
    assert!(right >= wanted, "{right:.2} %, expected at least {wanted} %");
    Ok(())
}
