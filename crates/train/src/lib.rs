//! What training a model takes beside the model: [`metrics`], which say how good it is, and [`Checkpoint`], from which it goes on.

mod checkpoint;
mod error;
mod goal;
mod measures;
pub mod metrics;
mod tensorboard;

pub use checkpoint::{Checkpoint, Checkpoints};
pub use error::Error;
pub use goal::{Goal, highest, lowest};
pub use measures::Measures;
pub use tensorboard::TensorBoard;
