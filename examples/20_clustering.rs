//! Clusters: classes that nobody told, found by k-means, by a mixture of normal distributions, and by a network.
//!
//! `cargo run --release --example 20_clustering` looks for the species of irises and of penguins in their measures alone. The
//! mixture is trained by gradient: minus the mean of log p(x), where log p is a logsumexp over the clusters; that the method made
//! for mixtures (expectation-maximisation) would not move it is asserted, as is that scikit-learn finds the same. The maps show the
//! points along their two principal components: compare the species with the clusters. Then ten clusters of handwritten digits:
//! k-means on the pixels, on the ten numbers in an autoencoder's middle, and after deep embedded clustering (J. Xie, R. Girshick,
//! A. Farhadi, 2016), which pulls the numbers of each image towards the clusters that they are near already. The labels only judge:
//! purity is the share of images that are of their cluster's commonest class, the adjusted Rand index is 1 for the same partition
//! and 0 by chance.
//! `--data PATH` takes a CSV file of numbers with the classes in the last column.

use std::path::Path;

use tapegrad::data::{Classes, csv::Table, missing::complete_rows};
use tapegrad::manual_seed;
use tapegrad::ndarray::Axis;
use tapegrad::optim::Adam;
use tapegrad::optim::schedule::{Constant, Cosine, OneCycle};
use tapegrad::prelude::*;
use tapegrad::train::metrics::{adjusted_rand, purity};
use tapegrad::viz::{Caption, ImageGrid, Plot, Svg};
use tapegrad_examples::{
    Failure, Images, Pca, Report, Run, assert_close, data, dense, fit, gray, points_by_class, print_table, row,
    standardised,
};

const ABOUT: &str = "Clusters of irises, penguins and digits: k-means, a Gaussian mixture, deep embedded clustering.";

/// Points, and the classes that judge their clusters.
struct Points {
    name: &'static str,
    x: Tensor,
    classes: Tensor,
    names: Vec<String>,
}

impl Points {
    /// The complete rows of a table, each column with its mean and deviation taken out.
    fn read(name: &'static str, path: &Path, class: &str, columns: &[impl AsRef<str>]) -> Result<Points, Failure> {
        let table = Table::read(path)?;
        let (x, classes) = (table.matrix_with_missing(columns, &["", "NA"])?, table.strings(class)?);
        let rows = complete_rows(&x);
        let (x, classes) = (x.select(Axis(0), &rows), rows.iter().map(|&row| classes[row]).collect::<Vec<_>>());
        let kinds = Classes::of(&classes);
        if x.ncols() < 2 || !(2..=rows.len() / 5).contains(&kinds.len()) {
            let expected = "expected two columns of numbers or more, and 2 classes to a fifth as many as complete rows";
            return Err(format!("{}: {expected}", path.display()).into());
        }
        let classes = Tensor::from(kinds.encode(classes)?);
        Ok(Points { name, x: Tensor::from(standardised(&x, &x)), classes, names: kinds.names().to_vec() })
    }
}

/// k centres from the best of several starts: each point goes to the nearest, each centre to the mean of its points.
fn k_means(x: &Tensor, k: usize, starts: usize) -> Tensor {
    let runs = (0..starts).map(|_| {
        let mut centres = x.index_select(0, &Tensor::randperm(x.shape()[0]).narrow(0, 0, k));
        for _ in 0..100 {
            let of = nearest(x, &centres).one_hot(k).to_dtype(x.dtype());
            let counts = of.sum_dim(0).unsqueeze(1);
            let means = of.transpose(0, 1).matmul(x) / counts.maximum(1.0);
            let next = counts.gt(0.0).where_cond(&means, &centres);
            if next.equal(&centres) {
                break;
            }
            centres = next;
        }
        (x.cdist(&centres, 2.0).amin_dim(1).square().sum().item(), centres)
    });
    runs.min_by(|a, b| a.0.total_cmp(&b.0)).expect("at least one start").1
}

