//! The losses as modules, one family to a file: options that are set once, and weights of classes that are saved and converted with
//! the model. A loss with its usual options is shorter as a method of the prediction, which is what these call.

use crate::Values;
use tapegrad_core::Tensor;

/// A loss with its options, PyTorch's defaults and `reduction`. The numbers before the semicolon get setters of their names.
macro_rules! loss {
    (
        $(#[$doc:meta])*
        $Loss:ident {
            $($(#[$number_doc:meta])* $number:ident: f64 = $default:expr),* $(,)?
            $(; $($(#[$field_doc:meta])* $field:ident: $t:ty = $start:expr),+ $(,)?)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, $crate::Module)]
        #[module(library)]
        pub struct $Loss {
            $($(#[$number_doc])* pub $number: f64,)*
            $($($(#[$field_doc])* pub $field: $t,)+)?
            /// What becomes of the single losses: their mean, their sum, or themselves.
            pub reduction: ::tapegrad_core::Reduction,
        }

        /// With the mean of the losses, and the options at their defaults.
        impl Default for $Loss {
            fn default() -> Self {
                $Loss {
                    $($number: $default,)*
                    $($($field: $start,)+)?
                    reduction: ::tapegrad_core::Reduction::Mean,
                }
            }
        }

        impl $Loss {
            /// With the mean of the losses, and the options at their defaults.
            pub fn new() -> Self {
                $Loss::default()
            }

            /// The sum of the losses, or the losses themselves, in place of their mean.
            #[must_use]
            pub fn reduction(mut self, reduction: ::tapegrad_core::Reduction) -> Self {
                self.reduction = reduction;
                self
            }

            $(
                $(#[$number_doc])*
                #[must_use]
                pub fn $number(self, $number: f64) -> Self {
                    $Loss { $number, ..self }
                }
            )*
        }
    };
}

/// Setters of weights, which are buffers.
macro_rules! weights {
    ($Loss:ident { $($(#[$doc:meta])* $weight:ident),+ $(,)? }) => {
        impl $Loss {
            $(
                $(#[$doc])*
                ///
                /// # Panics
                /// If the tensor has a graph.
                #[must_use]
                #[track_caller]
                pub fn $weight(self, $weight: impl Into<::tapegrad_core::Tensor>) -> Self {
                    $Loss { $weight: Some($crate::Buffer::new($weight)), ..self }
                }
            )+
        }
    };
}

mod binary;
mod classes;
mod detection;
mod distributions;
mod likeness;
mod numbers;

pub use binary::{BCELoss, BCEWithLogitsLoss, SoftMarginLoss};
pub use classes::{CrossEntropyLoss, MultiMarginLoss, NLLLoss};
pub use detection::{DiceLoss, FocalLoss, GIoULoss, IoULoss};
pub use distributions::{GaussianNLLLoss, KLDivLoss, PoissonNLLLoss};
pub use likeness::{CosineEmbeddingLoss, HingeEmbeddingLoss, MarginRankingLoss, TripletMarginLoss};
pub use numbers::{HuberLoss, L1Loss, MSELoss, SmoothL1Loss};

/// What a loss takes in each place: a tensor, or a reference to one, so that a target that is used again need not be cloned.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_nn::{Forward, MSELoss};
/// let (y, target) = (tensor![1.0, 5.0], tensor![1.0, 3.0]);
/// let loss = MSELoss::new();
/// assert_eq!(loss.call(&(&y, &target)).item(), 2.0);
/// assert_eq!(loss.call(&(y * 2.0, &target)).item(), 25.0);
/// ```
#[diagnostic::on_unimplemented(message = "a loss takes tensors and references to tensors, not a `{Self}`")]
pub trait AsTensor: Values {
    /// The tensor.
    fn as_tensor(&self) -> &Tensor;
}

impl AsTensor for Tensor {
    fn as_tensor(&self) -> &Tensor {
        self
    }
}

impl AsTensor for &Tensor {
    fn as_tensor(&self) -> &Tensor {
        self
    }
}
