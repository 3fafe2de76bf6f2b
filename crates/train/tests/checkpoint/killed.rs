//! A program is killed while it writes, over and over.
//!
//! The program is this test itself, started again with a folder in its environment.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{Folder, filled};
use tapegrad_core::Rng;
use tapegrad_nn::{Linear, Module};
use tapegrad_optim::Adam;
use tapegrad_train::Checkpoint;

const FOLDER: &str = "TAPEGRAD_TEST_WRITES_CHECKPOINTS";
const FILE: &str = "run.ckpt";
const READY: &str = "the child writes";
const SIZE: usize = 300;

/// Writes checkpoints, each filled with its own number, until the process is killed.
#[test]
fn child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let path = std::path::Path::new(&folder).join(FILE);
    let net = Linear::new(SIZE, SIZE);
    let opt = Adam::new(net.parameters(), 0.1);
    let mut number = Checkpoint::load(&path).map_or(0.0, |checkpoint| checkpoint.number("number").unwrap());
    println!("{READY}");
    loop {
        number += 1.0;
        net.weight.set(&filled(number, &[SIZE, SIZE]));
        Checkpoint::of(&net, &opt).with_number("number", number).save(&path).unwrap();
    }
}

#[test]
fn after_a_hundred_kills_the_last_good_checkpoint_always_loads() {
    let folder = Folder::new("killed");
    let net = Linear::new(SIZE, SIZE);
    let opt = Adam::new(net.parameters(), 0.1);
    net.weight.set(&filled(0.0, &[SIZE, SIZE]));
    Checkpoint::of(&net, &opt).with_number("number", 0.0).save(folder.file(FILE)).unwrap();
    let (mut rng, mut last, mut within) = (Rng::seeded(1), 0.0, 0);
    for kill in 0..100 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::child_writes_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.contains(READY)), "kill {kill}: the child did not begin");
        sleep(Duration::from_micros(rng.below(20_000)));
        child.kill().unwrap();
        child.wait().unwrap();

        let left = folder.names().len() - 1;
        assert!(left <= 1, "kill {kill}: what is left of writes piles up: {:?}", folder.names());
        within += left;
        let checkpoint = Checkpoint::load(folder.file(FILE)).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        let number = checkpoint.number("number").unwrap();
        checkpoint.restore_model(&net).unwrap();
        assert!(net.weight.equal(&filled(number, &[SIZE, SIZE])), "kill {kill}: of another moment");
        assert!(number >= last, "kill {kill}: {number} after {last}");
        last = number;
    }
    println!("{within} of 100 kills came within a write, {last} checkpoints were written");
    assert!(within >= 10, "only {within} of 100 kills came within a write");
    Checkpoint::of(&net, &opt).save(folder.file(FILE)).unwrap();
    assert_eq!(folder.names(), [FILE], "the next write removes what was left");
}
