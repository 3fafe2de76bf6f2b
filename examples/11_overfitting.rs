//! Learning by heart: how it shows, and what helps.
//!
//! `cargo run --release --example 11_overfitting` fits polynomials to twenty noisy points: training error falls with the degree,
//! validation error is least in between, and the picture of degree 15 shows why. Then a deep net learns images whose labels are drawn
//! at random: it gets all of them right and knows nothing. Last, a fifth of the labels of 2,000 digits is random, and each remedy is
//! judged by true test labels: a penalty (beta/2) ||W||^2, a smaller model, stopping where the validation loss is least (the lowest
//! point of the curve in the last picture), and ensembles of nets of one and of several architectures.

use tapegrad::manual_seed;
use tapegrad::ndarray::{Array1, Array2};
use tapegrad::nn::Linear;
use tapegrad::optim::schedule::{Cosine, Schedule};
use tapegrad::optim::{Adam, Lbfgs, l2_penalty};
use tapegrad::prelude::*;
use tapegrad::viz::Plot;
use tapegrad_examples::{
    Failure, Images, Report, Run, assert_close, least_squares, percent_wrong, print_table, spread,
};

const ABOUT: &str = "Overfitting: polynomials, random labels, and what helps.";

/// The polynomials P0 = 1 to P`degree` of Legendre at each x: a basis whose columns are far from multiples of each other.
fn legendre(x: &[f64], degree: usize) -> Array2<f64> {
    let mut columns = Array2::ones((x.len(), degree + 1));
    for (mut row, &x) in columns.rows_mut().into_iter().zip(x) {
        row[1] = x;
        for n in 1..degree {
            row[n + 1] = ((2 * n + 1) as f64 * x * row[n] - n as f64 * row[n - 1]) / (n + 1) as f64;
        }
    }
    columns
}

/// Polynomials through twenty points of sin(pi x) and noise.
fn polynomials(report: Report) -> Result<Report, Failure> {
    manual_seed(1);
    let (deviation, axis) = (0.25, spread(-1.0, 1.0, 201));
    let noisy = |x: &[f64]| -> Result<Vec<f64>, tapegrad::Error> {
        let noise = Tensor::randn([x.len()]).to_dtype(DType::F64) * deviation;
        ((Tensor::from(x) * std::f64::consts::PI).sin() + noise).to_vec()
    };
    let (x, validation_x) = (spread(-1.0, 1.0, 20), spread(-0.99, 0.99, 200));
    let (y, validation_y) = (noisy(&x)?, noisy(&validation_x)?);
    let column = |values: &[f64]| Tensor::from(values).reshape([-1, 1]);
    let mut plot = Plot::new("Polynomials of degree 1, 3 and 15").x_label("x").y_label("y").y_range(-2.5, 2.5);
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    for degree in 1..=15 {
        let model = Linear::new(degree + 1, 1).without_bias();
        model.to_dtype(DType::F64);
        let features = |x: &[f64]| Tensor::from(legendre(x, degree));
        let mut optimizer = Lbfgs::new(model.parameters(), 1.0).iterations(500).history(20).tolerances(1e-10, 1e-16);
        optimizer.step(|| model.call(&features(&x)).mse_loss(&column(&y)));
        let loss = |x: &[f64], y: &[f64]| no_grad(|| model.call(&features(x)).mse_loss(&column(y))).item();
        training.push(loss(&x, &y));
        validation.push(loss(&validation_x, &validation_y));
        let (columns, y) = (legendre(&x, degree), Array1::from(y.clone()));
        let error = columns.dot(&least_squares(columns.view(), y.view())) - y;
        let least = error.dot(&error) / 20.0;
        assert_close("the least squares", training[degree - 1], least, 1e-6);
        if [1, 3, 15].contains(&degree) {
            let curve = no_grad(|| model.call(&features(&axis))).to_vec::<f64>()?;
            plot = plot.line(format!("degree {degree}"), &axis, &curve);
        }
    }
    let rows: Vec<Vec<String>> = [1, 3, 15]
        .iter()
        .map(|&d| vec![d.to_string(), format!("{:.4}", training[d - 1]), format!("{:.4}", validation[d - 1])])
        .collect();
    let header = ["degree", "training error", "validation error"];
    println!("polynomials; the variance of the noise is {:.4}:", deviation * deviation);
    print_table(&header, &rows);
    assert!(training.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-6)), "more freedom fits better");
    assert!(validation[2] < validation[0] / 2.0 && validation[2] < validation[14] / 2.0, "but only up to a point");
    let degrees = spread(1.0, 15.0, 15);
    let errors = Plot::new("Mean squared error by degree")
        .x_label("degree")
        .y_label("error")
        .log_y()
        .line("training", &degrees, &training)
        .line("validation", &degrees, &validation)
        .horizontal(deviation * deviation, "variance of the noise")
        .draw()?;
    Ok(report
        .heading("Polynomials")
        .table(&header, &rows)
        .figure("polynomials", &plot.points("training points", &x, &y).draw()?, "Degree 1 cannot bend, degree 3 follows the curve, degree 15 follows the noise.")?
        .figure("degrees", &errors, "The training error falls below the noise, which is what learning by heart looks like; the validation error turns.")?)
}

