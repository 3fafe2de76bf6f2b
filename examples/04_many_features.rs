//! The price of a house from many features, and what standardising them is for.
//!
//! `cargo run --release --example 04_many_features` begins with area and year built, h = w0 x0 + w1 x1 + w2 x2 with x0 = 1, where
//! J is a valley that gradient descent cannot follow until the features are standardised. Then it fits all features on 80 % of the
//! houses, chooses between models on 10 %, and says in dollars how far off the chosen one is on the last 10 %.

use tapegrad::data::datasets::{self, KingCounty};
use tapegrad::ndarray::{Array1, Array2, Axis};
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{Contour, Plot};
use tapegrad_examples::{
    Failure, Report, Run, assert_close, data, least_squares, print_table, spread, standardised, with_ones,
};

const ABOUT: &str = "The price of a house from many features, raw and standardised.";

/// Features by name, side by side.
fn features(houses: &KingCounty, names: &[&str]) -> Array2<f64> {
    let columns: Vec<_> = names.iter().map(|name| houses.feature(name)).collect();
    Array2::from_shape_fn((houses.price.len(), names.len()), |(i, j)| columns[j][i])
}

/// The weights before each of `steps` steps of gradient descent on the mean squared error of h = X w, and after the last. The rate is
/// 1 / trace of the Hessian 2/n X^T X: the trace is the sum of all curvatures, so the rate is small enough whatever the data are.
fn descend(x: &Array2<f64>, y: &Array1<f64>, start: &[f64], steps: usize) -> Result<Vec<Array1<f64>>, tapegrad::Error> {
    let (x, y, w) = (Tensor::from(x), Tensor::from(y), Tensor::from(start).requires_grad());
    let trace = 2.0 * x.square().sum().item() / y.shape()[0] as f64;
    let mut optimizer = Sgd::new([&w], 1.0 / trace);
    let mut path = vec![Array1::from(w.to_vec::<f64>()?)];
    for _ in 0..steps {
        optimizer.zero_grad();
        (x.matmul(&w) - &y).square().mean().backward();
        optimizer.step();
        path.push(Array1::from(w.to_vec::<f64>()?));
    }
    Ok(path)
}

/// J for any weights from sums over the houses: (w^T X^T X w - 2 w^T X^T y + y^T y) / n.
fn cost_of(x: &Array2<f64>, y: &Array1<f64>) -> impl Fn(&Array1<f64>) -> f64 {
    let (n, xx, xy, yy) = (y.len() as f64, x.t().dot(x), x.t().dot(y), y.dot(y));
    move |w| (w.dot(&xx.dot(w)) - 2.0 * w.dot(&xy) + yy) / n
}

/// The share of the variance of y that h explains: 1 - sum (h - y)^2 / sum (y - mean)^2.
fn r2(h: &Array1<f64>, y: &Array1<f64>) -> f64 {
    let mean = y.sum() / y.len() as f64;
    1.0 - (h - y).mapv(|e| e * e).sum() / y.mapv(|y| (y - mean) * (y - mean)).sum()
}

