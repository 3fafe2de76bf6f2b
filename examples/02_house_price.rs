//! The price of a house from its area: a line through 21,613 sales in King County, by gradient descent.
//!
//! `cargo run --release --example 02_house_price` fits h = w1 x, then h = w0 + w1 x, to price by area. It compares the gradients
//! that are derived by hand with the tape's, draws the cost J, shows why the data are standardised before the descent, and maps
//! the result back to dollars and square feet, where the closed form of least squares is known.

use tapegrad::data::datasets;
use tapegrad::ndarray::Array2;
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{Contour, Graph, Plot};
use tapegrad_examples::{Failure, Report, Run, assert_close, data, moments, spread};

const ABOUT: &str = "The price of a house from its area, by gradient descent.";

/// The closed form of least squares in exact fractions, rounded to f64: slope = sum (x - mx)(y - my) / sum (x - mx)^2 and
/// intercept = my - slope mx; without intercept, slope = sum x y / sum x^2.
const INTERCEPT: f64 = -43_580.743_094_474_2;
const SLOPE: f64 = 280.623_567_897_448_3;
const SLOPE_THROUGH_ORIGIN: f64 = 263.089_189_437_825_1;

/// The mean squared error J of the line h = w0 + w1 x.
fn cost(w0: &Tensor, w1: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    (w0 + w1 * x - y).square().mean()
}

/// J at plain numbers, as sums over the houses: J = (syy + n w0^2 + w1^2 sxx + 2 w0 w1 sx - 2 w0 sy - 2 w1 sxy) / n.
struct Sums([f64; 6]);

impl Sums {
    fn of(x: &[f64], y: &[f64]) -> Sums {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        Sums([x.len() as f64, x.iter().sum(), y.iter().sum(), dot(x, x), dot(x, y), dot(y, y)])
    }

    fn cost(&self, w0: f64, w1: f64) -> f64 {
        let Sums([n, sx, sy, sxx, sxy, syy]) = self;
        (syy + n * w0 * w0 + w1 * w1 * sxx + 2.0 * (w0 * w1 * sx - w0 * sy - w1 * sxy)) / n
    }

    /// J on a grid, a row for each w1.
    fn surface(&self, w0: &[f64], w1: &[f64]) -> Array2<f64> {
        Array2::from_shape_fn((w1.len(), w0.len()), |(i, j)| self.cost(w0[j], w1[i]))
    }
}

/// dJ/dw0 = 2/n sum (h - y) and dJ/dw1 = 2/n sum (h - y) x, house by house.
fn gradient_by_hand(w0: f64, w1: f64, x: &[f64], y: &[f64]) -> [f64; 2] {
    let mut sums = [0.0, 0.0];
    for (&x, &y) in x.iter().zip(y) {
        let error = w0 + w1 * x - y;
        sums[0] += error;
        sums[1] += error * x;
    }
    sums.map(|sum| 2.0 * sum / x.len() as f64)
}

