//! A training that was stopped anywhere and goes on has the bits of one that was not.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Batch, Folder, classifying, in_order, net, points, shrinking, shuffled};
use tapegrad_core::{Tensor, manual_seed, tensor};
use tapegrad_nn::{Linear, Module, Sequential};
use tapegrad_optim::schedule::{OneCycle, Plateau};
use tapegrad_optim::{Adam, Rule};
use tapegrad_train::metrics::accuracy;
use tapegrad_train::{
    Callback, Checkpoint, Checkpoints, EarlyStopping, Error, OnPlateau, Run, Trainer, highest, lowest,
};

const EPOCHS: usize = 4;
const BATCHES: usize = 5;

/// Asks to stop after a step.
struct StopAt(usize, Arc<AtomicBool>);

impl<M, P> Callback<M, P> for StopAt {
    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.1.store(run.at.step == self.0, Ordering::Relaxed);
        Ok(())
    }
}

/// Dropout, batch statistics, an order of batches drawn from the thread's generator, a schedule or a plateau, the best weights.
fn trainer<'a>(
    net: &'a Sequential,
    folder: &Folder,
    stop_at: usize,
    scheduled: bool,
    accumulate: usize,
) -> Trainer<'a, Sequential, impl Rule + use<>, Batch, Batch> {
    let asked = Arc::new(AtomicBool::new(false));
    let trainer = classifying(net, Adam::new(net.parameters(), 0.01).amsgrad())
        .validation(|| in_order(&points(30), 7))
        .metric("accuracy", |(scores, y)| accuracy(scores, y))
        .callback(EarlyStopping::new(highest("accuracy")).patience(2))
        .callback(StopAt(stop_at, asked.clone()))
        .stop_when(asked)
        .accumulate(accumulate)
        .checkpoints(Checkpoints::new(&folder.0).every(2).best(1, highest("valid loss")));
    if scheduled {
        trainer.schedule(OneCycle::new(0.05, EPOCHS * BATCHES.div_ceil(accumulate)))
    } else {
        trainer.callback(OnPlateau::new("valid loss", Plateau::new(0.05).patience(0).factor(0.5)))
    }
}

#[test]
fn a_training_stopped_after_any_step_and_resumed_has_the_bits_of_one_that_was_not() {
    let data = points(40);
    for (scheduled, accumulate) in [(true, 1), (false, 1), (true, 2), (false, 3)] {
        let steps = EPOCHS * BATCHES.div_ceil(accumulate);
        let whole = |folder: &Folder| {
            manual_seed(7);
            let net = net();
            let mut trainer = trainer(&net, folder, 0, scheduled, accumulate);
            trainer.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
            // The last checkpoint is that before the best weights came back; both count.
            (std::fs::read(folder.file("last.ckpt")).unwrap(), trainer.checkpoint().to_bytes().unwrap())
        };
        let expected = whole(&Folder::new("whole"));
        for stop_at in 1..steps {
            let folder = Folder::new(&format!("stopped-{stop_at}"));
            manual_seed(7);
            let first = net();
            let mut stopped = trainer(&first, &folder, stop_at, scheduled, accumulate);
            stopped.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
            if stopped.standing().step < stop_at {
                assert!(stopped.stopped().unwrap().starts_with("accuracy has not been better"));
                continue;
            }
            assert!(stopped.stopped().unwrap().starts_with(&format!("stopped as asked after step {stop_at}, ")));
            drop(stopped);

            // Another run, in which nothing is as it was.
            manual_seed(100);
            let second = net();
            let mut resumed = trainer(&second, &folder, 0, scheduled, accumulate);
            assert!(resumed.resume().unwrap());
            resumed.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
            let found = (std::fs::read(folder.file("last.ckpt")).unwrap(), resumed.checkpoint().to_bytes().unwrap());
            assert!(found == expected, "{accumulate} batches a step, stopped after step {stop_at}");
        }
    }
}

#[test]
fn a_training_that_ran_out_of_patience_does_not_go_on_after_a_resume() {
    let folder = Folder::new("patience");
    let net = Linear::new(1, 1);
    let train = || {
        let mut trainer = shrinking(&net, 0.1)
            .validation(|| [Tensor::ones([1, 1])])
            .metric("same", |_| 1.0)
            .callback(EarlyStopping::new(highest("same")).patience(2))
            .checkpoints(Checkpoints::new(&folder.0));
        trainer.resume().unwrap();
        trainer.fit(9, |_| [Tensor::ones([1, 1])]).unwrap();
        (trainer.standing().epoch, trainer.stopped().map(str::to_string))
    };
    let first = train();
    assert_eq!(first, (3, Some("same has not been better than 1 for 2 epochs".to_string())));
    assert_eq!(train(), first);
}

#[test]
fn a_loader_with_fewer_batches_than_were_done_is_an_error() {
    let folder = Folder::new("fewer");
    let data = points(40);
    let net = net();
    trainer(&net, &folder, 3, true, 1).fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
    let mut resumed = trainer(&net, &folder, 0, true, 1);
    assert!(resumed.resume().unwrap());
    let message = resumed.fit(EPOCHS, |_| shuffled(&data, 20)).unwrap_err().to_string();
    assert_eq!(message, "training set, epoch 0: 2 batches, expected at least 3");
}

