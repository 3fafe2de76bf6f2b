//! Segmentation: a class for each pixel, by an encoder and a decoder with skip connections.
//!
//! `cargo run --release --example 15_segmentation` first parts cell nuclei from their background. The image is one, so each quarter
//! of it is tested by networks that were trained on the other three; beside them stands Otsu's threshold, which is right only where
//! light is even, and the same network without skip connections, which blurs the edges. Then a wider network tells the pixels of
//! handwritten digits apart, eleven classes with the background. In the pictures compare prediction and truth; what is wrong about
//! the nuclei is coloured. `--data PATH` parts foreground and background in images of your own.

use std::path::Path;

use tapegrad::data::{datasets, idx, shuffled_batches};
use tapegrad::ndarray::{Array2, Array3, Axis, concatenate};
use tapegrad::nn::{BatchNorm2d, Conv2d, ConvTranspose2d, MaxPool2d, ReLU, Sequential, summary};
use tapegrad::optim::AdamW;
use tapegrad::optim::schedule::OneCycle;
use tapegrad::prelude::*;
use tapegrad::train::metrics::{Average, Confusion};
use tapegrad::viz::{Caption, ImageGrid};
use tapegrad::{CrossEntropyOptions, manual_seed};
use tapegrad_examples::{
    COLOURS, Failure, Masked, Report, Run, Scenes, brightened, bytes, data, fit, otsu, painted, print_table, row,
};

const ABOUT: &str = "Segmentation: a class for each pixel, by an encoder and a decoder with skip connections.";
const BATCH: usize = 8;
const FOREGROUND: Average = Average::Class(1);
/// By predicted + 2 true: rightly dark, wrongly found, missed, found.
const ERRORS: [[u8; 3]; 4] = [[24, 24, 28], [240, 110, 30], [60, 130, 250], [235, 235, 235]];

/// Two convolutions of 3 by 3 places, each normalised and rectified.
fn block(inputs: usize, outputs: usize) -> Sequential {
    [inputs, outputs].into_iter().fold(Sequential::new(), |block, from| {
        let conv = Conv2d::new(from, outputs, 3).padding(1).without_bias();
        block.push(conv).push(BatchNorm2d::new(outputs)).push(ReLU::new())
    })
}

/// Down to half the size and half again, then up; on the way up, each level also reads what the way down had there (O. Ronneberger,
/// P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015).
#[derive(Module)]
struct UNet {
    down: Vec<Sequential>,
    pool: MaxPool2d,
    grow: Vec<ConvTranspose2d>,
    up: Vec<Sequential>,
    head: Conv2d,
    #[module(skip)]
    skips: bool,
}

impl UNet {
    /// With so many channels at each size.
    fn new(widths: &[usize], classes: usize, skips: bool) -> UNet {
        let inputs = [&[1], widths].concat();
        let pairs = || widths.windows(2).rev();
        UNet {
            down: inputs.windows(2).map(|pair| block(pair[0], pair[1])).collect(),
            pool: MaxPool2d::new(2),
            grow: pairs().map(|pair| ConvTranspose2d::new(pair[1], pair[0], 2).stride(2)).collect(),
            up: pairs().map(|pair| block(2 * pair[0], pair[0])).collect(),
            head: Conv2d::new(widths[0], classes, 1),
            skips,
        }
    }
}

impl Forward for UNet {
    /// `[N, 1, H, W]` to the scores of each class, `[N, classes, H, W]`.
    fn forward(&self, x: &Tensor) -> Tensor {
        let mut levels = vec![self.down[0].call(x)];
        for block in &self.down[1..] {
            levels.push(block.call(&self.pool.call(&levels[levels.len() - 1])));
        }
        let mut h = levels.pop().expect("at least one level");
        for ((grow, up), level) in self.grow.iter().zip(&self.up).zip(levels.iter().rev()) {
            // Zeros in its place leave the network as large as it is.
            let level = if self.skips { level.clone() } else { level.zeros_like() };
            h = up.call(&Tensor::cat(&[&grow.call(&h), &level], 1));
        }
        self.head.call(&h)
    }
}

/// Trains with a weight for the background beside 1 for every other class; `turned` where images have no side that is up.
fn train(net: &UNet, data: &Masked, epochs: usize, background: f64, turned: bool) {
    let (rows, classes) = (data.images.len_of(Axis(0)), net.head.weight.shape()[0]);
    let weight = Tensor::ones([classes]).masked_fill(&Tensor::arange(0, classes as i64).eq(0), background);
    let options = CrossEntropyOptions { weight: Some(weight), ..Default::default() };
    let schedule = OneCycle::new(4e-3, epochs * rows.div_ceil(BATCH));
    let batches = (0..epochs).flat_map(|epoch| shuffled_batches(rows, BATCH, 1, epoch as u64));
    net.train();
    fit(AdamW::new(net.parameters(), 1e-3), schedule, batches, |rows| {
        let batch = data.select(&rows);
        let (mut x, mut y) = (batch.x(), batch.y());
        if turned {
            let way = Tensor::randint(0, 8, [1]).item() as isize;
            (x, y) = (x.rot90(way, -2, -1), y.rot90(way, -2, -1));
            if way > 3 {
                (x, y) = (x.flip([-1]), y.flip([-1]));
            }
        }
        net.call(&x).cross_entropy_with(&y, &options)
    });
    net.eval();
}