/// Area and year built, on all houses.
fn two_features(run: &Run, houses: &KingCounty, report: Report) -> Result<Report, Failure> {
    let (x, y) = (features(houses, &["sqft_living", "yr_built"]), &houses.price);
    let (x, scaled) = (with_ones(&x), with_ones(&standardised(&x, &x)));
    let (best, cost, scaled_cost) = (least_squares(scaled.view(), y.view()), cost_of(&x, y), cost_of(&scaled, y));
    let (least, variance) = (scaled_cost(&best), y.std_axis(Axis(0), 0.0).sum().powi(2));
    println!("h = w0 + w1 area + w2 year: least squares explains R2 = {:.6}", 1.0 - least / variance);
    assert_close("R2 of least squares, as NumPy has it", 1.0 - least / variance, 0.524_729_997_4, 1e-9);
    let areas = Tensor::from(x.column(1));
    let ours = areas.std().item() / x.column(1).std(0.0);
    println!("the deviation of the area by Tensor::std is {ours:.8} times as large: it divides by N - 1");
    assert_close("N and N - 1", ours, (y.len() as f64 / (y.len() as f64 - 1.0)).sqrt(), 1e-12);

    // The same start, h = 0, and the same rule for the rate.
    let steps = if run.quick { 300 } else { 3_000 };
    let (raw, round) = (descend(&x, y, &[0.0; 3], steps)?, descend(&scaled, y, &[0.0; 3], 200)?);
    let unexplained = |cost: f64| cost / variance;
    let raw_costs: Vec<f64> = raw.iter().map(|w| unexplained(cost(w))).collect();
    let costs: Vec<f64> = round.iter().map(|w| unexplained(scaled_cost(w))).collect();
    let reached = costs.iter().position(|j| *j <= raw_costs[steps]).ok_or("the standardised descent is slower")?;
    println!("raw, {steps} steps reach R2 = {:.4}; standardised, {reached} steps do", 1.0 - raw_costs[steps]);
    // The way of w0 in dollars, and its pace. In raw units the best h has w0 = mean price - w1 mean area - w2 mean year.
    let (mean, deviation) = (x.sum_axis(Axis(0)) / y.len() as f64, x.std_axis(Axis(0), 0.0));
    let slopes = [1, 2].map(|i| best[i] / deviation[i]);
    let w0 = best[0] - slopes[0] * mean[1] - slopes[1] * mean[2];
    let wait = (w0 - raw[steps][0]) / (raw[steps][0] - raw[steps - 1][0]);
    println!("w0 is at {:.1} of {w0:.0} dollars; at its pace it would take {wait:.0e} more steps", raw[steps][0]);
    assert!(reached < 100 && wait > 1e9 && (costs[200] - unexplained(least)).abs() < 1e-9);

    // The valley: w1 is held at its best, and only w0 and w2 walk; then the standardised bowl.
    let grid = if run.quick { 25 } else { 81 };
    let (w0_axis, w2_axis) = (spread(w0 - 2e6, w0 + 2e6, grid), spread(slopes[1] - 1_000.0, slopes[1] + 1_000.0, grid));
    let surface =
        Array2::from_shape_fn((grid, grid), |(i, j)| cost(&Array1::from(vec![w0_axis[j], slopes[0], w2_axis[i]])));
    let rest = y - slopes[0] * &x.column(1);
    let walk = descend(&x.select(Axis(1), &[0, 2]), &rest, &[w0 - 1.5e6, slopes[1] - 500.0], steps)?;
    let along = |path: &[Array1<f64>], i: usize| path.iter().map(|w| w[i]).collect::<Vec<f64>>();
    let valley = Contour::new("J(w0, w2), raw, with w1 at its best", &w0_axis, &w2_axis, surface.view())
        .x_label("w0, dollars")
        .y_label("w2, dollars a year")
        .value_label("J, dollars squared")
        .log_colour()
        .lines(10)
        .path(format!("{steps} steps"), &along(&walk, 0), &along(&walk, 1))
        .draw()?;
    let (v1_axis, v2_axis) = (spread(-1e5, 5e5, grid), spread(-4e5, 2e5, grid));
    let surface =
        Array2::from_shape_fn((grid, grid), |(i, j)| scaled_cost(&Array1::from(vec![best[0], v1_axis[j], v2_axis[i]])));
    let start = descend(&scaled, y, &[best[0], 0.0, 1e5], 200)?;
    let bowl = Contour::new("J(v1, v2), standardised, with v0 at its best", &v1_axis, &v2_axis, surface.view())
        .x_label("v1, dollars for a deviation of the area")
        .y_label("v2, dollars for a deviation of the year")
        .value_label("J, dollars squared")
        .log_colour()
        .lines(10)
        .path("200 steps", &along(&start, 1), &along(&start, 2))
        .draw()?;
    let numbers = |costs: &[f64]| (1..=costs.len()).map(|step| step as f64).collect::<Vec<f64>>();
    let above = |costs: &[f64]| costs.iter().map(|j| j - unexplained(least)).collect::<Vec<f64>>();
    let curves = Plot::new("How far from least squares, by step")
        .x_label("step, from 1")
        .y_label("least squares' R2 - R2")
        .log_y()
        .log_x()
        .line("raw", &numbers(&raw_costs), &above(&raw_costs))
        .line("standardised", &numbers(&costs), &above(&costs))
        .draw()?;
    Ok(report
        .heading("Area and year built")
        .paragraph(&format!(
            "h = w0 x0 + w1 x1 + w2 x2 with x0 = 1, the area x1 in square feet and the year x2. Years are near 1971 and x0 is 1, so a \
             change of w0 is made up for by a change of w2: a valley. After {steps} steps w0 is at {:.1} of {w0:.0} dollars, and would need \
             {wait:.0e} more at its pace.", raw[steps][0]
        ))
        .figure("valley", &valley, "Raw: one step falls from the wall to the floor, for the rate must suit the steep walls; all others stay where \
                                    it landed, for on the floor the rate is far too small.")?
        .figure("bowl", &bowl, "Standardised: nearly round, for area and year have a correlation of only 0.32.")?
        .figure("curves", &curves, "Both descents begin with h = 0, at rates chosen by one rule. What is left at 10^-16 is rounding.")?)
}

