//! How far to step: a learning rate that is too small, right, or too large, and how to choose one.
//!
//! `cargo run --release --example 03_learning_rate` fits King County's line price = w0 + w1 area at several rates. With one weight
//! each step multiplies the error by 1 - lr L, where L is the curvature J''; with two, the largest curvature, an eigenvalue of the
//! tape's Hessian, says at which rate the descent diverges: 2/L. What theory says is asserted of every descent.

use tapegrad::data::datasets;
use tapegrad::ndarray::Array2;
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{Contour, Plot};
use tapegrad::{hessian, hvp};
use tapegrad_examples::{Failure, Report, Run, assert_close, data, moments, print_table, spread};

const ABOUT: &str = "A learning rate that is too small, right, or too large, and how to choose one.";

/// One descent: the weights and the cost before each step, and after the last.
struct Descent {
    path: Vec<Vec<f64>>,
    costs: Vec<f64>,
}

impl Descent {
    /// `steps` steps at the rate `lr`; fewer if the cost has grown a millionfold, for then it only grows.
    fn of(cost: impl Fn(&Tensor) -> Tensor, start: &[f64], lr: f64, steps: usize) -> Descent {
        let w = Tensor::from(start).requires_grad();
        let mut optimizer = Sgd::new([&w], lr);
        let mut descent = Descent { path: vec![start.to_vec()], costs: vec![no_grad(|| cost(&w)).item()] };
        while descent.costs.len() <= steps && descent.last() < 1e6 * descent.costs[0] {
            optimizer.zero_grad();
            cost(&w).backward();
            optimizer.step();
            descent.path.push((0..start.len()).map(|i| w.select(0, i as isize).item()).collect());
            descent.costs.push(no_grad(|| cost(&w)).item());
        }
        descent
    }

    fn last(&self) -> f64 {
        self.costs[self.costs.len() - 1]
    }

    /// Whether the cost has grown beyond what rounding explains.
    fn diverges(&self) -> bool {
        self.last() > 1.01 * self.costs[0]
    }

    /// The first step at which the cost is above the least one by no more than a thousandth of the start's.
    fn steps_down(&self, least: f64) -> Option<usize> {
        self.costs.iter().position(|cost| cost - least <= 1e-3 * (self.costs[0] - least))
    }

    /// Weight i before each step.
    fn weight(&self, i: usize) -> Vec<f64> {
        self.path.iter().map(|w| w[i]).collect()
    }
}

/// h = v x on standardised data: J = 1 - 2 r v + v^2 with the correlation r, so L = J'' = 2 and the best v is r.
fn one_weight(area: &[f64], price: &[f64], report: Report) -> Result<Report, Failure> {
    let ((mx, dx), (my, dy)) = (moments(area), moments(price));
    let (x, y) = ((Tensor::from(area) - mx) / dx, (Tensor::from(price) - my) / dy);
    let r = area.iter().zip(price).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / (area.len() as f64 * dx * dy);
    let cost = |v: &Tensor| (v * &x - &y).square().mean();
    let least = 1.0 - r * r;
    let curvature = hessian(|v| cost(&v[0]), &[Tensor::from([0.0])])[0][0].item();
    assert_close("J'' of standardised data", curvature, 2.0, 1e-12);
    println!("h = v x, standardised: L = J'' = {curvature:.6}, so a rate below 2/L = {:.6} converges", 2.0 / curvature);

    let start = -1.5;
    let mut by_step = Plot::new("The same start at different rates").x_label("step").y_label("J - least J").log_y();
    let (v_axis, j) = (spread(-4.3, 5.3, 200), |v: &f64| 1.0 - 2.0 * r * v + v * v);
    let mut parabola = Plot::new("J(v) and three descents").x_label("v").y_label("J");
    parabola = parabola.line("J(v)", &v_axis, &v_axis.iter().map(j).collect::<Vec<f64>>());
    let mut rows = Vec::new();
    for lr in [0.005, 0.1, 0.5, 0.9, 1.0, 1.05] {
        let descent = Descent::of(cost, &[start], lr, 40);
        // Theory: v_k = r + (1 - lr L)^k (start - r).
        let factor = 1.0 - lr * curvature;
        for (step, v) in descent.weight(0).iter().enumerate() {
            let expected = r + factor.powi(step as i32) * (start - r);
            assert!((v - expected).abs() <= 1e-9 * expected.abs(), "rate {lr}, step {step}: {v}, expected {expected}");
        }
        let verdict = match descent.steps_down(least) {
            Some(1) => "down in 1 step".to_owned(),
            Some(step) => format!("down in {step} steps"),
            None if descent.diverges() => format!("diverges: J grows to {:.0} in 40 steps", descent.last()),
            None if (factor + 1.0).abs() < 1e-9 => "jumps from side to side for ever".to_owned(),
            None => format!("too slow: after 40 steps J = {:.3}, least {least:.3}", descent.last()),
        };
        rows.push(vec![format!("{lr:?}"), format!("{factor:.2}"), verdict]);
        let gaps: Vec<f64> = descent.costs.iter().map(|cost| (cost - least).max(1e-16)).collect();
        by_step = by_step.line(format!("rate {lr:?}"), &spread(0.0, 40.0, 41), &gaps);
        if [0.1, 0.9, 1.05].contains(&lr) {
            parabola = parabola.line(format!("rate {lr:?}"), &descent.weight(0)[..9], &descent.costs[..9]);
        }
        assert_eq!(descent.diverges(), lr > 1.0, "diverges where lr > 2/L");
    }
    print_table(&["rate", "1 - lr L", "what becomes of it"], &rows);
    let (by_step, parabola) = (by_step.draw()?, parabola.draw()?);
    let report = report.heading("One weight")
        .paragraph("King County's prices by area, both standardised: h = v x. J is a parabola of curvature L = J'' = 2, and each step \
                    multiplies the distance to the best v by 1 - lr L. That is asserted of every step below. Down means: a thousandth of \
                    the way is left.")
        .table(&["rate", "1 - lr L", "what becomes of it in 40 steps"], &rows)
        .figure("parabola", &parabola, "The first eight steps: down one side, from side to side, and up and away.")?
        .figure("steps", &by_step, "Down is a straight line here, since each step multiplies by the same number: for 0.1 and 0.9, whose factors \
                           are 0.8 and -0.8, the same line. At 0.5 = 1/L one step is enough, and rounding is left.")?;
    Ok(report)
}

