//! A copy of the workspace with the faults in it, and its test programs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::sites::Site;

/// The environment variable that switches a fault on.
pub(super) const SWITCH: &str = "TAPEGRAD_MUTANT";

/// A copy that was built.
pub(super) struct Build {
    /// The faults that compile, by their places in the list.
    pub(super) planted: Vec<usize>,
    /// The test programs, the quickest to fail first, and where they run.
    pub(super) tests: Vec<(PathBuf, PathBuf)>,
}

/// The tests that are asked.
const TESTS: &[&[&str]] = &[
    &[
        "-p",
        "tapegrad",
        "--test",
        "op_specs",
        "--test",
        "reference",
        "--test",
        "random_programs",
        "--test",
        "same_bits",
        "--test",
        "dropout",
    ],
    &["-p", "tapegrad-kernels", "--lib", "--tests"],
    &["-p", "tapegrad-core", "--lib", "--tests"],
];

/// Copies the workspace, plants the faults and builds the tests.
pub(super) fn build(root: &Path, sites: &[Site]) -> Result<Build, String> {
    let copy = root.join("target/mutants/workspace");
    copy_folder(root, &copy)?;
    let lib = copy.join("crates/kernels/src/lib.rs");
    let text = std::fs::read_to_string(&lib).map_err(|e| e.to_string())?;
    std::fs::write(&lib, text + &switch()).map_err(|e| e.to_string())?;
    let mut planted: BTreeSet<usize> = (0..sites.len()).collect();
    loop {
        plant(root, &copy, sites, &planted)?;
        let bad = broken(&copy, sites, &planted)?;
        if bad.is_empty() {
            break;
        }
        planted.retain(|i| !bad.contains(i));
    }
    let mut tests = Vec::new();
    for which in TESTS {
        let output = cargo(&copy, &["test", "--no-run", "--message-format=json"], which)?;
        let package = if which[1] == "tapegrad" {
            copy.clone()
        } else {
            copy.join("crates").join(&which[1]["tapegrad-".len()..])
        };
        let programs = messages(&output).filter_map(|m| Some(PathBuf::from(m["executable"].as_str()?)));
        tests.extend(programs.map(|program| (program, package.clone())));
    }
    if tests.is_empty() {
        return Err("mutants: the copy's tests did not build".to_string());
    }
    Ok(Build { planted: planted.into_iter().collect(), tests })
}

/// A module that tells whether a fault is switched on.
fn switch() -> String {
    format!(
        "\n/// The fault that is switched on.\npub mod mutant {{\n    /// Whether it is this one.\n    #[inline]\n    pub fn is(n: u32) -> bool {{\n        \
         static N: std::sync::OnceLock<u32> = std::sync::OnceLock::new();\n        \
         *N.get_or_init(|| std::env::var(\"{SWITCH}\").ok().and_then(|n| n.parse().ok()).unwrap_or(u32::MAX)) == n\n    }}\n}}\n"
    )
}

/// The workspace's files, but not what was built.
fn copy_folder(root: &Path, copy: &Path) -> Result<(), String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let listed = listed.map_err(|e| format!("mutants: git: {e}"))?.stdout;
    for name in String::from_utf8_lossy(&listed).split('\0').filter(|name| !name.is_empty()) {
        let to = copy.join(name);
        let folder = to.parent().ok_or("a file has a folder")?;
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
        // What was removed since stays out.
        if root.join(name).exists() {
            std::fs::copy(root.join(name), &to).map_err(|e| format!("mutants: {name}: {e}"))?;
        }
    }
    Ok(())
}

/// The text of a file in which each fault stands behind its switch, and where each came to stand.
struct Planted {
    text: String,
    places: Vec<(usize, std::ops::Range<usize>)>,
}

/// Writes a file's faults into its text. The list is ordered from the outside to the inside.
fn rewrite(text: &str, sites: &[(usize, &Site)], path: &str) -> Planted {
    let mut planted = Planted { text: String::new(), places: Vec::new() };
    emit(text, 0..text.len(), sites, path, &mut planted);
    planted
}

fn emit(text: &str, range: std::ops::Range<usize>, sites: &[(usize, &Site)], path: &str, out: &mut Planted) {
    let mut at = range.start;
    let mut rest = sites;
    while let Some(&(number, site)) = rest.first() {
        let inner = rest.iter().take_while(|(_, s)| s.range.end <= site.range.end).count();
        out.text.push_str(&text[at..site.range.start]);
        let start = out.text.len();
        let _ = write!(out.text, "(if {path}::mutant::is({number}) {{ {} }} else {{ ", site.to);
        emit(text, site.range.clone(), &rest[1..inner], path, out);
        out.text.push_str(" })");
        out.places.push((number, start..out.text.len()));
        at = site.range.end;
        rest = &rest[inner..];
    }
    out.text.push_str(&text[at..range.end]);
}

