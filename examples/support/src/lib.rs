//! What the examples share, so that each of them holds only what it shows: [`Run`] with the two options and a folder for results,
//! the [`Report`] in it, the place of the [`data`], [`Images`] with classes, [`Scenes`] of digits and [`Boxed`]
//! images, what finds parts of an image without learning, boxes that are [`suppressed`], colours, tables for the terminal, and
//! numbers that stand beside the tape's and know nothing of it.

mod boxed;
mod failure;
mod images;
mod numbers;
mod paint;
mod pca;
mod pixels;
mod report;
mod run;
mod scenes;
mod suppress;

pub use boxed::Boxed;
pub use failure::Failure;
pub use images::{Images, percent_wrong};
pub use numbers::{assert_close, confusion, least_squares, moments, percent_right, spread, standardised, with_ones};
pub use paint::{COLOURS, brightened, enlarged, gray, outline, painted};
pub use pca::Pca;
pub use pixels::{bounds, components, otsu};
pub use report::Report;
pub use run::{Run, data, print_table};
pub use scenes::Scenes;
pub use suppress::suppressed;
