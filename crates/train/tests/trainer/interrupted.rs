//! Ctrl-C, as a person presses it: in a program of its own, which is this test started again.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{Batch, Folder, net, points, shuffled};
use tapegrad_nn::{Forward, Module, Sequential};
use tapegrad_optim::{Adam, Rule};
use tapegrad_train::{Checkpoints, Trainer};

/// More than it will come to.
const EPOCHS: usize = 1_000_000;
const FOLDER: &str = "TAPEGRAD_TEST_TRAINS";

fn trainer<'a>(
    net: &'a Sequential,
    folder: &Path,
) -> Trainer<'a, Sequential, impl Rule + use<>, Batch, (tapegrad_core::Tensor, tapegrad_core::Tensor)> {
    Trainer::new(
        net,
        Adam::new(net.parameters(), 1e-3),
        |net: &Sequential, (x, y): &Batch| (net.call(x), y.clone()),
        |(scores, y)| scores.cross_entropy(y),
    )
    .checkpoints(Checkpoints::new(folder))
    .stop_on_ctrl_c()
}

/// Trains until it is interrupted.
#[test]
fn child_trains_until_it_is_interrupted() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (net, data) = (net(), points(500));
    let mut trainer = trainer(&net, Path::new(&folder));
    println!("the child trains");
    trainer.fit(EPOCHS, |_| shuffled(&data, 8)).unwrap();
    println!("the child goes on after {}", trainer.standing().step);
}

#[test]
fn ctrl_c_finishes_the_step_writes_a_checkpoint_says_so_and_stops() {
    let folder = Folder::new("interrupted");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "interrupted::child_trains_until_it_is_interrupted", "--nocapture"])
        .env(FOLDER, &folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("the child trains")));
    sleep(Duration::from_millis(200));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let after = lines.find(|line| line.contains("the child goes on after")).expect("the program after the training");
    assert!(child.wait().unwrap().success());
    let steps: usize = after.rsplit(' ').next().unwrap().parse().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let expected = format!("stopped as asked after step {steps}, {} of {EPOCHS} epochs done", steps / 63);
    assert!(said.contains(&expected) && said.contains("last.ckpt goes on from here"), "{said}");

    let net = net();
    let mut resumed = trainer(&net, &folder.0);
    assert!(resumed.resume().unwrap());
    assert_eq!(resumed.standing().step, steps);
}
