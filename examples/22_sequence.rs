//! Sequences: an LSTM forecasts airline passengers and the carbon dioxide in the air, beside what last year says.
//!
//! `cargo run --release --example 22_sequence` gives the LSTM the changes of a series one after another, of its logarithm, for
//! passengers grow by shares: how the last change was, how that of the next step was a year ago, and where in the year the next step
//! lies. It says how the next one will be. The last years are for the test: they train nothing, and mean and deviation are those of
//! the years before. A missing week is taken to rise as it did a year before, not interpolated, for that would look ahead; an input
//! says that it is missing, and no loss or error counts it. (All 59 lie in the years for training.)
//!
//! Three forecasts stand beside the LSTM's: the same month or week of last year, and the same plus what the last year added, or plus
//! what a year for training added on average. Where a series grows as steadily as that, such a rule is hard to beat. In the picture of
//! the year ahead each point was forecast a whole year before, by twelve or 52 steps in which the LSTM takes its own forecasts for
//! true. `--data PATH` takes a CSV file of months (YYYY-MM) or weeks (YYYY-MM-DD) and positive numbers.

use std::f64::consts::TAU;
use std::path::Path;

use tapegrad::data::{csv::Table, shuffled_batches};
use tapegrad::manual_seed;
use tapegrad::nn::{LSTM, Linear, Sequences};
use tapegrad::optim::schedule::{Cosine, Schedule};
use tapegrad::optim::{Adam, clip_grad_norm};
use tapegrad::prelude::*;
use tapegrad::train::metrics::Residuals;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Report, Run, data, moments, print_table};

const ABOUT: &str = "An LSTM forecasts airline passengers and weekly carbon dioxide, beside what last year says.";
const INPUTS: usize = 7;

/// Numbers in equal steps of time.
struct Series {
    name: String,
    /// Steps in a year: 12 months or 52 weeks.
    year: usize,
    /// The time of each step in years.
    time: Vec<f64>,
    /// Logarithms, of missing numbers too.
    level: Vec<f64>,
    measured: Vec<bool>,
    /// The first step of the test part.
    test: usize,
    /// Mean and deviation of the changes of the training part.
    moments: (f64, f64),
}

impl Series {
    /// Reads a CSV file, of which the last `years` are for the test.
    fn read(path: &Path, years: usize) -> Result<Series, Failure> {
        let table = Table::read(path)?;
        let refused = |what: &str| format!("{}: expected {what}", path.display());
        let (when, name, year) = match table.columns() {
            [when, name] if when == "month" => (when, name, 12),
            [when, name] if when == "date" => (when, name, 52),
            _ => return Err(refused("two columns, the first named month or date").into()),
        };
        let in_years = |date: &str| {
            let parts: Result<Vec<f64>, _> = date.split('-').map(str::parse).collect();
            match parts.ok()?[..] {
                [year, month] => Some(year + (month - 0.5) / 12.0),
                [year, month, day] => Some(year + (month - 1.0 + (day - 0.5) / 31.0) / 12.0),
                _ => None,
            }
        };
        let time: Option<Vec<f64>> = table.strings(when)?.into_iter().map(in_years).collect();
        let time = time.ok_or_else(|| refused("dates as YYYY-MM or YYYY-MM-DD"))?;
        if time.windows(2).any(|pair| !(0.5..1.5).contains(&((pair[1] - pair[0]) * year as f64))) {
            return Err(
                refused("rows a month or a week apart, the oldest first, missing numbers as empty fields").into()
            );
        }
        let values = table.f64_with_missing(name, &[""])?;
        if values.len() < (years + 6) * year || values[0].is_nan() || values.iter().any(|&v| v <= 0.0) {
            return Err(
                refused(&format!("{} or more positive numbers, the first not missing", (years + 6) * year)).into()
            );
        }
        let measured: Vec<bool> = values.iter().map(|v| !v.is_nan()).collect();
        let mut level: Vec<f64> = values.iter().map(|v| v.ln()).collect();
        for t in (0..level.len()).filter(|&t| !measured[t]) {
            level[t] = level[t - 1] + if t > year { level[t - year] - level[t - year - 1] } else { 0.0 };
        }
        let test = level.len() - years * year;
        let changes: Vec<f64> =
            (1..test).filter(|&t| measured[t] && measured[t - 1]).map(|t| level[t] - level[t - 1]).collect();
        Ok(Series { name: name.clone(), year, time, level, measured, test, moments: moments(&changes) })
    }

    /// The change that leads to step t, with the training part's mean and deviation taken out.
    fn change(&self, t: usize) -> f64 {
        (self.level[t] - self.level[t - 1] - self.moments.0) / self.moments.1
    }

