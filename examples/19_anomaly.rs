//! Anomalies: what an autoencoder cannot give back is unlike what it was trained on.
//!
//! `cargo run --release --example 19_anomaly` leaves one digit out of the training of an autoencoder, in turn each of the ten, and
//! takes the error with which it gives back a test image for a score of how strange the image is. The area under the ROC curve is
//! the probability that an image of the digit left out has a higher score than one of the others: 1 tells all, 0.5 is chance.
//! Beside it stand PCA of the same width, the best linear autoencoder, and the distance from the mean, which has no middle at all.
//! The same is done with measures of breast tumours, trained on benign ones only. See in the histograms how far the scores lie
//! apart. A low score means simple rather than known: a network that has never seen a 1 gives it back better than the digits that
//! it knows. And of the tumours the mere distance tells most, for malignant ones differ along what varies among benign ones too,
//! which a middle gives back. `--data PATH` takes a CSV file of numbers with the kinds in the last column, of which the commonest
//! is the normal one.

use std::path::Path;

use tapegrad::data::{csv::Table, shuffled_batches, split};
use tapegrad::manual_seed;
use tapegrad::ndarray::Axis;
use tapegrad::nn::{Linear, Sequential, Tanh};
use tapegrad::optim::Adam;
use tapegrad::optim::schedule::OneCycle;
use tapegrad::prelude::*;
use tapegrad::train::metrics::roc_auc;
use tapegrad::viz::{Caption, ImageGrid, Plot, Png};
use tapegrad_examples::{
    Failure, Images, Pca, Report, Run, data, dense, fit, gray, print_table, row, spread, standardised,
};

const ABOUT: &str = "Anomalies by the error of an autoencoder: a digit left out, and malignant tumours.";
const METHODS: [&str; 3] = ["autoencoder", "PCA of the same width", "distance from the mean"];

/// The mean squared difference of each row and what became of it.
fn score(x: &Tensor, back: &Tensor) -> Tensor {
    (x - back).square().mean_dim(1)
}

/// Trains on batches of rows in a random order.
fn train(net: &Sequential, x: &Tensor, batch: usize, epochs: usize) {
    let n = x.shape()[0];
    let schedule = OneCycle::new(3e-3, epochs * n.div_ceil(batch));
    let batches = (0..epochs).flat_map(|epoch| shuffled_batches(n, batch, 1, epoch as u64));
    fit(Adam::new(net.parameters(), 1e-3), schedule, batches, |rows| {
        let rows = x.index_select(0, &rows.into_iter().map(|row| row as i64).collect());
        net.call(&rows).mse_loss(&rows)
    });
}

/// The scores of the test rows by each of [`METHODS`].
fn scores(net: &Sequential, width: usize, x: &Tensor, test: &Tensor) -> [Tensor; 3] {
    let pca = Pca::of(x, width);
    [no_grad(|| net.call(test)), pca.reconstruct(&pca.project(test)), pca.mean.broadcast_to(test.shape())]
        .map(|back| score(test, &back))
}

/// Histograms of the scores, and ROC curves.
fn curves(
    name: &str,
    scores: &[Tensor; 3],
    strange: &Tensor,
    kinds: [&str; 2],
    report: Report,
) -> Result<Report, Failure> {
    let logs = scores[0].log10();
    let (bins, low, high) = (40, logs.min().item(), logs.max().item());
    let edges: Vec<f64> = spread(low, high, bins + 1).iter().map(|edge| 10f64.powf(*edge)).collect();
    let mut histogram =
        Plot::new("Scores of the autoencoder").x_label("mean squared difference").y_label("% of its kind").log_x();
    for (of_kind, kind) in [0, 1].into_iter().zip(kinds) {
        let (part, mut counts) = (logs.masked_select(&strange.eq(of_kind)), vec![0.0; bins]);
        for log in part.to_vec::<f32>()? {
            let bin = ((f64::from(log) - low) / (high - low) * bins as f64) as usize;
            counts[bin.min(bins - 1)] += 100.0 / part.numel() as f64;
        }
        // A step from edge to edge.
        let steps = (0..bins).flat_map(|i| [(edges[i], counts[i]), (edges[i + 1], counts[i])]);
        let (xs, ys): (Vec<f64>, Vec<f64>) = steps.unzip();
        histogram = histogram.line(kind, &xs, &ys);
    }
    let mut roc =
        Plot::new("ROC curves").x_label("% of the normal taken for strange").y_label("% of the strange found");
    for (scores, method) in scores.iter().zip(METHODS) {
        let found = strange.index_select(0, &scores.argsort(0, true)).to_dtype(DType::F64);
        let percent = |of: Tensor| (of.cumsum(0) / of.sum() * 100.0).to_vec::<f64>();
        roc = roc.line(method, &percent(1.0 - &found)?, &percent(found.clone())?);
    }
    Ok(report
        .figure(
            &format!("{name}_scores"),
            &histogram.draw()?,
            "How many of the test rows of each kind have which score; bins of one width on the logarithmic axis.",
        )?
        .figure(&format!("{name}_roc"), &roc.draw()?, "Each point is a threshold; chance would be the diagonal.")?)
}

