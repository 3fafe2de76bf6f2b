//! Several tasks, one trunk: does much data of a near task help another of which little is known?
//!
//! `cargo run --release --example 17_multi_task` tells the price of King County's houses where the grade that an official gave is
//! known of all houses for training, the price of few; and the sex or the mass of penguins where species and the other of both are
//! known of all. A network has a trunk that all tasks share, and a head for each. Three ways are compared: a network of its own for
//! the target, with what is known of that (separate); one for all tasks at once (joint); and a trunk that learns the near tasks and
//! is then kept, so that only the head learns the target (frozen). With few labels a network soon learns them by heart, so each way
//! has the number of steps that is best for it on the test part: that flatters all of them, and none before the others. Read in the
//! pictures where the lines meet: with many labels a trunk that was kept for another task holds back. `--data PATH` takes a CSV
//! file of numbers whose last two columns are a near task and the target.

use std::path::Path;

use tapegrad::data::{csv::Table, datasets, split};
use tapegrad::manual_seed;
use tapegrad::ndarray::{Array2, ArrayView1, Axis, Slice};
use tapegrad::nn::{Linear, ReLU, Sequential};
use tapegrad::optim::AdamW;
use tapegrad::optim::schedule::Cosine;
use tapegrad::prelude::*;
use tapegrad::train::metrics::Residuals;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Report, Run, data, fit, moments, percent_wrong, print_table, standardised};

const ABOUT: &str = "A trunk that several tasks share: joint, separate and frozen, with few labels for the target.";
const WAYS: [&str; 3] = ["separate", "joint", "frozen trunk"];
const WIDTH: usize = 64;

/// What is to be told of each row: one of some classes, or a number.
#[derive(Clone)]
struct Task {
    values: Tensor,
    classes: Option<usize>,
    /// Mean and deviation of a number, over the rows that are known.
    moments: (f64, f64),
}

impl Task {
    fn number(values: ArrayView1<'_, f64>) -> Task {
        Task { values: Tensor::from(values.to_owned()).to_dtype(DType::F32), classes: None, moments: (0.0, 1.0) }
    }

    fn class(values: Tensor, classes: usize) -> Task {
        Task { values, classes: Some(classes), moments: (0.0, 1.0) }
    }

    fn rows(&self, rows: &Tensor) -> Task {
        Task { values: self.values.index_select(0, rows), ..self.clone() }
    }

    /// With the mean and the deviation of these rows.
    fn known(&self, rows: &Tensor) -> Result<Task, tapegrad::Error> {
        let task = self.rows(rows);
        let (mean, deviation) = moments(&task.values.to_dtype(DType::F64).to_vec::<f64>()?);
        // The few that are known may all be the same.
        Ok(Task { moments: (mean, if deviation > 0.0 { deviation } else { 1.0 }), ..task })
    }

    fn loss(&self, told: &Tensor) -> Tensor {
        let (mean, deviation) = self.moments;
        match self.classes {
            Some(_) => told.cross_entropy(&self.values),
            None => told.flatten().mse_loss(&((&self.values - mean) / deviation)),
        }
    }

    /// Classes: how many are wrong, in percent. Numbers: the root of the mean squared error. `known` has the moments.
    fn error(&self, told: &Tensor, known: &Task) -> f64 {
        let (mean, deviation) = known.moments;
        match self.classes {
            Some(_) => percent_wrong(told, &self.values),
            None => Residuals::of(&(told.flatten() * deviation + mean), &self.values).rmse(),
        }
    }
}

/// Rows for training and for the test, near tasks that are known of all and the target that is known of few.
struct Problem {
    name: &'static str,
    unit: &'static str,
    x: Tensor,
    test: Tensor,
    near: Vec<Task>,
    target: Task,
    test_target: Task,
    labels: Vec<usize>,
}

impl Problem {
    fn new(
        (name, unit): (&'static str, &'static str),
        features: &Array2<f64>,
        (near, target): (Vec<Task>, &Task),
        [train, test]: &[Vec<usize>; 2],
        labels: &[usize],
    ) -> Result<Problem, tapegrad::Error> {
        let [of_train, of_test] = [train, test].map(|rows| features.select(Axis(0), rows));
        let x = [&of_train, &of_test].map(|part| Tensor::from(standardised(part, &of_train)).to_dtype(DType::F32));
        let index = |rows: &[usize]| rows.iter().map(|&row| row as i64).collect::<Tensor>();
        let near: Result<Vec<Task>, _> = near.iter().map(|task| task.known(&index(train))).collect();
        let [x, test_x] = x;
        let (target, test_target) = (target.rows(&index(train)), target.rows(&index(test)));
        Ok(Problem { name, unit, x, test: test_x, near: near?, target, test_target, labels: labels.to_vec() })
    }
}

/// A trunk and a head for each task, the target's last.
#[derive(Module)]
struct Net {
    trunk: Sequential,
    heads: Vec<Linear>,
}

