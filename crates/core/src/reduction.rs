//! What becomes of the losses of single elements or rows.

use crate::tensor::Tensor;
pub use tapegrad_kernels::cross_entropy::Reduction;

/// [`Reduction`] applied to a tensor of losses.
pub(crate) trait Reduce {
    #[track_caller]
    fn of(self, losses: Tensor) -> Tensor;
}

impl Reduce for Reduction {
    #[track_caller]
    fn of(self, losses: Tensor) -> Tensor {
        match self {
            Reduction::None => losses,
            Reduction::Sum => losses.sum(),
            Reduction::Mean => losses.mean(),
        }
    }
}