#[test]
fn a_loss_of_nan_leaves_the_checkpoint_of_the_epoch_before() {
    let folder = Folder::new("nan");
    let net = Linear::new(1, 1);
    let mut trainer = shrinking(&net, 0.1).checkpoints(Checkpoints::new(&folder.0));
    let last = |epoch| if epoch == 1 { f64::NAN } else { 1.0 };
    trainer.fit(3, |epoch| [Tensor::ones([1, 1]), Tensor::full([1, 1], last(epoch))]).unwrap();
    assert!(trainer.stopped().unwrap().starts_with("the loss of step 4 is NaN"));
    assert_eq!(folder.names(), ["last.ckpt"]);
    assert_eq!(Checkpoint::load(folder.file("last.ckpt")).unwrap().number("step").unwrap(), 2.0);
}

#[test]
fn without_a_checkpoint_there_is_nothing_to_resume() {
    let folder = Folder::new("nothing");
    let net = net();
    assert!(!trainer(&net, &folder, 0, true, 1).resume().unwrap());
}

#[test]
fn a_checkpoint_of_another_training_changes_neither_model_nor_optimiser() {
    let folder = Folder::new("another");
    let other = Linear::new(1, 1);
    let mut its = shrinking(&other, 0.1).checkpoints(Checkpoints::new(&folder.0));
    its.fit(1, |_| [Tensor::ones([1, 1])]).unwrap();
    let net = net();
    let mut trainer = trainer(&net, &folder, 0, true, 1);
    let before = trainer.checkpoint().to_bytes().unwrap();
    let message = trainer.resume().unwrap_err().to_string();
    assert!(message.contains("last.ckpt: load_state_dict: this is not the state of this Adam"), "{message}");
    assert!(trainer.checkpoint().to_bytes().unwrap() == before);
    // One that was made by hand has no place in a training.
    Checkpoint::of(&net, trainer.optimizer()).save(folder.file("last.ckpt")).unwrap();
    let message = trainer.resume().unwrap_err().to_string();
    assert!(message.contains("last.ckpt: no text \"history\""), "{message}");
}

#[test]
fn a_checkpoint_of_another_model_changes_no_callback() {
    let folder = Folder::new("another-callback");
    let stopping = || EarlyStopping::new(lowest("loss")).patience(1);
    let wide = Linear::new(1, 2);
    let mut its = shrinking(&wide, 0.1).callback(stopping()).checkpoints(Checkpoints::new(&folder.0));
    its.fit(3, |_| [Tensor::ones([1, 1])]).unwrap();

    let net = Linear::new(1, 1);
    net.weight.set(&tensor![[5.0]]);
    let mut trainer = shrinking(&net, 1e-3).callback(stopping()).checkpoints(Checkpoints::new(&folder.0));
    assert!(trainer.resume().is_err());
    // With the other's best loss, which it cannot reach, it would have stopped, and taken the other's weights.
    trainer.fit(4, |_| [Tensor::ones([1, 1])]).unwrap();
    assert_eq!((trainer.standing().epoch, trainer.stopped()), (4, None));
}

#[test]
fn a_checkpoint_that_may_be_there_is_not_taken_for_none() {
    let folder = Folder::new("no-folder");
    fs::write(folder.file("file"), "").unwrap();
    let net = Linear::new(1, 1);
    let mut trainer = shrinking(&net, 0.1).checkpoints(Checkpoints::new(folder.file("file")));
    let message = trainer.resume().unwrap_err().to_string();
    assert!(message.contains("last.ckpt: cannot be read"), "{message}");
}

#[test]
fn a_checkpoint_made_by_hand_knows_the_best() {
    let folder = Folder::new("best-by-hand");
    let net = Linear::new(1, 1);
    net.weight.set(&tensor![[1.0]]);
    let best = || Checkpoints::new(&folder.0).best(1, lowest("loss"));
    let mut first = shrinking(&net, 0.1).checkpoints(best());
    first.fit(2, |_| [Tensor::ones([1, 1])]).unwrap();
    first.checkpoint().save(folder.file("mine.ckpt")).unwrap();
    drop(first);
    // Worse from here on: what is best stays, and nothing stays beside it.
    let mut second = shrinking(&net, 0.1).checkpoints(best());
    second.resume_from(folder.file("mine.ckpt")).unwrap();
    second.fit(4, |_| [Tensor::full([1, 1], 100.0)]).unwrap();
    assert_eq!(folder.names(), ["best-0002.ckpt", "last.ckpt", "mine.ckpt"]);
}

#[test]
#[should_panic(expected = "resume: the training keeps no checkpoints; say where with checkpoints(..)")]
fn to_resume_it_takes_a_place_for_checkpoints() {
    let net = Linear::new(1, 1);
    let _ = shrinking(&net, 0.1).resume();
}
