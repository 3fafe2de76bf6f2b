//! Autoencoders: networks that are to give back what they are given, through a narrow middle.
//!
//! `cargo run --release --example 18_autoencoder` trains four of them on MNIST: a dense one, beside the best linear one of the same
//! width (PCA); a convolutional one; one that is given noisy images and is to give back clean ones; and a variational one, whose
//! middle is a distribution near the standard normal one, so that points drawn from that become digits. The page has what goes in
//! beside what comes out, the map of a middle of two numbers, and digits that were never written. `--data PATH` takes other images.

use tapegrad::manual_seed;
use tapegrad::nn::{BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, Linear, ReLU, Sequential, Unflatten};
use tapegrad::optim::Adam;
use tapegrad::optim::schedule::{OneCycle, Schedule};
use tapegrad::prelude::*;
use tapegrad::viz::{ImageGrid, Plot, Png};
use tapegrad_examples::{Failure, Images, Pca, Report, Run, data, gray, print_table};

const ABOUT: &str = "Autoencoders: dense, convolutional, denoising and variational.";
const MIDDLE: usize = 16;

/// Images as rows of 784 numbers from 0 to 1.
struct Rows {
    x: Tensor,
    test_x: Tensor,
    test_y: Tensor,
}

/// Dense levels of these sizes with ReLU between them.
fn dense(sizes: &[usize]) -> Sequential {
    let last = sizes.len() - 2;
    sizes.windows(2).enumerate().fold(Sequential::new(), |net, (i, pair)| {
        let net = net.push(Linear::new(pair[0], pair[1]));
        if i < last { net.push(ReLU::new()) } else { net }
    })
}

/// 28 by 28 pixels to 14, 7 and [`MIDDLE`] numbers, and back.
fn convolutional() -> Sequential {
    let down = |from, to| {
        Sequential::new()
            .push(Conv2d::new(from, to, 4).stride(2).padding(1))
            .push(BatchNorm2d::new(to))
            .push(ReLU::new())
    };
    let up = |from, to| ConvTranspose2d::new(from, to, 4).stride(2).padding(1);
    Sequential::new()
        .push(Unflatten::new(1, [1, 28, 28]))
        .push(down(1, 16))
        .push(down(16, 32))
        .push(Flatten::new())
        .push(Linear::new(32 * 49, MIDDLE))
        .push(Linear::new(MIDDLE, 32 * 49))
        .push(Unflatten::new(1, [32, 7, 7]))
        .push(ReLU::new())
        .push(up(32, 16))
        .push(BatchNorm2d::new(16))
        .push(ReLU::new())
        .push(up(16, 1))
        .push(Flatten::new())
}

/// The middle is a normal distribution for each image: means and the logarithms of variances come from `encoder`, a point drawn from
/// it goes into `decoder` (D. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014).
#[derive(Module)]
struct Variational {
    encoder: Sequential,
    decoder: Sequential,
}

impl Variational {
    fn new(middle: usize) -> Variational {
        Variational { encoder: dense(&[784, 256, 128, 2 * middle]), decoder: dense(&[middle, 128, 256, 784]) }
    }

    fn middle(&self, x: &Tensor) -> (Tensor, Tensor) {
        let parts = self.encoder.call(x).chunk(2, 1);
        (parts[0].clone(), parts[1].clone())
    }

    /// The bound on -log p(x): the loss of the pixels, and how far the middle is from the standard normal distribution.
    fn loss(&self, x: &Tensor) -> Tensor {
        let (mean, log_variance) = self.middle(x);
        let z = &mean + (&log_variance * 0.5).exp() * Tensor::randn(mean.shape());
        let pixels = self.decoder.call(&z).binary_cross_entropy_with_logits(x) * 784;
        let distance = (mean.square() + log_variance.exp() - 1 - &log_variance).sum_dim(1).mean() * 0.5;
        pixels + distance
    }
}

/// Trains on batches of 100 in a random order.
fn train(parameters: Vec<Tensor>, rows: &Rows, epochs: usize, loss: impl Fn(&Tensor) -> Tensor) {
    let n = rows.x.shape()[0];
    let (schedule, mut step) = (OneCycle::new(3e-3, epochs * (n / 100)), 0);
    let mut optimizer = Adam::new(parameters, 1e-3);
    for _ in 0..epochs {
        let order = Tensor::randperm(n);
        for batch in 0..n / 100 {
            let x = rows.x.index_select(0, &order.narrow(0, 100 * batch, 100));
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            loss(&x).backward();
            optimizer.step();
            step += 1;
        }
    }
}

