//! Detection: where things are in an image and what they are, by one look at all places.
//!
//! `cargo run --release --example 16_detection` finds handwritten digits in made scenes of one to three. Each of the 8 by 8 cells of
//! a network's last layer says which digit has its centre there, and how far the digit's box goes from the cell to all four sides. The
//! focal loss keeps the many empty cells from drowning the few others, generalised IoU teaches the boxes, and of boxes on the same
//! digit non-maximum suppression leaves the surest. Beside it: parts of touching light pixels, which are wrong where digits meet. In
//! the pictures each box has its digit's colour, and the text says which digits there are and which are found. `--data PATH` learns
//! to find boxes of your own.

use std::path::Path;

use tapegrad::data::{datasets, shuffled_batches};
use tapegrad::ndarray::{Array3, Axis, Ix2};
use tapegrad::nn::{BatchNorm2d, Conv2d, MaxPool2d, ReLU, Sequential, summary};
use tapegrad::optim::AdamW;
use tapegrad::optim::schedule::OneCycle;
use tapegrad::prelude::*;
use tapegrad::train::metrics::{Detection, Detections, GroundTruth, non_maximum_suppression};
use tapegrad::{FocalOptions, Reduction, manual_seed};
use tapegrad_examples::{
    Boxed, Failure, Report, Run, Scenes, Touching, data, faultless, fit, print_table, row, shares, spread,
};

const ABOUT: &str = "Detection: where digits are in an image and which they are, by one look at all places.";
const BATCH: usize = 8;
/// The size of a cell in pixels.
const STRIDE: usize = 8;
/// A box is right from this IoU on.
const RIGHT: f64 = 0.5;

/// Four distances and a score of each class for each cell.
#[derive(Module)]
struct Detector {
    body: Sequential,
    head: Conv2d,
}

impl Detector {
    fn new(classes: usize) -> Detector {
        let layer = |body: Sequential, from, to| {
            let conv = Conv2d::new(from, to, 3).padding(1).without_bias();
            body.push(conv).push(BatchNorm2d::new(to)).push(ReLU::new())
        };
        let mut body = Sequential::new();
        for (from, to) in [(1, 16), (16, 32), (32, 64)] {
            body = layer(layer(body, from, to), to, to).push(MaxPool2d::new(2));
        }
        body = layer(layer(body, 64, 128), 128, 128);
        let head = Conv2d::new(128, 4 + classes, 1);
        // Most cells are empty: begin with a probability of 1 in 100 (T.-Y. Lin et al., "Focal loss for dense object detection", 2017).
        let rare = Tensor::cat(&[&Tensor::zeros([4]), &Tensor::full([classes], (0.01f64 / 0.99).ln())], 0);
        head.bias.iter().for_each(|bias| bias.update(|_| rare.clone()));
        Detector { body, head }
    }
}

impl Forward for Detector {
    /// `[N, 1, H, W]` to `[N H/8 W/8, 4 + classes]`, a row for each cell.
    fn forward(&self, x: &Tensor) -> Tensor {
        let cells = self.head.call(&self.body.call(x)).permute([0, 2, 3, 1]);
        cells.flatten_dims(0, 2)
    }
}

/// The boxes `[P, 4]` of rows of the output, whose cells lie in these rows and columns: distances to the left, up, right and down.
fn boxes(rows: &Tensor, cells: &[[usize; 2]]) -> Tensor {
    let middle = |place: usize| (place as f32 + 0.5) * STRIDE as f32;
    let middles = cells.iter().flat_map(|&[row, column]| [middle(column), middle(row)].repeat(2));
    let middles = middles.collect::<Tensor>().reshape([-1, 4]);
    middles + rows.narrow(1, 0, 4).softplus() * STRIDE as f64 * tensor![-1.0, -1.0, 1.0, 1.0]
}

