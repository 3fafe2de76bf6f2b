//! Several classes: softmax, one-hot, cross-entropy, and linear models of irises and of handwritten digits.
//!
//! `cargo run --release --example 06_softmax` takes the scores 2.0, 0.1, 0.2, 1.0 through softmax and cross-entropy in numbers that can
//! be checked on paper, looks at the first distribution that an untrained model gives for small and for large weights, and then
//! trains scores = x W + b on the irises and on MNIST, where such a model is right about 92 times in 100.

use tapegrad::data::{datasets, shuffled_batches, split};
use tapegrad::manual_seed;
use tapegrad::ndarray::{Array2, Array3, Axis};
use tapegrad::optim::{Adam, Sgd};
use tapegrad::prelude::*;
use tapegrad::viz::{Caption, ConfusionMatrix, ImageGrid, Plot};
use tapegrad_examples::{
    Failure, Report, Run, assert_close, confusion, data, percent_right, print_table, standardised,
};

const ABOUT: &str = "Softmax, one-hot, cross-entropy; linear models of irises and of handwritten digits.";

/// Rows of images as numbers from 0 to 1, and their digits.
fn tensors(images: &Array3<u8>, labels: impl IntoIterator<Item = u8>) -> (Tensor, Tensor) {
    let x = Tensor::from(images.mapv(|pixel| f32::from(pixel) / 255.0)).reshape([-1, 784]);
    (x, labels.into_iter().map(i64::from).collect())
}

/// Which class has the largest score, as counts \[true class, predicted class\].
fn told(scores: &Tensor, labels: &Tensor) -> Result<Array2<u64>, tapegrad::Error> {
    let (labels, guesses) = (labels.to_vec::<i64>()?, scores.argmax_dim(1).to_vec::<i64>()?);
    Ok(confusion(scores.shape()[1], labels.iter().zip(guesses).map(|(label, guess)| (*label as usize, guess as usize))))
}

/// Four scores on paper: e^s, divided by their sum.
fn four_scores(report: Report) -> Result<Report, Failure> {
    let numbers = [2.0_f64, 0.1, 0.2, 1.0];
    let (truth, one_hot) = (0, [1.0, 0.0, 0.0, 0.0]);
    let scores = Tensor::from(numbers).requires_grad();
    let p = scores.softmax(0);
    let loss = -(Tensor::from(one_hot) * p.log()).sum();
    let slope = grad(&[&loss], &[&scores]).remove(0).to_vec::<f64>()?;
    let (p, sum) = (p.to_vec::<f64>()?, numbers.map(f64::exp).iter().sum::<f64>());
    let mut rows = Vec::new();
    for i in 0..4 {
        assert_close("softmax", p[i], numbers[i].exp() / sum, 1e-14);
        assert!((slope[i] - (p[i] - one_hot[i])).abs() < 1e-14, "the gradient is p - y");
        let row = [numbers[i], numbers[i].exp(), p[i], one_hot[i], slope[i]];
        rows.push(row.iter().map(|v| format!("{v:.4}")).collect());
    }
    // On paper: e^2 = 7.3891 of 12.4338 in all, and -ln 0.5943 = 0.5204.
    assert_eq!(format!("{:.4} {:.4}", p[0], loss.item()), "0.5943 0.5204");
    let fused = scores.reshape([1, 4]).cross_entropy(&tensor![truth]).item();
    assert_close("cross_entropy of scores and class", fused, loss.item(), 1e-14);
    let header = ["score s", "e^s", "p = e^s / sum", "one-hot y", "dL/ds = p - y"];
    println!("four scores, of which the first is right:");
    print_table(&header, &rows);
    println!("cross-entropy L = -sum y log p = -log {:.4} = {:.4}", p[0], loss.item());
    Ok(report
        .heading("Four scores")
        .paragraph("Softmax makes scores into probabilities: e^s, divided by the sum. The cross-entropy with the one-hot truth is minus \
                    the logarithm of the probability of the right class, and its gradient is p - y.")
        .table(&header, &rows)
        .paragraph(&format!("L = -log {:.4} = {:.4}.", p[0], loss.item())))
}

