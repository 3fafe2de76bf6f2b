//! Many random programs, by the same generator and check as the tests'.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

use tapegrad_gradcheck::programs::check_programs;
use tapegrad_gradcheck::proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

/// What to soak.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    programs: u32,
    seed: Option<u64>,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options { programs: 100_000, seed: None };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("soak: {name} needs a number"))?;
            let wrong = |_| format!("soak: {name} {value}: not a number");
            match name.as_str() {
                "--programs" => options.programs = value.parse().map_err(wrong)?,
                "--seed" => options.seed = Some(value.parse().map_err(wrong)?),
                _ => return Err(format!("soak: no option is called {name:?}; there are --programs and --seed")),
            }
        }
        Ok(options)
    }
}

/// Checks the programs and prints how many there were.
pub(crate) fn run(options: Options) -> Result<(), String> {
    let failures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/random_programs.txt");
    let config = Config {
        cases: options.programs,
        rng_seed: options.seed.map_or(RngSeed::Random, RngSeed::Fixed),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(failures))),
        ..Config::default()
    };
    let (begin, every) = (Instant::now(), (options.programs / 100).max(1));
    let live = stderr().is_terminal();
    let counts = check_programs(config, |counts| {
        if live && counts.checked % every == 0 {
            eprint!("\r{} of {} programs, {:.0} s", counts.checked, options.programs, begin.elapsed().as_secs_f64());
            let _ = stderr().flush();
        }
    });
    if live {
        eprintln!();
    }
    let counts = counts.map_err(|error| format!("{error}\nThe seed was added to tests/random_programs.txt."))?;
    println!(
        "{} programs agree with central differences, {} of them in second order too; {} have a derivative other than zero ({:.0} s)",
        counts.checked,
        counts.second_order,
        counts.steep,
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_and_mistakes_are_named() {
        assert_eq!(parse(""), Ok(Options { programs: 100_000, seed: None }));
        assert_eq!(parse("--seed 7 --programs 50"), Ok(Options { programs: 50, seed: Some(7) }));
        assert_eq!(parse("--programs"), Err("soak: --programs needs a number".to_string()));
        assert_eq!(parse("--programs x"), Err("soak: --programs x: not a number".to_string()));
        assert!(parse("--fast 1").unwrap_err().starts_with("soak: no option is called \"--fast\""));
    }
}