/// h = w0 + w1 x, area in thousands of square feet and price in 100,000 dollars: now directions differ in curvature.
fn two_weights(run: &Run, area: &[f64], price: &[f64], report: Report) -> Result<Report, Failure> {
    let thousands: Vec<f64> = area.iter().map(|x| x / 1e3).collect();
    let x = Tensor::from(Array2::from_shape_fn((area.len(), 2), |(i, j)| [1.0, thousands[i]][j]));
    let y = Tensor::from(price) / 1e5;
    let cost = |w: &Tensor| (x.matmul(w) - &y).square().mean();
    let h = hessian(|w| cost(&w[0]), &[Tensor::from([0.0, 0.0])])[0][0].to_vec::<f64>()?;
    let n = area.len() as f64;
    let (m1, m2) = (thousands.iter().sum::<f64>() / n, thousands.iter().map(|x| x * x).sum::<f64>() / n);
    for (tape, by_hand) in h.iter().zip([2.0, 2.0 * m1, 2.0 * m1, 2.0 * m2]) {
        assert_close("the Hessian, 2/n X^T X", *tape, by_hand, 1e-12);
    }
    // The eigenvalues of a symmetric 2 x 2 matrix.
    let (middle, half) = ((h[0] + h[3]) / 2.0, ((h[0] - h[3]) / 2.0).hypot(h[1]));
    let (largest, smallest) = (middle + half, middle - half);
    let limit = 2.0 / largest;
    println!("\nh = w0 + w1 x in thousands of square feet and 100,000 dollars: the Hessian is {h:.3?}");
    println!("its eigenvalues are {largest:.4} and {smallest:.4}: a rate below 2/L = {limit:.4} converges");

    // Without the Hessian: its product with a vector, again and again, turns the vector to the largest curvature.
    let (mut direction, mut stretched) = (Tensor::from([1.0, 0.0]), 0.0);
    for _ in 0..20 {
        let product = hvp(|w| cost(&w[0]), &[Tensor::from([0.0, 0.0])], &[direction]).remove(0);
        stretched = product.norm().item();
        direction = product / stretched;
    }
    println!("20 products of the Hessian with a vector find L = {stretched:.4} as well");
    assert_close("the largest curvature by hvp", stretched, largest, 1e-12);

    let (start, grid) = ([4.0, -1.0], if run.quick { 25 } else { 81 });
    let (w0_axis, w1_axis) = (spread(-4.0, 6.0, grid), spread(-2.0, 5.0, grid));
    let at = |w0: f64, w1: f64| no_grad(|| cost(&Tensor::from([w0, w1])).item());
    let surface = Array2::from_shape_fn((grid, grid), |(i, j)| at(w0_axis[j], w1_axis[i]));
    let mut maps = Vec::new();
    for (name, share, steps) in [("too small", 0.02, 60), ("right", 0.5, 60), ("too large", 1.03, 20)] {
        let descent = Descent::of(cost, &start, share * limit, steps);
        let (first, last) = (descent.costs[0], descent.last());
        println!("  {name}: {steps} steps at {share} of the limit take J from {first:.2} to {last:.2}");
        assert_eq!(descent.diverges(), share > 1.0);
        let title = format!("{name}: rate {:.4}, {share} of the limit", share * limit);
        let map = Contour::new(title, &w0_axis, &w1_axis, surface.view()).value_label("J").log_colour().lines(12);
        let map = map.x_label("w0, 100,000 dollars").y_label("w1, 100 dollars per square foot");
        maps.push(map.path(format!("{steps} steps"), &descent.weight(0), &descent.weight(1)).draw()?);
    }
    for (share, diverges) in [(0.99, false), (1.01, true)] {
        let descent = Descent::of(cost, &start, share * limit, 600);
        println!("  {share} of the limit {}", if descent.diverges() { "diverges" } else { "converges" });
        assert_eq!(descent.diverges(), diverges, "the limit is 2/L");
    }

    // Without any of this: double the rate until the descent diverges, and take a quarter of that rate.
    let mut lr = 1e-4;
    while !Descent::of(cost, &start, lr, 100).diverges() {
        lr *= 2.0;
    }
    println!("doubled from 0.0001, the first rate to diverge is {lr:.4}; a quarter of it is {:.4}", lr / 4.0);
    assert!((limit..2.0 * limit).contains(&lr), "the limit lies between the last two rates");
    let shares = [spread(-7.0, 0.0, 2 * grid), spread(0.01, 0.5, grid)].concat();
    let rates: Vec<f64> = shares.iter().map(|share| limit * share.exp()).collect();
    let costs: Vec<f64> = rates.iter().map(|&lr| Descent::of(cost, &start, lr, 60).last()).collect();
    let sweep = Plot::new("J after 60 steps, by the rate")
        .x_label("rate")
        .y_label("J")
        .log_x()
        .y_range(0.0, 40.0)
        .line("J", &rates, &costs)
        .vertical(limit, "2/L")
        .vertical(lr / 4.0, "a quarter of the first that diverges")
        .draw()?;

    // The rate at which the steepest and the flattest direction are equally slow is the best.
    let best = 2.0 / (largest + smallest);
    let descent = Descent::of(cost, &start, best, 600);
    let end = &descent.path[600];
    let (intercept, slope) = (1e5 * end[0], 1e2 * end[1]);
    assert_close("intercept of least squares", intercept, -43_580.743_094_474_2, 1e-9);
    assert_close("slope of least squares", slope, 280.623_567_897_448_3, 1e-9);

    let report = report
        .result(&format!("the best rate, 2/(L + smallest) = {best:.4}, finds price = {intercept:.2} + {slope:.4} area"))
        .heading("Two weights")
        .paragraph(&format!(
            "h = w0 + w1 x with the area in thousands of square feet has a valley: the Hessian's eigenvalues are {largest:.2} across it and \
             {smallest:.2} along it. The largest sets the limit, 2/L = {limit:.4}; the smallest sets how long it takes."
        ))
        .figure("small", &maps[0], "Too small: on its way, and far from the end.")?
        .figure("right", &maps[1], "Half of the limit: down into the valley at once, then along it.")?
        .figure("large", &maps[2], "Just too large: each jump across the valley lands a little higher, and it never ends.")?
        .heading("How to choose")
        .paragraph("Where the Hessian is at hand, stay below 2/L. Where it is not, its products with a vector find L; or double a small rate \
                    until the descent diverges, and take a quarter of that.")
        .figure("sweep", &sweep, "Slow on the left, best just below the limit, hopeless beyond it.")?;
    Ok(report)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/03_learning_rate");
    let houses = datasets::king_county(data("king_county"))?;
    let (area, price) = (houses.feature("sqft_living").to_vec(), houses.price.to_vec());
    let report = Report::new(&run, "How far to step").paragraph(
        "A step of gradient descent is the rate times the slope. Too small a rate takes for ever; too large a rate jumps over the \
         valley and lands higher than it began.",
    );
    let report = one_weight(&area, &price, report)?;
    let report = two_weights(&run, &area, &price, report)?;
    report.save()?;
    Ok(())
}
