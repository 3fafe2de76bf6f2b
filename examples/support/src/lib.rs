//! What the examples share, so that each of them holds only what it shows: [`Run`] with the two options and a folder for results,
//! the [`Report`] in it, the place of the [`data`], MNIST as [`Digits`] and other [`Images`], [`Scenes`] of its
//! digits, what finds parts of an image without learning, colours, tables for the terminal, and numbers that stand beside the tape's
//! and know nothing of it.

mod digits;
mod images;
mod numbers;
mod paint;
mod pca;
mod pixels;
mod report;
mod run;
mod scenes;

pub use digits::{Digits, percent_wrong};
pub use images::{Images, gray};
pub use numbers::{assert_close, confusion, least_squares, moments, percent_right, spread, standardised, with_ones};
pub use paint::{COLOURS, brightened, painted};
pub use pca::Pca;
pub use pixels::{bounds, components, otsu};
pub use report::Report;
pub use run::{Run, data, print_table};
pub use scenes::Scenes;
