//! What the callbacks leave behind.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Folder, classifying, in_order, points, shuffled};
use tapegrad_core::{Tensor, manual_seed, tensor};
use tapegrad_nn::{Forward, Linear, Module, summary};
use tapegrad_optim::schedule::Plateau;
use tapegrad_optim::{Adam, Rule, Sgd};
use tapegrad_train::metrics::{Confusion, accuracy};
use tapegrad_train::{
    Callback, CsvLog, EarlyStopping, Error, OnPlateau, Progress, Report, Run, TensorBoard, Trainer, highest, lowest,
};

/// A weight that goes up by 1 at every step, and measures that are made of it.
fn counting() -> Linear {
    let net = Linear::new(1, 1).without_bias();
    net.weight.set(&tensor![[0.0]]);
    net
}

/// A training whose step adds the learning rate, 1, to the weight of [`counting`].
fn going_up(net: &Linear) -> Trainer<'_, Linear, impl Rule + use<>, Tensor, Tensor> {
    Trainer::new(net, Sgd::new(net.parameters(), 1.0), |net, x| net.call(x), |y| -y.sum())
}

/// Trains [`counting`] for up to 20 epochs of one step, with `measure` of the weight.
fn count_up<'a>(
    net: &'a Linear,
    measure: impl Fn(f64) -> f64 + 'a,
    callback: impl Callback<Linear, Tensor> + 'a,
) -> (f64, usize, Option<String>) {
    let mut trainer =
        going_up(net).validation(|| [tensor![[1.0]]]).metric("measure", move |y| measure(y.item())).callback(callback);
    trainer.fit(20, |_| [tensor![[1.0]]]).unwrap();
    (net.weight.item(), trainer.standing().epoch, trainer.stopped().map(str::to_string))
}

#[test]
fn early_stopping_brings_the_best_weights_back() {
    let peak = |w: f64| -(w - 4.0).abs();
    let (weight, epochs, why) = count_up(&counting(), peak, EarlyStopping::new(highest("measure")).patience(3));
    assert_eq!((weight, epochs), (4.0, 7));
    assert_eq!(why.as_deref(), Some("measure has not been better than -0 for 3 epochs"));
    let (weight, epochs, why) = count_up(&counting(), |w| -w, EarlyStopping::new(lowest("measure")).patience(3));
    assert_eq!((weight, epochs, why), (20.0, 20, None));
    // NaN is no better than anything, and a training that never was better than nothing keeps its weights.
    let (weight, epochs, _) = count_up(&counting(), |_| f64::NAN, EarlyStopping::new(lowest("measure")).patience(2));
    assert_eq!((weight, epochs), (2.0, 2));
}

#[test]
fn a_plateau_lowers_the_learning_rate_from_the_next_step_on() {
    let plateau = Plateau::new(1.0).patience(1).factor(0.5);
    let (weight, ..) = count_up(&counting(), |_| 1.0, OnPlateau::new("measure", plateau));
    // One epoch that is the first, then half as much after every two.
    let steps = [1.0, 1.0, 1.0].into_iter().chain((1..).flat_map(|halvings| [0.5f64.powi(halvings); 2]));
    assert_eq!(weight, steps.take(20).sum::<f64>());
}

#[test]
fn the_first_step_already_has_the_learning_rate_of_the_plateau() {
    let net = counting();
    let mut trainer = going_up(&net).callback(OnPlateau::new("loss", Plateau::new(0.25)));
    trainer.fit(1, |_| [tensor![[1.0]]]).unwrap();
    assert_eq!(net.weight.item(), 0.25);
}

#[test]
#[should_panic(
    expected = "EarlyStopping: there is no measure \"f1\", expected one of [\"loss\", \"valid loss\", \"measure\""
)]
fn a_goal_that_is_not_measured_is_refused() {
    count_up(&counting(), |w| w, EarlyStopping::new(highest("f1")));
}