/// The faults of one file, from the outside to the inside.
fn of_file<'a>(file: &Path, sites: &'a [Site], planted: &BTreeSet<usize>) -> Vec<(usize, &'a Site)> {
    let mut here: Vec<_> = planted.iter().map(|&i| (i, &sites[i])).filter(|(_, s)| s.file == file).collect();
    here.sort_by_key(|(_, s)| (s.range.start, std::cmp::Reverse(s.range.end)));
    here
}

fn planted_text(root: &Path, file: &Path, sites: &[Site], planted: &BTreeSet<usize>) -> Result<Planted, String> {
    let text = std::fs::read_to_string(root.join(file)).map_err(|e| format!("mutants: {}: {e}", file.display()))?;
    let path = if file.starts_with("crates/core") { "tapegrad_kernels" } else { "crate" };
    Ok(rewrite(&text, &of_file(file, sites, planted), path))
}

fn plant(root: &Path, copy: &Path, sites: &[Site], planted: &BTreeSet<usize>) -> Result<(), String> {
    let files: BTreeSet<&Path> = sites.iter().map(|s| s.file.as_path()).collect();
    for file in files {
        let text = planted_text(root, file, sites, planted)?.text;
        let to = copy.join(file);
        // An unchanged file keeps its time, so that cargo does not compile it again.
        if std::fs::read_to_string(&to).ok().as_ref() != Some(&text) {
            std::fs::write(&to, text).map_err(|e| format!("mutants: {}: {e}", to.display()))?;
        }
    }
    Ok(())
}

/// The faults in which the compiler found an error.
fn broken(copy: &Path, sites: &[Site], planted: &BTreeSet<usize>) -> Result<BTreeSet<usize>, String> {
    let output = cargo(copy, &["check", "-p", "tapegrad", "--message-format=json"], &[])?;
    let mut bad = BTreeSet::new();
    let mut errors = 0;
    for message in messages(&output).filter(|m| m["message"]["level"] == "error") {
        errors += 1;
        for span in message["message"]["spans"].as_array().into_iter().flatten() {
            let file = PathBuf::from(span["file_name"].as_str().unwrap_or_default());
            let at = span["byte_start"].as_u64().unwrap_or(0) as usize;
            let original = copy.join("../../..");
            if sites.iter().any(|s| s.file == file) {
                let places = planted_text(&original, &file, sites, planted)?.places;
                // The innermost fault around the place.
                let around = places.iter().filter(|(_, place)| place.contains(&at));
                bad.extend(around.min_by_key(|(_, place)| place.len()).map(|(number, _)| *number));
            }
        }
    }
    if errors > 0 && bad.is_empty() {
        return Err("mutants: the copy does not compile, and no fault is the reason".to_string());
    }
    Ok(bad)
}

fn cargo(folder: &Path, arguments: &[&str], more: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("cargo")
        .args(arguments)
        .args(more)
        .args(["--config", "profile.test.opt-level=1", "--config", "profile.dev.opt-level=1"])
        .env("CARGO_TARGET_DIR", folder.join("../build"))
        .current_dir(folder)
        .stderr(std::process::Stdio::inherit())
        .output();
    output.map(|o| o.stdout).map_err(|e| format!("mutants: cargo: {e}"))
}

fn messages(output: &[u8]) -> impl Iterator<Item = Value> {
    output.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_nested_and_the_text_without_them_stays() {
        let text = "x = a + b * c;";
        let site = |range: std::ops::Range<usize>, to: &str| Site::new(range, to);
        let (sum, product) = (site(4..13, "a - b * c"), site(8..13, "b / c"));
        let found = rewrite(text, &[(7, &sum), (9, &product)], "crate");
        let expected = "x = (if crate::mutant::is(7) { a - b * c } else { a + (if crate::mutant::is(9) { b / c } else { b * c }) });";
        assert_eq!(found.text, expected);
        let places: Vec<&str> = found.places.iter().map(|(_, place)| &found.text[place.clone()]).collect();
        assert_eq!(places, ["(if crate::mutant::is(9) { b / c } else { b * c })", &expected[4..expected.len() - 1]]);
    }
}
