//! Gradients checked against finite differences, and strategies that draw the inputs.
//!
//! [`gradcheck`] compares what the tape says with central differences in f64, [`gradgradcheck`] does so for the derivative of
//! the derivative. A function is checked in three lines:
//!
//! ```
//! use tapegrad_core::Tensor;
//! use tapegrad_gradcheck::GradCheck;
//! let (x, w) = (Tensor::from([[0.5, -1.0], [2.0, 0.1]]), Tensor::from([0.3, 0.7]));
//! GradCheck::new().check(|x| (&x[0] * &x[1]).sin().sum_dim(1), &[x, w]);
//! ```
//!
//! With the feature `proptest`, [`strategies`] draws tensors of every shape, range and layout, and [`programs`] whole
//! expressions; both shrink to a small case.

mod check;
mod differences;
mod outputs;
#[cfg(feature = "proptest")]
pub mod programs;
mod report;
#[cfg(feature = "proptest")]
pub mod strategies;

pub use check::{GradCheck, gradcheck, gradgradcheck};
pub use outputs::IntoOutputs;
#[cfg(feature = "proptest")]
pub use proptest;
pub use report::{Finding, Mismatch, OpSite, OutputElement, Report};