/// A short training of points with some callback.
fn train<'a>(callback: impl Callback<Linear, (Tensor, Tensor)> + 'a, net: &'a Linear) -> tapegrad_train::History {
    let (data, other) = (points(40), points(30));
    let mut trainer = classifying(net, Adam::new(net.parameters(), 0.05))
        .validation(|| in_order(&other, 7))
        .metric("accuracy", |(scores, y)| accuracy(scores, y))
        .callback(callback);
    trainer.fit(3, |_| shuffled(&data, 8)).unwrap()
}

#[test]
fn the_log_has_a_line_for_every_epoch() {
    let folder = Folder::new("csv");
    manual_seed(1);
    let history = train(CsvLog::new(folder.file("runs/log.csv")), &Linear::new(3, 2));
    let text = fs::read_to_string(folder.file("runs/log.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "epoch,loss,valid loss,accuracy,lr");
    let cells: Vec<f64> = lines[3].split(',').map(|cell| cell.parse().unwrap()).collect();
    let expected = history.last().unwrap().iter().map(|(_, value)| value);
    assert_eq!(cells, std::iter::once(3.0).chain(expected).collect::<Vec<f64>>());
    assert_eq!(lines.len(), 4);
}

/// A training of [`counting`] with events for TensorBoard, and their file.
fn logged<'a>(net: &'a Linear, folder: &Folder) -> (Trainer<'a, Linear, impl Rule + use<>, Tensor, Tensor>, PathBuf) {
    let log = TensorBoard::new(&folder.0).unwrap();
    let path = log.path().to_owned();
    (going_up(net).callback(log), path)
}

#[test]
fn tensorboard_has_the_steps_of_an_epoch_that_was_broken_off() {
    let folder = Folder::new("events-broken-off");
    let net = counting();
    let (trainer, path) = logged(&net, &folder);
    let mut trainer = trainer.stop_when(Arc::new(AtomicBool::new(true)));
    trainer.fit(2, |_| vec![tensor![[1.0]]; 2]).unwrap();
    assert_eq!(trainer.standing().step, 1);
    // The trainer, which has the file, is still there.
    assert!(fs::read(path).unwrap().windows(9).any(|bytes| bytes == b"step/loss"));
}

#[test]
fn tensorboard_gets_a_point_for_every_step_and_for_every_measure_of_an_epoch() {
    let folder = Folder::new("events");
    let net = counting();
    let (mut trainer, path) = logged(&net, &folder);
    trainer.fit(2, |_| vec![tensor![[1.0]]; 2]).unwrap();
    drop(trainer);
    let bytes = fs::read(path).unwrap();
    // An event's step, and its summary of one value: a tag and a number.
    let point = |tag: &str, step: u8, value: f32| {
        let value = [&[0x0a, tag.len() as u8], tag.as_bytes(), &[0x15], &value.to_le_bytes()].concat();
        let length = value.len() as u8;
        [&[0x10, step, 0x2a, length + 2, 0x0a, length], &value[..]].concat()
    };
    let losses = [(1, 0.0), (2, -1.0), (3, -2.0), (4, -3.0)].map(|(step, loss)| point("step/loss", step, loss));
    let rates = [1, 2, 3, 4].map(|step| point("step/lr", step, 1.0));
    let epochs = [(1, -0.5), (2, -2.5)].map(|(epoch, loss)| point("epoch/loss", epoch, loss));
    let others = [1, 2].map(|epoch| point("epoch/lr", epoch, 1.0));
    for point in losses.iter().chain(&rates).chain(&epochs).chain(&others) {
        let found = bytes.windows(point.len()).filter(|window| window == point).count();
        assert_eq!(found, 1, "{} in {}", point.escape_ascii(), bytes.escape_ascii());
    }
}

#[test]
fn the_report_opens_alone_and_shows_curves_classes_parts_the_model_and_the_graph() {
    let folder = Folder::new("report");
    let path = folder.file("runs/report.html");
    let net = Linear::new(3, 2);
    let report = Report::new(&path, "Points & <lines>")
        .summary(&summary(&net, &Tensor::zeros([1, 3])))
        .confusion(&["left", "right"], |(scores, y): &(Tensor, Tensor)| Confusion::of(scores, y))
        .part(|page, (_, y)| Ok(page.heading("Part").paragraph(&format!("{} answers", y.numel()))));
    train(report, &net);
    let page = fs::read_to_string(&path).unwrap();
    for expected in [
        "<title>Points &amp; &lt;lines&gt;</title>",
        "3 of 3 epochs, 15 steps",
        "valid loss",
        "learning rate",
        "left taken for right",
        "30 answers",
        "Linear",
        "cross_entropy",
        "weight",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert_eq!(page.matches("http").count(), page.matches("xmlns=\"http").count(), "the page loads nothing");
    assert!(!page.contains("<script"));
}

#[test]
fn a_part_of_a_report_has_the_predictions_without_anything_else_that_wants_them() {
    let folder = Folder::new("part");
    let path = folder.file("report.html");
    let net = counting();
    let mut trainer = Trainer::new(
        &net,
        Sgd::new(net.parameters(), 1.0),
        |net: &Linear, x: &Tensor| net.call(x),
        |y: &Tensor| y.sum(),
    )
    .validation(|| [tensor![[1.0]]])
    .callback(Report::new(&path, "Part").part(|page, y: &Tensor| Ok(page.heading(&format!("{} answers", y.numel())))));
    trainer.fit(1, |_| [tensor![[1.0]]]).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("1 answers"));
}

#[test]
fn a_report_names_classes_that_do_not_come() {
    let folder = Folder::new("rare");
    let path = folder.file("report.html");
    let net = Linear::new(3, 2);
    let report = Report::new(&path, "Rare")
        .confusion(&["left", "right", "behind"], |(scores, y): &(Tensor, Tensor)| {
            Confusion::of(&scores.argmax_dim(1), y)
        });
    train(report, &net);
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("behind"));
    // Its row in the table; the plot has a title, and no legend that says it again.
    assert_eq!(page.matches(">lr<").count(), 1);
}

