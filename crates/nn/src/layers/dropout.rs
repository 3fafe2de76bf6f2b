//! Elements left out at random while training.

use crate::{Forward, Mode, Module};
use tapegrad_core::Tensor;

macro_rules! dropout {
    ($(#[$doc:meta])* $name:ident, $op:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// The probability to be left out.
            pub p: f64,
            /// Whether anything is left out.
            pub mode: Mode,
        }

        impl $name {
            /// Leaves out with probability `p` while training.
            pub fn new(p: f64) -> Self {
                $name { p, mode: Mode::new() }
            }
        }

        /// With a probability of one half.
        impl Default for $name {
            fn default() -> Self {
                $name::new(0.5)
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(self.p, self.mode.is_training())
            }
        }
    };
}

dropout! {
    /// Leaves out elements. See [`Tensor::dropout`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Dropout, Forward, Module};
    /// let (layer, x) = (Dropout::new(0.5), Tensor::ones([1000]));
    /// assert!(!layer.call(&x).equal(&x));
    /// layer.eval();
    /// assert!(layer.call(&x).equal(&x));
    /// ```
    Dropout, dropout
}

dropout! {
    /// Leaves out whole channels of `[N, C, ..]`. See [`Tensor::dropout2d`].
    Dropout2d, dropout2d
}

dropout! {
    /// Puts elements to the lower limit of SELU and keeps mean and variance. See [`Tensor::alpha_dropout`].
    AlphaDropout, alpha_dropout
}