/// What an untrained model says of the first image, for weights of several sizes.
fn first_distribution(x: &Tensor, y: &Tensor, report: Report) -> Result<Report, Failure> {
    let digits: Vec<f64> = (0..10).map(f64::from).collect();
    let mut plot =
        Plot::new("The first image, before any training").x_label("digit").y_label("probability").y_range(-0.05, 1.05);
    let mut rows = Vec::new();
    for sigma in [0.001, 0.1, 1.0, 10.0] {
        manual_seed(1);
        let scores = x.matmul(&(Tensor::randn([784, 10]) * sigma));
        let p = scores.softmax(1);
        let (loss, largest) = (scores.cross_entropy(y).item(), p.amax_dim(1).mean().item());
        rows.push(vec![sigma.to_string(), format!("{largest:.3}"), format!("{loss:.3}")]);
        let first: Vec<f64> = p.i(0).to_vec::<f32>()?.into_iter().map(f64::from).collect();
        assert!((first.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        plot = plot.points(format!("sigma {sigma}"), &digits, &first);
        match sigma {
            // Equal probabilities: ln 10 = 2.303.
            0.001 => assert_close("the loss of small weights", loss, 10.0_f64.ln(), 0.01),
            10.0 => assert!(largest > 0.95 && loss > 50.0, "large weights are sure, and mostly wrong"),
            _ => {}
        }
    }
    let header = ["sigma of W", "mean of the largest p", "loss"];
    println!("\nuntrained models of MNIST; ln 10 = {:.3}:", 10.0_f64.ln());
    print_table(&header, &rows);
    Ok(report
        .heading("The first distribution")
        .paragraph("With small weights all scores are near 0, all classes near 1/10 and the loss near ln 10 = 2.303. With large weights the \
                    model is sure of one class before it has seen anything, mostly of a wrong one.")
        .table(&header, &rows)
        .figure("first", &plot.draw()?, "The smaller the weights, the more even the distribution; at sigma 1 and 10 one digit has nearly all of it.")?)
}

/// Three species by four lengths.
fn irises(report: Report) -> Result<Report, Failure> {
    let iris = datasets::iris(data(""))?;
    let parts = split(iris.species.len(), [0.8, 0.2], 1);
    let raw = parts.each_ref().map(|rows| iris.features.select(Axis(0), rows));
    let x = raw.each_ref().map(|part| Tensor::from(standardised(part, &raw[0])));
    let y = parts.each_ref().map(|rows| Tensor::from(iris.species.select(Axis(0), rows)));
    let zeros = |shape: &[usize]| Tensor::zeros(shape).to_dtype(DType::F64).requires_grad();
    let (w, b) = (zeros(&[4, 3]), zeros(&[3]));
    let mut optimizer = Sgd::new([&w, &b], 0.5);
    for step in 0..500 {
        optimizer.zero_grad();
        let loss = (x[0].matmul(&w) + &b).cross_entropy(&y[0]);
        if step == 0 {
            assert_close("the loss of three equal classes", loss.item(), 3.0_f64.ln(), 1e-12);
        }
        loss.backward();
        optimizer.step();
    }
    let counts = told(&(x[1].matmul(&w) + &b), &y[1])?;
    println!("\nirises: {:.1} % of {} in the test part are told right", percent_right(&counts), counts.sum());
    assert!(percent_right(&counts) >= 90.0);
    let matrix = ConfusionMatrix::new("Irises of the test part", counts.view(), &iris.species_names).draw()?;
    Ok(report.heading("Irises").figure("iris", &matrix, "Setosa stands apart; the other two overlap.")?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/06_softmax");
    let mnist = datasets::mnist(data("mnist"))?;
    let (x, y) = tensors(&mnist.train_images, mnist.train_labels.to_vec());
    let (test_x, test_y) = tensors(&mnist.test_images, mnist.test_labels.to_vec());

    let report = four_scores(Report::new(&run, "Several classes"))?;
    let report = first_distribution(&test_x, &test_y, report)?;
    let report = irises(report)?;

    // Ten digits by 784 pixels, and nothing in between.
    let (w, b) = (Tensor::zeros([784, 10]).requires_grad(), Tensor::zeros([10]).requires_grad());
    let mut optimizer = Adam::new([&w, &b], 1e-3);
    let (rows, epochs) = if run.quick { (10_000, 3) } else { (60_000, 12) };
    let (mut numbers, mut losses) = (Vec::new(), Vec::new());
    for epoch in 0..epochs {
        let mut sum = 0.0;
        for batch in shuffled_batches(rows, 100, 1, epoch) {
            let batch: Tensor = batch.into_iter().map(|row| row as i64).collect();
            optimizer.zero_grad();
            let loss = (x.index_select(0, &batch).matmul(&w) + &b).cross_entropy(&y.index_select(0, &batch));
            loss.backward();
            optimizer.step();
            sum += loss.item();
        }
        numbers.push((epoch + 1) as f64);
        losses.push(sum / (rows / 100) as f64);
    }
    let scores = no_grad(|| test_x.matmul(&w) + &b);
    let counts = told(&scores, &test_y)?;
    let right = percent_right(&counts);
    let least = if run.quick { 85.0 } else { 91.8 };
    assert!((least..93.5).contains(&right), "a linear model of MNIST is known to reach about 92 %");

    // The weights of a class as an image: gray where a pixel says nothing, white where it speaks for the digit, black against.
    let weights = w.transpose(0, 1).reshape([10, 28, 28]).to_array::<f32>()?;
    let size = weights.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    let images: Array3<u8> = weights.mapv(|v| (127.5 + 127.5 * v / size) as u8).into_dimensionality()?;
    let captions: Vec<Caption> = (0..10).map(|digit| Caption::Plain(digit.to_string())).collect();
    let templates = ImageGrid::gray(images.view()).captions(&captions).columns(5).scale(4).draw()?;
    let curve =
        Plot::new("Training loss").x_label("epoch").y_label("cross-entropy").line("loss", &numbers, &losses).draw()?;
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let matrix = ConfusionMatrix::new("Digits of the test part", counts.view(), &names).draw()?;
    report
        .heading("Handwritten digits")
        .paragraph(&format!("scores = x W + b, trained on {rows} images."))
        .result(&format!("a linear model tells {right:.2} % of {} test digits right", counts.sum()))
        .figure("loss", &curve, "Mean over the batches of each epoch.")?
        .figure(
            "weights",
            &templates,
            "The weights of each digit: white pixels speak for it, black ones against, gray ones say nothing.",
        )?
        .figure("digits", &matrix, "True digit by row, predicted digit by column.")?
        .save()?;
    Ok(())
}
