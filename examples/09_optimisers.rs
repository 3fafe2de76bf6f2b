//! How to step: full batch against minibatches, momentum and Adam in a narrow valley and on MNIST, and rates that fall.
//!
//! `cargo run --release --example 09_optimisers` first asks what a batch is worth. Read the two pictures of the same losses together:
//! by steps the full batch is best, by seconds it is far behind, since the gradient of a hundred images points nearly the same way
//! and costs a small part. Then optimisers walk a valley where theory says how long each takes, and train MNIST at three rates each.
//! Last, the rate falls: by 0.99998 with every step, or to a tenth on a plateau.

use std::time::Instant;

use tapegrad::manual_seed;
use tapegrad::ndarray::Array2;
use tapegrad::nn::Linear;
use tapegrad::optim::schedule::{Constant, Exponential, Plateau, Schedule};
use tapegrad::optim::{Adam, Optimizer, Rule, Sgd};
use tapegrad::prelude::*;
use tapegrad::viz::{Contour, Plot};
use tapegrad_examples::{Failure, Images, Report, Run, assert_close, percent_wrong, print_table, spread};

const ABOUT: &str = "Full batch against minibatches, momentum, Adam, and rates that fall.";

/// An optimiser of any kind.
type Any = Optimizer<Box<dyn Rule>>;

/// Makes one for a net, of a rate.
type Make = fn(&Net, f64) -> Any;

/// 784 pixels, 100 hidden units, 10 scores.
#[derive(Module)]
struct Net {
    hidden: Linear,
    output: Linear,
}

impl Net {
    /// The same net every time.
    fn new() -> Net {
        manual_seed(1);
        Net { hidden: Linear::new(784, 100), output: Linear::new(100, 10) }
    }

    fn loss(&self, (x, y): &(Tensor, Tensor)) -> Tensor {
        self.call(x).cross_entropy(y)
    }
}

impl Forward for Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.output.call(&self.hidden.call(x).relu())
    }
}

/// One step of training.
fn step(net: &Net, batch: &(Tensor, Tensor), optimizer: &mut Any) -> f64 {
    optimizer.zero_grad();
    let loss = net.loss(batch);
    loss.backward();
    optimizer.step();
    loss.item()
}

/// Batches of 10, 100, 1000 and of all: what a step costs, and what it is worth.
fn batches(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let digits = digits.first(if run.quick { 10_000 } else { 60_000 });
    let (seen, whole) = ((digits.x.narrow(0, 0, 5_000), digits.y.narrow(0, 0, 5_000)), digits.rows());
    let (mut by_step, mut by_second) = (Plot::new("Loss by step").log_x(), Plot::new("The same by seconds").log_x());
    let (mut rows, mut after) = (Vec::new(), Vec::new());
    for size in [10, 100, 1_000, whole] {
        let net = Net::new();
        let mut optimizer = Sgd::new(net.parameters(), 0.1).boxed();
        let most = (2 * whole / size).max(50);
        let (mut steps, mut seconds, mut losses, mut spent) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
        let (mut taken, mut next) = (0, 1.0);
        for batch in (0..).flat_map(|epoch| digits.batches(size, epoch)).take(most) {
            let started = Instant::now();
            step(&net, &batch, &mut optimizer);
            (taken, spent) = (taken + 1, spent + started.elapsed().as_secs_f64());
            // Looking on costs time as well, so it is done at steps that are ever further apart, and not counted.
            if f64::from(taken) >= next || taken as usize == most {
                next = (1.2 * next).max(next + 1.0);
                steps.push(f64::from(taken));
                seconds.push(spent);
                losses.push(no_grad(|| net.loss(&seen)).item());
            }
        }
        let name = if size == whole { format!("all {whole}") } else { size.to_string() };
        by_step = by_step.line(format!("batches of {name}"), &steps, &losses);
        by_second = by_second.line(format!("batches of {name}"), &seconds, &losses);
        let at_50 = losses[steps.iter().position(|&step| step >= 50.0).ok_or("fewer than 50 steps")?];
        let last = losses[losses.len() - 1];
        after.push((at_50, spent, last));
        let numbers = [1e3 * spent / most as f64, at_50, spent, last].map(|number| format!("{number:.3}"));
        rows.push([vec![name, most.to_string()], numbers.to_vec()].concat());
    }
    let header = ["batch", "steps", "ms a step", "loss after 50 steps", "seconds in all", "loss at the end"];
    println!("full batch against minibatches:");
    print_table(&header, &rows);
    assert!(after[3].0 < after[0].0, "step by step, the whole gradient is best");
    let (hundred, all) = (after[1], after[3]);
    assert!(hundred.1 < all.1 && hundred.2 < all.2, "100 at a time are lower in less time than all at once");

    // Multiplications: forward 784 x 100 + 100 x 10 an image; backward as many for the weights, and 100 x 10 for h.
    let net = Net::new();
    let (batch, mut times) = (digits.batches(1_000, 0).next().ok_or("no batch")?, Vec::new());
    for _ in 0..30 {
        let started = Instant::now();
        let loss = net.loss(&batch);
        let forward = started.elapsed().as_secs_f64();
        loss.backward();
        times.push(started.elapsed().as_secs_f64() / forward - 1.0);
    }
    times.sort_by(f64::total_cmp);
    let cost = format!("backward takes {:.2} times as long as forward (median of 30 batches of 1,000)", times[15]);
    println!("{cost}; by multiplications 1.01 times, for the pixels need no gradient");
    assert!((0.3..5.0).contains(&times[15]));
    let [by_step, by_second] = [by_step.x_label("step"), by_second.x_label("seconds of training")]
        .map(|plot| plot.y_label("cross-entropy").draw());
    Ok(report
        .heading("Full batch against minibatches")
        .paragraph(&format!(
            "The gradient of a hundred images points nearly the way of the whole one, for a small part of the work. The times are this \
             machine's: {cost}."
        ))
        .table(&header, &rows)
        .figure("by_step", &by_step?, "Step by step the larger batch is better, and beyond 100 hardly.")?
        .figure("by_second", &by_second?, "By the clock, the full batch has hardly begun where small ones are done.")?)
}

