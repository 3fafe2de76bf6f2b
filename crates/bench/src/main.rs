//! The measured workloads: one JSON line each. `peers/README.md` defines them, and `peers/compare.py` runs them beside a peer.

mod args;
mod layers;
mod measure;
mod rng;
mod workloads;

use std::process::{Command, ExitCode};

use args::{Args, Choice};
use workloads::ALL;

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match args.choice {
        Choice::Help => print!("{}", args::HELP),
        Choice::List => ALL.iter().for_each(|workload| println!("{}", workload.name)),
        Choice::One(workload) => println!("{}", measure::measure(workload, args.threads, args.seconds)),
        Choice::All => return run_all(args.threads, args.seconds),
    }
    ExitCode::SUCCESS
}

/// Each workload in a process of its own: the peak of memory is a process's, and none finds the buffers of another warm.
fn run_all(threads: usize, seconds: f64) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for workload in ALL {
        let run = std::env::current_exe().and_then(|program| {
            let (threads, seconds) = (threads.to_string(), seconds.to_string());
            Command::new(program).args([workload.name, "--threads", &threads, "--seconds", &seconds]).status()
        });
        let problem = match run {
            Ok(status) if status.success() => continue,
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        eprintln!("workload {}: {problem}", workload.name);
        code = ExitCode::FAILURE;
    }
    code
}
