//! Which files stay.

use std::fs;

use super::{Folder, trained};
use tapegrad_train::{Checkpoint, Checkpoints, Error, Measures, highest, lowest};

fn checkpoint() -> Checkpoint {
    let (net, opt) = trained();
    Checkpoint::of(&net, &opt)
}

/// Keeps one checkpoint for each of these losses, from epoch `first` on.
fn keep(checkpoints: &mut Checkpoints, first: usize, losses: &[f64]) {
    for (epoch, loss) in (first..).zip(losses) {
        let checkpoint = checkpoint().with_number("epoch", epoch as f64);
        checkpoints.keep(epoch, &Measures::from([("loss", *loss)]), checkpoint).unwrap();
    }
}

fn epoch_of(path: impl AsRef<std::path::Path>) -> f64 {
    Checkpoint::load(path).unwrap().number("epoch").unwrap()
}

#[test]
fn without_options_the_last_alone_stays() {
    let folder = Folder::new("last");
    let mut checkpoints = Checkpoints::new(&folder.0);
    keep(&mut checkpoints, 1, &[3.0, 2.0, 1.0]);
    assert_eq!(folder.names(), ["last.ckpt"]);
    assert_eq!(epoch_of(checkpoints.last()), 3.0);
    assert_eq!(checkpoints.best_so_far(), None);
}

#[test]
fn of_the_best_the_earlier_of_equals_stays_and_nan_never() {
    let folder = Folder::new("best");
    let mut checkpoints = Checkpoints::new(&folder.0).best(2, lowest("loss"));
    keep(&mut checkpoints, 1, &[f64::NAN, 3.0, 2.0, 2.0, f64::NAN, 2.5, 1.0]);
    assert_eq!(folder.names(), ["best-0003.ckpt", "best-0007.ckpt", "last.ckpt"]);
    assert_eq!(checkpoints.best_so_far(), Some(folder.file("best-0007.ckpt")));
    assert_eq!(epoch_of(folder.file("best-0003.ckpt")), 3.0);
    let mut checkpoints = Checkpoints::new(folder.file("high")).best(1, highest("loss"));
    keep(&mut checkpoints, 1, &[1.0, 3.0, 2.0]);
    assert_eq!(super::names(&folder.file("high")), ["best-0002.ckpt", "last.ckpt"]);
}

#[test]
fn every_nth_stays() {
    let folder = Folder::new("every");
    keep(&mut Checkpoints::new(&folder.0).every(3), 1, &[0.0; 7]);
    assert_eq!(folder.names(), ["epoch-0003.ckpt", "epoch-0006.ckpt", "last.ckpt"]);
}

#[test]
fn after_a_resume_the_best_compete_with_those_before() {
    let folder = Folder::new("resume");
    let new = || Checkpoints::new(&folder.0).best(2, lowest("loss"));
    keep(&mut new(), 1, &[3.0, 1.0, 2.0]);
    let mut resumed = new();
    resumed.resume(&Checkpoint::load(resumed.last()).unwrap());
    keep(&mut resumed, 4, &[5.0, 1.5]);
    assert_eq!(folder.names(), ["best-0002.ckpt", "best-0005.ckpt", "last.ckpt"]);
}

#[test]
fn what_could_not_be_written_is_none_of_the_best() {
    let folder = Folder::new("unwritten");
    let mut checkpoints = Checkpoints::new(&folder.0).best(1, lowest("loss"));
    keep(&mut checkpoints, 1, &[0.5]);
    fs::create_dir_all(folder.file("best-0002.ckpt/taken")).unwrap();
    let kept = checkpoints.keep(2, &Measures::from([("loss", 0.4)]), checkpoint());
    assert!(matches!(kept, Err(Error::Write { .. })), "{kept:?}");
    assert_eq!(checkpoints.best_so_far(), Some(folder.file("best-0001.ckpt")));
    keep(&mut checkpoints, 3, &[0.3]);
    assert_eq!(folder.names(), ["best-0002.ckpt", "best-0003.ckpt", "last.ckpt"]);
}

#[test]
#[should_panic(expected = "Checkpoints: there is no measure \"accuracy\", expected one of [\"loss\"]")]
fn a_measure_that_is_not_there_is_refused() {
    let folder = Folder::new("measure");
    keep(&mut Checkpoints::new(&folder.0).best(2, highest("accuracy")), 1, &[1.0]);
}