fn nearest(x: &Tensor, centres: &Tensor) -> Tensor {
    x.cdist(centres, 2.0).argmin_dim(1)
}

/// Normal distributions with a deviation for each axis, and the share of each.
#[derive(Module)]
struct Mixture {
    shares: Param,
    means: Param,
    log_deviations: Param,
}

impl Forward for Mixture {
    /// log (share of k times density of k) of each point, [points, k].
    fn forward(&self, x: &Tensor) -> Tensor {
        let z = (x.unsqueeze(1) - &self.means) * (-&self.log_deviations).exp();
        let log_density = -(z.square() * 0.5 + &self.log_deviations + 0.5 * std::f64::consts::TAU.ln()).sum_dim(-1);
        log_density + self.shares.log_softmax(0)
    }
}

impl Mixture {
    /// Trained by gradient, from given centres.
    fn train(x: &Tensor, centres: &Tensor, steps: usize) -> Mixture {
        let mixture = Mixture {
            shares: Param::new(x.zeros_like().narrow(0, 0, centres.shape()[0]).select(1, 0)),
            means: Param::new(centres.clone()),
            log_deviations: Param::new(centres.zeros_like()),
        };
        let optimizer = Adam::new(mixture.parameters(), 0.05);
        fit(optimizer, Cosine::new(0.05, steps), 0..steps, |_| -mixture.log_likelihood(x));
        mixture
    }

    /// The mean of log p(x).
    fn log_likelihood(&self, x: &Tensor) -> Tensor {
        self.call(x).logsumexp_dim(1).mean()
    }

    /// How far a step of expectation-maximisation would move a mean: not at all where log p is at its greatest.
    fn moved_by_em(&self, x: &Tensor) -> f64 {
        let of = no_grad(|| self.call(x)).softmax(1);
        let means = of.transpose(0, 1).matmul(x) / of.sum_dim(0).unsqueeze(1);
        (means - self.means.detach()).abs().max().item()
    }
}

/// The points along two principal components, a colour and shape for each group.
fn map(title: &str, x: &Tensor, groups: &Tensor, names: &[String]) -> Result<Svg, Failure> {
    let plot = Plot::new(title).x_label("first component").y_label("second");
    Ok(points_by_class(plot, &Pca::of(x, 2).project(x), groups, names)?.draw()?)
}

fn judged(name: &str, clusters: &Tensor, classes: &Tensor) -> (Vec<String>, [f64; 2]) {
    let marks = [purity(clusters, classes), adjusted_rand(clusters, classes)];
    (row(name, &marks, 3), marks)
}

const HEADER: [&str; 3] = ["clusters by", "purity", "adjusted Rand index"];

/// Clusters of a table. Gives the adjusted Rand index of both ways, the mixture's mean log p and how far EM would move it.
fn table(points: &Points, report: Report) -> Result<(Report, [f64; 4]), Failure> {
    manual_seed(1);
    let (x, k) = (&points.x, points.names.len());
    let centres = k_means(x, k, 20);
    let mixture = Mixture::train(x, &centres, 1_000);
    let (likelihood, moved) = (mixture.log_likelihood(x).item(), mixture.moved_by_em(x));
    let clusters = no_grad(|| mixture.call(x)).argmax_dim(1);
    let (by_means, [_, of_means]) = judged("k-means", &nearest(x, &centres), &points.classes);
    let (by_mixture, [_, of_mixture]) = judged("Gaussian mixture", &clusters, &points.classes);
    let (rows, count) = ([by_means, by_mixture], x.shape()[0]);
    println!("\n{}, {count} of {k} classes; the mixture's mean log p is {likelihood:.4}:", points.name);
    print_table(&HEADER, &rows);
    // Clusters are numbered as the classes that are commonest in them, for the same colours in both maps.
    let [of_cluster, of_class] = [&clusters, &points.classes].map(|of| of.one_hot(k).to_dtype(DType::F64));
    let counts = of_cluster.transpose(0, 1).matmul(&of_class);
    let (_, places) = counts.argmax_dim(1).sort(0, false);
    let clusters = places.argsort(0, false).index_select(0, &clusters);
    let names: Vec<String> = (1..=k).map(|cluster| format!("cluster {cluster}")).collect();
    let report = report
        .heading(points.name)
        .table(&HEADER, &rows)
        .figure(
            &format!("{}_classes", points.name),
            &map("Classes, not told", x, &points.classes, &points.names)?,
            &format!("{count} points of {k} classes."),
        )?
        .figure(
            &format!("{}_clusters", points.name),
            &map("Clusters of the mixture", x, &clusters, &names)?,
            &format!("A step of expectation-maximisation would move no mean by more than {moved:.0e} deviations."),
        )?;
    Ok((report, [of_means, of_mixture, likelihood, moved]))
}

