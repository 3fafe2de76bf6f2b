//! A convolutional network: what its parts do to a digit, and what it gains on images.
//!
//! `cargo run --release --example 13_cnn` first takes one digit through the four parts by hand: convolution with a filter for edges,
//! the nonlinearity, pooling, and the product of a dense layer. Then it trains such a network on MNIST (at least 99.2 % right on the
//! test images) and on the 4,000 clothes of Fashion-MNIST that come with the examples, beside networks without convolution.
//! `--data PATH` trains on images of your own: IDX files, or folders of pictures, one for each class.

use tapegrad::ndarray::{Axis, Ix2, concatenate};
use tapegrad::nn::{BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential, summary};
use tapegrad::optim::AdamW;
use tapegrad::optim::schedule::{OneCycle, Schedule};
use tapegrad::prelude::*;
use tapegrad::viz::{Caption, ImageGrid, Plot};
use tapegrad::{Conv2dOptions, MaxPool2dOptions, Padding, manual_seed};
use tapegrad_examples::{Failure, Images, Report, Run, data, gray, percent_wrong, print_table, spread};

const ABOUT: &str = "A convolutional network: what its parts do to a digit, and what it gains on images.";
const BATCH: usize = 100;

/// Two blocks of convolution, nonlinearity and pooling, then the product with a dense layer's weights.
fn network(images: &Images) -> Sequential {
    let &[_, channels, height, width] = images.x.shape() else { unreachable!("images have four axes") };
    let block = |from, to| {
        let conv = |from| Conv2d::new(from, to, 3).padding(1).without_bias();
        Sequential::new()
            .push(conv(from))
            .push(BatchNorm2d::new(to))
            .push(ReLU::new())
            .push(conv(to))
            .push(BatchNorm2d::new(to))
            .push(ReLU::new())
            .push(MaxPool2d::new(2))
    };
    Sequential::new()
        .push(block(channels, 16))
        .push(block(16, 32))
        .push(Flatten::new())
        .push(Dropout::new(0.4))
        .push(Linear::new(32 * (height / 4) * (width / 4), images.names.len()))
}

/// The images of a batch, all moved by the same up to `most` places each way; the edge is repeated where nothing was.
fn moved(x: &Tensor, most: usize) -> Tensor {
    let by = Tensor::randint(0, 2 * most as i64 + 1, [2]).to_vec::<i64>().expect("integers");
    [2, 3].into_iter().zip(by).fold(x.clone(), |x, (axis, by)| {
        x.pad(axis, most, most, Padding::Replicate).narrow(axis, by as usize, x.shape()[axis as usize])
    })
}

/// Trains, and gives the test error after each epoch, in percent.
fn train(net: &impl Forward, images: &Images, epochs: usize, vary: impl Fn(&Tensor) -> Tensor) -> Vec<f64> {
    let mut optimizer = AdamW::new(net.parameters(), 1e-3).weight_decay(0.01);
    let schedule = OneCycle::new(4e-3, epochs * images.rows().div_ceil(BATCH));
    let (mut step, mut errors) = (0, Vec::new());
    for epoch in 0..epochs {
        net.train();
        for (x, y) in images.batches(BATCH, epoch) {
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            net.call(&vary(&x)).cross_entropy(&y).backward();
            optimizer.step();
            step += 1;
        }
        errors.push(percent_wrong(&scores(net, &images.test_x), &images.test_y));
    }
    errors
}

/// The scores of images in evaluation, a part at a time so that memory stays small.
fn scores(net: &impl Forward, x: &Tensor) -> Tensor {
    net.eval();
    let parts: Vec<Tensor> = no_grad(|| x.split(500, 0).iter().map(|part| net.call(part)).collect());
    Tensor::cat(&parts, 0)
}

