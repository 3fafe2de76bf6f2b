//! How an example is run: its two options, where the data are, where results go, and how tables are printed.

use std::path::{Path, PathBuf};
use std::process::exit;

/// An example's options.
#[derive(Clone, Debug)]
pub struct Run {
    /// Less work, for a check that everything still runs.
    pub quick: bool,
    /// Where the pictures and the page go.
    pub folder: PathBuf,
}

impl Run {
    /// Reads the options; `--help` prints `about` and ends the program. Results go to `target/` and then `folder`.
    #[must_use]
    pub fn new(about: &str, folder: &str) -> Run {
        let folder = PathBuf::from("target").join(folder);
        let mut quick = false;
        for option in std::env::args().skip(1) {
            match option.as_str() {
                "--quick" => quick = true,
                "--help" | "-h" => {
                    println!(
                        "{about}\n\nOptions:\n  --quick  less work: checks that everything runs\n  --help   this text"
                    );
                    println!("\nPictures and a page are written to {}.", folder.display());
                    println!("The data that come with the examples are in {}.", data("").display());
                    exit(0)
                }
                other => {
                    eprintln!("unknown option {other}; there are --quick and --help");
                    exit(2)
                }
            }
        }
        Run { quick, folder }
    }

    /// A file in the example's folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A folder or file of the data that come with the examples.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("data").join(name)
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
