//! Tasks that are run by hand: `cargo xtask TASK`.

mod examples;
mod mutants;
mod page;
mod soak;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask TASK

Tasks:
  soak [--programs N] [--seed S]   checks N random programs (100000) against central differences,
                                   a tenth of them in second order too; failing seeds are added to
                                   tests/random_programs.txt, which the tests run first
  ops                              writes docs/ops.md, the reference page of all ops
  examples [--quick] [--only PART] runs the examples (those whose name contains PART) and prints what
                                   each found, its time and its memory as a table
  mutants [--only PART] [--every N]
                                   plants faults, one at a time, in each op's rule and in the index
                                   arithmetic of each kernel (only in files whose path contains PART,
                                   only every N-th) and tells which the tests do not notice
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((task, options)) if task == "soak" => soak::Options::parse(options).and_then(soak::run),
        Some((task, [])) if task == "ops" => page::write(),
        Some((task, options)) if task == "examples" => examples::Options::parse(options).and_then(examples::run),
        Some((task, options)) if task == "mutants" => mutants::Options::parse(options).and_then(mutants::run),
        Some((task, _)) if task == "--help" || task == "help" => {
            print!("{HELP}");
            Ok(())
        }
        Some((task, _)) => Err(format!("no task is called {task:?}\n\n{HELP}")),
        None => Err(HELP.to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
