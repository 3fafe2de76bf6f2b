//! From a line to a probability: logistic regression on houses, on tumours, and on points about a circle.
//!
//! `cargo run --release --example 05_logistic` looks at the sigmoid 1/(1 + e^-z), sees along a line in w why cross-entropy and not
//! the squared error is its loss, compares the gradient by hand with the tape's, and tells houses by area and price, and tumours by
//! thirty measures. A boundary where W x = 0 is a line; with x1^2 and x2^2 among the features it is a circle.

use tapegrad::data::{datasets, split};
use tapegrad::ndarray::{Array1, Array2, Axis};
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{ConfusionMatrix, Graph, Plot};
use tapegrad::{hessian, manual_seed};
use tapegrad_examples::{
    Failure, Report, Run, assert_close, confusion, data, percent_right, print_table, spread, standardised, with_ones,
};

const ABOUT: &str = "Logistic regression: houses, tumours, and points about a circle.";

/// A loss of z = W x and the classes.
type Loss = fn(&Tensor, &Tensor) -> Tensor;

/// h = 1/(1 + e^-W x) of each row.
fn probability(x: &Tensor, w: &Tensor) -> Tensor {
    1.0 / (1.0 + (-x.matmul(w)).exp())
}

/// The cross-entropy of h: -(y log h + (1 - y) log(1 - h)), the mean over the rows.
fn cross_entropy(h: &Tensor, y: &Tensor) -> Tensor {
    -(y * h.log() + (1.0 - y) * (1.0 - h).log()).mean()
}

/// Weights after `steps` steps from zero. The curvature of the cross-entropy is at most 1/4 mean |x|^2, and the rate one over that.
/// It is computed from W x, where no h can round to 0 or 1 and no logarithm overflow.
fn fit(x: &Array2<f64>, y: &Array1<f64>, steps: usize) -> Result<Array1<f64>, tapegrad::Error> {
    let (rows, (x, y)) = (y.len() as f64, (Tensor::from(x), Tensor::from(y)));
    let w = Tensor::from(vec![0.0; x.shape()[1]]).requires_grad();
    let mut optimizer = Sgd::new([&w], 4.0 * rows / x.square().sum().item());
    for _ in 0..steps {
        optimizer.zero_grad();
        x.matmul(&w).binary_cross_entropy_with_logits(&y).backward();
        optimizer.step();
    }
    Ok(w.to_vec::<f64>()?.into())
}

/// Which rows are on the positive side, W x > 0, as counts \[true class, predicted class\].
fn told(x: &Array2<f64>, w: &Array1<f64>, y: &Array1<f64>) -> Array2<u64> {
    confusion(2, x.dot(w).iter().zip(y).map(|(z, y)| (*y as usize, usize::from(*z > 0.0))))
}

/// The points of one class: their x1 and x2.
fn of_class(points: &Array2<f64>, y: &Array1<f64>, class: f64) -> [Vec<f64>; 2] {
    [0, 1].map(|axis| points.column(axis).iter().zip(y).filter(|(_, y)| **y == class).map(|(x, _)| *x).collect())
}

fn sigmoid(report: Report) -> Result<Report, Failure> {
    let z = Tensor::from(spread(-8.0, 8.0, 161)).requires_grad();
    let s = z.sigmoid();
    let slope = grad(&[&s.sum()], &[&z]).remove(0).to_vec::<f64>()?;
    let (z, s) = (z.to_vec::<f64>()?, s.to_vec::<f64>()?);
    for ((z, s), slope) in z.iter().zip(&s).zip(&slope) {
        assert_close("sigmoid", *s, 1.0 / (1.0 + (-z).exp()), 1e-14);
        assert_close("its derivative", *slope, s * (1.0 - s), 1e-12);
    }
    println!("sigmoid(0) = {}, and its slope there, the largest, is {}", s[80], slope[80]);
    assert_eq!((s[80], slope[80]), (0.5, 0.25));
    let curve = Plot::new("The sigmoid").x_label("z").line("1/(1 + e^-z)", &z, &s).line("its derivative", &z, &slope);
    Ok(report.heading("The sigmoid").figure(
        "sigmoid",
        &curve.draw()?,
        "Any number becomes a probability; its derivative is s (1 - s), at most 1/4.",
    )?)
}