/// The class with the highest score at each pixel, an image at a time so that memory stays small.
fn predict(net: &UNet, data: &Masked) -> Tensor {
    let parts: Vec<Tensor> = no_grad(|| data.x().split(1, 0).iter().map(|x| net.call(x).argmax_dim(1)).collect());
    Tensor::cat(&parts, 0)
}

/// One large image. Each quarter, two rows of patches, is tested by networks that were trained on the patches of the others.
fn nuclei(run: &Run, report: Report) -> Result<Report, Failure> {
    let image: Array2<u8> = idx::read(data("nuclei/image-idx2-ubyte.gz"))?;
    let labels: Array2<u8> = idx::read(data("nuclei/labels-idx2-ubyte.gz"))?;
    let labels = labels.mapv(|nucleus| u8::from(nucleus > 0));
    let cut = |height, width| Masked::cut(&image, &labels, height, width);
    let (whole, quarters, patches) = (cut(512, 512), cut(128, 512), cut(64, 64));
    let known = Confusion::of(&whole.above(otsu(&image)), &whole.y()).iou(FOREGROUND);
    println!("Otsu's threshold on all of the image: IoU {known:.3}");
    assert!((known - 0.717).abs() < 1e-3, "as another program has it");

    let (tested, epochs) = if run.quick { (1, 12) } else { (4, 30) };
    let mut all: [Confusion; 3] = [2; 3].map(Confusion::new);
    let (mut rows, mut strips) = (Vec::new(), Vec::new());
    for quarter in 0..tested {
        let test = quarters.select(&[quarter]);
        let others = patches.select(&(0..64).filter(|patch| patch / 16 != quarter).collect::<Vec<_>>());
        let mut found = vec![test.above(otsu(&others.images))];
        for skips in [false, true] {
            manual_seed(1);
            let net = UNet::new(&[8, 16, 32, 64], 2, skips);
            train(&net, &others, epochs, 1.0, true);
            found.push(predict(&net, &test));
        }
        all.iter_mut().zip(&found).for_each(|(all, found)| all.add(found, &test.y()));
        let ious: Vec<f64> = found.iter().map(|found| Confusion::of(found, &test.y()).iou(FOREGROUND)).collect();
        rows.push(row(&(quarter + 1).to_string(), &ious, 3));
        if quarter == 0 {
            strips = vec![brightened(&test.images), painted(&test.classes.mapv(|class| 3 * class), &ERRORS)];
            for found in &found {
                strips.push(painted(&bytes(&(found + test.y() * 2)), &ERRORS));
            }
        }
    }
    let ious @ [threshold, plain, skipping] = all.each_ref().map(|table| table.iou(FOREGROUND));
    rows.push(row("together", &ious, 3));
    let header = ["quarter of the image", "Otsu's threshold", "without skip connections", "with"];
    println!("\nIoU of the nuclei; thresholds and networks are those of the other quarters:");
    print_table(&header, &rows);
    assert!(skipping > threshold + 0.1, "a network sees more than one pixel");
    assert!(run.quick || (skipping > 0.86 && skipping > plain + 0.01), "skip connections bring the edges");

    let names = ["image", "truth", "Otsu's threshold", "without skip connections", "with skip connections"];
    let captions = names.map(|name| Caption::Plain(name.to_owned()));
    let strips = concatenate(Axis(0), &strips.iter().map(|strip| strip.view()).collect::<Vec<_>>())?;
    let grid = ImageGrid::rgb(strips.view()).captions(&captions).columns(1).scale(2).draw()?;
    Ok(report
        .heading("Cell nuclei")
        .result(&format!("IoU of nuclei {skipping:.3}, without skip connections {plain:.3}, by Otsu's threshold {threshold:.3}"))
        .paragraph(&format!(
            "Intersection over union of the pixels of nuclei, for each quarter by a threshold and networks that saw only the other three. \
             Otsu's threshold of the whole image has {known:.3}. All is one image: that says little about others."
        ))
        .table(&header, &rows)
        .figure(
            "nuclei",
            &grid,
            "The first quarter. White: nucleus, and found; blue: nucleus, missed; orange: found where none is.",
        )?)
}

