//! What a convolutional network learns inside, and what its parts are good for elsewhere.
//!
//! `cargo run --release --example 14_inside_the_network` trains a small network on MNIST and looks into it: the filters of the first
//! layer, what each layer makes of one digit, the input that excites a unit most, which pixels a decision hangs on (saliency) and
//! which places (Grad-CAM), and a map of the last features. Then it uses parts again: the scores of ten classifiers are the features
//! of a second one, and the features of a net that knows 0 to 4 serve to learn 5 to 9 from few images. `--data PATH` takes other
//! images.

use tapegrad::manual_seed;
use tapegrad::nn::{Conv2d, Linear, ReLU, Sequential, observe};
use tapegrad::optim::Adam;
use tapegrad::optim::schedule::Constant;
use tapegrad::prelude::*;
use tapegrad::viz::{Caption, ImageGrid, Plot, Png};
use tapegrad::{Interpolation, MaxPool2dOptions, Padding};
use tapegrad_examples::{
    Failure, Images, Pca, Report, Run, fit, gray, percent_wrong, points_by_class, print_table, row,
};

const ABOUT: &str = "What a convolutional network learns inside, and what its parts are good for elsewhere.";
/// How many images are few, to learn other classes from.
const FEW: usize = 50;

/// Three convolutions with ReLU and pooling, then two dense layers.
#[derive(Module)]
struct Net {
    conv1: Conv2d,
    conv2: Conv2d,
    conv3: Conv2d,
    hidden: Linear,
    output: Linear,
}

impl Net {
    fn new(classes: usize) -> Net {
        Net {
            conv1: Conv2d::new(1, 16, 7).padding(3),
            conv2: Conv2d::new(16, 16, 3).padding(1),
            conv3: Conv2d::new(16, 32, 3).padding(1),
            hidden: Linear::new(32 * 9, 64),
            output: Linear::new(64, classes),
        }
    }

    /// `[N, 32, 7, 7]`: what the last convolution sees, and where.
    fn maps(&self, x: &Tensor) -> Tensor {
        let pool = |x: Tensor| x.relu().max_pool2d(&MaxPool2dOptions::new([2, 2]));
        let x = pool(self.conv2.call(&pool(self.conv1.call(x))));
        self.conv3.call(&x).relu()
    }

    /// `[N, 64]`: the features that the last layer weighs.
    fn features(&self, maps: &Tensor) -> Tensor {
        self.hidden.call(&maps.max_pool2d(&MaxPool2dOptions::new([2, 2])).flatten_dims(1, -1)).relu()
    }
}

impl Forward for Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.output.call(&self.features(&self.maps(x)))
    }
}

/// Trains a model on inputs and classes, in batches of at most 100.
fn train(model: &impl Forward, (x, y): (&Tensor, &Tensor), epochs: usize) {
    let n = y.numel();
    let batches = (0..epochs).flat_map(|_| Tensor::randperm(n).split(100.min(n), 0));
    fit(Adam::new(model.parameters(), 1e-3), Constant::new(1e-3), batches, |rows| {
        model.call(&x.index_select(0, &rows)).cross_entropy(&y.index_select(0, &rows))
    });
}

/// Of each image's score for its class, the derivatives by what `of` is given in place of `at`.
fn derivatives(at: &Tensor, y: &Tensor, of: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let at = at.detach().requires_grad();
    let scores = of(&at).gather(1, &y.unsqueeze(1)).sum();
    grad(&[&scores], &[&at]).remove(0)
}

/// Gray pictures `[n, h, w]`, each with its own darkest and lightest value.
fn pictures(images: &Tensor, columns: usize, scale: usize, captions: &[String]) -> Result<Png, tapegrad::viz::Error> {
    let (low, high) = (images.amin_keepdim([1, 2]), images.amax_keepdim([1, 2]));
    let shares = gray(&((images - &low) / (high - &low + 1e-9)), 0.0, 1.0);
    let mut grid = ImageGrid::gray(shares.view()).columns(columns).scale(scale);
    if !captions.is_empty() {
        grid = grid.captions(&captions.iter().cloned().map(Caption::Plain).collect::<Vec<_>>());
    }
    grid.draw()
}

/// Filters, and what each layer makes of one digit.
fn layers(net: &Net, x: &Tensor, report: Report) -> Result<Report, Failure> {
    let digit = x.narrow(0, 0, 1);
    let (_, calls) = observe(net, || no_grad(|| net.call(&digit)));
    let mut report = report.heading("Filters and what they find").figure(
        "filters",
        &pictures(&net.conv1.weight.squeeze_dim(1), 8, 6, &[])?,
        "The 16 filters of the first layer.",
    )?;
    for call in calls.iter().filter(|call| call.type_name == "Conv2d") {
        let maps = call.outputs[0].select(0, 0).relu();
        let caption = format!("{}: {:?} of a digit.", call.path, call.outputs[0].shape());
        report = report.figure(&call.path, &pictures(&maps, 16, 56 / maps.shape()[1], &[])?, &caption)?;
    }
    Ok(report)
}