/// The points (w0, w1) of `steps` steps downhill, the start first.
fn descend(start: [f64; 2], lr: f64, steps: usize, x: &Tensor, y: &Tensor) -> [Vec<f64>; 2] {
    let w = start.map(|w| Tensor::from(w).requires_grad());
    let mut optimizer = Sgd::new(&w, lr);
    let mut path = start.map(|w| vec![w]);
    for _ in 0..steps {
        optimizer.zero_grad();
        cost(&w[0], &w[1], x, y).backward();
        optimizer.step();
        (0..2).for_each(|i| path[i].push(w[i].item()));
    }
    path
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/02_house_price");
    let houses = datasets::king_county(data("king_county"))?;
    let (area, price) = (houses.feature("sqft_living").to_vec(), houses.price.to_vec());
    let (x, y) = (Tensor::from(&area[..]), Tensor::from(&price[..]));
    assert_eq!(area.len(), 21_613);
    println!("{} houses; the first: {} square feet, {} dollars", area.len(), area[0], price[0]);
    let sums = Sums::of(&area, &price);
    let Sums([n, _, _, sxx, ..]) = sums;
    let grid = if run.quick { 25 } else { 81 };

    // h = w1 x: one weight. J is a parabola, and its derivative 2/n sum (w1 x - y) x.
    println!("\nh = w1 x\n{:>10} {:>24} {:>24}", "w1", "dJ/dw1 by hand", "by the tape");
    for w1 in [0.0, 100.0, 250.0, 400.0] {
        let w = Tensor::from(w1).requires_grad();
        (&w * &x - &y).square().mean().backward();
        let (by_hand, tape) = (gradient_by_hand(0.0, w1, &area, &price)[1], w.grad().ok_or("no gradient")?.item());
        println!("{w1:>10} {by_hand:>24.6} {tape:>24.6}");
        assert_close("dJ/dw1", tape, by_hand, 1e-11);
    }
    // J'' = 2/n sum x^2, and a step of 0.3/J'' makes the error 0.7 times as large.
    let w1 = Tensor::from(20.0).requires_grad();
    let mut optimizer = Sgd::new([&w1], 0.3 * n / (2.0 * sxx));
    let mut walked = vec![w1.item()];
    for _ in 0..60 {
        optimizer.zero_grad();
        (&w1 * &x - &y).square().mean().backward();
        optimizer.step();
        walked.push(w1.item());
    }
    println!("descent ends at w1 = {:.6}; sum x y / sum x^2 = {SLOPE_THROUGH_ORIGIN:.6}", w1.item());
    assert_close("slope through the origin", w1.item(), SLOPE_THROUGH_ORIGIN, 1e-6);
    let (w1_axis, at) = (spread(0.0, 520.0, grid), |w1: &f64| sums.cost(0.0, *w1));
    let curve = Plot::new("J(w1) of h = w1 x")
        .x_label("w1, dollars per square foot")
        .y_label("J, dollars squared")
        .line("J(w1)", &w1_axis, &w1_axis.iter().map(at).collect::<Vec<f64>>())
        .points("steps of the descent", &walked, &walked.iter().map(at).collect::<Vec<f64>>())
        .draw()?;

    // h = w0 + w1 x: two weights.
    let mut rows = Vec::new();
    for [w0, w1] in [[0.0, 0.0], [100_000.0, 100.0], [-200_000.0, 300.0], [-43_580.0, 280.0]] {
        let w = [w0, w1].map(|w| Tensor::from(w).requires_grad());
        let tape = grad(&[&cost(&w[0], &w[1], &x, &y)], &[&w[0], &w[1]]);
        let by_hand = gradient_by_hand(w0, w1, &area, &price);
        for (i, tape) in tape.iter().enumerate() {
            // Near the minimum the errors cancel, so their rounding is measured by the largest gradient in the table.
            let scale = [1e6, 2e9][i];
            assert!((tape.item() - by_hand[i]).abs() <= 1e-12 * scale, "dJ/dw{i}: {tape}, by hand {}", by_hand[i]);
            let point = format!("({w0}, {w1})");
            rows.push(vec![point, format!("dJ/dw{i}"), format!("{:.4}", by_hand[i]), format!("{:.4}", tape.item())]);
        }
    }
    println!("\nh = w0 + w1 x\n{:>20} {:>8} {:>24} {:>24}", "(w0, w1)", "", "by hand", "by the tape");
    rows.iter().for_each(|r| println!("{:>20} {:>8} {:>24} {:>24}", r[0], r[1], r[2], r[3]));
    let graph = {
        let w = [("w0", 0.0), ("w1", 0.0)].map(|(name, w)| Tensor::from(w).requires_grad().named(name));
        Graph::of("J(w0, w1)", &[&cost(&w[0], &w[1], &x, &y).named("J")]).draw()?
    };

    // In dollars and square feet J is a ravine: 2 mean x^2 bounds the step, and w0 hardly moves.
    let steps = if run.quick { 100 } else { 200 };
    let raw = descend([400_000.0, -100.0], 0.3 * n / sxx, steps, &x, &y);
    println!("\nas the data are, {steps} steps move w0 from {} only to {:.1}", raw[0][0], raw[0][steps]);
    assert!((raw[0][steps] - raw[0][0]).abs() < 1_000.0, "the descent along the ravine is slow");
    let (w0_axis, w1_axis) = (spread(-600_000.0, 600_000.0, grid), spread(-150.0, 550.0, grid));
    let ravine = Contour::new("J(w0, w1) as the data are", &w0_axis, &w1_axis, sums.surface(&w0_axis, &w1_axis).view())
        .x_label("w0, dollars")
        .y_label("w1, dollars per square foot")
        .value_label("J, dollars squared")
        .log_colour()
        .lines(12)
        .path(format!("{steps} steps of gradient descent"), &raw[0], &raw[1])
        .draw()?;

    // Standardised, J is a round bowl: J'' = 2 in each direction, and a rate of 0.1 makes the error 0.8 times as large.
    let ((mx, dx), (my, dy)) = (moments(&area), moments(&price));
    let (xs, ys) = ((&x - mx) / dx, (&y - my) / dy);
    let path = descend([-1.5, -1.0], 0.1, steps, &xs, &ys);
    let (v0_axis, v1_axis) = (spread(-2.0, 2.0, grid), spread(-1.5, 2.5, grid));
    let scaled = Sums::of(&xs.to_vec::<f64>()?, &ys.to_vec::<f64>()?);
    let bowl = Contour::new("J(v0, v1), standardised", &v0_axis, &v1_axis, scaled.surface(&v0_axis, &v1_axis).view())
        .x_label("v0")
        .y_label("v1")
        .value_label("J")
        .log_colour()
        .lines(12)
        .path(format!("{steps} steps of gradient descent"), &path[0], &path[1])
        .draw()?;

    // Back: (h - my) / dy = v0 + v1 (x - mx) / dx.
    let slope = path[1][steps] * dy / dx;
    let intercept = my + path[0][steps] * dy - slope * mx;
    let result = format!("price = {intercept:.2} + {slope:.4} area");
    println!("standardised, {steps} steps and the way back give {result}");
    assert_close("intercept", intercept, INTERCEPT, 1e-6);
    assert_close("slope", slope, SLOPE, 1e-6);
    assert_eq!(result, "price = -43580.74 + 280.6236 area");

    let ends = [0.0, 13_540.0];
    let fit = Plot::new("King County house sales")
        .x_label("area, square feet")
        .y_label("price, dollars")
        .points("houses", &area, &price)
        .line("w1 x", &ends, &ends.map(|x| w1.item() * x))
        .line("w0 + w1 x", &ends, &ends.map(|x| intercept + slope * x))
        .draw()?;
    Report::new(&run, "The price of a house from its area")
        .result(&format!("least squares on {} sales: {result}", area.len()))
        .figure("fit", &fit, "The houses, and the lines without and with an intercept.")?
        .heading("One weight: h = w1 x")
        .figure("curve", &curve, "Each step goes down the slope; the steps shrink as it flattens.")?
        .heading("Two weights: h = w0 + w1 x")
        .paragraph("With h - y the error of a house, dJ/dw0 = 2/n sum (h - y) and dJ/dw1 = 2/n sum (h - y) x.")
        .table(&["(w0, w1)", "", "by hand", "by the tape"], &rows)
        .figure("graph", &graph, "What the tape records for one evaluation of J.")?
        .figure("ravine", &ravine, "As the data are: down into the ravine at once, and then hardly along it, for w0 counts 1 where w1 counts the area.")?
        .figure("bowl", &bowl, "With means taken out and divided by the deviations: straight down.")?
        .save()?;
    Ok(())
}