/// Eleven classes in scenes of MNIST's digits.
fn digits(run: &Run, report: Report) -> Result<Report, Failure> {
    let mnist = datasets::mnist(data("mnist"))?;
    let (count, tests) = if run.quick { (800, 50) } else { (16_000, 500) };
    let scenes = Scenes::of(&mnist.train_images, &mnist.train_labels, count, 1).masked();
    let test = Scenes::of(&mnist.test_images, &mnist.test_labels, tests, 2).masked();
    manual_seed(1);
    let net = UNet::new(&[16, 32, 64, 96], 11, true);
    // Nineteen of twenty pixels are background, which is soon learned.
    train(&net, &scenes, 1, 0.2, false);

    let threshold = test.above(otsu(&scenes.images));
    // The best that a threshold can say of the class: all are of the one with the most pixels.
    let mut pixels = [0; 11];
    scenes.classes.iter().for_each(|&class| pixels[usize::from(class)] += 1);
    let most = (1..11).max_by_key(|&class| pixels[class]).expect("ten digits");
    let (found, y, mut rows, mut ious) = (predict(&net, &test), test.y(), Vec::new(), Vec::new());
    for (name, found) in
        [(format!("Otsu's threshold, all a {}", most - 1), threshold * most), ("U-Net".into(), found.clone())]
    {
        let mut table = Confusion::new(11);
        table.add(&found, &y);
        let of_name = [Confusion::of(&found.gt(0), &y.gt(0)).iou(FOREGROUND), table.iou(Average::Macro)];
        rows.push(row(&name, &of_name, 3));
        ious.push(of_name);
    }
    let header = ["", "IoU of the foreground", "mean IoU of 11 classes"];
    println!("\n{count} scenes of digits to train on, {tests} to test with:");
    print_table(&header, &rows);
    assert!(ious[1][0] > if run.quick { 0.7 } else { 0.93 }, "the digits are found");
    assert!(run.quick || ious[1][1] > 0.8, "and told apart");

    let swatches = painted(&Array3::from_shape_fn((10, 8, 20), |(digit, ..)| digit as u8 + 1), &COLOURS);
    let names: Vec<Caption> = (0..10).map(|digit| Caption::Plain(digit.to_string())).collect();
    let legend = ImageGrid::rgb(swatches.view()).captions(&names).scale(3).draw()?;
    Ok(report
        .heading("Handwritten digits")
        .result(&format!("mean IoU of ten digits and background {:.3}", ious[1][1]))
        .paragraph(
            "Made scenes of real digits: those of MNIST's training part to train on, those of its test part to test with. A pixel is of a \
             digit where it is above 127, so a threshold finds the foreground nearly as it is defined; which digit it is, no threshold tells.",
        )
        .table(&header, &rows)
        .figure("scenes", &test.beside(&found, 12, 2)?, "The first test scenes.")?
        .figure("legend", &legend, "The colours of the digits.")?
        .preformatted(&summary(&net, &Tensor::zeros([1, 1, 64, 64])).to_string()))
}

/// Foreground and background in images of the user's own.
fn own(run: &Run, folder: &Path, report: Report) -> Result<Report, Failure> {
    let [images, test] = Masked::read(folder, 8)?;
    manual_seed(1);
    let net = UNet::new(&[8, 16, 32, 64], 2, true);
    let square = images.images.dim().1 == images.images.dim().2;
    train(&net, &images, if run.quick { 1 } else { 20 }, 1.0, square);
    let (found, count) = (predict(&net, &test), test.images.len_of(Axis(0)));
    // The pixels of all images together: an image may have no foreground.
    let mut tables = [2; 2].map(Confusion::new);
    for i in 0..count {
        let one = test.select(&[i]);
        let guesses = [one.above(otsu(&one.images)), found.narrow(0, i, 1)];
        tables.iter_mut().zip(guesses).for_each(|(table, guess)| table.add(&guess, &one.y()));
    }
    let ious = tables.map(|table| table.iou(FOREGROUND));
    let rows = [0, 1].map(|i| row(["Otsu's threshold of each image", "U-Net"][i], &ious[i..=i], 3));
    let header = ["", "IoU of the foreground, all test images"];
    print_table(&header, &rows);
    let report = report.result(&format!("IoU of the foreground {:.3}, by Otsu's threshold {:.3}", ious[1], ious[0]));
    Ok(report.table(&header, &rows).figure("own", &test.beside(&found, 8, 1)?, "The first test images.")?)
}

fn main() -> Result<(), Failure> {
    let what = "a folder with {train,test}-{images,labels} (IDX, [N, H, W]); label 0 is background";
    let run = Run::with_data(ABOUT, "examples/15_segmentation", what);
    let report = Report::new(&run, "A class for each pixel");
    let report = match &run.data {
        Some(folder) => own(&run, folder, report)?,
        None => digits(&run, nuclei(&run, report)?)?,
    };
    Ok(report.save()?)
}