    /// What is known of step t, where the last change may be a forecast: that, whether it was measured, the change a year before the
    /// next, and the next one's place in the year.
    fn inputs(&self, t: usize, last: f64, measured: bool) -> [f32; INPUTS] {
        let angle = TAU * (self.time[t] + 1.0 / self.year as f64);
        let ([a, b], [c, d]) = (<[f64; 2]>::from(angle.sin_cos()), <[f64; 2]>::from((2.0 * angle).sin_cos()));
        [last, f64::from(measured), self.change(t + 1 - self.year), a, b, c, d].map(|v| v as f32)
    }

    /// How many steps the LSTM sees before it forecasts.
    fn window(&self) -> usize {
        2 * self.year
    }

    /// Inputs up to each of the steps `ends`, [steps, windows, inputs].
    fn windows(&self, ends: &[usize]) -> Tensor {
        let steps = (0..self.window()).flat_map(|s| ends.iter().map(move |end| end + 1 + s - self.window()));
        let inputs: Tensor = steps.flat_map(|t| self.inputs(t, self.change(t), self.measured[t])).collect();
        inputs.reshape([-1, ends.len() as isize, INPUTS as isize])
    }
}

/// Tells the next change, step by step.
#[derive(Module)]
struct Forecaster {
    lstm: LSTM,
    output: Linear,
}

type State = (Tensor, Tensor);

impl Forward<Sequences<State>, (Tensor, State)> for Forecaster {
    fn forward(&self, sequences: &Sequences<State>) -> (Tensor, State) {
        let (h, state) = self.lstm.call(sequences);
        (self.output.call(&h), state)
    }
}

impl Forecaster {
    /// Trains on all windows of the training part.
    fn train(series: &Series, steps: usize, seed: u64) -> Forecaster {
        manual_seed(seed);
        let net = Forecaster { lstm: LSTM::new(INPUTS, 32), output: Linear::new(32, 1) };
        let mut optimizer = Adam::new(net.parameters(), 3e-3);
        let schedule = Cosine::new(3e-3, steps);
        let first = series.year + series.window();
        let batches = (0..).flat_map(|epoch| shuffled_batches(series.test - 1 - first, 32, seed, epoch));
        for (step, batch) in batches.take(steps).enumerate() {
            let ends: Vec<usize> = batch.iter().map(|i| first + i).collect();
            let nexts = (0..series.window()).flat_map(|s| ends.iter().map(move |end| end + 2 + s - series.window()));
            let truth: Tensor = nexts.clone().map(|t| series.change(t) as f32).collect();
            let counts: Tensor = nexts.map(|t| f32::from(series.measured[t] && series.measured[t - 1])).collect();
            let (told, _) = net.call(&Sequences::new(series.windows(&ends)));
            let errors = (told.flatten() - truth).square() * &counts;
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            (errors.sum() / counts.sum()).backward();
            clip_grad_norm(net.parameters(), 1.0);
            optimizer.step();
        }
        net
    }

    /// The numbers `ahead` steps after each of the steps `ends`, of which nothing later is known.
    fn forecast(&self, series: &Series, ends: &[usize], ahead: usize) -> Result<Vec<f64>, tapegrad::Error> {
        let mut level: Vec<f64> = ends.iter().map(|&end| series.level[end]).collect();
        let mut sequences = Sequences::new(series.windows(ends));
        for step in 1..=ahead {
            let (told, state) = no_grad(|| self.call(&sequences));
            let told = told.i(-1).flatten().to_vec::<f32>()?;
            level.iter_mut().zip(&told).for_each(|(v, &z)| *v += series.moments.0 + series.moments.1 * f64::from(z));
            if step < ahead {
                let inputs = ends.iter().zip(&told).flat_map(|(end, &z)| series.inputs(end + step, f64::from(z), true));
                let inputs = inputs.collect::<Tensor>().reshape([1, -1, INPUTS as isize]);
                sequences = Sequences::new(inputs).state(state);
            }
        }
        Ok(level.into_iter().map(f64::exp).collect())
    }
}

/// Mean absolute errors one step and a year ahead, each by last year's numbers, by those with the mean growth, and by the LSTM.
type Errors = [[f64; 3]; 2];

