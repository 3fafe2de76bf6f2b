//! How an example is run: its two options, where the data are, where results go, and how tables are printed.

use std::path::{Path, PathBuf};
use std::process::exit;

/// An example's options.
#[derive(Clone, Debug)]
pub struct Run {
    /// Less work, for a check that everything still runs.
    pub quick: bool,
    /// Data of the user's own, in place of those that come with the examples.
    pub data: Option<PathBuf>,
    /// Where the pictures and the page go.
    pub folder: PathBuf,
}

impl Run {
    /// Reads the options; `--help` prints `about` and ends the program. Results go to `target/` and then `folder`.
    #[must_use]
    pub fn new(about: &str, folder: &str) -> Run {
        Run::read(about, folder, None)
    }

    /// As [`Run::new`], with the option `--data PATH` as well; `what` says in a few words what lies at such a path.
    #[must_use]
    pub fn with_data(about: &str, folder: &str, what: &str) -> Run {
        Run::read(about, folder, Some(what))
    }

    fn read(about: &str, folder: &str, what: Option<&str>) -> Run {
        let folder = PathBuf::from("target").join(folder);
        let mut run = Run { quick: false, data: None, folder };
        let mut options = std::env::args().skip(1);
        while let Some(option) = options.next() {
            match option.as_str() {
                "--quick" => run.quick = true,
                "--data" if what.is_some() => match options.next() {
                    Some(path) => run.data = Some(path.into()),
                    None => refuse("--data needs a path"),
                },
                "--help" | "-h" => {
                    println!("{about}\n\nOptions:");
                    if let Some(what) = what {
                        println!("  --data PATH  {what}, in place of the data that come with the examples");
                    }
                    println!("  --quick      less work: checks that everything runs\n  --help       this text");
                    println!("\nPictures and a page are written to {}.", run.folder.display());
                    println!("The data that come with the examples are in {}.", data("").display());
                    exit(0)
                }
                other => {
                    let known = if what.is_some() { "--data, --quick and --help" } else { "--quick and --help" };
                    refuse(&format!("unknown option {other}; there are {known}"))
                }
            }
        }
        run
    }

    /// A file in the example's folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Ends the program for a mistake in how it was called.
fn refuse(message: &str) -> ! {
    eprintln!("{message}");
    exit(2)
}

/// A folder or file of the data that come with the examples.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("data").join(name)
}

/// A row of a table: a name, and numbers with so many decimals.
#[must_use]
pub fn row(name: &str, numbers: &[f64], decimals: usize) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(numbers.iter().map(|number| format!("{number:.decimals$}"))).collect()
}

/// Prints a table, each column as wide as it needs.
pub fn print_table(header: &[&str], rows: &[Vec<String>]) {
    let header: Vec<String> = header.iter().map(|name| name.to_string()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&header).chain(rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("  {}", cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_numbers_with_as_many_decimals() {
        assert_eq!(row("a", &[1.0, 0.126], 2), ["a", "1.00", "0.13"]);
    }
}
