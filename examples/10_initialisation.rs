//! Where to begin: what the first weights do to activations and gradients by depth, and which nets train from there.
//!
//! `cargo run --release --example 10_initialisation` sends MNIST through twenty levels of a hundred units that have seen nothing yet,
//! with tanh and with ReLU, and looks at every level's activations (`nn::observe`) and gradients. Small weights make them vanish,
//! large ones make them explode or, with tanh, saturate; Xavier's keep them with tanh and lose half at every ReLU, which He's take
//! back. Read in the pictures a level's variance from left to right: where the line is flat, the net trains, and the curves of the
//! loss say so. With ReLU each step of the line has the height that theory gives; that is asserted.

use tapegrad::manual_seed;
use tapegrad::nn::init::{Fan, gain};
use tapegrad::nn::{Init, Linear, observe};
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Images, Report, Run, percent_wrong, print_table, spread};

const ABOUT: &str = "What the first weights do to activations and gradients, and which nets train.";
const DEPTH: usize = 20;
const WIDTH: usize = 100;

/// Twenty hidden levels and an output.
#[derive(Module)]
struct Deep {
    hidden: Vec<Level>,
    output: Linear,
}

/// A hidden level, with tanh or ReLU.
#[derive(Module)]
struct Level {
    linear: Linear,
    relu: bool,
}

impl Deep {
    /// With weights as `init` draws them and biases of 0, or as the layers draw them by themselves.
    fn new(relu: bool, init: Option<Init>) -> Deep {
        manual_seed(1);
        let level = |i| Level { linear: Linear::new(if i == 0 { 784 } else { WIDTH }, WIDTH), relu };
        let net = Deep { hidden: (0..DEPTH).map(level).collect(), output: Linear::new(WIDTH, 10) };
        if let Some(init) = init {
            for (name, param) in net.named_parameters() {
                if name.ends_with("weight") { init.fill(&param) } else { Init::Zeros.fill(&param) }
            }
        }
        net
    }
}

impl Forward for Level {
    fn forward(&self, x: &Tensor) -> Tensor {
        let z = self.linear.call(x);
        if self.relu { z.relu() } else { z.tanh() }
    }
}

impl Forward for Deep {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.output.call(&self.hidden.iter().fold(x.clone(), |h, level| level.call(&h)))
    }
}

/// What is seen of one net: of each hidden level mean and variance of the activations, their mean square, and the gradient's size.
struct Seen {
    mean: Vec<f64>,
    variance: Vec<f64>,
    square: Vec<f64>,
    gradient: Vec<f64>,
    /// The share of the last level's activations where the derivative is 0 or nearly so: beyond 0.99 of tanh, at 0 of ReLU.
    flat: f64,
}

impl Seen {
    fn of(net: &Deep, x: &Tensor, y: &Tensor) -> Seen {
        let (loss, calls) = observe(net, || net.call(x).cross_entropy(y));
        let levels = calls.iter().filter(|call| call.type_name == "Level").map(|call| call.outputs[0].clone());
        let levels: Vec<Tensor> = levels.collect();
        let slopes = grad(&[&loss], &levels.iter().collect::<Vec<_>>());
        // In f64, for twenty levels may take a square beyond what f32 holds, at either end.
        let wide = |list: &[Tensor]| list.iter().map(|h| h.to_dtype(DType::F64)).collect::<Vec<Tensor>>();
        let (levels, slopes) = (wide(&levels), wide(&slopes));
        let last = &levels[DEPTH - 1];
        let flat = if net.hidden[0].relu { last.eq(0.0) } else { last.abs().gt(0.99) };
        Seen {
            mean: levels.iter().map(|h| h.mean().item()).collect(),
            variance: levels.iter().map(|h| h.var().item()).collect(),
            square: levels.iter().map(|h| h.square().mean().item()).collect(),
            gradient: slopes.iter().map(|g| g.square().mean().item().sqrt()).collect(),
            flat: flat.sum().item() / last.numel() as f64,
        }
    }
}

/// An epoch of descent with momentum: the running mean of the loss, and the test error. It ends where the loss is no number.
fn train(net: &Deep, digits: &Images) -> (Vec<f64>, f64) {
    let mut optimizer = Sgd::new(net.parameters(), 0.01).momentum(0.9);
    let mut losses: Vec<f64> = Vec::new();
    for (x, y) in digits.batches(100, 0) {
        optimizer.zero_grad();
        let loss = net.call(&x).cross_entropy(&y);
        loss.backward();
        optimizer.step();
        let loss = loss.item();
        if !loss.is_finite() {
            break;
        }
        losses.push(losses.last().map_or(loss, |mean| 0.95 * mean + 0.05 * loss));
    }
    (losses, percent_wrong(&no_grad(|| net.call(&digits.test_x)), &digits.test_y))
}

