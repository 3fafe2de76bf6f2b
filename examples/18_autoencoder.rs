//! Autoencoders: networks that are to give back what they are given, through a narrow middle.
//!
//! `cargo run --release --example 18_autoencoder` trains four of them on MNIST: a dense one, beside the best linear one of the same
//! width (PCA); a convolutional one; one that is given noisy images and is to give back clean ones; and a variational one, whose
//! middle is a distribution near the standard normal one, so that points drawn from that become digits. The page has what goes in
//! beside what comes out, the map of a middle of two numbers, and digits that were never written. `--data PATH` takes other images.

use tapegrad::manual_seed;
use tapegrad::nn::{BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, Linear, ReLU, Sequential, Unflatten};
use tapegrad::optim::Adam;
use tapegrad::optim::schedule::OneCycle;
use tapegrad::prelude::*;
use tapegrad::viz::{ImageGrid, Plot, Png};
use tapegrad_examples::{Failure, Images, Pca, Report, Run, dense, fit, gray, points_by_class, print_table, row};

const ABOUT: &str = "Autoencoders: dense, convolutional, denoising and variational.";
const MIDDLE: usize = 16;

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
fn train(parameters: Vec<Tensor>, images: &Images, epochs: usize, loss: impl Fn(&Tensor) -> Tensor) {
    let batches = (0..epochs).flat_map(|_| Tensor::randperm(images.rows()).split(100, 0));
    let schedule = OneCycle::new(3e-3, epochs * images.rows().div_ceil(100));
    fit(Adam::new(parameters, 1e-3), schedule, batches, |rows| loss(&images.x.index_select(0, &rows)));
}

/// The mean squared difference of a pixel.
fn difference(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).square().mean().item()
}

/// Rows of twenty pictures below each other.
fn pictures(rows: &[(&str, &Tensor)]) -> Result<Png, Failure> {
    let pixels: Vec<Tensor> = rows.iter().map(|(_, x)| x.narrow(0, 0, 20)).collect();
    Ok(grid(&Tensor::cat(&pixels, 0)).columns(20).draw()?)
}

/// Rows of pixels as pictures.
fn grid(rows: &Tensor) -> ImageGrid {
    ImageGrid::gray(gray(&rows.reshape([-1, 28, 28]), 0.0, 1.0).view())
}

