//! The tests, run once with each fault.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::copy::{Build, SWITCH};
use super::sites::Site;

/// A fault may make a loop endless; after this long it counts as noticed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Threads that run tests.
const WORKERS: usize = 2;

/// The faults that no test notices, by their places in the list.
pub(super) fn survivors(build: &mut Build, sites: &[Site]) -> Result<Vec<usize>, String> {
    quickest_first(build)?;
    let build = &*build;
    let (next, alive, begin) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Instant::now());
    let work = || -> Result<(), String> {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            let Some(&number) = build.planted.get(k) else { return Ok(()) };
            if noticed(&build.tests, Some(number))?.is_none() {
                println!("alive: {}", sites[number]);
                alive.lock().map_err(|e| e.to_string())?.push(number);
            }
            if k % 100 == 99 {
                println!("{} of {}, {:.0} s", k + 1, build.planted.len(), begin.elapsed().as_secs_f64());
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|w| w.join().map_err(|_| "mutants: a worker panicked".to_string())?)
    })?;
    let mut alive = alive.into_inner().map_err(|e| e.to_string())?;
    alive.sort_unstable();
    Ok(alive)
}

/// Runs the tests without any fault and puts the quickest first, since most faults are noticed by several.
fn quickest_first(build: &mut Build) -> Result<(), String> {
    let mut timed = Vec::with_capacity(build.tests.len());
    for test in build.tests.drain(..) {
        let begin = Instant::now();
        if let Some(name) = noticed(std::slice::from_ref(&test), None)? {
            return Err(format!("mutants: {name} fails without any fault"));
        }
        timed.push((begin.elapsed(), test));
    }
    timed.sort_by_key(|(time, _)| *time);
    build.tests = timed.into_iter().map(|(_, test)| test).collect();
    Ok(())
}

/// The first test program that fails with a fault switched on.
fn noticed(tests: &[(PathBuf, PathBuf)], fault: Option<usize>) -> Result<Option<String>, String> {
    for (program, folder) in tests {
        let mut command = Command::new(program);
        command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        // One thread each: the workers keep the machine busy. Failures that are planted are not kept as regressions.
        command.env("RUST_TEST_THREADS", "1").env("PROPTEST_FAILURE_PERSISTENCE", "off");
        if let Some(number) = fault {
            command.env(SWITCH, number.to_string());
        }
        let name = || program.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let mut child = command.spawn().map_err(|e| format!("mutants: {}: {e}", name()))?;
        let begin = Instant::now();
        loop {
            if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
                if !status.success() {
                    return Ok(Some(name()));
                }
                break;
            }
            if begin.elapsed() > PATIENCE {
                child.kill().map_err(|e| e.to_string())?;
                child.wait().map_err(|e| e.to_string())?;
                return Ok(Some(name()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    Ok(None)
}