/// All first weights for one kind of level.
fn kind(relu: bool, digits: &Images, report: Report) -> Result<Report, Failure> {
    let name = if relu { "ReLU" } else { "tanh" };
    let starts = [
        ("small, 0.01", Some(Init::Normal { mean: 0.0, std: 0.01 })),
        ("large, 1", Some(Init::Normal { mean: 0.0, std: 1.0 })),
        ("Xavier", Some(Init::XavierNormal { gain: gain::LINEAR })),
        ("He", Some(Init::KaimingNormal { fan: Fan::In, gain: gain::RELU })),
        ("the layers' own", None),
    ];
    let levels = spread(1.0, DEPTH as f64, DEPTH);
    let plot = |what: &str| Plot::new(format!("{name}: {what}")).x_label("level").log_y();
    let mut mean = plot("size of the activations' mean");
    let mut variance = plot("variance of the activations");
    let mut gradient = plot("size of the gradient at the activations");
    let mut loss = Plot::new(format!("{name}: training")).x_label("step").y_label("cross-entropy").y_range(0.0, 4.0);
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let (x, y) = (digits.test_x.narrow(0, 0, 1_000), digits.test_y.narrow(0, 0, 1_000));
    let last = DEPTH - 1;
    for (i, (start, init)) in starts.into_iter().enumerate() {
        let net = Deep::new(relu, init);
        let seen = Seen::of(&net, &x, &y);
        // From one level to the next, on the geometric mean.
        let factor = (seen.square[last] / seen.square[0]).powf(1.0 / last as f64);
        let (losses, error) = train(&net, digits);
        rows.push(vec![
            start.to_owned(),
            format!("{:.0e}", seen.mean[last]),
            format!("{:.0e}", seen.variance[last]),
            format!("{factor:.3}"),
            format!("{:.0}", 100.0 * seen.flat),
            format!("{:.0e}", seen.gradient[0]),
            losses.last().map_or("none".to_owned(), |&loss| {
                if loss < 100.0 { format!("{loss:.3}") } else { format!("{loss:.0e}") }
            }),
            format!("{error:.1}"),
        ]);
        wrong.push(error);
        mean = mean.line(start, &levels, &seen.mean.iter().map(|mean| mean.abs()).collect::<Vec<f64>>());
        variance = variance.line(start, &levels, &seen.variance);
        gradient = gradient.line(start, &levels, &seen.gradient);
        loss = loss.line(start, &spread(1.0, losses.len() as f64, losses.len()), &losses);
        // A ReLU keeps half of the mean square of z, which is inputs x variance of w x mean square of h.
        let by_theory = [0.5 * WIDTH as f64 * 1e-4, 0.5 * WIDTH as f64, 0.5, 1.0];
        if relu && i < 4 {
            assert!((0.75..1.33).contains(&(factor / by_theory[i])), "{start}: {factor}, expected {}", by_theory[i]);
        }
        match (relu, i) {
            (false, 0) => assert!(seen.square[last] < 1e-10, "small weights vanish"),
            (false, 1) => assert!(seen.flat > 0.7, "large weights saturate tanh"),
            (false, 2) => assert!(seen.flat < 0.01 && seen.variance[last] > 0.01, "Xavier's stay in between"),
            _ => {}
        }
    }
    let header =
        ["first weights", "mean", "variance", "factor a level", "% flat", "gradient", "loss after an epoch", "% wrong"];
    println!("{name}; mean and variance at the last level, gradient at the first:");
    print_table(&header, &rows);
    println!();
    let (means, variances) = if relu {
        (
            "A ReLU's mean is as large as its deviation.",
            "The variance is multiplied by the same number at every level; He's number is 1.",
        )
    } else {
        (
            "tanh is odd, so the mean is near 0 wherever the deviation is small or large.",
            "tanh cannot explode: at large weights all activations are near 1 or -1, and their derivatives near 0.",
        )
    };
    let report = report
        .heading(name)
        .table(&header, &rows)
        .figure(&format!("mean_{name}"), &mean.draw()?, means)?
        .figure(&format!("variance_{name}"), &variance.draw()?, variances)?
        .figure(
            &format!("gradient_{name}"),
            &gradient.draw()?,
            "Backward, from the last level on the right to the first: the same laws.",
        )?
        .figure(
            &format!("loss_{name}"),
            &loss.draw()?,
            "Two lines lie on each other at ln 10 = 2.303, the loss of a guess: nets that do not train.",
        )?;
    let report = if relu {
        let found = |i: usize| wrong[i];
        report.result(&format!(
            "20 levels of ReLU: He's start ends at {:.1} % wrong, too small ones at {:.1} %",
            found(3),
            found(0)
        ))
    } else {
        report
    };
    let chance = 85.0;
    assert!(wrong[0] > chance, "small weights do not train");
    if relu {
        assert!(wrong[3] < 15.0 && wrong[2] > wrong[3] && wrong[1] > chance);
    } else {
        assert!(wrong[2] < 15.0 && wrong[1] > wrong[2]);
    }
    Ok(report)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/10_initialisation");
    let digits = Images::mnist()?;
    let digits = if run.quick { digits.first(20_000) } else { digits };
    let report = Report::new(&run, "Where to begin").paragraph(
        "Twenty levels of a hundred units. A level multiplies the variance of what comes in by the number of its inputs and the variance \
         of its weights: at 1/inputs it stays (Xavier Glorot and Yoshua Bengio, 2010), at twice as much half of it may be lost at a ReLU \
         (Kaiming He and others, 2015). Twenty levels make any other factor a power of twenty.",
    );
    kind(true, &digits, kind(false, &digits, report)?)?.save()?;
    Ok(())
}