fn digits(run: &Run, report: Report) -> Result<Report, Failure> {
    const WIDTH: usize = 16;
    let (rows, tests, epochs) = if run.quick { (6_000, 2_000, 4) } else { (30_000, 10_000, 6) };
    let Images { x, y, test_x: test, test_y, .. } = Images::mnist()?.first(rows).first_tests(tests).unit_rows();
    let (mut table, mut areas, mut shown) = (Vec::new(), [0.0; 3], None);
    let left_out: Vec<i64> = if run.quick { vec![0, 1] } else { (0..10).collect() };
    for &digit in &left_out {
        manual_seed(1);
        let known = x.index_select(0, &y.ne(digit).nonzero().flatten());
        let net = Sequential::from((dense(&[784, 256, 64, WIDTH]), dense(&[WIDTH, 64, 256, 784])));
        train(&net, &known, 100, epochs);
        let (scores, strange) = (scores(&net, WIDTH, &known, &test), test_y.eq(digit).to_dtype(DType::I64));
        let of_digit = scores.each_ref().map(|scores| roc_auc(scores, &strange));
        table.push(row(&digit.to_string(), &of_digit, 3));
        areas.iter_mut().zip(of_digit).for_each(|(sum, area)| *sum += area / left_out.len() as f64);
        assert!(digit != 1 || of_digit[0] < 0.5, "a 1 is simple: {of_digit:?}");
        if digit == 0 {
            shown = Some((scores, strange, net));
        }
    }
    table.push(row("mean", &areas, 3));
    let header = [&["digit left out"][..], &METHODS].concat();
    println!("area under the ROC curve, {rows} digits, {WIDTH} numbers in the middle:");
    print_table(&header, &table);
    let margin = if run.quick { 0.0 } else { 0.02 };
    assert!(areas[0] > areas[1] + margin, "a bent middle knows more than a flat one: {areas:?}");
    let (scores, strange, net) = shown.ok_or("no digit was left out")?;
    let found = format!("digits left out: area under the ROC curve {:.3}, by PCA {:.3}", areas[0], areas[1]);
    let report = report.heading("A digit left out").result(&found).table(&header, &table);
    let report = curves("digits", &scores, &strange, ["digits trained on", "zeros"], report)?;
    let order = scores[0].argsort(0, true);
    let most_least = [order.narrow(0, 0, 20), order.narrow(0, tests - 20, 20)];
    let pictures = |rows: &Tensor| -> Result<Png, Failure> {
        let (given, truth) = (test.index_select(0, rows), test_y.index_select(0, rows).to_vec::<i64>()?);
        let both = Tensor::cat(&[&given, &no_grad(|| net.call(&given))], 0).reshape([-1, 28, 28]);
        let caption =
            |&digit: &i64| if digit == 0 { Caption::Right("0".to_owned()) } else { Caption::Plain(digit.to_string()) };
        let captions: Vec<Caption> = truth.iter().map(caption).chain(vec![Caption::Plain(String::new()); 20]).collect();
        Ok(ImageGrid::gray(gray(&both, 0.0, 1.0).view()).captions(&captions).columns(20).scale(2).draw()?)
    };
    let zeros = strange.index_select(0, &most_least[0]).sum().item();
    Ok(report
        .figure(
            "most",
            &pictures(&most_least[0])?,
            &format!("The 20 strangest test images for the network without zeros ({zeros} are zeros), and what it gives back."),
        )?
        .figure("least", &pictures(&most_least[1])?, "The 20 least strange.")?)
}