/// The mean squared difference of a pixel.
fn difference(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).square().mean().item()
}

/// Rows of twenty pictures below each other.
fn pictures(rows: &[(&str, &Tensor)]) -> Result<Png, tapegrad::viz::Error> {
    let pixels: Vec<Tensor> = rows.iter().map(|(_, x)| x.narrow(0, 0, 20)).collect();
    let pixels = Tensor::cat(&pixels.iter().collect::<Vec<_>>(), 0).reshape([-1, 28, 28]);
    ImageGrid::gray(gray(&pixels, 0.0, 1.0).view()).columns(20).scale(2).draw()
}

/// What the rows are, from above.
fn named(rows: &[(&str, &Tensor)]) -> String {
    format!("Test images; rows from above: {}.", rows.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
}

/// Dense, linear and convolutional ones of the same width.
fn plain(rows: &Rows, epochs: usize, quick: bool, report: Report) -> Result<(Report, Sequential), Failure> {
    let pca = Pca::of(&rows.x, MIDDLE);
    let linear = pca.reconstruct(&pca.project(&rows.test_x));
    let nets = [("dense", dense(&[784, 256, 128, MIDDLE, 128, 256, 784])), ("convolutional", convolutional())];
    let mut outcomes = vec![("linear (PCA)", MIDDLE * 784 * 2 + 784, linear)];
    for (name, net) in &nets {
        train(net.parameters(), rows, epochs, |x| net.call(x).binary_cross_entropy_with_logits(x));
        net.eval();
        outcomes.push((*name, net.num_parameters(), no_grad(|| net.call(&rows.test_x).sigmoid())));
    }
    let errors: Vec<f64> = outcomes.iter().map(|(.., y)| difference(y, &rows.test_x)).collect();
    let row = |((name, parameters, _), error): (&(&str, usize, Tensor), &f64)| {
        vec![(*name).to_owned(), parameters.to_string(), format!("{error:.5}")]
    };
    let table: Vec<Vec<String>> = outcomes.iter().zip(&errors).map(row).collect();
    let header = ["autoencoder", "parameters", "mean squared difference of a pixel"];
    print_table(&header, &table);
    let wanted = if quick { [f64::INFINITY, 1.0] } else { [0.8, 0.8] }.map(|share| share * errors[0]);
    assert!(errors[1] < wanted[0] && errors[2] < wanted[1], "curved middles hold more: {errors:?}");
    let shown: Vec<(&str, &Tensor)> =
        [("given", &rows.test_x)].into_iter().chain(outcomes.iter().map(|(name, _, y)| (*name, y))).collect();
    let found = format!("a pixel is off by {:.4} squared after {MIDDLE} numbers, by PCA {:.4}", errors[2], errors[0]);
    let report = report
        .heading(&format!("{MIDDLE} numbers for 784 pixels"))
        .result(&found)
        .table(&header, &table)
        .figure("reconstructions", &pictures(&shown)?, &named(&shown))?;
    let [(_, dense), _] = nets;
    Ok((report, dense))
}

/// Trained to take noise away, beside the one that has seen no noise.
fn denoising(rows: &Rows, epochs: usize, quick: bool, plain: &Sequential, report: Report) -> Result<Report, Failure> {
    let noisy = |x: &Tensor| (x + Tensor::randn(x.shape()) * 0.5).clamp(0.0, 1.0);
    let net = dense(&[784, 256, 128, MIDDLE, 128, 256, 784]);
    train(net.parameters(), rows, epochs, |x| net.call(&noisy(x)).binary_cross_entropy_with_logits(x));
    let given = noisy(&rows.test_x);
    let [by_plain, by_net] = [plain, &net].map(|net| no_grad(|| net.call(&given).sigmoid()));
    let outcomes = [("noisy", &given), ("not trained for it", &by_plain), ("denoised", &by_net)];
    let errors = outcomes.map(|(_, y)| difference(y, &rows.test_x));
    let table: Vec<Vec<String>> =
        outcomes.iter().zip(errors).map(|((name, _), error)| vec![(*name).to_owned(), format!("{error:.5}")]).collect();
    println!();
    print_table(&["image", "mean squared difference from the clean one"], &table);
    assert!(errors[2] < errors[1] && (quick || errors[2] < 0.3 * errors[0]), "it takes noise away: {errors:?}");
    let shown = [&[("clean", &rows.test_x)][..], &outcomes].concat();
    Ok(report
        .heading("Noise taken away")
        .table(&["image", "mean squared difference from the clean one"], &table)
        .figure(
            "denoising",
            &pictures(&shown)?,
            &format!("{} The noise is normal, of deviation 0.5.", named(&shown)),
        )?)
}

/// Two variational ones: of two numbers, for a map of the middle, and of more, for samples.
fn variational(rows: &Rows, epochs: usize, quick: bool, report: Report) -> Result<Report, Failure> {
    let [flat, wide] = [2, MIDDLE].map(|middle| {
        let net = Variational::new(middle);
        train(net.parameters(), rows, epochs, |x| net.loss(x));
        net
    });
    let bounds = [&flat, &wide].map(|net| no_grad(|| net.loss(&rows.test_x)).item());
    let table: Vec<Vec<String>> =
        [2, MIDDLE].iter().zip(bounds).map(|(middle, bound)| vec![middle.to_string(), format!("{bound:.1}")]).collect();
    println!();
    print_table(&["variational, middle", "bound on -log p of a test image, nats"], &table);
    assert!(quick || (bounds[0] < 165.0 && bounds[1] < 115.0), "{bounds:?}");

    let (means, _) = no_grad(|| flat.middle(&rows.test_x.narrow(0, 0, 2_000)));
    let mut map = Plot::new("The middle of two numbers").x_label("z1").y_label("z2");
    for digit in 0..10 {
        let of_digit = rows.test_y.narrow(0, 0, 2_000).eq(digit).nonzero().flatten();
        let points = means.index_select(0, &of_digit).to_dtype(DType::F64);
        let column = |j| points.select(1, j).to_vec::<f64>();
        map = map.points(digit.to_string(), &column(0)?, &column(1)?);
    }
    // Even steps of the normal distribution's probability.
    let steps: Vec<f32> = (0..15).map(|i| (i as f32 + 0.5) / 15.0).collect();
    let at = (Tensor::from(steps) * 2.0 - 1.0).erfinv() * 2f64.sqrt();
    let grid = Tensor::cat(
        &[
            &at.unsqueeze(0).broadcast_to([15, 15]).reshape([-1, 1]),
            &at.flip(0).unsqueeze(1).broadcast_to([15, 15]).reshape([-1, 1]),
        ],
        1,
    );
    let decoded = |net: &Variational, z: &Tensor| no_grad(|| net.decoder.call(z).sigmoid().reshape([-1, 28, 28]));
    let plane = ImageGrid::gray(gray(&decoded(&flat, &grid), 0.0, 1.0).view()).columns(15).scale(1).draw()?;
    let drawn = decoded(&wide, &Tensor::randn([60, MIDDLE]));
    let drawn = ImageGrid::gray(gray(&drawn, 0.0, 1.0).view()).columns(15).scale(2).draw()?;
    Ok(report
        .heading("Variational")
        .table(&["middle", "bound on -log p of a test image, nats"], &table)
        .figure(
            "map",
            &map.draw()?,
            "The means of 2,000 test images in the middle of two numbers; the digits were not told.",
        )?
        .figure("plane", &plane, "What the decoder makes of points of that plane, from left to right and from below.")?
        .figure(
            "samples",
            &drawn,
            &format!(
                "Digits that nobody wrote: points drawn from the standard normal distribution of {MIDDLE} numbers."
            ),
        )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/18_autoencoder", "a folder with IDX files of images of 28 by 28 pixels");
    let images = Images::idx(&run.data.clone().unwrap_or_else(|| data("mnist")))?;
    let images = if run.quick { images.first(6_000).first_tests(2_000) } else { images };
    if images.x.shape()[1..] != [1, 28, 28] {
        return Err(format!("images {:?}, expected [N, 1, 28, 28]", images.x.shape()).into());
    }
    let (low, high) = (images.x.min(), images.x.max());
    let pixels = |x: &Tensor| ((x - &low) / (&high - &low)).flatten_dims(1, -1);
    let rows = Rows { x: pixels(&images.x), test_x: pixels(&images.test_x), test_y: images.test_y.clone() };
    let epochs = if run.quick { 4 } else { 8 };
    manual_seed(1);
    let report = Report::new(&run, "Autoencoders");
    let (report, dense) = plain(&rows, epochs, run.quick, report)?;
    let report = denoising(&rows, epochs, run.quick, &dense, report)?;
    variational(&rows, epochs, run.quick, report)?.save()?;
    Ok(())
}
