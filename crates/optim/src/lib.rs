//! Optimisers: each reads the parameters' gradients and moves the parameters, in one fused pass over each.
//!
//! An [`Optimizer`] holds the parameters and runs a [`Rule`] over them; [`Sgd`], [`Adam`] and the others are optimisers of
//! different rules. A rule is its options and the update of one parameter, so everything else (which parameters take part, what
//! is remembered of them, the learning rate, groups, the state) is written once.
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

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod average;
mod checks;
mod clip;
mod error;
mod finder;
mod lbfgs;
mod line_search;
mod lion;
mod nadam;
mod optimizer;
mod penalty;
mod radam;
mod rmsprop;
mod rprop;
pub mod schedule;
mod sgd;
mod slot;
mod state;

pub use adadelta::{Adadelta, AdadeltaRule};
pub use adagrad::{Adagrad, AdagradRule};
pub use adam::{Adam, AdamRule, AdamW};
pub use adamax::{Adamax, AdamaxRule};
pub use average::Average;
pub use clip::{ClipNorm, clip_grad_norm, clip_grad_value};
pub use error::Error;
pub use finder::{LrCurve, LrFinder};
pub use lbfgs::Lbfgs;
pub use lion::{Lion, LionRule};
pub use nadam::{NAdam, NAdamRule};
pub use optimizer::{Optimizer, Rule, Update};
pub use penalty::{elastic_net_penalty, l1_penalty, l2_penalty};
pub use radam::{RAdam, RAdamRule};
pub use rmsprop::{RmsProp, RmsPropRule};
pub use rprop::{Rprop, RpropRule};
pub use sgd::{Sgd, SgdRule};
pub use slot::Buffer;