/// Trains; gives the mean of both losses over the last steps.
fn train(net: &Detector, data: &Boxed, epochs: usize) -> [f64; 2] {
    let (count, height, width) = data.images.dim();
    let [down, across, classes] = [height / STRIDE, width / STRIDE, net.head.weight.shape()[0] - 4];
    let schedule = OneCycle::new(4e-3, epochs * count.div_ceil(BATCH));
    let batches = (0..epochs).flat_map(|epoch| shuffled_batches(count, BATCH, 1, epoch as u64)).zip(1..);
    let options = FocalOptions { reduction: Reduction::Sum, ..Default::default() };
    let mut recent = [0.0; 2];
    net.train();
    fit(AdamW::new(net.parameters(), 1e-3), schedule, batches, |(images, step)| {
        // The cell with a box's middle is to find it.
        let (mut cells, mut chosen, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_class = vec![0.0f32; images.len() * down * across * classes];
        for (i, image) in images.iter().enumerate() {
            for truth in &data.boxes[*image] {
                let [x1, y1, x2, y2] = truth.bounds;
                let [row, column] = [y1 + y2, x1 + x2].map(|twice| (twice / 2.0) as usize / STRIDE);
                let cell = (i * down + row) * across + column;
                is_class[cell * classes + truth.class] = 1.0;
                cells.push([row, column]);
                chosen.push(cell as i64);
                wanted.extend(truth.bounds.map(|place| place as f32));
            }
        }
        let is_class = is_class.into_iter().collect::<Tensor>().reshape([-1, classes as isize]);
        let wanted = wanted.into_iter().collect::<Tensor>().reshape([-1, 4]);

        let rows = net.call(&shares(&data.images.select(Axis(0), &images)));
        let focal = rows.narrow(1, 4, classes).sigmoid_focal_loss_with(&is_class, &options) / cells.len().max(1);
        let giou = boxes(&rows.index_select(0, &Tensor::from(chosen)), &cells).giou_loss_with(&wanted, Reduction::Sum)
            / cells.len().max(1);
        for (recent, loss) in recent.iter_mut().zip([&focal, &giou]) {
            *recent += (loss.item() - *recent) / f64::from(step.min(100));
        }
        focal + giou
    });
    net.eval();
    recent
}

/// What the network finds in each image.
fn find(net: &Detector, images: &Array3<u8>) -> Result<Vec<Vec<Detection>>, Failure> {
    let (_, height, width) = images.dim();
    let cells = (0..height / STRIDE).flat_map(|row| (0..width / STRIDE).map(move |column| [row, column]));
    let (cells, mut all) = (cells.collect::<Vec<_>>(), Vec::new());
    for image in images.axis_iter(Axis(0)) {
        let rows = no_grad(|| net.call(&shares(&image.to_owned().insert_axis(Axis(0)))));
        let bounds = boxes(&rows, &cells).to_array_of::<f32, Ix2>()?;
        let (score, class) = rows.narrow(1, 4, rows.shape()[1] - 4).sigmoid().max_dim(1);
        let found = score.to_vec::<f32>()?.into_iter().zip(class.to_vec::<i64>()?).enumerate();
        let found = found.map(|(cell, (score, class))| {
            let bounds = [0, 1, 2, 3].map(|k| f64::from(bounds[[cell, k]]));
            Detection { class: class as usize, score: f64::from(score), bounds }
        });
        let likely: Vec<Detection> = found.filter(|found| found.score > 0.01).collect();
        all.push(non_maximum_suppression(&likely, 0.4));
    }
    Ok(all)
}

/// How many images have all that is there and no more, if boxes count from this score on.
fn without_fault(found: &[Vec<Detection>], truth: &[Vec<GroundTruth>], score: f64) -> usize {
    above(found, score).iter().zip(truth).filter(|(found, truth)| faultless(found, truth, RIGHT)).count()
}

/// The boxes from this score on.
fn above(found: &[Vec<Detection>], score: f64) -> Vec<Vec<Detection>> {
    found.iter().map(|found| found.iter().filter(|found| found.score >= score).copied().collect()).collect()
}

/// Mean average precision, by classes and of the boxes alone.
fn precision(found: &[Vec<Detection>], truth: &[Vec<GroundTruth>]) -> [f64; 2] {
    let [mut told, mut there] = [RIGHT; 2].map(Detections::new);
    for (found, truth) in found.iter().zip(truth) {
        told.add(found, truth);
        let found: Vec<_> = found.iter().map(|found| Detection { class: 0, ..*found }).collect();
        there.add(&found, &truth.iter().map(|truth| GroundTruth { class: 0, ..*truth }).collect::<Vec<_>>());
    }
    [told.mean(), there.mean()]
}

/// Scenes of digits, beside parts of touching pixels.
fn digits(run: &Run, report: Report) -> Result<Report, Failure> {
    let mnist = datasets::mnist(data("mnist"))?;
    let (count, tests) = if run.quick { (800, 60) } else { (16_000, 500) };
    let scenes = Scenes::of(&mnist.train_images, &mnist.train_labels, count, 1).boxed();
    let test = Scenes::of(&mnist.test_images, &mnist.test_labels, tests, 2).boxed();
    manual_seed(1);
    let net = Detector::new(10);
    let [focal, giou] = train(&net, &scenes, 1);
    let touching = Touching::train(&mnist.train_images, &mnist.train_labels, if run.quick { 1 } else { 3 });

    // From which score on boxes are to be shown is found on scenes that were trained on, for each of the two.
    let known = scenes.first(tests);
    let ways = [
        ("touching pixels, linear model", touching.find(&known.images), touching.find(&test.images)),
        ("detector", find(&net, &known.images)?, find(&net, &test.images)?),
    ];
    let (mut rows, mut means, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for (name, before, found) in &ways {
        let scores =
            spread(0.05, 0.95, 19).into_iter().map(|score| (without_fault(before, &known.boxes, score), score));
        let (_, score) = scores.reduce(|best, next| if next.0 > best.0 { next } else { best }).ok_or("no score")?;
        let [told, there] = precision(found, &test.boxes);
        let whole = 100.0 * without_fault(found, &test.boxes, score) as f64 / tests as f64;
        let numbers = [format!("{told:.3}"), format!("{there:.3}"), format!("{score:.2}"), format!("{whole:.1}")];
        rows.push([vec![(*name).to_owned()], numbers.to_vec()].concat());
        means.push(told);
        shown = above(found, score);
    }
    let header = ["", "mAP at IoU 0.5", "boxes alone, without class", "shown from score", "scenes without a fault, %"];
    println!(
        "{count} scenes to train on (focal loss {focal:.3}, GIoU loss {giou:.3} at the end), {tests} to test with:"
    );
    print_table(&header, &rows);
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let wrong: Vec<usize> =
        (0..tests).filter(|&scene| !faultless(&shown[scene], &test.boxes[scene], RIGHT)).take(8).collect();
    let mut report = report
        .paragraph(
            "Made scenes of real digits: those of MNIST's training part to train on, those of its test part to test with. Both ways give \
             boxes with digits and scores; for touching pixels, a linear model of MNIST says the digit. Mean average precision counts a \
             box as right if it has the digit and an IoU of at least 0.5. A scene is without fault if all its digits are shown and nothing \
             else; from which score on boxes are shown was found on scenes of the training part.",
        )
        .table(&header, &rows)
        .result(&format!("mean average precision {:.3} at IoU 0.5, by touching pixels {:.3}", means[1], means[0]))
        .figure("first", &test.beside(&shown, &[0, 1, 2, 3, 4, 5, 6, 7], &names, RIGHT)?, "The first test scenes.")?;
    if !wrong.is_empty() {
        report =
            report.figure("wrong", &test.beside(&shown, &wrong, &names, RIGHT)?, "The first scenes with a fault.")?;
    }
    assert!(means[1] > if run.quick { 0.15 } else { 0.9 }, "mean average precision {:.3}", means[1]);
    assert!(run.quick || means[1] > means[0] + 0.1, "touching pixels: {:.3}", means[0]);
    Ok(report.preformatted(&summary(&net, &Tensor::zeros([1, 1, 64, 64])).to_string()))
}

/// Boxes of the user's own.
fn own(run: &Run, folder: &Path, report: Report) -> Result<Report, Failure> {
    let ([data, test], names) = Boxed::read(folder, STRIDE)?;
    manual_seed(1);
    let net = Detector::new(names.len());
    train(&net, &data, if run.quick { 2 } else { 60 });
    let found = find(&net, &test.images)?;
    let mut told = Detections::new(RIGHT);
    found.iter().zip(&test.boxes).for_each(|(found, truth)| told.add(found, truth));
    let rows: Vec<_> = told.by_class().iter().map(|(class, ap)| row(&names[*class], &[*ap], 3)).collect();
    let header = ["class", "average precision at IoU 0.5"];
    print_table(&header, &rows);
    let first: Vec<usize> = (0..test.boxes.len().min(8)).collect();
    let grid = test.beside(&above(&found, 0.4), &first, &names, RIGHT)?;
    let report = report.table(&header, &rows).result(&format!("mean average precision {:.3} at IoU 0.5", told.mean()));
    Ok(report.figure("own", &grid, "The first test images; boxes from score 0.4 on.")?)
}

fn main() -> Result<(), Failure> {
    let what = "a folder with {train,test}-images (IDX) and {train,test}-boxes.csv: image, class, x0, y0, x1, y1";
    let run = Run::with_data(ABOUT, "examples/16_detection", what);
    let report = Report::new(&run, "What is where");
    let report = match &run.data {
        Some(folder) => own(&run, folder, report)?,
        None => digits(&run, report)?,
    };
    Ok(report.save()?)
}
