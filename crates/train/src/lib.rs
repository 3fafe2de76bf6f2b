//! What training a model takes beside the model.
//!
//! [`Trainer`] is the loop over epochs and batches, which reads as one written by hand; start reading at `trainer/fit.rs`. What it is
//! made of can stand in a loop of your own: [`metrics`], which say how good a model is, [`Checkpoint`], from which a training goes on,
//! [`TensorBoard`] and [`History`] for its curves.

mod callback;
mod callbacks;
mod checkpoint;
mod ensemble;
mod error;
mod goal;
mod history;
mod interrupt;
mod measures;
pub mod metrics;
mod rows;
mod tensorboard;
mod trainer;

pub use callback::{Callback, Run, Standing};
pub use callbacks::{CsvLog, EarlyStopping, OnPlateau, Progress, Report};
pub use checkpoint::{Checkpoint, Checkpoints};
pub use ensemble::Ensemble;
pub use error::Error;
pub use goal::{Goal, highest, lowest};
pub use history::History;
pub use measures::Measures;
pub use rows::{IntoBatch, Predictions};
pub use tensorboard::TensorBoard;
pub use trainer::Trainer;
