//! The loop does what it says, no more and no less.

use std::error::Error as _;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::{classifying, in_order, net, points, shrinking, shuffled};
use tapegrad_core::{Tensor, manual_seed, no_grad, scope, tape, tensor};
use tapegrad_nn::{Dropout, Forward, Linear, Module, Sequential};
use tapegrad_optim::schedule::{OneCycle, Schedule};
use tapegrad_optim::{Adam, Sgd, clip_grad_norm};
use tapegrad_train::metrics::accuracy;
use tapegrad_train::{Callback, Checkpoint, Error, Run, Trainer};

#[test]
fn fit_has_the_bits_of_the_loop_written_by_hand() {
    let data = points(50);
    manual_seed(1);
    let by_hand = net();
    let schedule = OneCycle::new(0.05, 30);
    let mut opt = Adam::new(by_hand.parameters(), 0.01);
    let mut losses = Vec::new();
    for epoch in 0..3 {
        by_hand.train();
        let (mut sum, mut rows) = (0.0, 0.0);
        for (i, (x, y)) in shuffled(&data, 8).into_iter().enumerate() {
            opt.set_lr(schedule.lr(epoch * 7 + i));
            opt.zero_grad();
            let loss = by_hand.call(&x).cross_entropy(&y);
            loss.backward();
            clip_grad_norm(by_hand.parameters(), 0.5);
            opt.step();
            sum += loss.item() * y.numel() as f64;
            rows += y.numel() as f64;
        }
        losses.push(sum / rows);
    }
    let expected = Checkpoint::of(&by_hand, &opt).to_bytes().unwrap();

    manual_seed(1);
    let net = net();
    let mut trainer =
        classifying(&net, Adam::new(net.parameters(), 0.01)).schedule(OneCycle::new(0.05, 30)).clip_norm(0.5);
    let history = trainer.fit(3, |_| shuffled(&data, 8)).unwrap();
    assert!(Checkpoint::of(&net, trainer.optimizer()).to_bytes().unwrap() == expected);
    assert_eq!(history.curve("loss").1, losses);
    assert_eq!(history.names(), ["loss", "lr"]);
    assert_eq!(trainer.standing().step, 21);
    assert_eq!(trainer.stopped(), None);
}

