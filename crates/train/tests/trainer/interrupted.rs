//! Ctrl-C, as a person presses it: in a program of its own, which is this test started again.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Batch, Folder, classifying, net, points, shuffled};
use tapegrad_nn::{Module, Sequential};
use tapegrad_optim::{Adam, Rule};
use tapegrad_train::{Checkpoints, Trainer};

/// More than it will come to.
const EPOCHS: usize = 1_000_000;
const FOLDER: &str = "TAPEGRAD_TEST_TRAINS";

fn trainer<'a>(net: &'a Sequential, folder: &Path) -> Trainer<'a, Sequential, impl Rule + use<>, Batch, Batch> {
    classifying(net, Adam::new(net.parameters(), 1e-3)).checkpoints(Checkpoints::new(folder)).stop_on_ctrl_c()
}

/// Trains until it is interrupted; then does what the rest of a program would, until it is interrupted again.
#[test]
fn child_trains_until_it_is_interrupted() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (net, data) = (net(), points(500));
    let mut trainer = trainer(&net, Path::new(&folder));
    println!("the child trains");
    trainer.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
    println!("the child goes on after {}", trainer.standing().step);
    drop(trainer);
    let mut another = classifying(&net, Adam::new(net.parameters(), 1e-3)).stop_on_ctrl_c();
    println!("the child trains again");
    another.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
    drop(another);
    println!("the child waits");
    sleep(Duration::from_secs(60));
}

/// In this process: as long as the trainer lives, the signal is its wish.
#[test]
fn a_fit_after_ctrl_c_goes_on() {
    let (net, data) = (net(), points(40));
    let presses = std::cell::Cell::new(true);
    let pressed = |_| {
        if presses.replace(false) {
            signal_hook::low_level::raise(signal_hook::consts::SIGINT).unwrap();
        }
        shuffled(&data, 8)
    };
    let mut trainer = classifying(&net, Adam::new(net.parameters(), 1e-3)).stop_on_ctrl_c();
    trainer.fit(2, pressed).unwrap();
    assert!(trainer.stopped().is_some_and(|why| why.starts_with("stopped as asked after step 1,")));
    assert!(trainer.is_interrupted());
    trainer.fit(2, pressed).unwrap();
    assert_eq!((trainer.stopped(), trainer.is_interrupted(), trainer.standing().step), (None, false, 10));
}

/// Takes a step that does not end.
#[test]
fn child_is_busy_until_it_is_interrupted_twice() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (net, data) = (net(), points(500));
    let mut trainer = trainer(&net, Path::new(&folder));
    let _ = trainer.fit(EPOCHS, |_| {
        println!("the child trains");
        sleep(Duration::from_secs(60));
        shuffled(&data, 8)
    });
}

/// A child that runs one of these tests, and its lines.
fn child(test: &str, folder: &Folder) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("interrupted::{test}"), "--nocapture"])
        .env(FOLDER, &folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("the child trains")));
    sleep(Duration::from_millis(200));
    (child, lines)
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_second_ctrl_c_ends_the_program_at_once() {
    let folder = Folder::new("twice");
    let (mut child, _lines) = child("child_is_busy_until_it_is_interrupted_twice", &folder);
    interrupt(&child);
    sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "the first is a wish");
    let begin = Instant::now();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn ctrl_c_finishes_the_step_writes_a_checkpoint_says_so_and_stops() {
    let folder = Folder::new("interrupted");
    let (mut child, mut lines) = child("child_trains_until_it_is_interrupted", &folder);
    interrupt(&child);
    let after = lines.find(|line| line.contains("the child goes on after")).expect("the program after the training");
    // Another training has a wish of its own.
    assert!(lines.any(|line| line.contains("the child trains again")));
    sleep(Duration::from_millis(200));
    interrupt(&child);
    assert!(lines.any(|line| line.contains("the child waits")), "a first Ctrl-C is a wish");
    // Nobody hears it any more.
    interrupt(&child);
    assert_eq!(child.wait().unwrap().signal(), Some(2), "ended by Ctrl-C, as any program is");
    let steps: usize = after.rsplit(' ').next().unwrap().parse().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let net = net();
    let mut resumed = trainer(&net, &folder.0);
    assert!(resumed.resume().unwrap());
    let at = resumed.standing();
    assert_eq!((at.step, at.epoch * 63 + at.batch), (steps, steps));
    let expected = format!("stopped as asked after step {steps}, {} of {EPOCHS} epochs done", at.epoch);
    assert!(said.contains(&expected) && said.contains("; to resume there is ") && said.contains("last.ckpt"), "{said}");
}