/// J = 1/2 (x^2 + 100 y^2): curvatures 1 along the valley and 100 across it.
fn valley(report: Report) -> Result<Report, Failure> {
    let cost = |w: &Tensor| (w.square() * Tensor::from([0.5, 50.0])).sum();
    let descend = |steps: usize, scale: f64, optimizer: fn(&Tensor) -> Any| {
        let w = Tensor::from([-10.0, 1.5]).requires_grad();
        let (mut optimizer, mut path) = (optimizer(&w), Vec::new());
        for _ in 0..=steps {
            optimizer.zero_grad();
            let loss = cost(&w);
            path.push([w.i(0).item(), w.i(1).item(), loss.item()]);
            (loss * scale).backward();
            optimizer.step();
        }
        path
    };
    // The best rate is 2/(1 + 100), and then both directions shrink by 99/101 a step. With momentum the best are a rate of
    // (2/(1 + 10))^2 and mu = (9/11)^2, and the factor is 9/11 (B. Polyak, 1964).
    let sgd: fn(&Tensor) -> Any = |w| Sgd::new([w], 2.0 / 101.0).boxed();
    let momentum: fn(&Tensor) -> Any = |w| Sgd::new([w], 4.0 / 121.0).momentum(81.0 / 121.0).boxed();
    let lecture: fn(&Tensor) -> Any = |w| Sgd::new([w], 0.01).momentum(0.9).boxed();
    let adam: fn(&Tensor) -> Any = |w| Adam::new([w], 0.3).boxed();
    let names = ["descent at its best rate", "momentum 0.9", "momentum at its best", "Adam"];
    let paths = [sgd, lecture, momentum, adam].map(|optimizer| descend(500, 1.0, optimizer));

    // The lecture's form: mu = 0.9 mu + dJ, W = W - lr mu.
    let (mut w, mut mu) = ([-10.0, 1.5], [0.0, 0.0]);
    for point in &paths[1] {
        (0..2).for_each(|i| assert!((point[i] - w[i]).abs() < 1e-12, "momentum by hand"));
        for (i, curvature) in [(0, 1.0), (1, 100.0)] {
            mu[i] = 0.9 * mu[i] + curvature * w[i];
            w[i] -= 0.01 * mu[i];
        }
    }
    let apart = paths[3].iter().zip(descend(500, 1_000.0, adam)).map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-3, "Adam's path does not depend on the loss's unit: {apart}");

    let axes = [spread(-11.0, 4.0, 91), spread(-2.0, 2.0, 81)];
    let surface = Array2::from_shape_fn((81, 91), |(i, j)| 0.5 * (axes[0][j].powi(2) + 100.0 * axes[1][i].powi(2)));
    let surface = surface.mapv(|j: f64| j.max(0.1));
    let mut maps = Vec::new();
    let mut plot = Plot::new("J by step").x_label("step").y_label("J").log_y().y_range(1e-12, 1e4);
    let (mut rows, mut steps_down) = (Vec::new(), Vec::new());
    for (i, (name, path)) in names.iter().zip(&paths).enumerate() {
        let down = path.iter().rposition(|point| point[2] > 1e-6 * path[0][2]).map_or(0, |step| step + 1);
        rows.push(vec![name.to_string(), down.to_string()]);
        steps_down.push(down as f64);
        plot = plot.line(*name, &spread(0.0, 500.0, 501), &path.iter().map(|point| point[2]).collect::<Vec<f64>>());
        if i != 2 {
            let [x, y] = [0, 1].map(|i| path[..40].iter().map(|point| point[i]).collect::<Vec<f64>>());
            let map = Contour::new(*name, &axes[0], &axes[1], surface.view()).log_colour().lines(12);
            maps.push(map.path("40 steps", &x, &y).x_label("x").y_label("y").value_label("J").draw()?);
        }
    }
    let header = ["optimiser", "steps to a millionth of J"];
    println!("\na valley a hundred times as steep across as along:");
    print_table(&header, &rows);
    let theory = 1e-3_f64.ln() / (99.0 / 101.0_f64).ln();
    assert_close("steps of plain descent", steps_down[0], theory, 0.01);
    assert!(steps_down[2] < steps_down[0] / 5.0 && steps_down[1] < steps_down[0] / 1.5);
    Ok(report
        .heading("A narrow valley")
        .paragraph(&format!(
            "J = 1/2 (x^2 + 100 y^2). The best that plain descent can do is a factor of 99/101 a step, so {theory:.0} steps; with momentum \
             it is 9/11. Adam divides each direction by its own slope: J times 1,000 gives the same path."
        ))
        .table(&header, &rows)
        .figure("descent", &maps[0], "Plain descent: from side to side, with little left for the way along the valley.")?
        .figure("momentum", &maps[1], "Momentum: the sides cancel, and the way along adds up.")?
        .figure("adam", &maps[2], "Adam: as fast along the valley as across, and a little past the end.")?
        .figure("valley_steps", &plot.draw()?, "Each step multiplies J, so the lines are straight but for swings. The best momentum goes up first: a rate of (2/11)^2 is beyond 2/100 and would diverge alone.")?)
}