/// The inputs at which each class's score is largest among those of some length: ascent from nothing.
fn exciting(net: &Net, names: &[String], report: Report) -> Result<Report, Failure> {
    let y = Tensor::arange(0, names.len() as i64);
    let mut x = Tensor::randn([names.len(), 1, 28, 28]) * 0.1;
    for _ in 0..200 {
        let g = derivatives(&x, &y, |x| net.call(x));
        // A step of one length for every class, back to a length of 20, and a little smoothing against single pixels.
        x += &g / (g.square().sum_keepdim([1, 2, 3]).sqrt() + 1e-9);
        x = x.pad(2, 1, 1, Padding::Replicate).pad(3, 1, 1, Padding::Replicate);
        x = x.unfold(2, 3, 1).unfold(3, 3, 1).mean_dim([-1, -2]) * 0.3 + x.narrow(2, 1, 28).narrow(3, 1, 28) * 0.7;
        x = &x * (20.0 / x.square().sum_keepdim([1, 2, 3]).sqrt());
    }
    let wrong = percent_wrong(&no_grad(|| net.call(&x)), &y);
    report.expect(wrong == 0.0, "each is taken for its class");
    Ok(report.heading("What excites a unit most").figure(
        "exciting",
        &pictures(&x.squeeze_dim(1), 10, 3, names)?,
        "Inputs of one length found by ascent on each class's score. The network is sure of all; people are not.",
    )?)
}

/// Which pixels, and which places, the scores of some digits hang on.
fn reasons(net: &Net, x: &Tensor, y: &Tensor, report: Report) -> Result<Report, Failure> {
    let saliency = derivatives(x, y, |x| net.call(x)).abs();
    // Grad-CAM: maps of the last convolution, each weighed by its mean derivative (R. Selvaraju and others, 2017).
    let maps = no_grad(|| net.maps(x));
    let weights = derivatives(&maps, y, |maps| net.output.call(&net.features(maps))).mean_keepdim([2, 3]);
    let places = (weights * &maps).sum_keepdim(1).relu();
    let places = places.interpolate([28, 28], Interpolation::Linear { align_corners: false });

    // What a map names matters: without the 40 pixels with ink that it names first, the score falls further than without any 40.
    let ink = x.gt(x.min()).to_dtype(DType::F32);
    let pixels = x.shape()[0];
    let fall = |order: &Tensor| {
        let (_, at) = (order * &ink).flatten_dims(1, -1).topk(40, 1, true);
        let left = x.flatten_dims(1, -1).scatter(1, &at, x.min().broadcast_to([pixels, 40])).reshape([-1, 1, 28, 28]);
        let score = |x: &Tensor| no_grad(|| net.call(x)).gather(1, &y.unsqueeze(1)).mean().item();
        score(x) - score(&left)
    };
    let falls = [fall(&saliency), fall(&places), fall(&Tensor::rand(x.shape()))];
    let rows = [0, 1, 2].map(|i| row(["saliency", "Grad-CAM", "at random"][i], &[falls[i]], 2));
    let header = ["40 pixels with ink taken away", "the score falls by"];
    print_table(&header, &rows);
    // Grad-CAM tells less: it has 7 by 7 places.
    let more = falls[0] > 1.5 * falls[2] && falls[1] > 1.1 * falls[2];
    report.expect(more, &format!("they name what matters: {falls:?}"));
    let shown = [x, &saliency, &places].map(|x| x.narrow(0, 0, 10).squeeze_dim(1));
    let shown = Tensor::cat(&shown.each_ref(), 0);
    Ok(report.heading("What a decision hangs on").table(&header, &rows).figure(
        "reasons",
        &pictures(&shown, 10, 3, &[])?,
        "Test digits; saliency, the size of the score's derivative by each pixel; Grad-CAM, the places that speak for the class.",
    )?)
}

/// The last features of test images in the plane of their first two principal components.
fn map(net: &Net, images: &Images, report: Report) -> Result<Report, Failure> {
    let images = images.first_tests(2_000);
    let features = no_grad(|| net.features(&net.maps(&images.test_x)));
    let pca = Pca::of(&features, 2);
    let share = (pca.variances.sum() / features.var_dim(0).sum()).item();
    let plot = Plot::new("The last features").x_label("first component").y_label("second component");
    let plot = points_by_class(plot, &pca.project(&features), &images.test_y, &images.names)?;
    let n = images.test_y.numel();
    let caption = format!("{n} test images; two of 64 components hold {:.0} % of the variance.", 100.0 * share);
    Ok(report.heading("A map of the last features").figure("map", &plot.draw()?, &caption)?)
}