#[test]
fn measures_of_the_validation_set_are_of_the_whole_of_it_in_evaluation() {
    let (data, other) = (points(40), points(23));
    let net = net();
    let mut trainer = classifying(&net, Sgd::new(net.parameters(), 0.1))
        .validation(|| in_order(&other, 5))
        .metric("accuracy", |(scores, y)| accuracy(scores, y))
        .metric("examples", |(scores, y)| {
            assert!(!scores.needs_grad() && y.equal(&other.1), "in their order");
            y.numel() as f64
        });
    let history = trainer.fit(2, |_| shuffled(&data, 8)).unwrap();
    let last = history.last().unwrap();
    assert_eq!(last.get("examples"), Some(23.0));
    let scores = no_grad(|| net.call(&other.0));
    assert_eq!(last.get("accuracy"), Some(accuracy(&scores, &other.1)));
    let (found, expected) = (last.get("valid loss").unwrap(), scores.cross_entropy(&other.1).item());
    assert!(
        (found - expected).abs() < 1e-6 * expected,
        "{found}, expected {expected}: the last batch counts as it should"
    );
    assert_eq!(history.names(), ["loss", "valid loss", "accuracy", "examples", "lr"]);
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn a_second_fit_goes_on_where_the_first_ended() {
    let data = points(20);
    let train = |calls: &[usize]| {
        manual_seed(3);
        let net = net();
        let mut trainer = classifying(&net, Adam::new(net.parameters(), 0.01));
        for &epochs in calls {
            trainer.fit(epochs, |_| shuffled(&data, 8)).unwrap();
        }
        trainer.checkpoint().to_bytes().unwrap()
    };
    assert!(train(&[4]) == train(&[1, 3, 3, 4]));
}

#[test]
fn a_loader_that_fails_is_an_error_that_names_the_batch() {
    let net = Linear::new(1, 1);
    let mut trainer = shrinking(&net, 0.1);
    let batch = || tensor![[1.0]];
    let training = |epoch| vec![Ok(batch()), if epoch == 1 { Err("picture 7 is damaged") } else { Ok(batch()) }];
    let error = trainer.fit(3, training).unwrap_err();
    assert_eq!(error.to_string(), "training set, epoch 1, batch 1: picture 7 is damaged");
    assert!(matches!(error, Error::Batch { epoch: 1, batch: 1, .. }) && error.source().is_none());
    let mut trainer = trainer.validation(|| [Err(std::io::Error::other("no disk"))]);
    let error = trainer.fit(3, |_| [batch()]).unwrap_err();
    assert_eq!(error.to_string(), "validation set, epoch 1, batch 0: no disk");
}

#[test]
fn a_fit_after_an_error_goes_on_from_the_step_before() {
    let data = points(20);
    let train = |fails: bool| {
        manual_seed(3);
        let net = net();
        let mut trainer = classifying(&net, Adam::new(net.parameters(), 0.01));
        let batches = |_| shuffled(&data, 4).into_iter().map(Ok::<_, &str>);
        if fails {
            let read = |epoch| batches(epoch).enumerate().map(|(i, batch)| if i == 2 { Err("no disk") } else { batch });
            trainer.fit(3, read).unwrap_err();
            assert_eq!(trainer.standing().step, 2);
        }
        trainer.fit(3, batches).unwrap();
        trainer.checkpoint().to_bytes().unwrap()
    };
    assert!(train(true) == train(false));
}

#[test]
fn too_few_batches_and_examples_are_errors_that_name_the_set() {
    let net = Linear::new(1, 1);
    let none = || Vec::<Tensor>::new();
    let mut trainer = shrinking(&net, 0.1);
    trainer.fit(1, |_| [tensor![[1.0]]]).unwrap();
    let message = trainer.fit(2, |_| none()).unwrap_err().to_string();
    assert_eq!(message, "training set, epoch 1: 0 batches, expected at least 1");
    let message = trainer.fit(2, |_| [tensor![[1.0]], Tensor::zeros([0, 1])]).unwrap_err().to_string();
    assert_eq!(message, "training set, epoch 1, batch 1: no examples");
    let mut trainer = trainer.validation(none);
    let message = trainer.fit(2, |_| [tensor![[1.0]]]).unwrap_err().to_string();
    assert_eq!(message, "validation set, epoch 1: 0 batches, expected at least 1");
    assert_eq!(trainer.history().epochs().len(), 1);
}

#[test]
fn a_loss_of_nan_stops_before_the_step() {
    let net = Linear::new(1, 1).without_bias();
    net.weight.set(&tensor![[1.0]]);
    let batches = [tensor![[0.5]], tensor![[f32::NAN]], tensor![[0.5]]];
    let mut trainer = shrinking(&net, 1.0);
    let history = trainer.fit(2, |_| batches.clone()).unwrap();
    assert_eq!(trainer.stopped(), Some("the loss of step 2 is NaN; the parameters are those before it"));
    assert!(!trainer.is_interrupted());
    assert_eq!((net.weight.item(), trainer.standing().step, history.epochs().len()), (0.5, 1, 0));
}

#[test]
fn what_is_no_loss_and_no_list_of_examples_is_refused_at_the_users_line() {
    // The hook is of the whole process; other tests panic on other threads.
    let (here, place) = (std::thread::current().id(), Arc::new(Mutex::new(String::new())));
    let (seen, usual) = (place.clone(), take_hook());
    set_hook(Box::new(move |info| match info.location() {
        Some(location) if std::thread::current().id() == here => *seen.lock().unwrap() = location.file().to_string(),
        _ => usual(info),
    }));
    let net = Linear::new(1, 1);
    let refused = |predict: fn(&Linear, &Tensor) -> Tensor, loss: fn(&Tensor) -> Tensor| {
        let mut trainer = Trainer::new(&net, Sgd::new(net.parameters(), 0.1), predict, loss);
        let fit = AssertUnwindSafe(|| trainer.fit(1, |_| [tensor![[1.0], [2.0]]]));
        let message = *catch_unwind(fit).unwrap_err().downcast::<String>().unwrap();
        assert_eq!(std::mem::take(&mut *place.lock().unwrap()), file!(), "{message}");
        message
    };
    let message = refused(|net, x| net.call(x), |y| y.square());
    assert!(message.contains("fit: a loss of shape [2, 1], expected one number"), "{message}");
    let message = refused(|net, x| net.call(x).sum(), |y| y.clone());
    assert!(message.contains("Predictions: a tensor without axes, expected examples along axis 0"), "{message}");
}

#[test]
#[should_panic(expected = "fit: no validation set for the metric \"share\"; say which with validation(..)")]
fn a_metric_of_nothing_is_refused() {
    let net = Linear::new(1, 1);
    let _ = shrinking(&net, 0.1).metric("share", |y| y.item()).fit(1, |_| [tensor![[1.0]]]);
}

#[test]
#[should_panic(expected = "metric: \"valid loss\" is the name of another measure, expected one of its own")]
fn a_metric_of_a_taken_name_is_refused() {
    let net = Linear::new(1, 1);
    let _ = shrinking(&net, 0.1).metric("mine", |y| y.item()).metric("valid loss", |y| y.item());
}

#[test]
fn a_wish_to_stop_that_comes_after_the_last_step_of_an_epoch_is_heeded_after_the_epoch() {
    let asked = Arc::new(AtomicBool::new(false));
    let net = Linear::new(1, 1);
    let mut trainer = shrinking(&net, 0.1)
        .validation(|| {
            asked.store(true, Ordering::Relaxed);
            [tensor![[1.0]]]
        })
        .stop_when(asked.clone());
    trainer.fit(3, |_| [tensor![[1.0]]]).unwrap();
    assert_eq!(trainer.stopped(), Some("stopped as asked after step 1, 1 of 3 epochs done"));
}

/// Fails where it is asked to.
struct Fails(&'static str);

impl Fails {
    fn at(&self, moment: &str) -> Result<(), Error> {
        let cause = || std::io::Error::other(self.0);
        if self.0 == moment { Err(Error::Write { path: moment.into(), cause: cause() }) } else { Ok(()) }
    }
}

impl<M, P> Callback<M, P> for Fails {
    fn begin(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.at("begin")
    }
    fn loss(&mut self, _loss: &Tensor) -> Result<(), Error> {
        self.at("loss")
    }
    fn step(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.at("step")
    }
    fn epoch(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.at("epoch")
    }
    fn end(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.at("end")
    }
}

#[test]
fn an_error_of_a_callback_is_that_of_the_training_and_the_model_is_in_evaluation() {
    for (moment, steps) in [("begin", 0), ("loss", 0), ("step", 1), ("epoch", 2), ("end", 4)] {
        let net = Sequential::from((Dropout::new(0.5), Linear::new(1, 1)));
        let mut trainer =
            Trainer::new(&net, Sgd::new(net.parameters(), 0.1), |net, x: &Tensor| net.call(x), |y| y.square().mean())
                .callback(Fails(moment));
        let message = trainer.fit(2, |_| vec![tensor![[1.0]]; 2]).unwrap_err().to_string();
        assert_eq!(message, format!("{moment}: cannot be written: {moment}"));
        assert_eq!(trainer.standing().step, steps);
        assert!(net.call(&tensor![[1.0]]).equal(&net.call(&tensor![[1.0]])), "{moment}: dropout is at work");
    }
}

/// Notes the lines of the ops of every loss.
struct Lines<'a>(&'a std::cell::RefCell<Vec<(String, u32)>>);

impl<M, P> Callback<M, P> for Lines<'_> {
    fn loss(&mut self, loss: &Tensor) -> Result<(), Error> {
        let site = |site: &Location<'_>| (site.file().to_string(), site.line());
        self.0.borrow_mut().extend(tape::graph(&[loss]).edges.iter().map(|edge| site(edge.site)));
        Ok(())
    }
}