/// SGD, momentum and Adam, each at three rates, for an epoch.
fn on_mnist(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let digits = digits.first(if run.quick { 10_000 } else { 60_000 });
    let optimizers: [(&str, [f64; 3], Make); 3] = [
        ("SGD", [0.01, 0.1, 0.5], |net, lr| Sgd::new(net.parameters(), lr).boxed()),
        ("momentum 0.9", [0.001, 0.01, 0.05], |net, lr| Sgd::new(net.parameters(), lr).momentum(0.9).boxed()),
        ("Adam", [0.0001, 0.001, 0.005], |net, lr| Adam::new(net.parameters(), lr).boxed()),
    ];
    let mut plot = Plot::new("Each at its middle rate").x_label("step").y_label("cross-entropy, running mean").log_y();
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for (name, rates, optimizer) in optimizers {
        for (i, lr) in rates.into_iter().enumerate() {
            let net = Net::new();
            let (mut optimizer, mut losses) = (optimizer(&net, lr), Vec::new());
            for batch in digits.batches(100, 0) {
                let loss = step(&net, &batch, &mut optimizer);
                losses.push(losses.last().map_or(loss, |mean| 0.95 * mean + 0.05 * loss));
            }
            let error = percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y);
            rows.push(vec![
                name.to_owned(),
                lr.to_string(),
                format!("{:.3}", losses[losses.len() - 1]),
                format!("{error:.2}"),
            ]);
            wrong.push(error);
            if i == 1 {
                plot = plot.line(format!("{name}, {lr}"), &spread(1.0, losses.len() as f64, losses.len()), &losses);
            }
        }
    }
    let header = ["optimiser", "rate", "loss at the end", "test, % wrong"];
    println!("\nMNIST, an epoch in batches of 100:");
    print_table(&header, &rows);
    let best = [0, 3, 6].map(|i| wrong[i..i + 3].iter().copied().fold(100.0, f64::min));
    let apart = best.iter().copied().fold(0.0, f64::max) - best.iter().copied().fold(100.0, f64::min);
    assert!((0..3).all(|i| (wrong[i] - wrong[i + 3]).abs() < 0.25 * wrong[i]), "momentum 0.9 is ten times the rate");
    assert!((0..3).all(|i| wrong[3 * i] - best[i] > 2.0 * apart), "the rate counts for more than the optimiser");
    Ok(report.heading("On MNIST").table(&header, &rows).figure("mnist", &plot.draw()?, "One epoch.")?)
}