/// Parts used again: scores as features of a second classifier, and features of one task for another.
fn again(images: &Images, epochs: usize, report: Report) -> Result<Report, Failure> {
    let classes = images.names.len();
    let (x, test_x) = (images.x.flatten_dims(1, -1), images.test_x.flatten_dims(1, -1));
    let first = Linear::new(784, classes);
    train(&first, (&x, &images.y), epochs);
    let scores = |x: &Tensor| no_grad(|| first.call(x));
    let second = Sequential::from((Linear::new(classes, 64), ReLU::new(), Linear::new(64, classes)));
    train(&second, (&scores(&x), &images.y), 5 * epochs);
    let first_wrong = percent_wrong(&scores(&test_x), &images.test_y);
    let second_wrong = percent_wrong(&no_grad(|| second.call(&scores(&test_x))), &images.test_y);
    report.expect(second_wrong < first_wrong, "the second one gains");

    // Classes of the lower half with all their images; of the upper half a few.
    let half = (classes / 2) as i64;
    let part = |x: &Tensor, y: &Tensor, upper: bool| {
        let rows = if upper { y.ge(half) } else { y.lt(half) }.nonzero().flatten();
        (x.index_select(0, &rows), y.index_select(0, &rows) - if upper { half } else { 0 })
    };
    let (known, (new_x, new_y)) = (part(&images.x, &images.y, false), part(&images.x, &images.y, true));
    let (test_x, test_y) = part(&images.test_x, &images.test_y, true);
    let trunk = Net::new(half as usize);
    train(&trunk, (&known.0, &known.1), epochs);
    let (draws, mut errors) = (3, [0.0; 2]);
    for draw in 0..draws {
        let (x, y) = (new_x.narrow(0, FEW * draw, FEW), new_y.narrow(0, FEW * draw, FEW));
        let [alone, with] = [(); 2].map(|()| Net::new(classes - half as usize));
        for (new, known) in [(&with.conv1, &trunk.conv1), (&with.conv2, &trunk.conv2), (&with.conv3, &trunk.conv3)] {
            new.load_state_dict(&known.state_dict())?;
            new.set_requires_grad(false);
        }
        for (net, error) in [alone, with].iter().zip(&mut errors) {
            train(net, (&x, &y), 200);
            *error += percent_wrong(&no_grad(|| net.call(&test_x)), &test_y) / draws as f64;
        }
    }
    let linear = format!("{classes} linear classifiers, the largest score");
    let rows = [
        (linear.as_str(), first_wrong),
        ("their scores as features of a second one", second_wrong),
        ("upper classes, a net trained on few images", errors[0]),
        ("the same, its convolutions from the lower classes", errors[1]),
    ];
    let rows = rows.map(|(name, wrong)| row(name, &[wrong], 1));
    let header = ["classifier", "test, % wrong"];
    println!();
    print_table(&header, &rows);
    let help = images.rows() < 10_000 || errors[1] < errors[0] - 1.0;
    report.expect(help, &format!("filters learned elsewhere help: {errors:?}"));
    let found = format!("few images: {:.1} % wrong alone, {:.1} % with another net's filters", errors[0], errors[1]);
    let about = format!(
        "Few are {FEW} images of all upper classes together, the mean of {draws} draws. The convolutions are frozen."
    );
    Ok(report.heading("Parts used again").paragraph(&about).result(&found).table(&header, &rows))
}

fn main() -> Result<(), Failure> {
    let run =
        Run::with_data(ABOUT, "examples/14_inside_the_network", "a folder with IDX files of images of 28 by 28 pixels");
    let images = Images::idx_28(run.data.as_deref())?;
    let (images, epochs) = if run.quick { (images.first(6_000).first_tests(1_000), 2) } else { (images, 3) };
    let upper = images.y.ge(images.names.len() / 2).sum().item();
    if images.test_y.numel() < 200 || upper < 3.0 * FEW as f64 || upper as usize == images.rows() {
        return Err("expected 200 images to test with, and to train on some of the lower half of the classes and 150 of the upper".into());
    }
    manual_seed(1);
    let net = Net::new(images.names.len());
    train(&net, (&images.x, &images.y), epochs);
    let wrong = percent_wrong(&no_grad(|| net.call(&images.test_x)), &images.test_y);

    let (x, y) = (images.test_x.narrow(0, 0, 200), images.test_y.narrow(0, 0, 200));
    let about = format!("Three convolutions and two dense layers, wrong on {wrong:.2} % of the test images.");
    let report = Report::new(&run, "Inside the network").paragraph(&about);
    report.expect(wrong < if run.quick { 10.0 } else { 2.0 }, &about);
    let report = layers(&net, &x, report)?;
    let report = exciting(&net, &images.names, report)?;
    let report = reasons(&net, &x, &y, report)?;
    let report = map(&net, &images, report)?;
    again(&images, epochs, report)?.save()?;
    Ok(())
}