#[test]
fn ops_of_the_closures_have_their_own_lines_wherever_fit_is_called() {
    let net = Linear::new(1, 1);
    let lines = std::cell::RefCell::default();
    let here = line!();
    let mut trainer = Trainer::new(
        &net,
        Sgd::new(net.parameters(), 0.1),
        |net, x: &Tensor| net.call(x),
        |y: &Tensor| y.square().mean(),
    )
    .callback(Lines(&lines));
    scope::library(Location::caller(), || trainer.fit(1, |_| [tensor![[1.0]]])).unwrap();
    drop(trainer);
    let lines = lines.into_inner();
    assert!(lines.len() >= 3 && lines.iter().all(|(file, _)| file == file!()), "{lines:?}");
    assert!(lines.iter().all(|(_, line)| [here + 4, here + 5].contains(line)), "{lines:?}");
}

/// Notes what it is told.
struct Told<'a>(&'a str, &'a std::cell::RefCell<Vec<String>>);

impl<M, P> Callback<M, P> for Told<'_> {
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.1.borrow_mut().push(format!("{} begin {}", self.0, run.at.epochs));
        Ok(())
    }
    fn loss(&mut self, loss: &Tensor) -> Result<(), Error> {
        assert!(loss.needs_grad());
        Ok(())
    }
    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let at = run.at;
        self.1.borrow_mut().push(format!("{} step {} {}/{:?}", self.0, at.step, at.batch, at.batches));
        run.lr /= 2.0;
        Ok(())
    }
    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.1.borrow_mut().push(format!("{} epoch {} {}", self.0, run.at.epoch, run.history.epochs().len()));
        if run.at.epoch == 2 {
            run.stop("enough");
        }
        Ok(())
    }
    fn end(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.1.borrow_mut().push(format!("{} end {}", self.0, run.lr));
        Ok(())
    }
}

#[test]
fn callbacks_are_told_in_order_set_the_learning_rate_and_end_the_training() {
    let net = Linear::new(1, 1);
    let told = std::cell::RefCell::default();
    let mut trainer = shrinking(&net, 0.5).callback(Told("a", &told)).callback(Told("b", &told));
    trainer.fit(9, |_| [tensor![[1.0]]]).unwrap();
    assert_eq!(trainer.stopped(), Some("enough"));
    drop(trainer);
    let told = told.into_inner();
    let of_a: Vec<&str> = told.iter().filter_map(|line| line.strip_prefix("a ")).collect();
    let steps = ["step 1 1/Some(1)", "epoch 1 1", "step 2 1/Some(1)", "epoch 2 2"];
    assert_eq!(of_a, [&["begin 9"][..], &steps, &["end 0.03125"]].concat());
    assert!(told.chunks(2).all(|pair| pair[0].starts_with('a') && pair[1].starts_with('b')), "{told:?}");
}
