//! What the examples share, so that each of them holds only what it shows: [`Run`] with the two options and a folder for results,
//! the [`Report`] in it, the place of the [`data`], MNIST as [`Digits`] and other [`Images`], tables for the
//! terminal, and numbers that stand beside the tape's and know nothing of it.

mod digits;
mod images;
mod numbers;
mod pca;
mod report;
mod run;

pub use digits::{Digits, percent_wrong};
pub use images::{Images, gray};
pub use numbers::{assert_close, confusion, least_squares, moments, percent_right, spread, standardised, with_ones};
pub use pca::Pca;
pub use report::Report;
pub use run::{Run, data, print_table};