/// The share of each cluster in each point: by Student's t of the distance to its centre.
fn shares(z: &Tensor, centres: &Tensor) -> Tensor {
    let q = 1.0 / (1.0 + (z.unsqueeze(1) - centres).square().sum_dim(-1));
    &q / q.sum_keepdim(1)
}

/// Ten clusters of digits.
fn digits(run: &Run, report: Report) -> Result<Report, Failure> {
    manual_seed(1);
    let (n, test_n, epochs, rounds) = if run.quick { (3_000, 1_000, 8, 5) } else { (20_000, 10_000, 20, 20) };
    let Images { x, y, test_x, test_y, names } = Images::mnist()?.first(n).first_tests(test_n);
    let (encoder, decoder) = (dense(&[784, 500, 250, 10]), dense(&[10, 250, 500, 784]));

    let parameters = [encoder.parameters(), decoder.parameters()].concat();
    let steps = epochs * n / 100;
    fit(Adam::new(parameters, 1e-3), OneCycle::new(2e-3, steps), 0..steps, |_| {
        let images = x.index_select(0, &(Tensor::rand([100]) * n).to_dtype(DType::I64));
        decoder.call(&encoder.call(&images)).mse_loss(&images)
    });

    let middle = |x: &Tensor| no_grad(|| encoder.call(x));
    let (pixels, features) = (k_means(&x, 10, 3), middle(&x));
    let centres = Param::new(k_means(&features, 10, 10));
    let mut results = vec![
        ("k-means on pixels", nearest(&x, &pixels), nearest(&test_x, &pixels)),
        ("k-means on an autoencoder's middle", nearest(&features, &centres), nearest(&middle(&test_x), &centres)),
    ];

    // What q would be if it were surer, with every cluster counted alike, is what q is trained towards.
    let q = |x: &Tensor| shares(&encoder.call(x), &centres);
    let batches = (0..rounds).flat_map(|_| {
        let now = no_grad(|| q(&x));
        let surer = now.square() / now.sum_dim(0);
        let target = &surer / surer.sum_keepdim(1);
        Tensor::randperm(n).split(100, 0).into_iter().map(move |rows| (target.index_select(0, &rows), rows))
    });
    let parameters = [encoder.parameters(), vec![centres.tensor().clone()]].concat();
    fit(Adam::new(parameters, 3e-4), Constant::new(3e-4), batches, |(p, rows)| {
        (p.xlogy(&p) - p.xlogy(q(&x.index_select(0, &rows)))).sum_dim(1).mean()
    });
    let [sure, test_sure] = [&x, &test_x].map(|x| no_grad(|| q(x)));
    results.push(("deep embedded clustering", sure.argmax_dim(1), test_sure.argmax_dim(1)));

    let (mut rows, mut indices) = (Vec::new(), Vec::new());
    for (name, clusters, test_clusters) in &results {
        let (row, _) = judged(name, clusters, &y);
        let (test_row, [_, index]) = judged(name, test_clusters, &test_y);
        rows.push([row, test_row[1..].to_vec()].concat());
        indices.push(index);
    }
    let header = [&HEADER[..], &["other images: purity", "adjusted Rand index"]].concat();
    println!("\ndigits, {n} to find clusters in, {test_n} others:");
    print_table(&header, &rows);
    let margin = if run.quick { 0.0 } else { 0.03 };
    assert!(indices[1] > indices[0] + margin && indices[2] > indices[1] + margin, "each finds more: {indices:?}");

    let of_digits = |title, z: &Tensor| map(title, &z.narrow(0, 0, 2_000), &y.narrow(0, 0, 2_000), &names);
    let (first, last) = (of_digits("The middle, before", &features)?, of_digits("and after", &middle(&x))?);
    // Of each cluster the images that are nearest to its centre and those that are least surely in it.
    let mut shown = Vec::new();
    for cluster in 0..10 {
        let members = test_sure.argmax_dim(1).eq(cluster).nonzero().flatten();
        let order = test_sure.index_select(0, &members).select(1, cluster).argsort(0, true);
        let (all, count) = (members.numel(), members.numel().min(8));
        let ends = [order.narrow(0, 0, count), order.narrow(0, all - count, count)];
        shown.extend(ends.map(|end| members.index_select(0, &end)));
    }
    let shown = Tensor::cat(&shown, 0);
    let captions = test_y.index_select(0, &shown).to_vec::<i64>()?.into_iter().map(|d| Caption::Plain(d.to_string()));
    let images = test_x.index_select(0, &shown).reshape([-1, 28, 28]);
    let (low, high) = (images.min().item(), images.max().item());
    let grid = ImageGrid::gray(gray(&images, low, high).view()).captions(&captions.collect::<Vec<_>>()).columns(16);
    let found =
        format!("digits: {:.3} by k-means on pixels, {:.3} by deep embedded clustering", indices[0], indices[2]);
    Ok(report
        .heading("Digits")
        .result(&found)
        .paragraph(&format!(
            "Clusters of {n} images without their labels, and of {test_n} others that go to the clusters already found. The middle is of \
             an autoencoder 784-500-250-10; deep embedded clustering trains its first half further."
        ))
        .table(&header, &rows)
        .figure("before", &first, "The ten numbers in the middle for each image, along two principal components.")?
        .figure("after", &last, "The same after deep embedded clustering. Colours are the digits, which it was not told.")?
        .figure(
            "clusters",
            &grid.draw()?,
            "A cluster in each row, of other images: the eight that are most surely in it, the eight that are least. Beneath is the \
             digit.",
        )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/20_clustering", "a CSV file of numbers, the classes in its last column");
    let mut report = Report::new(&run, "Clusters").paragraph(
        "Purity is the share of what is of the commonest class in its cluster. The adjusted Rand index counts pairs that are together in \
         a cluster and in a class: 1 for the same partition, 0 by chance. No method was told the classes.",
    );
    if let Some(path) = &run.data {
        let table_of_path = Table::read(path)?;
        let (class, columns) = table_of_path.columns().split_last().ok_or("no columns")?;
        return Ok(table(&Points::read("data", path, class, columns)?, report)?.0.save()?);
    }
    let irises = ["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"];
    let penguins = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"];
    // What scikit-learn 1.9.1 finds: k-means, and a mixture by expectation-maximisation from the same start.
    let tables = [
        ("irises", "iris.csv", irises, [0.620_135_18, 0.834_258_94, -2.781_373_63]),
        ("penguins", "penguins.csv", penguins, [0.792_836_91, 0.618_954_47, -3.988_289_45]),
    ];
    for (name, file, columns, known) in tables {
        let (with, [found @ .., moved]) = table(&Points::read(name, &data(file), "species", &columns)?, report)?;
        report = with;
        found.iter().zip(known).for_each(|(&found, known)| assert_close(name, found, known, 1e-6));
        report = report
            .result(&format!("{name}: adjusted Rand index {:.3} by k-means, {:.3} by a mixture", found[0], found[1]));
        assert!(moved < 1e-6, "the mixture is where expectation-maximisation ends: {moved}");
    }
    Ok(digits(&run, report)?.save()?)
}