#[test]
#[should_panic(
    expected = "fit: no validation set for a callback that shows predictions; say which with validation(..)"
)]
fn a_report_of_predictions_wants_a_validation_set() {
    let folder = Folder::new("no-validation");
    let net = counting();
    let report = Report::new(folder.file("report.html"), "Part").part(|page, _: &Tensor| Ok(page));
    let mut trainer = Trainer::new(
        &net,
        Sgd::new(net.parameters(), 1.0),
        |net: &Linear, x: &Tensor| net.call(x),
        |y: &Tensor| y.sum(),
    )
    .callback(report);
    let _ = trainer.fit(1, |_| [tensor![[1.0]]]);
}

#[test]
fn a_report_of_a_measure_that_is_not_a_number_is_still_a_page() {
    let folder = Folder::new("nan");
    let path = folder.file("report.html");
    let net = counting();
    let report = Report::new(&path, "Nothing");
    let mut trainer = Trainer::new(
        &net,
        Sgd::new(net.parameters(), 1.0),
        |net: &Linear, x: &Tensor| net.call(x),
        |y: &Tensor| y.sum(),
    )
    .validation(|| [tensor![[f32::NAN]]])
    .callback(report);
    trainer.fit(2, |_| [tensor![[1.0]]]).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("2 of 2 epochs"));
}

/// Where the standard error is no terminal, as in a test, there are only the lines; the training is the same.
#[test]
fn progress_changes_nothing() {
    let trained = |progress: bool| {
        manual_seed(2);
        let net = Linear::new(3, 2);
        if progress { train(Progress::new(), &net) } else { train(Nothing, &net) }
    };
    assert_eq!(trained(true), trained(false));
}

struct Nothing;

impl<M, P> Callback<M, P> for Nothing {
    fn step(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        Ok(())
    }
}
