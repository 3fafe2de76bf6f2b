//! Optimisers: each reads the parameters' gradients and moves the parameters, in one fused pass over each.
//!
//! An [`Optimizer`] holds the parameters and runs a [`Rule`] over them; [`Sgd`] and [`Adam`] are optimisers of two rules. A rule
//! is its options and the update of one parameter, so everything else (which parameters take part, what is remembered of
//! them, the learning rate) is written once.
//!
//! ```
//! use tapegrad_core::Tensor;
//! use tapegrad_optim::Sgd;
//!
//! let w = Tensor::from(3.0).requires_grad();
//! let mut opt = Sgd::new([&w], 0.1).momentum(0.5);
//! for _ in 0..100 {
//!     opt.zero_grad();
//!     (&w * &w).backward();
//!     opt.step();
//! }
//! assert!(w.item().abs() < 1e-9);
//! ```

mod adam;
mod optimizer;
mod sgd;

pub use adam::{Adam, AdamRule};
pub use optimizer::{Optimizer, Rule, Update};
pub use sgd::{Sgd, SgdRule};
