//! Dropout: units left out at random, by the lecture's rule and by PyTorch's.
//!
//! `cargo run --release --example 12_dropout` begins with the rule y = x n, where n is 1 with probability p, else 0. That p is the
//! probability to *keep* a unit; in PyTorch, and in `nn::Dropout`, p is the probability to *drop* it. By the lecture's rule a test
//! multiplies by p, by the inverted rule training divides by p, and a model of one kind is a model of the other with other weights;
//! that is asserted. Such a model stands for all nets that units can be left out of: read in the first picture how the average of
//! sampled nets comes down to the one scaled net. The second shows the test error on a small training set with and without dropout.

use tapegrad::manual_seed;
use tapegrad::nn::{Dropout, Linear, Mode};
use tapegrad::optim::Adam;
use tapegrad::prelude::*;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Images, Report, Run, percent_wrong, print_table, spread};

const ABOUT: &str = "Dropout by the lecture's rule and by PyTorch's, and what it is good for.";

/// The lecture's rule: y = x n while training, y = p x afterwards, with the probability p to keep.
#[derive(Module)]
struct Keep {
    p: f64,
    mode: Mode,
}

impl Forward for Keep {
    fn forward(&self, x: &Tensor) -> Tensor {
        if self.mode.is_training() { x * x.full_like(self.p).bernoulli() } else { x * self.p }
    }
}

/// Two hidden levels, each with dropout of either kind behind it.
#[derive(Module)]
struct Net<D> {
    hidden: [Linear; 2],
    dropout: [D; 2],
    output: Linear,
}

impl<D: Forward> Net<D> {
    fn new(width: usize, dropout: impl Fn() -> D) -> Net<D> {
        let hidden = [Linear::new(784, width), Linear::new(width, width)];
        Net { hidden, dropout: [dropout(), dropout()], output: Linear::new(width, 10) }
    }
}

impl<D: Forward> Forward for Net<D> {
    fn forward(&self, x: &Tensor) -> Tensor {
        let h = self.dropout[0].call(&self.hidden[0].call(x).relu());
        self.output.call(&self.dropout[1].call(&self.hidden[1].call(&h).relu()))
    }
}

/// Both rules on a few numbers.
fn in_numbers(report: Report) -> Result<Report, Failure> {
    manual_seed(1);
    let p = 0.8;
    let (lecture, inverted) = (Keep { p, mode: Mode::new() }, Dropout::new(1.0 - p));
    let x = Tensor::from([0.5, -1.0, 2.0, 1.5, -0.5, 3.0]).requires_grad();
    let g = Tensor::from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let numbers = |x: &Tensor| x.to_vec::<f64>();
    let mut columns = vec![numbers(&x)?, numbers(&g)?];
    for (y, scale) in [(lecture.call(&x), 1.0), (inverted.call(&x), 1.0 / p)] {
        x.zero_grad();
        y.backward_with(&g);
        let dx = x.grad().ok_or("no gradient")?;
        // No element of x is 0, so y says which were kept.
        let n = y.ne(0.0).to_dtype(DType::F64);
        let expected = [&x * &n * scale, &g * &n * scale];
        assert!((&y - &expected[0]).abs().max().item() < 1e-15 && (&dx - &expected[1]).abs().max().item() < 1e-15);
        columns.extend([numbers(&n)?, numbers(&y)?, numbers(&dx)?]);
    }
    let rows: Vec<Vec<String>> =
        (0..6).map(|i| columns.iter().map(|column| format!("{}", column[i])).collect()).collect();
    let header = ["x", "dz/dy", "n", "y = x n", "dz/dx = dz/dy n", "n", "y = x n / p", "dz/dx"];
    println!("p = {p} to keep; by the lecture's rule, and inverted with Dropout::new(1 - p):");
    print_table(&header, &rows);

    // The mean of many draws: p x by the lecture's rule, so a test takes p x; x if inverted, so a test takes x.
    let (draws, x) = (20_000, x.detach());
    let many = x.unsqueeze(0).broadcast_to([draws, 6]);
    for (name, mean, expected) in
        [("lecture", lecture.call(&many), &x * p), ("inverted", inverted.call(&many), x.clone())]
    {
        // Five deviations of the mean, of which the inverted rule has the larger.
        let far = (mean.mean_dim(0) - expected).abs() / (x.abs() * ((1.0 - p) / p / draws as f64).sqrt());
        assert!(far.max().item() < 5.0, "{name}");
    }
    lecture.eval();
    inverted.eval();
    assert!(lecture.call(&x).equal(&(&x * p)) && inverted.call(&x).equal(&x));
    Ok(report
        .heading("The rule")
        .paragraph(&format!(
            "n is 1 with the probability p = {p}, else 0: p is the probability to keep. nn::Dropout and PyTorch are given the probability \
             to drop, {:.1} here, and divide by p while training.",
            1.0 - p
        ))
        .table(&header, &rows)
        .paragraph("The mean of y over all n is p x by the first rule, so a test takes p x; it is x by the second, so a test takes x."))
}

/// Trains, and gives the test error after each epoch.
fn train<D: Forward>(net: &Net<D>, digits: &Images, epochs: usize) -> Vec<f64> {
    let mut optimizer = Adam::new(net.parameters(), 1e-3);
    let mut errors = Vec::new();
    for epoch in 0..epochs {
        net.train();
        for (x, y) in digits.batches(50, epoch) {
            optimizer.zero_grad();
            net.call(&x).cross_entropy(&y).backward();
            optimizer.step();
        }
        net.eval();
        errors.push(percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y));
    }
    errors
}

