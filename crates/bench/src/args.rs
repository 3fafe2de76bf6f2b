//! The command line, the same as that of `peers/torch/workloads.py`.

use crate::workloads::{ALL, Workload};

pub const HELP: &str = "\
usage: workloads WORKLOAD|list|all [--threads N] [--seconds S]

Runs a measured workload and prints one JSON line; `list` names them, `all` runs each in a process of its own.

  --threads N   threads that an op may use (default 2)
  --seconds S   how long to measure after the warm-up (default 2)
  --help        this text
";

/// What to run.
pub enum Choice {
    Help,
    List,
    All,
    One(&'static Workload),
}

/// What the command line asks for.
pub struct Args {
    pub choice: Choice,
    pub threads: usize,
    pub seconds: f64,
}

impl Args {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// If they ask for nothing, or for something that there is not, with a message that says what there is.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Args, String> {
        let (mut choice, mut threads, mut seconds) = (None, 2, 2.0);
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = |expected| words.next().ok_or_else(|| format!("{word}: expected {expected}, got nothing"));
            match word.as_str() {
                "--help" | "-h" => return Ok(Args { choice: Choice::Help, threads, seconds }),
                "--threads" => {
                    let expected = "a number of threads from 1 up";
                    threads = parsed(&word, &value(expected)?, expected, |&n: &usize| n > 0)?;
                }
                "--seconds" => {
                    let expected = "a number of seconds from 0 up";
                    seconds = parsed(&word, &value(expected)?, expected, |s: &f64| *s >= 0.0 && s.is_finite())?;
                }
                option if option.starts_with('-') => return Err(format!("unknown option {option}\n\n{HELP}")),
                name if choice.is_some() => return Err(format!("one workload at a time, got {name} too\n\n{HELP}")),
                name => choice = Some(named(name)?),
            }
        }
        choice.map(|choice| Args { choice, threads, seconds }).ok_or_else(|| HELP.to_string())
    }
}

fn named(name: &str) -> Result<Choice, String> {
    match name {
        "list" => Ok(Choice::List),
        "all" => Ok(Choice::All),
        _ => ALL.iter().find(|workload| workload.name == name).map(Choice::One).ok_or_else(|| {
            let names: Vec<&str> = ALL.iter().map(|workload| workload.name).collect();
            format!("unknown workload {name}; there are {}, and list and all", names.join(", "))
        }),
    }
}

fn parsed<T: std::str::FromStr>(option: &str, word: &str, expected: &str, fits: fn(&T) -> bool) -> Result<T, String> {
    word.parse().ok().filter(fits).ok_or_else(|| format!("{option}: expected {expected}, got {word}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(str::to_string))
    }

    #[test]
    fn options_come_before_and_after_the_workload() {
        let args = parse("--threads 3 dispatch --seconds 0.5").unwrap_or_else(|message| panic!("{message}"));
        assert!(matches!(args.choice, Choice::One(workload) if workload.name == "dispatch"));
        assert_eq!((args.threads, args.seconds), (3, 0.5));
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        for (line, message) in [
            ("", "usage: "),
            ("dispach", "unknown workload dispach; there are dispatch, scalar_chain,"),
            ("dispatch mlp_tiny", "one workload at a time, got mlp_tiny too"),
            ("--compile dispatch", "unknown option --compile"),
            ("dispatch --threads", "--threads: expected a number of threads from 1 up, got nothing"),
            ("dispatch --threads 0", "--threads: expected a number of threads from 1 up, got 0"),
            ("dispatch --seconds nan", "--seconds: expected a number of seconds from 0 up, got nan"),
        ] {
            let found = parse(line).err().unwrap_or_else(|| panic!("\"{line}\" was accepted"));
            assert!(found.starts_with(message), "\"{line}\": {found}");
        }
    }
}