/// Linear levels with ReLU between them.
#[derive(Module)]
struct Mlp {
    levels: Vec<Linear>,
}

impl Mlp {
    fn new(sizes: &[usize]) -> Mlp {
        Mlp { levels: sizes.windows(2).map(|pair| Linear::new(pair[0], pair[1])).collect() }
    }
}

impl Forward for Mlp {
    fn forward(&self, x: &Tensor) -> Tensor {
        let first = self.levels[0].call(x);
        self.levels[1..].iter().fold(first, |h, level| level.call(&h.relu()))
    }
}

/// A net, and how it came to be.
struct Trained {
    net: Mlp,
    /// The net as it was when the validation loss was least.
    best: Mlp,
    /// Mean loss of each epoch.
    training: Vec<f64>,
    validation: Vec<f64>,
    /// Training error after each epoch, in percent.
    wrong: Vec<f64>,
}

/// Trains with the penalty (beta/2) ||W||^2.
fn train(sizes: &[usize], seed: u64, beta: f64, epochs: usize, digits: &Images, held_out: &Images) -> Trained {
    manual_seed(seed);
    let net = Mlp::new(sizes);
    let schedule = Cosine::new(1e-3, epochs * digits.rows().div_ceil(50));
    let mut optimizer = Adam::new(net.parameters(), 1e-3);
    let mut step = 0;
    let (mut best, mut training, mut validation, mut wrong) = (net.deep_copy(), Vec::new(), Vec::new(), Vec::new());
    for epoch in 0..epochs {
        let mut sum = 0.0;
        for (x, y) in digits.batches(50, epoch) {
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            let loss = net.call(&x).cross_entropy(&y);
            sum += loss.item() * y.numel() as f64;
            let penalty = l2_penalty(net.levels.iter().map(|level| &level.weight)) * (beta / 2.0);
            (loss + penalty).backward();
            optimizer.step();
            step += 1;
        }
        training.push(sum / digits.rows() as f64);
        wrong.push(percent_wrong(&no_grad(|| net.call(&digits.x)), &digits.y));
        let loss = no_grad(|| net.call(&held_out.x)).cross_entropy(&held_out.y).item();
        if validation.iter().all(|&other| loss < other) {
            best = net.deep_copy();
        }
        validation.push(loss);
    }
    Trained { net, best, training, validation, wrong }
}

/// A deep net on true labels and on labels that mean nothing.
fn random_labels(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let (rows, epochs) = if run.quick { (200, 40) } else { (1_000, 60) };
    let digits = digits.first(rows);
    manual_seed(1);
    let random = Images { y: Tensor::randint(0, 10, [rows]), ..digits.clone() };
    let numbers = spread(1.0, epochs as f64, epochs);
    let mut plot = Plot::new("Training error").x_label("epoch").y_label("% wrong");
    let mut ends = Vec::new();
    for (name, digits) in [("true labels", &digits), ("random labels", &random)] {
        let Trained { net, wrong, .. } = train(&[784, 256, 256, 256, 10], 1, 0.0, epochs, digits, digits);
        plot = plot.line(name, &numbers, &wrong);
        ends.push((wrong[epochs - 1], percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y)));
    }
    let table: Vec<Vec<String>> = ["true", "random"]
        .iter()
        .zip(&ends)
        .map(|(name, (training, test))| vec![name.to_string(), format!("{training:.1}"), format!("{test:.1}")])
        .collect();
    let header = ["labels", "training, % wrong", "test, % wrong"];
    println!("\n{rows} images, three hidden levels of 256:");
    print_table(&header, &table);
    assert!(ends[0].0 == 0.0 && ends[1].0 == 0.0, "both are learnt by heart");
    assert!(ends[0].1 < 25.0 && (85.0..95.0).contains(&ends[1].1), "one of them means something");
    Ok(report
        .heading("Random labels")
        .paragraph("A net that can learn any labels of its training images says nothing by having learnt them (C. Zhang and others, 2017).")
        .table(&header, &table)
        .figure("random_labels", &plot.draw()?, "Labels that mean nothing take longer, and are learnt as well.")?)
}