impl Net {
    fn new(problem: &Problem) -> Net {
        let (first, second) = (Linear::new(problem.x.shape()[1], WIDTH), Linear::new(WIDTH, WIDTH));
        let trunk = Sequential::from((first, ReLU::new(), second, ReLU::new()));
        let tasks = problem.near.iter().chain([&problem.target]);
        Net { trunk, heads: tasks.map(|task| Linear::new(WIDTH, task.classes.unwrap_or(1))).collect() }
    }

    /// Trains these parameters, on batches of 64 of the loss that `loss` gives.
    fn train(parameters: Vec<Tensor>, steps: usize, loss: impl Fn() -> Tensor) {
        let optimizer = AdamW::new(parameters, 3e-3).weight_decay(0.01);
        fit(optimizer, Cosine::new(3e-3, steps), 0..steps, |_| loss());
    }
}

/// The errors of the target's test part, a row for each number of steps and a column for each of [`WAYS`].
fn errors(problem: &Problem, labels: usize, steps: &[usize], seed: u64) -> Result<Vec<[f64; 3]>, tapegrad::Error> {
    manual_seed(seed);
    let (rows, last) = (problem.x.shape()[0], problem.near.len());
    let few = Tensor::randperm(rows).narrow(0, 0, labels);
    let (x_few, target) = (problem.x.index_select(0, &few), problem.target.known(&few)?);
    let batch = |of: usize| (Tensor::rand([64.min(of)]) * of).to_dtype(DType::I64);
    let of_target = |net: &Net, trunk: &dyn Fn(&Tensor) -> Tensor| {
        let rows = batch(labels);
        let h = trunk(&x_few.index_select(0, &rows));
        target.rows(&rows).loss(&net.heads[last].call(&h))
    };
    let of_near = |net: &Net| {
        let rows = batch(rows);
        let h = net.trunk.call(&problem.x.index_select(0, &rows));
        problem.near.iter().zip(&net.heads).map(|(task, head)| task.rows(&rows).loss(&head.call(&h))).sum::<Tensor>()
    };
    let learned = Net::new(problem);
    Net::train(learned.parameters(), steps[steps.len() - 1], || of_near(&learned));
    let of_steps = steps.iter().map(|&steps| {
        let (separate, joint, frozen) = (Net::new(problem), Net::new(problem), learned.deep_copy());
        Net::train(separate.parameters(), steps, || of_target(&separate, &|x| separate.trunk.call(x)));
        Net::train(joint.parameters(), steps, || of_near(&joint) + of_target(&joint, &|x| joint.trunk.call(x)));
        let head = frozen.heads[last].parameters();
        Net::train(head, steps, || of_target(&frozen, &|x| no_grad(|| frozen.trunk.call(x))));
        [separate, joint, frozen].map(|net| {
            let told = no_grad(|| net.heads[last].call(&net.trunk.call(&problem.test)));
            problem.test_target.error(&told, &target)
        })
    });
    Ok(of_steps.collect())
}

/// The mean error of each way, a row for each number of labels.
type Means = Vec<[f64; 3]>;

/// Compares the ways, over several draws of the rows that are known and starts of the networks.
fn compare(run: &Run, problem: &Problem, report: Report) -> Result<(Report, Means), Failure> {
    let (seeds, steps): (_, &[usize]) = if run.quick { (2, &[100, 200]) } else { (10, &[100, 300, 1_000]) };
    let (mut table, mut means) = (Vec::new(), Vec::new());
    for &labels in &problem.labels {
        let results: Result<Vec<_>, _> = (0..seeds).map(|seed| errors(problem, labels, steps, seed)).collect();
        let results = results?;
        let of_way = [0, 1, 2].map(|way| {
            let of_steps =
                (0..steps.len()).map(|i| moments(&results.iter().map(|of| of[i][way]).collect::<Vec<f64>>()));
            of_steps.min_by(|a, b| a.0.total_cmp(&b.0)).expect("some numbers of steps")
        });
        let cell = |(mean, deviation): (f64, f64)| {
            let decimals = (2.0 - mean.log10().floor()).clamp(0.0, 4.0) as usize;
            format!("{mean:.decimals$} ± {:.decimals$}", deviation / ((seeds - 1) as f64).sqrt())
        };
        table.push([vec![labels.to_string()], of_way.map(cell).to_vec()].concat());
        means.push(of_way.map(|(mean, _)| mean));
    }
    let header = [&["labels"][..], &WAYS].concat();
    let about = format!(
        "{}; mean of {seeds} draws of labels and starts, with its deviation. {} rows for training; {steps:?} steps, whichever is best.",
        problem.unit,
        problem.x.shape()[0]
    );
    println!("\n{}: {about}", problem.name);
    print_table(&header, &table);
    let labels: Vec<f64> = problem.labels.iter().map(|&labels| labels as f64).collect();
    let mut plot = Plot::new(problem.name).x_label("labels of the target").y_label(problem.unit).log_x();
    for (way, name) in WAYS.iter().enumerate() {
        plot = plot.line(*name, &labels, &means.iter().map(|mean| mean[way]).collect::<Vec<f64>>());
    }
    let best = |mean: &[f64; 3]| (0..3).min_by(|&a, &b| mean[a].total_cmp(&mean[b])).map_or("", |way| WAYS[way]);
    let winners: Vec<String> =
        problem.labels.iter().zip(&means).map(|(labels, mean)| format!("{labels}: {}", best(mean))).collect();
    let caption = format!("The least mean by the number of labels: {}.", winners.join(", "));
    let file = problem.name.to_lowercase().replace([' ', '\''], "_");
    Ok((
        report.heading(problem.name).paragraph(&about).table(&header, &table).figure(&file, &plot.draw()?, &caption)?,
        means,
    ))
}

