//! What every example needs: its two options, and a folder for its results.

use std::path::PathBuf;
use std::process::exit;

/// An example's options.
pub struct Run {
    /// Less work, for a check that everything still runs.
    pub quick: bool,
    /// Where the pictures and the page go.
    pub folder: PathBuf,
}

impl Run {
    /// Reads the options; `--help` prints `about` and ends the program. Results go to `target/` and then `folder`.
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
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A folder or file of the data that come with the examples.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data")).join(name)
}
