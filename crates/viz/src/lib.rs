//! Results shown to a person: plots, heat maps, confusion matrices, grids of images, layered graph drawings, and the
//! HTML page that holds them.
//!
//! Pictures are written by this crate itself, as SVG with nothing but basic shapes and text: a dozen shapes is all that
//! a plot needs, and so every margin is computed from the text that goes into it. Drawings carry no `id`s, style sheets
//! or scripts, so any number of them can stand in one page. The same input gives the same bytes.
//!
//! Everything is built the same way: collect the data, [`draw`](Plot::draw), then [`save`](Svg::save) the picture or
//! put it into a [`Page`].
//!
//! ```no_run
//! use tapegrad_viz::{Page, Plot};
//!
//! let steps = [0.0, 1.0, 2.0, 3.0];
//! let curve = Plot::new("Loss")
//!     .x_label("step")
//!     .y_label("cross-entropy")
//!     .log_y()
//!     .line("train", &steps, &[2.3, 0.9, 0.4, 0.2])
//!     .line("test", &steps, &[2.3, 1.0, 0.6, 0.5])
//!     .draw()?;
//! curve.save("target/run/loss.svg")?;
//! Page::new("A run").paragraph("Three steps.").figure(&curve, "Loss by step").save("target/run/index.html")?;
//! # Ok::<(), tapegrad_viz::Error>(())
//! ```

mod axis;
mod base64;
mod colour;
mod confusion;
mod contour;
mod dot;
mod error;
mod file;
mod font;
mod frame;
mod image_grid;
mod isolines;
mod layered;
mod legend;
mod page;
mod plot;
mod recorded;
mod svg;
mod text;
#[cfg(test)]
mod well_formed;

pub use confusion::ConfusionMatrix;
pub use contour::Contour;
pub use error::Error;
pub use image_grid::{Caption, ImageGrid, Png};
pub use layered::{Graph, NodeBox, NodeStyle, Operation};
pub use page::{Figure, Page};
pub use plot::Plot;
pub use svg::Svg;
