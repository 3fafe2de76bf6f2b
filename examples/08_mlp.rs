//! Levels of units: what a hidden level is, what it is for, and MNIST beside the table of 1998.
//!
//! `cargo run --release --example 08_mlp` begins with one level of sigmoid units, which is nothing but logistic regressions side by
//! side: trained together or one by one they end at the same weights. Then it looks for x1 x2: powers of each feature do not have
//! it, linear levels on top of each other are one linear level, and a bend between them is what finds it: see the maps, in which a
//! straight boundary stays straight and a hidden level's does not. Last, networks without, with one and with two hidden levels
//! learn MNIST, with sigmoid and with ReLU: see the table, and in the curves how far ReLU is ahead after the first epoch.

use std::time::Instant;

use tapegrad::manual_seed;
use tapegrad::ndarray::{Array2, Array3};
use tapegrad::nn::{Init, Linear};
use tapegrad::optim::schedule::{Cosine, Schedule};
use tapegrad::optim::{Adam, Sgd};
use tapegrad::prelude::*;
use tapegrad::viz::{Contour, ImageGrid, Plot};
use tapegrad_examples::{Failure, Images, Report, Run, percent_wrong, print_table, spread};

const ABOUT: &str = "Hidden levels: what they are, what they are for, and MNIST beside the table of 1998.";

/// What comes between two levels.
type Bend = fn(&Tensor) -> Tensor;

/// Linear levels with a bend between them.
#[derive(Module)]
struct Mlp {
    levels: Vec<Linear>,
    #[module(skip)]
    bend: Bend,
}

impl Mlp {
    /// From `sizes[0]` inputs through hidden levels to as many outputs as the last size says.
    fn new(sizes: &[usize], bend: Bend) -> Mlp {
        Mlp { levels: sizes.windows(2).map(|pair| Linear::new(pair[0], pair[1])).collect(), bend }
    }
}

impl Forward for Mlp {
    fn forward(&self, x: &Tensor) -> Tensor {
        let first = self.levels[0].call(x);
        self.levels[1..].iter().fold(first, |h, level| level.call(&(self.bend)(&h)))
    }
}

/// The largest difference of two tensors, as a part of the largest number.
fn difference(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).abs().max().item() / a.abs().max().item()
}

/// Ten units that each tell one digit from all others: together as a level, and one by one.
fn side_by_side(digits: &Images, report: Report) -> Result<Report, Failure> {
    let digits = digits.first(1_000);
    let one_hot = digits.y.one_hot(10).to_dtype(DType::F32);
    let level = Linear::new(784, 10);
    let units: Vec<Linear> = (0..10).map(|_| Linear::new(784, 1)).collect();
    units.iter().chain([&level]).flat_map(Linear::parameters).for_each(|param| Init::Zeros.fill(&param));
    let fit = |model: &Linear, y: &Tensor| {
        let mut optimizer = Sgd::new(model.parameters(), 0.01);
        for _ in 0..200 {
            optimizer.zero_grad();
            // The sum over the units of each one's mean over the images.
            (model.call(&digits.x).binary_cross_entropy_with_logits(y) * model.weight.shape()[0]).backward();
            optimizer.step();
        }
    };
    fit(&level, &one_hot);
    units.iter().enumerate().for_each(|(j, unit)| fit(unit, &one_hot.narrow(1, j, 1)));
    let rows: Vec<&Tensor> = units.iter().map(|unit| unit.weight.tensor()).collect();
    let apart = difference(&level.weight, &Tensor::cat(&rows, 0));
    println!("a level of ten sigmoid units beside ten logistic regressions: the weights differ by {apart:.0e}");
    assert!(apart < 1e-4, "the units of a level share nothing");

    // Gray is 0, white adds to the unit's sum, black takes from it.
    let largest = level.weight.abs().max().item() as f32;
    let weights = Array3::from_shape_vec((10, 28, 28), level.weight.to_vec::<f32>()?)?;
    let picture = ImageGrid::gray(weights.mapv(|w| (127.5 + 127.5 * w / largest) as u8).view()).scale(3).draw()?;
    Ok(report
        .heading("A level is logistic regressions side by side")
        .paragraph(&format!(
            "Ten units, each of which tells one digit from all others, were trained together as one level and one by one as ten \
             logistic regressions. The weights agree to {apart:.0e}."
        ))
        .figure("units", &picture, "What the units for 0 to 9 look for, after 200 steps on 1,000 images: white pixels speak for the digit, black ones against it.")?)
}