/// One trained net: in the other rule's units, and against the average of nets that are sampled from it.
fn sampled(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let (rows, epochs, samples) = if run.quick { (500, 15, 20) } else { (1_000, 60, 100) };
    let p = 0.6;
    manual_seed(2);
    let net = Net::new(300, || Dropout::new(1.0 - p));
    train(&net, &digits.first(rows), epochs);

    // The lecture's net takes p x where this one takes x, so its weights behind the dropout are larger by 1/p.
    let lecture = Net::new(300, || Keep { p, mode: Mode::new() });
    lecture.load_state_dict(&net.state_dict())?;
    [&lecture.hidden[1], &lecture.output].iter().for_each(|layer| layer.weight.update(|w| w / p));
    lecture.eval();
    let scores = no_grad(|| net.call(&digits.test_x));
    let apart = no_grad(|| (lecture.call(&digits.test_x) - &scores).abs().max() / scores.abs().max()).item();
    println!("\nthe same net by the lecture's rule: the scores differ by {apart:.0e} of the largest");
    assert!(apart < 1e-5, "both rules have the same models");

    let judge = |p: &Tensor| (percent_wrong(p, &digits.test_y), p.log().nll_loss(&digits.test_y).item());
    let scaled = judge(&scores.softmax(1));
    net.train();
    let (mut sum, mut counts, mut errors, mut losses) = (scores.zeros_like(), Vec::new(), Vec::new(), Vec::new());
    for count in 1..=samples {
        // Each image goes through a net of its own.
        sum += no_grad(|| net.call(&digits.test_x).softmax(1));
        let (error, loss) = judge(&(&sum / count));
        counts.push(f64::from(count));
        errors.push(error);
        losses.push(loss);
    }
    let (all, header) = (counts.len(), ["net", "test, % wrong", "test loss"]);
    let row = |name: String, (error, loss): (f64, f64)| vec![name, format!("{error:.2}"), format!("{loss:.4}")];
    let table = [
        row("one sampled net".to_owned(), (errors[0], losses[0])),
        row(format!("average of {all}"), (errors[all - 1], losses[all - 1])),
        row("the scaled net".to_owned(), scaled),
    ];
    println!("{rows} images to train on:");
    print_table(&header, &table);
    assert!(
        errors[0] > scaled.0 + 1.0 && (errors[all - 1] - scaled.0).abs() < 0.5,
        "the scaled net is nearly the average"
    );
    let plot = Plot::new("Average of sampled nets").x_label("nets").y_label("test, % wrong").log_x();
    let plot = plot.line("average of the probabilities", &counts, &errors).horizontal(scaled.0, "the scaled net");
    Ok(report.heading("One net for many").table(&header, &table).figure(
        "sampled",
        &plot.draw()?,
        "One call of the scaled net is worth dozens of sampled ones (N. Srivastava and others, 2014, figure 11).",
    )?)
}

/// With and without dropout on few images, from five starts each.
fn small_set(run: &Run, digits: &Images, report: Report) -> Result<Report, Failure> {
    let (rows, epochs, seeds) = if run.quick { (300, 20, 1) } else { (1_000, 60, 5) };
    let (digits, low) = (digits.first(rows), if run.quick { 20.0 } else { 5.0 });
    let epochs_axis = spread(1.0, epochs as f64, epochs);
    let mut plot = Plot::new(format!("Test error, {rows} images to train on"))
        .x_label("epoch")
        .y_label("%")
        .y_range(low, low + 30.0);
    let (mut table, mut means) = (Vec::new(), Vec::new());
    for keep in [1.0, 0.8, 0.5, 0.2] {
        let mut sum = vec![0.0; epochs];
        for seed in 0..seeds {
            manual_seed(seed);
            let errors = train(&Net::new(300, || Dropout::new(1.0 - keep)), &digits, epochs);
            sum.iter_mut().zip(&errors).for_each(|(sum, error)| *sum += error / seeds as f64);
        }
        let (last, least) = (sum[epochs - 1], sum.iter().copied().fold(100.0, f64::min));
        table.push(vec![keep.to_string(), format!("{:.1}", 1.0 - keep), format!("{last:.2}"), format!("{least:.2}")]);
        means.push(last);
        plot = plot.line(format!("keep {keep}"), &epochs_axis, &sum);
    }
    let header = ["p to keep", "Dropout::new", "test, % wrong", "at its least"];
    println!("\n{rows} images to train on, mean of {seeds} starts:");
    print_table(&header, &table);
    if !run.quick {
        assert!(means[1] < means[0] && means[3] > means[0] + 0.3, "a little of it helps: {means:?}");
    }
    let found =
        format!("{rows} images: {:.2} % wrong without dropout, {:.2} % with 0.8 of the units kept", means[0], means[1]);
    Ok(report.heading("A small training set").result(&found).table(&header, &table).figure(
        "small_set",
        &plot.draw()?,
        "With dropout the net learns more slowly. Most units have to stay here: a net that keeps one in five ends higher than one \
         without dropout. The gain at 0.8 is a few tenths of a percent.",
    )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/12_dropout");
    let mut digits = Images::mnist()?;
    if run.quick {
        (digits.test_x, digits.test_y) = (digits.test_x.narrow(0, 0, 2_000), digits.test_y.narrow(0, 0, 2_000));
    }
    let report = in_numbers(Report::new(&run, "Dropout"))?;
    let report = sampled(&run, &digits, report)?;
    small_set(&run, &digits, report)?.save()?;
    Ok(())
}
