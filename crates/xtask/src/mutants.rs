//! Faults planted one at a time, and whether the tests notice.
//!
//! All faults are compiled into one copy of the workspace, each behind a number that the environment switches on, so that a
//! thousand of them cost one build (R. Untch, A. Offutt, M. Harrold, "Mutation analysis using mutant schemata", ISSTA 1993). A
//! fault that does not compile is taken out again.

mod copy;
mod run;
mod sites;

use std::path::{Path, PathBuf};

use sites::Site;

/// The part of the faults that must be noticed.
const NEEDED: f64 = 0.9;

/// Which faults to plant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Only in files whose path contains this.
    only: Option<String>,
    /// Only every n-th.
    every: usize,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options { only: None, every: 1 };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("mutants: {name} needs a value"))?;
            match name.as_str() {
                "--only" => options.only = Some(value.clone()),
                "--every" => {
                    let every = value.parse().ok().filter(|&n| n > 0);
                    options.every = every.ok_or_else(|| format!("mutants: --every {value}: not a positive number"))?;
                }
                _ => return Err(format!("mutants: no option is called {name:?}; there are --only and --every")),
            }
        }
        Ok(options)
    }
}

/// Plants the faults, runs the tests with each, and prints the survivors.
pub(crate) fn run(options: Options) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|e| format!("mutants: {}: {e}", root.display()))?;
    let mut sites = Vec::new();
    for file in files(&root)? {
        let wanted = options.only.as_ref().is_none_or(|part| file.to_string_lossy().contains(part.as_str()));
        if wanted {
            sites.extend(sites::of(&root, &file)?);
        }
    }
    let sites: Vec<Site> = sites.into_iter().step_by(options.every).collect();
    println!("{} faults", sites.len());
    let mut build = copy::build(&root, &sites)?;
    println!("{} of them compile; running the tests with each", build.planted.len());
    let survivors = run::survivors(&mut build, &sites)?;
    report(&sites, &build.planted, &survivors)
}

/// The files of kernels, and those of rules: all of `ops/`, and what rules share but for their samples.
fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders =
        ["core/src/ops", "core/src/recurrent", "kernels/src"].map(|f| Path::new("crates").join(f)).to_vec();
    found.extend(["convolution", "normalisation"].map(|f| Path::new("crates/core/src").join(f).with_extension("rs")));
    while let Some(folder) = folders.pop() {
        let entries = root.join(&folder).read_dir().map_err(|e| format!("mutants: {}: {e}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|e| format!("mutants: {}: {e}", folder.display()))?;
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("samples.rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn report(sites: &[Site], planted: &[usize], survivors: &[usize]) -> Result<(), String> {
    for &i in survivors {
        println!("survived: {}", sites[i]);
    }
    let is_rule = |i: &&usize| sites[**i].file.starts_with("crates/core");
    for (what, rules) in [("rules", true), ("kernels", false)] {
        let count = |list: &[usize]| list.iter().filter(|i| is_rule(i) == rules).count();
        let (all, alive) = (count(planted), count(survivors));
        println!("{what}: {} of {all} faults noticed", all - alive);
    }
    let part = 1.0 - survivors.len() as f64 / planted.len().max(1) as f64;
    println!("{:.1} % noticed", 100.0 * part);
    if part < NEEDED { Err(format!("mutants: fewer than {:.0} % noticed", 100.0 * NEEDED)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_mistakes_are_named() {
        let parse = |line: &str| Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>());
        assert_eq!(parse(""), Ok(Options { only: None, every: 1 }));
        assert_eq!(parse("--only gemm --every 3"), Ok(Options { only: Some("gemm".to_string()), every: 3 }));
        assert_eq!(parse("--every 0"), Err("mutants: --every 0: not a positive number".to_string()));
        assert!(parse("--some x").unwrap_err().starts_with("mutants: no option is called \"--some\""));
    }
}