/// A table of numbers: trained on half of its commonest kind, judged on all the rest.
fn table(path: &Path, starts: u64, report: Report) -> Result<(Report, [f64; 3]), Failure> {
    const WIDTH: usize = 4;
    let table = Table::read(path)?;
    let (kind, columns) = table.columns().split_last().ok_or("no columns")?;
    let (features, kinds) = (table.matrix(columns)?, table.categories(kind)?);
    let count = |kind: i64| kinds.codes.iter().filter(|&&code| code == kind).count();
    let normal = (0..kinds.labels.len() as i64).max_by_key(|&kind| count(kind)).ok_or("no rows")?;
    if kinds.labels.len() < 2 || count(normal) < 50 || columns.len() <= WIDTH {
        return Err(format!(
            "{}: expected more than {WIDTH} columns of numbers, two kinds and 50 rows of one",
            path.display()
        )
        .into());
    }
    let rows_of = |is_normal: bool| -> Vec<usize> {
        (0..features.nrows()).filter(|&i| (kinds.codes[i] == normal) == is_normal).collect()
    };
    let (of_normal, others) = (rows_of(true), rows_of(false));
    let mut areas = Vec::new();
    let mut shown = None;
    for start in 0..starts {
        manual_seed(start);
        let [known, apart] = split(of_normal.len(), [0.5, 0.5], start);
        let known: Vec<usize> = known.into_iter().map(|i| of_normal[i]).collect();
        let tested: Vec<usize> = apart.into_iter().map(|i| of_normal[i]).chain(others.iter().copied()).collect();
        let of_known = features.select(Axis(0), &known);
        let [x, test] = [&known, &tested]
            .map(|rows| Tensor::from(standardised(&features.select(Axis(0), rows), &of_known)).to_dtype(DType::F32));
        let half = |from, to| Sequential::from((Linear::new(from, 16), Tanh::new(), Linear::new(16, to)));
        let net = Sequential::from((half(columns.len(), WIDTH), half(WIDTH, columns.len())));
        train(&net, &x, 16, 200);
        let strange: Tensor = tested.iter().map(|&i| i64::from(kinds.codes[i] != normal)).collect();
        let scores = scores(&net, WIDTH, &x, &test);
        areas.push(scores.each_ref().map(|scores| roc_auc(scores, &strange)));
        shown.get_or_insert((scores, strange));
    }
    let (scores, strange) = shown.ok_or("no start")?;
    let column = |j: usize| areas.iter().map(move |area| area[j]);
    let means = [0, 1, 2].map(|j| column(j).sum::<f64>() / starts as f64);
    let range = |j| (column(j).fold(1.0, f64::min), column(j).fold(0.0, f64::max));
    let rows: Vec<Vec<String>> = (0..3)
        .map(|j| {
            vec![METHODS[j].to_owned(), format!("{:.3}", means[j]), format!("{:.3} to {:.3}", range(j).0, range(j).1)]
        })
        .collect();
    let header = ["score", "area under the ROC curve", "range"];
    let name = &kinds.labels[normal as usize];
    println!(
        "\ntrained on half of {} rows that are {name}, {WIDTH} numbers in the middle, {starts} halves and starts:",
        of_normal.len()
    );
    print_table(&header, &rows);
    let report = report.heading(&format!("Trained on {name} only")).table(&header, &rows);
    Ok((curves("table", &scores, &strange, [name, "others"], report)?, means))
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/19_anomaly", "a CSV file of numbers, the kinds in its last column");
    let report = Report::new(&run, "Anomalies").paragraph(
        "The score of a row is the mean squared difference between it and what comes back. The area under the ROC curve is the \
         probability that a strange one has a higher score than a normal one.",
    );
    let starts = if run.quick { 2 } else { 10 };
    if let Some(path) = &run.data {
        return Ok(table(path, starts, report)?.0.save()?);
    }
    let report = digits(&run, report)?;
    let (report, areas) = table(&data("breast_cancer.csv"), starts, report)?;
    assert!(areas[0] > 0.88, "the network tells malignant tumours: {areas:?}");
    assert!(run.quick || areas[2] > areas[0], "the distance tells more: {areas:?}");
    let found =
        format!("tumours: {:.3}, by PCA {:.3}, by the distance from the mean {:.3}", areas[0], areas[1], areas[2]);
    Ok(report.result(&found).save()?)
}