/// All features: 80 % of the houses to fit, 10 % to choose the model, 10 % to say how good it is.
fn all_features(run: &Run, houses: &KingCounty, report: Report) -> Result<Report, Failure> {
    // Houses are split, not sales, for some were sold twice. The area is the sum of those above and below the ground: one of the
    // three says nothing new, and is left out.
    let parts = houses.split([0.8, 0.1, 0.1], 1);
    let prices = parts.each_ref().map(|rows| houses.price.select(Axis(0), rows));
    let names: Vec<&str> =
        houses.feature_names.iter().map(String::as_str).filter(|name| *name != "sqft_basement").collect();
    println!("\n{} sales to fit, {} to choose, {} to test", parts[0].len(), parts[1].len(), parts[2].len());

    let (mut rows, mut fits) = (Vec::new(), Vec::new());
    for (model, names) in
        [("area", &["sqft_living"][..]), ("area and year", &["sqft_living", "yr_built"]), ("all", &names)]
    {
        let x = features(houses, names);
        let raw = parts.each_ref().map(|rows| x.select(Axis(0), rows));
        let x = raw.each_ref().map(|part| with_ones(&standardised(part, &raw[0])));
        let raw = with_ones(&raw[0]);
        let steps = if run.quick && names.len() > 2 { 1_500 } else { 6_000 };
        let path = descend(&x[0], &prices[0], &vec![0.0; names.len() + 1], steps)?;
        let w = path[steps].clone();
        // What gradient descent is to find: the closed form.
        let exact = least_squares(x[0].view(), prices[0].view());
        let apart = (x[2].dot(&w) - x[2].dot(&exact)).fold(0.0, |m: f64, v| m.max(v.abs()));
        assert!(apart < if run.quick { 3_000.0 } else { 1.0 }, "descent and closed form are {apart} dollars apart");
        let fit = r2(&x[0].dot(&w), &prices[0]);
        let near = path.iter().position(|w| r2(&x[0].dot(w), &prices[0]) > fit - 1e-3).unwrap_or(steps);
        let stuck = descend(&raw, &prices[0], &vec![0.0; names.len() + 1], 1_000)?;
        let choice = r2(&x[1].dot(&w), &prices[1]);
        let stuck = r2(&raw.dot(&stuck[1_000]), &prices[0]);
        rows.push(vec![
            model.to_owned(),
            format!("{fit:.4}"),
            format!("{choice:.4}"),
            near.to_string(),
            format!("{stuck:.4}"),
        ]);
        fits.push((choice, model, x[2].dot(&w), w, names.to_vec()));
    }
    let header = ["features", "R2 fitted", "R2 for the choice", "steps to within 0.001", "R2 of 1,000 raw steps"];
    print_table(&header, &rows);
    let (_, model, h, w, names) = fits.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).ok_or("no model")?;

    // How far off, in dollars, beside the mean price as an answer for every house.
    let y = &prices[2];
    let rmse = |h: &Array1<f64>| ((h - y).mapv(|e| e * e).sum() / y.len() as f64).sqrt();
    let mae = |h: &Array1<f64>| (h - y).mapv(f64::abs).sum() / y.len() as f64;
    let mean = Array1::from_elem(y.len(), prices[0].sum() / prices[0].len() as f64);
    let test = r2(&h, y);
    let result = format!(
        "on {} sales for the test: R2 = {test:.4}, RMSE {:.0} dollars, MAE {:.0} dollars; the mean price as an answer: {:.0} and {:.0}",
        y.len(),
        rmse(&h),
        mae(&h),
        rmse(&mean),
        mae(&mean)
    );
    assert!((0.65..0.75).contains(&test), "linear models of this table are known to explain about 0.7");

    let mut weights: Vec<(f64, &str)> = w.iter().skip(1).copied().zip(names).collect();
    weights.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let weights: Vec<Vec<String>> = weights.iter().map(|(w, name)| vec![name.to_string(), format!("{w:.0}")]).collect();
    let scatter = Plot::new("The houses of the test")
        .x_label("price, dollars")
        .y_label("predicted, dollars")
        .points("houses", &y.to_vec(), &h.to_vec())
        .line("right", &[0.0, 4e6], &[0.0, 4e6])
        .draw()?;
    Ok(report
        .heading("All features")
        .table(&header, &rows)
        .paragraph(&format!("The part for the choice prefers the model with {model} features."))
        .result(&result)
        .figure("test", &scatter, "Dear houses are dearer than the model says, and some cheap ones have a price below zero: a line is not all there is to it.")?
        .paragraph("Its weights, in dollars for one deviation of the feature. Features that go together share their weight, and the zip code is \
                    a name that is read as a number.")
        .table(&["feature", "dollars"], &weights))
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/04_many_features");
    let houses = datasets::king_county(data("king_county"))?;
    let report = Report::new(&run, "The price of a house from many features");
    let report = two_features(&run, &houses, report)?;
    all_features(&run, &houses, report)?.save()?;
    Ok(())
}