/// One digit through the four parts, with a filter that is set by hand.
fn parts(images: &Images, report: Report) -> Result<Report, Failure> {
    let digit = images.test_x.narrow(0, 0, 1);
    // Sobel's filter: what is dark above and light below.
    let filter = tensor![[[[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]]];
    let convolved = digit.conv2d(&filter, None, &Conv2dOptions { padding: [1, 1], ..Default::default() });
    let rectified = convolved.relu();
    let pooled = rectified.max_pool2d(&MaxPool2dOptions::new([2, 2]));
    let product = pooled.flatten_dims(1, -1).matmul(&Tensor::full([196, 1], 1.0 / 196.0));

    // The definitions in plain numbers: at each place a sum of nine products with the same nine weights; the largest of four.
    let plain = |t: &Tensor| t.squeeze().to_array_of::<f32, Ix2>();
    let (x, w, y, z) = (plain(&digit)?, plain(&filter)?, plain(&convolved)?, plain(&pooled)?);
    let places = |from: usize, to: usize| (from..to).flat_map(move |row| (from..to).map(move |column| (row, column)));
    for (row, column) in places(1, 27) {
        let sum: f32 = places(0, 3).map(|(i, j)| w[[i, j]] * x[[row + i - 1, column + j - 1]]).sum();
        assert!((sum - y[[row, column]]).abs() < 1e-4);
    }
    for (row, column) in places(0, 14) {
        let largest = places(0, 2).map(|(i, j)| y[[2 * row + i, 2 * column + j]].max(0.0)).fold(0.0, f32::max);
        assert_eq!(largest, z[[row, column]]);
    }
    let large = pooled.repeat_interleave(2, 2).repeat_interleave(2, 3);
    let views = [(&digit, -0.5, 2.8), (&convolved, -10.0, 10.0), (&rectified, 0.0, 10.0), (&large, 0.0, 10.0)];
    let pictures: Vec<_> = views.iter().map(|(t, low, high)| gray(&t.squeeze_dim(1), *low, *high)).collect();
    let pictures = concatenate(Axis(0), &pictures.iter().map(|picture| picture.view()).collect::<Vec<_>>())?;
    let captions = ["input", "convolution", "nonlinearity", "pooling"].map(|name| Caption::Plain(name.to_owned()));
    let grid = ImageGrid::gray(pictures.view()).captions(&captions).columns(4).scale(5).draw()?;
    Ok(report
        .heading("The parts")
        .paragraph(&format!(
            "Convolution with a filter that looks for edges under dark (gray is 0), ReLU, the largest of each 2 by 2 places, and the product \
             with a dense layer's weights, here all 1/196: {:.3}. In a network the filters and weights are learned.",
            product.item()
        ))
        .figure("parts", &grid, "A digit of the test images through the first three parts.")?)
}

/// Trains networks on the same images, the convolutional one last, and shows where it is wrong.
fn compare(name: &str, images: &Images, epochs: usize, report: Report) -> Result<(Report, Vec<f64>), Failure> {
    if images.x.shape()[2..].iter().any(|side| *side < 4) {
        return Err(format!("images {:?}, expected 4 by 4 pixels or more", images.x.shape()).into());
    }
    let (pixels, classes) = (images.x.narrow(0, 0, 1).numel(), images.names.len());
    let dense = Sequential::new().push(Flatten::new()).push(Linear::new(pixels, 300)).push(ReLU::new());
    let dense = dense.push(Linear::new(300, 100)).push(ReLU::new()).push(Linear::new(100, classes));
    let linear = Sequential::new().push(Flatten::new()).push(Linear::new(pixels, classes));
    let nets = [("linear", linear), ("dense 300-100", dense), ("convolutional", network(images))];
    let (mut rows, mut last, mut lowest) = (Vec::new(), Vec::new(), f64::INFINITY);
    let axis = spread(1.0, epochs as f64, epochs);
    let mut plot = Plot::new(format!("Test error, {name}")).x_label("epoch").y_label("%");
    println!("\n{name}, {} images to train on, {} to test with:", images.rows(), images.test_y.numel());
    for (name, net) in &nets {
        let table = summary(net, &images.x.narrow(0, 0, 1));
        let errors = train(net, images, epochs, |x| moved(x, 2));
        last.push(errors[epochs - 1]);
        lowest = errors.iter().copied().fold(lowest, f64::min);
        plot = plot.line(*name, &axis, &errors);
        let numbers = [table.parameters.to_string(), table.multiply_adds().to_string()];
        rows.push([vec![(*name).to_owned()], numbers.to_vec(), vec![format!("{:.2}", errors[epochs - 1])]].concat());
    }
    let header = ["network", "parameters", "multiply-adds", "test, % wrong"];
    print_table(&header, &rows);

    // No error at all has no place on a logarithmic axis.
    let plot = if lowest > 0.0 { plot.log_y() } else { plot };
    let net = &nets[2].1;
    let file = name.to_lowercase().replace([' ', '-'], "_");
    let mut report = report
        .heading(name)
        .paragraph("Parameters and multiply-adds are those of one image. All networks saw each batch moved by up to two places.")
        .table(&header, &rows)
        .preformatted(&summary(net, &images.x.narrow(0, 0, 1)).to_string())
        .figure(&file, &plot.draw()?, "Test error by epoch.")?;
    let guesses = scores(net, &images.test_x).argmax_dim(1);
    let wrong = guesses.ne(&images.test_y).nonzero().flatten();
    if wrong.numel() > 0 {
        let wrong = wrong.narrow(0, 0, wrong.numel().min(30));
        let classes = |of: &Tensor| of.index_select(0, &wrong).to_vec::<i64>();
        let captions: Vec<Caption> = classes(&guesses)?
            .into_iter()
            .zip(classes(&images.test_y)?)
            .map(|(guess, class)| format!("{}, not {}", images.names[guess as usize], images.names[class as usize]))
            .map(Caption::Wrong)
            .collect();
        let shown = images.test_x.index_select(0, &wrong).mean_dim(1);
        let (low, high) = (images.x.min().item(), images.x.max().item());
        let grid = ImageGrid::gray(gray(&shown, low, high).view()).captions(&captions).columns(6).scale(3).draw()?;
        let caption = "The first test images that the convolutional network takes for another class.";
        report = report.figure(&format!("{file}_wrong"), &grid, caption)?;
    }
    Ok((report, last))
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(
        ABOUT,
        "examples/13_cnn",
        "a folder with IDX files, or with a folder of pictures for each class",
    );
    manual_seed(1);
    let report = Report::new(&run, "A convolutional network");
    if let Some(folder) = &run.data {
        let (report, last) =
            compare("Images of your own", &Images::read(folder)?, if run.quick { 2 } else { 20 }, report)?;
        return Ok(report.result(&format!("{:.1} % of the test images right", 100.0 - last[2])).save()?);
    }
    let (mut mnist, mut fashion) = (Images::idx(&data("mnist"))?, Images::fashion()?);
    let mut epochs = [6, 25];
    if run.quick {
        (mnist, fashion, epochs) =
            (mnist.first(4_000).first_tests(1_000), fashion.first(1_000).first_tests(500), [2, 3]);
    }
    let report = parts(&mnist, report)?;
    let (report, digits) = compare("MNIST", &mnist, epochs[0], report)?;
    let (report, clothes) = compare("Fashion-MNIST", &fashion, epochs[1], report)?;
    let right = [&digits, &clothes].map(|errors| 100.0 - errors[2]);
    report.result(&format!("MNIST {:.2} % right, Fashion-MNIST's shipped part {:.1} %", right[0], right[1])).save()?;
    assert!(digits[2] <= if run.quick { 8.0 } else { 0.8 }, "MNIST: {:.2} % wrong", digits[2]);
    assert!(digits[2] < digits[1] && digits[1] < digits[0], "convolution helps: {digits:?}");
    assert!(run.quick || clothes[2] + 1.0 < clothes[1], "also on clothes: {clothes:?}");
    Ok(())
}
