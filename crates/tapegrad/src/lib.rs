//! A tape-based reverse-mode automatic differentiation engine for the CPU.
//!
//! A [`Tensor`] records what is computed from it onto a tape: a graph whose nodes are data and whose edges are operations.
//! [`Tensor::backward`] walks the graph in reverse and applies the chain rule.
//!
//! ```
//! use tapegrad::prelude::*;
//!
//! let x = tensor![[1.0, 2.0], [3.0, 4.0]];
//! let w = tensor![0.5, -1.0].requires_grad();
//! let b = Tensor::from(0.1f32).requires_grad();
//!
//! let loss = (&x * &w + &b).tanh().sum();
//! loss.backward();
//!
//! assert_eq!(w.grad().unwrap().shape(), [2]);
//! ```

pub use tapegrad_core::*;

#[cfg(feature = "data")]
pub use tapegrad_data as data;
#[cfg(feature = "gradcheck")]
pub use tapegrad_gradcheck as gradcheck;
#[cfg(feature = "nn")]
pub use tapegrad_nn as nn;
#[cfg(feature = "optim")]
pub use tapegrad_optim as optim;
#[cfg(feature = "train")]
pub use tapegrad_train as train;
#[cfg(feature = "viz")]
pub use tapegrad_viz as viz;

/// What most programs use.
pub mod prelude {
    pub use tapegrad_core::{DType, Op, Operand, Tensor, grad, no_grad, tensor};
    #[cfg(feature = "nn")]
    pub use tapegrad_nn::{Buffer, Forward, Module, Param};
}

/// The README and the book, whose code runs as doc tests.
#[cfg(all(doctest, feature = "full"))]
mod book {
    macro_rules! pages {
        ($($name:ident = $file:literal),*) => {$(
            #[doc = include_str!(concat!("../../../", $file))]
            mod $name {}
        )*};
    }
    pages!(
        readme = "README.md",
        graph = "docs/graph.md",
        tensors = "docs/tensors.md",
        gradients = "docs/gradients.md",
        custom_ops = "docs/custom_ops.md",
        checking = "docs/checking.md",
        finding_faults = "docs/finding_faults.md",
        memory = "docs/memory.md",
        models = "docs/models.md",
        optimisers = "docs/optimisers.md",
        data = "docs/data.md",
        training = "docs/training.md"
    );
}