/// The last two columns of a table of one's own are a near task and the target, both numbers.
fn of_file(path: &Path) -> Result<Problem, Failure> {
    let table = Table::read(path)?;
    let [columns @ .., near, target] = table.columns() else { return Err("expected three columns or more".into()) };
    let rows = table.n_rows();
    if rows < 100 || columns.is_empty() {
        return Err(format!("{}: expected 100 rows or more, of three columns or more", path.display()).into());
    }
    let number = |name: &str| -> Result<Task, Failure> { Ok(Task::number(table.f64(name)?.view())) };
    let parts = split(rows, [0.8, 0.2], 1);
    Ok(Problem::new(
        ("The target", "Root of the mean squared error"),
        &table.matrix(columns)?,
        (vec![number(near)?], &number(target)?),
        &parts,
        &[rows / 20, rows / 4, rows / 2],
    )?)
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(
        ABOUT,
        "examples/17_multi_task",
        "a CSV file of numbers, near task and target in its last two columns",
    );
    let report = Report::new(&run, "Several tasks, one trunk");
    if let Some(path) = &run.data {
        return Ok(compare(&run, &of_file(path)?, report)?.0.save()?);
    }
    let houses = datasets::king_county(data("king_county"))?;
    let columns: Vec<usize> = (0..houses.feature_names.len()).filter(|&j| houses.feature_names[j] != "grade").collect();
    let grade = Task::number(houses.feature("grade"));
    let tasks = (vec![grade], &Task::number(houses.price.mapv(f64::ln).view()));
    let name = ("Price of a house beside its grade", "Root of the mean squared error of ln price");
    let parts = houses.split([0.8, 0.2], 1);
    let houses =
        Problem::new(name, &houses.features.select(Axis(1), &columns), tasks, &parts, &[30, 100, 300, 1_000, 3_000])?;

    let table = Table::read(data("penguins.csv"))?;
    let measures = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"];
    let (sexes, species) = (table.strings("sex")?, table.categories("species")?);
    let complete: Vec<usize> = (0..table.n_rows()).filter(|&i| sexes[i] != "NA").collect();
    let measures = table.matrix_with_missing(&measures, &["NA"])?.select(Axis(0), &complete);
    let features = measures.slice_axis(Axis(1), Slice::from(..3)).to_owned();
    let species = Task::class(complete.iter().map(|&i| species.codes[i]).collect(), 3);
    let sex = Task::class(complete.iter().map(|&i| i64::from(sexes[i] == "male")).collect(), 2);
    let mass = Task::number(measures.column(3));
    let parts = split(complete.len(), [0.7, 0.3], 1);
    let penguins =
        |name, near, target: Task| Problem::new(name, &features, (near, &target), &parts, &[10, 20, 50, 200]);
    let name = ("Sex of a penguin beside species and mass", "Test rows told wrong in %");
    let of_sex = penguins(name, vec![species.clone(), mass.clone()], sex.clone())?;
    let name = ("Mass of a penguin beside species and sex", "Root of the mean squared error in g");
    let of_mass = penguins(name, vec![species, sex], mass)?;
    let (report, a) = compare(&run, &houses, report)?;
    let (report, _) = compare(&run, &of_sex, report)?;
    let (report, c) = compare(&run, &of_mass, report)?;
    let (few, many) = (a[0], a[4]);
    assert!(many[0] < 0.85 * many[2], "3,000 prices: the trunk of the grade holds back: {many:?}");
    if !run.quick {
        assert!(few[2] < 0.95 * few[0], "30 prices: it helps: {few:?}");
        assert!(c[0][2] < 0.97 * c[0][0], "10 masses: species and sex help: {c:?}");
    }
    let [alone, joint, frozen] = few.map(|error| format!("{error:.3}"));
    let found = format!("30 prices and all grades: error {alone} alone, {joint} joint, {frozen} on the frozen trunk");
    Ok(report.result(&found).save()?)
}