/// Trains, forecasts and compares.
fn compare(run: &Run, series: &Series, report: Report) -> Result<(Report, Errors), Failure> {
    let (year, starts, steps) = (series.year, if run.quick { 1 } else { 3 }, if run.quick { 150 } else { 600 });
    let nets: Vec<Forecaster> = (0..starts).map(|seed| Forecaster::train(series, steps, seed)).collect();
    let tested: Vec<usize> = (series.test..series.level.len()).filter(|&t| series.measured[t]).collect();
    let [truth, last_year] =
        [0, year].map(|before| tested.iter().map(|t| series.level[t - before].exp()).collect::<Vec<f64>>());
    let time: Vec<f64> = tested.iter().map(|&t| series.time[t]).collect();
    let unit = if year == 12 { "month" } else { "week" };
    let rules = [format!("the same {unit} last year"), "plus last year's growth".into(), "plus the mean growth".into()];
    let mut rows: Vec<_> = rules.into_iter().map(|rule| vec![rule]).collect();
    rows.extend((1..=starts).map(|start| vec![format!("LSTM, start {start}")]));
    let (mut errors, mut figures) = ([[0.0; 3]; 2], Vec::new());
    for (ahead, errors) in [1, year].into_iter().zip(&mut errors) {
        let ends: Vec<usize> = tested.iter().map(|t| t - ahead).collect();
        let grown = |t: &usize| series.level[t - year] + series.level[t - ahead] - series.level[t - ahead - year];
        let steady = |t: &usize| series.level[t - year] + year as f64 * series.moments.0;
        let exp = |level: &dyn Fn(&usize) -> f64| tested.iter().map(|t| level(t).exp()).collect();
        let mut forecasts = vec![last_year.clone(), exp(&grown), exp(&steady)];
        for net in &nets {
            forecasts.push(net.forecast(series, &ends, ahead)?);
        }
        let judged = |told: &Vec<f64>| Residuals::of(&Tensor::from(told.as_slice()), &Tensor::from(truth.as_slice()));
        for (row, residuals) in rows.iter_mut().zip(forecasts.iter().map(judged)) {
            row.extend([residuals.mae(), residuals.rmse()].map(|error| format!("{error:.3}")));
        }
        let mae: Vec<f64> = forecasts.iter().map(|told| judged(told).mae()).collect();
        *errors = [mae[0], mae[2], mae[3..].iter().sum::<f64>() / starts as f64];
        let when = if ahead == 1 { format!("one {unit} ahead") } else { "a year ahead".to_owned() };
        let plot = Plot::new(format!("The test part, {when}")).x_label("year").y_label(&series.name);
        let plot = plot.line("measured", &time, &truth).line("LSTM, start 1", &time, &forecasts[3]);
        let caption = format!(
            "Mean absolute errors: {:.3} by last year's numbers, {:.3} with last year's growth, {:.3} with the mean growth, {:.3} by the \
             LSTM (mean of the starts).",
            mae[0], mae[1], mae[2], errors[2]
        );
        figures.push((plot.line("last year's", &time, &last_year).draw()?, caption));
    }
    let header = ["forecast", &format!("one {unit}: MAE"), "RMSE", "a year: MAE", "RMSE"];
    let missing = series.measured.iter().filter(|measured| !**measured).count();
    let about = format!(
        "{} {unit}s for training, {} for the test; {missing} {unit}s in all are missing.",
        series.test,
        tested.len()
    );
    println!("\n{}: {about}", series.name);
    print_table(&header, &rows);
    let mut report = report.heading(&series.name).paragraph(&about).table(&header, &rows);
    for (name, (figure, caption)) in ["step", "year"].iter().zip(&figures) {
        report = report.figure(&format!("{}_{name}", series.name), figure, caption)?;
    }
    Ok((report, errors))
}

fn main() -> Result<(), Failure> {
    let run =
        Run::with_data(ABOUT, "examples/22_sequence", "a CSV file of months or dates (weeks) and positive numbers");
    let mut report = Report::new(&run, "Forecasts of sequences").paragraph(
        "The LSTM tells the next change of the logarithm, from two years of changes; a year ahead takes twelve or 52 such steps. MAE is \
         the mean absolute error, RMSE the root of the mean squared error, both in the series' own unit.",
    );
    if let Some(path) = &run.data {
        return Ok(compare(&run, &Series::read(path, 2)?, report)?.0.save()?);
    }
    for (file, years) in [("airline_passengers.csv", 3), ("co2_mauna_loa_weekly.csv", 5)] {
        let (with, [step, year]) = compare(&run, &Series::read(&data(file), years)?, report)?;
        report = with;
        let share = if run.quick { 0.95 } else { 0.85 };
        assert!(
            step[2] < 0.6 * step[0] && year[2] < share * year[0],
            "{file}: closer than last year: {step:?} {year:?}"
        );
        let name = file.trim_end_matches(".csv").replace('_', " ");
        let [last, steady, lstm] = year.map(|error| format!("{error:.2}"));
        let beside = format!("last year's numbers by {last}, with the mean growth by {steady}");
        report = report.result(&format!("{name}: off by {:.2} a step ahead, {lstm} a year ahead, {beside}", step[2]));
    }
    Ok(report.save()?)
}