/// Is x1 x2 > 0? Every model sees the same points, half of which are in the class.
fn product(run: &Run, report: Report) -> Result<Report, Failure> {
    manual_seed(2);
    let of_class = |x: &Tensor| (x.narrow(1, 0, 1) * x.narrow(1, 1, 1)).gt(0.0).to_dtype(DType::F32);
    let [x, test_x] = [600, 4_000].map(|rows| Tensor::rand([rows, 2]) * 2.0 - 1.0);
    let (y, test_y) = (of_class(&x), of_class(&test_x));
    let raw: Bend = |x| x.clone();
    let powers: Bend = |x| Tensor::cat(&[x, &x.square(), &x.pow(3), &x.pow(4), &x.pow(5)], 1);
    let with_product: Bend = |x| Tensor::cat(&[x, &(x.narrow(1, 0, 1) * x.narrow(1, 1, 1))], 1);
    let models: [(&str, Bend, &[usize], Bend); 5] = [
        ("powers of each, up to the fifth", powers, &[10, 1], raw),
        ("linear levels 2-16-1", raw, &[2, 16, 1], raw),
        ("features x1, x2, x1 x2", with_product, &[3, 1], raw),
        ("sigmoid levels 2-16-1", raw, &[2, 16, 1], |h| h.sigmoid()),
        ("ReLU levels 2-16-1", raw, &[2, 16, 1], |h| h.relu()),
    ];
    let axis = spread(-1.0, 1.0, if run.quick { 21 } else { 81 });
    let grid: Tensor = axis.iter().flat_map(|x2| axis.iter().flat_map(|x1| [*x1 as f32, *x2 as f32])).collect();
    let grid = grid.reshape([-1, 2]);
    let (mut rows, mut maps) = (Vec::new(), Vec::new());
    for (i, (name, features, sizes, bend)) in models.into_iter().enumerate() {
        let model = Mlp::new(sizes, bend);
        let mut optimizer = Adam::new(model.parameters(), 0.03);
        let features_of_x = features(&x);
        for _ in 0..1_500 {
            optimizer.zero_grad();
            model.call(&features_of_x).binary_cross_entropy_with_logits(&y).backward();
            optimizer.step();
        }
        let scores = |x: &Tensor| no_grad(|| model.call(&features(x)));
        let right = 100.0 * scores(&test_x).gt(0.0).eq(test_y.gt(0.5)).sum().item() / 4_000.0;
        rows.push(vec![name.to_owned(), model.num_parameters().to_string(), format!("{right:.1}")]);
        // A sum of functions of x1 and of x2 is right in three of the four quarters at best.
        assert!(if i < 2 { right < 75.0 } else { right > 95.0 }, "{name}: {right} %");
        if i == 1 {
            // W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2).
            let [first, second] = [&model.levels[0], &model.levels[1]];
            let one = test_x.linear(&second.weight.matmul(&first.weight), None) + scores(&Tensor::zeros([1, 2]));
            assert!(difference(&scores(&test_x), &one) < 1e-5, "linear levels on top of each other are one");
        }
        if i != 2 {
            let p = scores(&grid).sigmoid().to_vec::<f32>()?;
            let p = Array2::from_shape_vec((axis.len(), axis.len()), p)?.mapv(f64::from);
            let map = Contour::new(name, &axis, &axis, p.view()).x_label("x1").y_label("x2").value_label("p").draw()?;
            maps.push(map);
        }
    }
    let header = ["model", "parameters", "% right on 4,000 other points"];
    println!("\nis x1 x2 > 0?");
    print_table(&header, &rows);
    let (n, k) = (784, 2);
    let counts = format!(
        "powers up to {k} of {n} pixels take k n + 1 = {} parameters, products of two {}",
        k * n + 1,
        n * (n - 1) / 2
    );
    println!("{counts} more");
    Ok(report
        .heading("What a hidden level is for")
        .paragraph(&format!(
            "Powers up to k of each of n features take k n + 1 parameters, and x1 x2 is not among them: a sum of functions of x1 and of \
             x2 is right in three quarters at best. Written down as a feature it is, but {counts} more. Linear levels on top of each \
             other do not help: W2 (W1 x + b1) + b2 is (W2 W1) x + (W2 b1 + b2), one linear level; that is asserted. With a bend \
             between the levels the hidden units find such features themselves."
        ))
        .table(&header, &rows)
        .figure("powers", &maps[0], "Powers of each feature: no way to say that it depends on both.")?
        .figure("linear", &maps[1], "Linear levels: the boundary is one straight line.")?
        .figure("sigmoid", &maps[2], "A level of sigmoid units: four quarters.")?
        .figure("relu", &maps[3], "A level of ReLU units: four quarters, with boundaries of straight pieces.")?)
}