/// A constant rate, one that falls by 0.99998 a step, and one that falls to a tenth on a plateau.
fn falling(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let held_out = (digits.x.narrow(0, 50_000, 10_000), digits.y.narrow(0, 50_000, 10_000));
    let (digits, epochs) = if run.quick { (digits.first(2_000), 8) } else { (digits.first(50_000), 10) };
    let (constant, exponential) = (Constant::new(0.02), Exponential::new(0.02, 0.99998));
    let mut plateau = Plateau::new(0.02).patience(1);
    let mut plot = Plot::new("Validation loss").x_label("epoch").y_label("cross-entropy").log_y();
    let (mut rows, mut ends) = (Vec::new(), Vec::new());
    for (i, name) in ["constant", "times 0.99998 a step", "a tenth on a plateau"].into_iter().enumerate() {
        let net = Net::new();
        let mut optimizer = Sgd::new(net.parameters(), 0.02).momentum(0.9).boxed();
        let (mut taken, mut losses, mut training) = (0, Vec::new(), 0.0);
        for epoch in 0..epochs {
            training = 0.0;
            for batch in digits.batches(10, epoch) {
                match i {
                    0 => optimizer.set_lr(constant.lr(taken)),
                    1 => optimizer.set_lr(exponential.lr(taken)),
                    _ => {}
                }
                training += step(&net, &batch, &mut optimizer) * 10.0 / digits.rows() as f64;
                taken += 1;
            }
            losses.push(no_grad(|| net.loss(&held_out)).item());
            if i == 2 {
                optimizer.set_lr(plateau.step(losses[epoch]));
            }
        }
        let wrong = percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y);
        let numbers = [training, losses[epochs - 1], wrong].map(|number| format!("{number:.3}"));
        rows.push([vec![name.to_owned(), format!("{:.1e}", optimizer.lr())], numbers.to_vec()].concat());
        plot = plot.line(name, &spread(1.0, epochs as f64, epochs), &losses);
        ends.push((losses[epochs - 1], wrong));
    }
    let header = ["rate", "at the end", "training loss", "validation loss", "test, % wrong"];
    println!("\nrates that fall, batches of 10, momentum 0.9:");
    print_table(&header, &rows);
    // A rate of 0.99998^steps takes thousands of steps to fall.
    for end in if run.quick { &ends[2..] } else { &ends[1..] } {
        assert!(end.0 < ends[0].0 && end.1 < ends[0].1, "a rate that falls ends lower");
    }
    let found = format!("a rate that falls ends at {:.2} % wrong, a constant one at {:.2} %", ends[2].1, ends[0].1);
    Ok(report.heading("Rates that fall").result(&found).table(&header, &rows).figure(
        "falling",
        &plot.draw()?,
        "At a constant rate the minibatches' noise keeps the loss up; a smaller rate lets it settle.",
    )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/09_optimisers");
    let digits = Images::mnist()?;
    let report = batches(&run, &digits, Report::new(&run, "How to step"))?;
    let report = on_mnist(&run, &digits, valley(report)?)?;
    falling(&run, &digits, report)?.save()?;
    Ok(())
}
