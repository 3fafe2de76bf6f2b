//! What the examples share, so that each of them holds only what it shows: [`Run`] with the two options and a folder for results,
//! the [`Report`] in it, the place of the [`data`], [`Images`] with classes, [`Scenes`] of digits and [`Boxed`]
//! and [`Masked`] images, the loop of a training where that is not the point ([`fit`]), what finds parts of an image without
//! learning or boxes, colours, tables for the terminal, and numbers that stand beside the tape's and know nothing of it.

mod boxed;
mod failure;
mod fit;
mod images;
mod masked;
mod numbers;
mod paint;
mod pca;
mod pixels;
mod plane;
mod report;
mod run;
mod scenes;
mod touching;

pub use boxed::{Boxed, faultless};
pub use failure::Failure;
pub use fit::{dense, fit};
pub use images::{Images, percent_wrong, shares};
pub use masked::Masked;
pub use numbers::{assert_close, confusion, least_squares, moments, percent_right, spread, standardised, with_ones};
pub use paint::{COLOURS, brightened, bytes, enlarged, gray, outline, painted};
pub use pca::Pca;
pub use pixels::{bounds, centred, components, otsu};
pub use plane::points_by_class;
pub use report::Report;
pub use run::{Run, data, print_table, row};
pub use scenes::Scenes;
pub use touching::Touching;