/// Houses of grade 8 and above, by area and price.
fn houses(run: &Run, report: Report) -> Result<Report, Failure> {
    let houses = datasets::king_county(data("king_county"))?;
    let raw =
        Array2::from_shape_fn((houses.price.len(), 2), |(i, j)| [houses.feature("sqft_living")[i], houses.price[i]][j]);
    let grade = houses.feature("grade").mapv(|grade| f64::from(u8::from(grade >= 8.0)));
    let parts = houses.split([0.8, 0.2], 1);
    let y = parts.each_ref().map(|rows| grade.select(Axis(0), rows));
    let raw = parts.each_ref().map(|rows| raw.select(Axis(0), rows));
    let x = raw.each_ref().map(|part| with_ones(&standardised(part, &raw[0])));
    let (tx, ty) = (Tensor::from(&x[0]), Tensor::from(&y[0]));

    // Two losses of z = W x along the line w = t (0, 1, 0): t is the weight of the area.
    let losses: [(&str, Loss); 2] = [
        ("squared error", |z, y| (z.sigmoid() - y).square().mean()),
        ("cross-entropy", |z, y| z.binary_cross_entropy_with_logits(y)),
    ];
    let along = spread(-10.0, 10.0, if run.quick { 21 } else { 101 });
    let mut line = Plot::new("Two losses along a line in w").x_label("weight of the area").y_label("loss");
    for (name, loss) in losses {
        let at = |t: &Tensor| loss(&(t * tx.select(1, 1)), &ty);
        let values: Vec<f64> = along.iter().map(|t| at(&Tensor::from(*t)).item()).collect();
        let bend = |t: &f64| hessian(|t| at(&t[0]), &[Tensor::from(*t)])[0][0].item();
        let bends: Vec<f64> = along.iter().map(bend).collect();
        let least = bends.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{name}: the least second derivative along the line is {least:.1e}");
        assert!(bends.iter().chain(&values).all(|v| v.is_finite()));
        assert_eq!(least > 0.0, name == "cross-entropy", "only the cross-entropy is convex");
        line = line.line(name, &along, &values);
    }

    // By hand: with h = sigmoid(W x) all but (h - y) x cancels in the chain rule.
    let w = Array1::from(vec![0.1, 0.5, -0.2]);
    let column = Tensor::from(w.clone().insert_axis(Axis(1))).requires_grad().named("W");
    let graph = Graph::of("h = 1/(1 + e^-Wx)", &[&probability(&tx, &column).named("h")]).draw()?;
    let leaf = Tensor::from(&w).requires_grad();
    let tape = grad(&[&cross_entropy(&probability(&tx, &leaf), &ty)], &[&leaf]).remove(0).to_vec::<f64>()?;
    let h = x[0].dot(&w).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    let by_hand = x[0].t().dot(&(h - &y[0])) / y[0].len() as f64;
    let rows: Vec<Vec<String>> =
        (0..3).map(|i| vec![format!("dL/dw{i}"), format!("{:.15}", by_hand[i]), format!("{:.15}", tape[i])]).collect();
    let header = ["", "1/N sum (h - y) x", "by the tape"];
    print_table(&header, &rows);
    (0..3).for_each(|i| assert_close("the gradient", tape[i], by_hand[i], 1e-11));

    let w = fit(&x[0], &y[0], 1_000)?;
    let (right, base) = (percent_right(&told(&x[1], &w, &y[1])), 1.0 - y[1].sum() / y[1].len() as f64);
    let result = format!(
        "{:.2} % of {} houses of the test are told right; {:.2} % are below grade 8",
        right,
        y[1].len(),
        100.0 * base.max(1.0 - base)
    );
    let h = x[0].dot(&w).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    let left = (x[0].t().dot(&(h - &y[0])) / y[0].len() as f64).fold(0.0, |m: f64, g| m.max(g.abs()));
    assert!(left < 1e-4 && right > 100.0 * base.max(1.0 - base) + 20.0, "gradient {left:e}, {result}");

    // Back to square feet and dollars: where w0 + w1 (area - ma)/da + w2 (price - mp)/dp = 0.
    let (m, d) = (raw[0].sum_axis(Axis(0)) / raw[0].nrows() as f64, raw[0].std_axis(Axis(0), 0.0));
    let boundary = [0.0, 8_000.0].map(|area| m[1] - d[1] * (w[0] + w[1] * (area - m[0]) / d[0]) / w[2]);
    let some: Vec<usize> = (0..y[1].len()).step_by(5).collect();
    let (shown, classes) = (raw[1].select(Axis(0), &some), y[1].select(Axis(0), &some));
    let [below, above] = [0.0, 1.0].map(|class| of_class(&shown, &classes, class));
    let map = Plot::new("Grade by area and price")
        .x_label("area, square feet")
        .y_label("price, dollars")
        .x_range(0.0, 8_000.0)
        .y_range(0.0, 3e6)
        .points("below 8", &below[0], &below[1])
        .points("8 and above", &above[0], &above[1])
        .line("h = 1/2", &[0.0, 8_000.0], &boundary)
        .draw()?;
    Ok(report
        .heading("A loss for it")
        .figure("losses", &line.draw()?, "On the wrong side the squared error is flat, and gives a descent nothing to go by; the cross-entropy is \
                                          convex: its second derivative is nowhere below 0.")?
        .heading("Its gradient")
        .paragraph("The derivative of the sigmoid cancels in the chain rule, and 1/N sum (h - y) x is left.")
        .table(&header, &rows)
        .figure("graph", &graph, "What the tape records for 1/(1 + e^-Wx); the constant holds the houses.")?
        .heading("Houses of grade 8 and above")
        .result(&format!("by area and price, {result}"))
        .figure("houses", &map, "The boundary, where the two grades are equally likely, is a line. Every fifth house of the test part is shown; a few large and dear ones are cut off.")?)
}