/// 2,000 digits, a fifth of whose labels are random, and what helps.
fn remedies(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let (rows, epochs, members) = if run.quick { (500, 25, 3) } else { (2_000, 60, 5) };
    manual_seed(1);
    let noisy =
        |y: Tensor| Tensor::full(y.shape(), 0.2).bernoulli().gt(0.5).where_cond(Tensor::randint(0, 10, y.shape()), y);
    let held_out =
        Images { x: digits.x.narrow(0, 50_000, 1_000), y: noisy(digits.y.narrow(0, 50_000, 1_000)), ..digits.clone() };
    let digits = digits.first(rows);
    let digits = Images { y: noisy(digits.y.clone()), ..digits };
    let fit = |sizes: &[usize], seed, beta| train(sizes, seed, beta, epochs, &digits, &held_out);
    let same: Vec<Trained> = (0..members as u64).map(|seed| fit(&[784, 300, 100, 10], seed, 0.0)).collect();
    let others: [&[usize]; 5] =
        [&[784, 300, 100, 10], &[784, 500, 10], &[784, 200, 200, 200, 10], &[784, 100, 10], &[784, 400, 50, 10]];
    let several: Vec<Trained> = others[..members].iter().map(|sizes| fit(sizes, 7, 0.0)).collect();
    let (penalised, small) = (fit(&[784, 300, 100, 10], 0, 0.01), fit(&[784, 10, 10], 0, 0.0));

    // The mean of the members' probabilities.
    let judge = |nets: &[&Mlp], x: &Tensor, y: &Tensor| {
        let p = no_grad(|| nets.iter().map(|net| net.call(x).softmax(1)).sum::<Tensor>() / nets.len());
        (percent_wrong(&p, y), p.log().nll_loss(y).item())
    };
    let entries: Vec<(String, Vec<&Mlp>)> = vec![
        ("nothing: 300-100".to_owned(), vec![&same[0].net]),
        ("(beta/2) ||W||^2, beta = 0.01".to_owned(), vec![&penalised.net]),
        ("a smaller model: 10".to_owned(), vec![&small.net]),
        ("early stopping".to_owned(), vec![&same[0].best]),
        (format!("{members} of the same"), same.iter().map(|trained| &trained.net).collect()),
        (format!("{members} of different architectures"), several.iter().map(|trained| &trained.net).collect()),
    ];
    let (mut table, mut test, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for (name, nets) in &entries {
        let (training, (wrong, loss)) =
            (judge(nets, &digits.x, &digits.y).0, judge(nets, &digits.test_x, &digits.test_y));
        let alone =
            nets.iter().map(|&net| judge(&[net], &digits.test_x, &digits.test_y).0).sum::<f64>() / nets.len() as f64;
        let numbers = [format!("{training:.1}"), format!("{wrong:.1}"), format!("{alone:.1}"), format!("{loss:.2}")];
        table.push([vec![name.clone()], numbers.to_vec()].concat());
        test.push((wrong, alone));
        gaps.push(wrong - training);
    }
    let header = ["remedy", "training, % wrong", "test, % wrong", "each alone", "test loss"];
    println!("\n{rows} images, a fifth of whose labels are random; the test's labels are true:");
    print_table(&header, &table);
    let margin = if run.quick { 0.0 } else { 1.0 };
    assert!([1, 3].iter().all(|&i| test[i].0 + margin < test[0].0), "the penalty and stopping early help");
    assert!(gaps[2] < 5.0 && gaps[0] > 15.0, "a small model learns hardly anything by heart");
    // The quick run has fewer members.
    let margin = if run.quick { 0.0 } else { 0.5 };
    assert!(test[4..].iter().all(|(wrong, alone)| wrong + margin < *alone), "an ensemble is better than its members");
    let numbers = spread(1.0, epochs as f64, epochs);
    let plot = Plot::new("300-100 without any remedy").x_label("epoch").y_label("cross-entropy").log_y();
    let plot = plot.line("training", &numbers, &same[0].training).line("validation", &numbers, &same[0].validation);
    let found = [0, 1, 3, 4].map(|i| test[i].0);
    let found = format!(
        "{:.1} % wrong become {:.1} by L2, {:.1} by early stopping, {:.1} by an ensemble",
        found[0], found[1], found[2], found[3]
    );
    Ok(report
        .heading("What helps")
        .result(&found)
        .paragraph("A random label is right once in ten, so 18 % of the training labels are wrong: a net that is wrong about fewer of them \
                    than that has begun to learn them by heart. The labels by which early stopping is judged are as bad as those to train \
                    on; those of the test are true. The small model learns nothing by heart, but it is too small for the digits too: it does not \
                    end lower.")
        .table(&header, &table)
        .figure("early_stopping", &plot.draw()?, "Early stopping takes the net from the lowest point of the validation loss.")?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/11_overfitting");
    let digits = Images::mnist()?;
    let report = polynomials(Report::new(&run, "Learning by heart"))?;
    let report = random_labels(&run, &digits, report)?;
    remedies(&run, &digits, report)?.save()?;
    Ok(())
}