/// Linear, one hidden level and two, on MNIST.
fn mnist(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let (digits, epochs) = if run.quick { (digits.first(6_000), 2) } else { (digits.clone(), 12) };
    let (sigmoid, relu): (Bend, Bend) = (|h| h.sigmoid(), |h| h.relu());
    let models: [(&str, &[usize], Bend, f64); 5] = [
        ("linear", &[784, 10], relu, 12.0),
        ("300 hidden, sigmoid", &[784, 300, 10], sigmoid, 4.7),
        ("300 hidden, ReLU", &[784, 300, 10], relu, 4.7),
        ("300-100, sigmoid", &[784, 300, 100, 10], sigmoid, 3.05),
        ("300-100, ReLU", &[784, 300, 100, 10], relu, 3.05),
    ];
    let numbers = spread(1.0, epochs as f64, epochs);
    let mut plot = Plot::new("Test error").x_label("epoch").y_label("%").log_y();
    let (mut rows, mut curves) = (Vec::new(), Vec::new());
    for (name, sizes, bend, in_1998) in models {
        manual_seed(3);
        let started = Instant::now();
        let net = Mlp::new(sizes, bend);
        let schedule = Cosine::new(1e-3, digits.rows().div_ceil(100) * epochs);
        let mut optimizer = Adam::new(net.parameters(), 1e-3);
        let (mut step, mut errors) = (0, Vec::new());
        for epoch in 0..epochs {
            for (x, y) in digits.batches(100, epoch) {
                optimizer.set_lr(schedule.lr(step));
                optimizer.zero_grad();
                net.call(&x).cross_entropy(&y).backward();
                optimizer.step();
                step += 1;
            }
            errors.push(percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y));
        }
        let last = errors[epochs - 1];
        let numbers_of = [format!("{in_1998}"), format!("{last:.2}"), format!("{:.2}", errors[0])];
        let seconds = format!("{:.0}", started.elapsed().as_secs_f64());
        rows.push(
            [vec![name.to_owned(), net.num_parameters().to_string()], numbers_of.to_vec(), vec![seconds]].concat(),
        );
        plot = plot.line(name, &numbers, &errors);
        curves.push(errors);
    }
    let header = ["network", "parameters", "1998, % wrong", "ours, % wrong", "after an epoch", "seconds"];
    println!("\nMNIST, {} images to train on, 10,000 to test with:", digits.rows());
    print_table(&header, &rows);
    for (first, sigmoid, relu) in [("one hidden level", 1, 2), ("two", 3, 4)] {
        assert!(curves[relu][0] < curves[sigmoid][0], "{first}: ReLU is ahead after an epoch");
    }
    if !run.quick {
        let ours: Vec<f64> = curves.iter().map(|errors| errors[epochs - 1]).collect();
        assert!((6.5..9.0).contains(&ours[0]), "a linear model has no more to learn with");
        assert!(ours[1..].iter().all(|&error| error < 2.5), "a hidden level does");
    }
    let found = |i: usize| curves[i][epochs - 1];
    Ok(report
        .heading("MNIST, beside 1998")
        .result(&format!("MNIST: {:.2} % wrong linear, {:.2} % with 300 hidden units, {:.2} % with 300 and 100", found(0), found(2), found(4)))
        .paragraph("The figures of 1998 are those of Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, \"Gradient-based learning applied to document \
                    recognition\": the same sizes and images, with the squared error, units like tanh, and stochastic gradient descent. \
                    Ours have softmax and cross-entropy, Adam, and a rate that falls along a cosine.")
        .table(&header, &rows)
        .figure("mnist", &plot.draw()?, "ReLU does not saturate and is ahead at first. A linear model is done after an epoch; it has no more to learn with.")?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/08_mlp");
    let digits = Images::mnist()?;
    let report = side_by_side(&digits, Report::new(&run, "Levels of units"))?;
    let report = product(&run, report)?;
    mnist(&run, &digits, report)?.save()?;
    Ok(())
}