/// Benign or malignant, by thirty measures.
fn tumours(report: Report) -> Result<Report, Failure> {
    let tumours = datasets::breast_cancer(data(""))?;
    let diagnosis = tumours.diagnosis.mapv(|class| class as f64);
    let parts = split(diagnosis.len(), [0.8, 0.2], 1);
    let y = parts.each_ref().map(|rows| diagnosis.select(Axis(0), rows));
    let raw = parts.each_ref().map(|rows| tumours.features.select(Axis(0), rows));
    let x = raw.each_ref().map(|part| with_ones(&standardised(part, &raw[0])));
    let counts = told(&x[1], &fit(&x[0], &y[0], 500)?, &y[1]);
    let result = format!("{:.2} % of {} tumours of the test part", percent_right(&counts), y[1].len());
    assert!(percent_right(&counts) >= 96.0);
    let matrix = ConfusionMatrix::new("Tumours of the test part", counts.view(), &tumours.diagnosis_names).draw()?;
    let report = report.heading("Benign or malignant").result(&format!("thirty measures tell {result} right"));
    Ok(report.figure("tumours", &matrix, "What each tumour is, by row, and what it was taken for, by column.")?)
}

/// Points inside and outside of a circle, told by a line and by a circle.
fn circle(report: Report) -> Result<Report, Failure> {
    manual_seed(1);
    let points = (Tensor::rand([600, 2]) * &tensor![6.0, 3.5] - &tensor![3.0, 1.75]).to_dtype(DType::F64);
    let points: Array2<f64> = points.to_array::<f64>()?.into_dimensionality()?;
    let (centre, radius) = ([0.5, -0.2], 1.2);
    let inside = |x: f64, y: f64| (x - centre[0]).hypot(y - centre[1]) < radius;
    let y: Array1<f64> = points.rows().into_iter().map(|p| f64::from(u8::from(inside(p[0], p[1])))).collect();
    let line = with_ones(&points);
    let round = Array2::from_shape_fn((600, 5), |(i, j)| if j < 3 { line[[i, j]] } else { points[[i, j - 3]].powi(2) });
    let weights = [fit(&line, &y, 500)?, fit(&round, &y, 20_000)?];
    let right = [percent_right(&told(&line, &weights[0], &y)), percent_right(&told(&round, &weights[1], &y))];

    // w0 + w1 x1 + w2 x2 + w3 x1^2 + w4 x2^2 = 0 is an ellipse about (-w1/2w3, -w2/2w4).
    let w = &weights[1];
    let middle = [-w[1] / (2.0 * w[3]), -w[2] / (2.0 * w[4])];
    let level = w[3] * middle[0] * middle[0] + w[4] * middle[1] * middle[1] - w[0];
    let radii = [(level / w[3]).sqrt(), (level / w[4]).sqrt()];
    let base = 100.0 - y.sum() / 6.0;
    let result =
        format!("a line tells {:.1} %, a circle {:.1} % of the points they were fitted to", right[0], right[1]);
    println!("\n{result}; {base:.1} % are outside");
    println!(
        "the circle found: about {middle:.3?} with radii {radii:.3?}; the true one: about {centre:?} with radius {radius}"
    );
    assert!(right[0] < 85.0 && right[1] > 98.0);
    (0..2).for_each(|i| assert!((middle[i] - centre[i]).abs() < 0.05 && (radii[i] - radius).abs() < 0.05));

    let angles = spread(0.0, 2.0 * std::f64::consts::PI, 181);
    let around =
        |i: usize, f: fn(f64) -> f64| angles.iter().map(|a| middle[i] + radii[i] * f(*a)).collect::<Vec<f64>>();
    let [outside, within] = [0.0, 1.0].map(|class| of_class(&points, &y, class));
    let v = &weights[0];
    let plot = |title: &str| {
        Plot::new(title)
            .x_label("x1")
            .y_label("x2")
            .x_range(-3.1, 3.1)
            .y_range(-1.8, 1.8)
            .points("outside", &outside[0], &outside[1])
            .points("inside", &within[0], &within[1])
    };
    let straight = plot("A linear boundary")
        .line("h = 1/2", &[-3.1, 3.1], &[-3.1, 3.1].map(|x| -(v[0] + v[1] * x) / v[2]))
        .draw()?;
    let circle = plot("With x1^2 and x2^2").line("h = 1/2", &around(0, f64::cos), &around(1, f64::sin)).draw()?;
    Ok(report
        .heading("A circle")
        .paragraph(&format!("Of 600 made-up points {base:.1} % are outside; {result}."))
        .figure(
            "line",
            &straight,
            "With 1, x1, x2 the boundary is a line, and no line is of use here: the best one lies in a corner.",
        )?
        .figure("circle", &circle, "With x1^2 and x2^2 as well it is an ellipse: the same model, other features.")?)
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/05_logistic");
    let report = sigmoid(Report::new(&run, "From a line to a probability"))?;
    let report = tumours(houses(&run, report)?)?;
    circle(report)?.save()?;
    Ok(())
}
