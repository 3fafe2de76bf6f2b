//! Runs all examples and prints what each found, how long it took and how much memory: the table of the whole course.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The options of the task.
#[derive(Default)]
pub struct Options {
    quick: bool,
    only: String,
}

impl Options {
    /// Reads them.
    ///
    /// # Errors
    /// If one is unknown or has no value.
    pub fn parse(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--only" => options.only = rest.next().ok_or("--only needs a part of a name")?.clone(),
                other => return Err(format!("unknown option {other}; there are --quick and --only")),
            }
        }
        Ok(options)
    }
}

/// What a run of an example showed.
struct Outcome {
    name: String,
    seconds: f64,
    /// The most memory that it held at a time, in MiB, where the system tells.
    memory: Option<f64>,
    /// What it says that it found, or the last lines of what went wrong.
    result: Result<String, String>,
}

/// Builds the examples, runs one after the other and prints the table.
///
/// # Errors
/// If they do not build, or one of them fails.
pub fn run(options: Options) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("no workspace")?;
    let build = ["build", "--quiet", "--release", "--examples", "--package", "tapegrad"];
    let built = Command::new(env!("CARGO")).args(build).current_dir(root).status();
    if !built.map_err(|error| format!("cargo: {error}"))?.success() {
        return Err("the examples do not build".into());
    }
    let entries = fs::read_dir(root.join("examples")).map_err(|error| format!("examples: {error}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| name.contains(&options.only)).collect();
    names.sort();
    let mut outcomes = Vec::new();
    for name in names {
        eprintln!("{name}");
        outcomes.push(one(root, name, options.quick)?);
    }
    println!("| example | result | seconds | MiB |\n| --- | --- | --- | --- |");
    for Outcome { name, seconds, memory, result } in &outcomes {
        let memory = memory.map_or("-".to_owned(), |memory| format!("{memory:.0}"));
        let result = result.as_deref().unwrap_or("failed");
        println!("| `{name}` | {result} | {seconds:.0} | {memory} |");
    }
    let failed: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| Some(format!("{}:\n{}", outcome.name, outcome.result.as_ref().err()?)))
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// Runs an example to its end. It writes to files, which cannot fill up and stop it as a pipe would.
fn one(root: &Path, name: String, quick: bool) -> Result<Outcome, String> {
    let folder = root.join("target/examples_table");
    let wrong = |error: std::io::Error| format!("{name}: {error}");
    fs::create_dir_all(&folder).map_err(wrong)?;
    let (out, err) = (folder.join(format!("{name}.out")), folder.join(format!("{name}.err")));
    let mut command = Command::new(root.join("target/release/examples").join(&name));
    command.current_dir(root).stdin(Stdio::null());
    command.stdout(fs::File::create(&out).map_err(wrong)?).stderr(fs::File::create(&err).map_err(wrong)?);
    if quick {
        command.arg("--quick");
    }
    let start = Instant::now();
    let mut child = command.spawn().map_err(wrong)?;
    let mut memory = None;
    let status = loop {
        memory = most_memory(child.id()).or(memory);
        match child.try_wait().map_err(wrong)? {
            Some(status) => break status,
            None => sleep(Duration::from_millis(20)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let said = fs::read_to_string(&out).map_err(wrong)?;
    let results: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("result: ")).collect();
    let result = match (status.success(), results.is_empty()) {
        (true, false) => Ok(results.join("; ")),
        (true, true) => Err("it names no result".to_owned()),
        (false, _) => Err(fs::read_to_string(&err).map_err(wrong)?),
    };
    Ok(Outcome { name, seconds, memory, result })
}

/// The most memory that a process has held so far, in MiB, as Linux counts it.
fn most_memory(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}