/// What the rows are, from above.
fn named(rows: &[(&str, &Tensor)]) -> String {
    format!("Test images; rows from above: {}.", rows.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
}

/// Dense, linear and convolutional ones of the same width.
fn plain(images: &Images, epochs: usize, quick: bool, report: Report) -> Result<(Report, Sequential), Failure> {
    let (pca, test) = (Pca::of(&images.x, MIDDLE), &images.test_x);
    let linear = pca.reconstruct(&pca.project(test));
    let nets = [("dense", dense(&[784, 256, 128, MIDDLE, 128, 256, 784])), ("convolutional", convolutional())];
    let mut outcomes = vec![("linear (PCA)", MIDDLE * 784 * 2 + 784, linear)];
    for (name, net) in &nets {
        train(net.parameters(), images, epochs, |x| net.call(x).binary_cross_entropy_with_logits(x));
        net.eval();
        outcomes.push((*name, net.num_parameters(), no_grad(|| net.call(test).sigmoid())));
    }
    let errors: Vec<f64> = outcomes.iter().map(|(.., y)| difference(y, test)).collect();
    let cells = outcomes.iter().zip(&errors);
    let table: Vec<Vec<String>> = cells
        .map(|((name, parameters, _), error)| vec![(*name).to_owned(), parameters.to_string(), format!("{error:.5}")])
        .collect();
    let header = ["autoencoder", "parameters", "mean squared difference of a pixel"];
    print_table(&header, &table);
    let wanted = if quick { [f64::INFINITY, 1.0] } else { [0.8, 0.8] }.map(|share| share * errors[0]);
    report.expect(errors[1] < wanted[0] && errors[2] < wanted[1], &format!("curved middles hold more: {errors:?}"));
    let shown: Vec<(&str, &Tensor)> =
        [("given", test)].into_iter().chain(outcomes.iter().map(|(name, _, y)| (*name, y))).collect();
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
fn denoising(
    images: &Images,
    epochs: usize,
    quick: bool,
    plain: &Sequential,
    report: Report,
) -> Result<Report, Failure> {
    let noisy = |x: &Tensor| (x + Tensor::randn(x.shape()) * 0.5).clamp(0.0, 1.0);
    let net = dense(&[784, 256, 128, MIDDLE, 128, 256, 784]);
    train(net.parameters(), images, epochs, |x| net.call(&noisy(x)).binary_cross_entropy_with_logits(x));
    let given = noisy(&images.test_x);
    let [by_plain, by_net] = [plain, &net].map(|net| no_grad(|| net.call(&given).sigmoid()));
    let outcomes = [("noisy", &given), ("not trained for it", &by_plain), ("denoised", &by_net)];
    let errors = outcomes.map(|(_, y)| difference(y, &images.test_x));
    let table = [0, 1, 2].map(|i| row(outcomes[i].0, &[errors[i]], 5));
    let header = ["image", "mean squared difference from the clean one"];
    println!();
    print_table(&header, &table);
    let away = errors[2] < errors[1] && (quick || errors[2] < 0.3 * errors[0]);
    report.expect(away, &format!("it takes noise away: {errors:?}"));
    let shown = [&[("clean", &images.test_x)][..], &outcomes].concat();
    Ok(report.heading("Noise taken away").table(&header, &table).figure(
        "denoising",
        &pictures(&shown)?,
        &(named(&shown) + " The noise is normal, of deviation 0.5."),
    )?)
}

/// Two variational ones: of two numbers, for a map of the middle, and of more, for samples.
fn variational(images: &Images, epochs: usize, quick: bool, report: Report) -> Result<Report, Failure> {
    let [flat, wide] = [2, MIDDLE].map(|middle| {
        let net = Variational::new(middle);
        train(net.parameters(), images, epochs, |x| net.loss(x));
        net
    });
    let bounds = [&flat, &wide].map(|net| no_grad(|| net.loss(&images.test_x)).item());
    let table = [0, 1].map(|i| row(&[2, MIDDLE][i].to_string(), &[bounds[i]], 1));
    let header = ["variational, middle", "bound on -log p of a test image, nats"];
    println!();
    print_table(&header, &table);
    report.expect(quick || (bounds[0] < 165.0 && bounds[1] < 115.0), &format!("the bounds are low: {bounds:?}"));

    let first = images.first_tests(2_000);
    let (means, _) = no_grad(|| flat.middle(&first.test_x));
    let map = Plot::new("The middle of two numbers").x_label("z1").y_label("z2");
    let map = points_by_class(map, &means, &first.test_y, &images.names)?;
    // Even steps of the normal distribution's probability.
    let steps: Tensor = (0..15).map(|i| (i as f32 + 0.5) / 15.0).collect();
    let at = (steps * 2.0 - 1.0).erfinv() * 2f64.sqrt();
    let [up, right] = &Tensor::meshgrid(&[at.flip(0), at])[..] else { unreachable!("a grid for each axis") };
    let plane = Tensor::stack(&[right.flatten(), up.flatten()], 1);
    let decoded = |net: &Variational, z: &Tensor| grid(&no_grad(|| net.decoder.call(z).sigmoid())).columns(15);
    let plane = decoded(&flat, &plane).scale(1).draw()?;
    let drawn = decoded(&wide, &Tensor::randn([60, MIDDLE])).draw()?;
    Ok(report
        .heading("Variational")
        .table(&header, &table)
        .figure(
            "map",
            &map.draw()?,
            &format!("The means of {} test images; their classes were not told.", first.test_y.numel()),
        )?
        .figure("plane", &plane, "What the decoder makes of points of that plane, from left to right and from below.")?
        .figure(
            "samples",
            &drawn,
            &format!(
                "Digits that nobody wrote: of points drawn from the standard normal distribution of {MIDDLE} numbers."
            ),
        )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/18_autoencoder", "a folder with IDX files of images of 28 by 28 pixels");
    let images = Images::idx_28(run.data.as_deref())?;
    if images.test_y.numel() < 20 {
        return Err(format!("{} images to test with, expected 20 or more", images.test_y.numel()).into());
    }
    let images = if run.quick { images.first(6_000).first_tests(2_000) } else { images }.unit_rows();
    let epochs = if run.quick { 4 } else { 8 };
    manual_seed(1);
    let report = Report::new(&run, "Autoencoders");
    let (report, dense) = plain(&images, epochs, run.quick, report)?;
    let report = denoising(&images, epochs, run.quick, &dense, report)?;
    variational(&images, epochs, run.quick, report)?.save()?;
    Ok(())
}
