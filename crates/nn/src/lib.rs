//! Models: a struct of layers is a [`Module`], computing with it is [`Forward`].
//!
//! `#[derive(Module)]` finds the parameters; `forward` is written as ordinary Rust, and what is written is called by `call`:
//!
//! ```
//! use tapegrad_core::{Tensor, tensor};
//! use tapegrad_nn::{Forward, Linear, Module};
//!
//! #[derive(Module)]
//! struct Net {
//!     hidden: Linear,
//!     output: Linear,
//! }
//!
//! impl Forward for Net {
//!     fn forward(&self, x: &Tensor) -> Tensor {
//!         self.output.call(&self.hidden.call(x).tanh())
//!     }
//! }
//!
//! let net = Net { hidden: Linear::new(2, 16), output: Linear::new(16, 1) };
//! let (x, y) = (tensor![[0.0, 1.0], [1.0, 1.0]], tensor![[1.0], [0.0]]);
//! net.call(&x).mse_loss(&y).backward();
//! assert!(net.parameters().iter().all(|param| param.grad().is_some()));
//! ```
//!
//! Start reading at `field.rs`: all that is done to a model is a walk over its fields. A layer is a file or a few lines in `layers/`, a loss
//! in `losses/`.

// The derive writes `::tapegrad_nn` in this crate, in its tests and in its examples alike.
extern crate self as tapegrad_nn;

mod copies;
mod error;
mod field;
#[cfg(feature = "safetensors")]
mod file;
mod forward;
pub mod init;
mod layers;
mod losses;
mod mode;
mod module;
mod observe;
mod operators;
mod param;
mod plain;
mod state;
mod summary;
mod values;

pub use copies::Copies;
pub use error::Error;
pub use field::{Field, Item, Visitor};
pub use forward::Forward;
pub use init::Init;
pub use layers::*;
pub use losses::*;
pub use mode::Mode;
pub use module::Module;
pub use observe::{Observed, observe};
pub use param::{Buffer, Param};
pub use state::{Difference, StateDict};
pub use summary::{Summary, SummaryRow, summary};
pub use tapegrad_derive::Module;
pub use values::Values;
