//! The tensor, the tape, the backward walk and the ops of tapegrad.
//!
//! Start reading at `backward.rs`; an op is a file in `ops/`.

mod axes;
mod backward;
mod checkpoint;
mod contraction;
mod convert;
mod convolution;
pub mod cost;
mod create;
mod diagnose;
mod display;
pub mod error;
mod functional;
mod grad;
mod hook;
mod index;
mod layout;
mod leaf;
mod mode;
mod normalisation;
mod observe;
pub mod op;
mod operand;
mod operators;
pub mod ops;
mod random;
mod recurrent;
mod reduction;
mod rerun;
mod reuse;
mod roots;
pub mod scope;
pub mod spec;
pub mod tape;
mod tensor;
mod windows;

pub use axes::Axes;
pub use checkpoint::{Tensors, checkpoint};
pub use convert::{Literal, Nested};
pub use diagnose::{Diagnosis, ParameterGradient, PathEnd, Reason, diagnose};
pub use error::Error;
pub use functional::{hessian, hvp, jacobian, jvp, vjp};
pub use grad::{Grad, grad};
pub use hook::HookHandle;
pub use index::{Ellipsis, Index, IndexExpr, IndexItem, NewAxis, Span};
pub use layout::Layout;
pub use mode::{ModeGuard, enable_grad, is_recording, no_grad, no_grad_guard};
pub use op::Op;
pub use operand::{Operand, OperandRef, Scalar};
pub use ops::avg_pool2d::AvgPool2dOptions;
pub use ops::binary_cross_entropy_with_logits::BinaryCrossEntropyOptions;
pub use ops::conv_transpose1d::ConvTranspose1dOptions;
pub use ops::conv_transpose2d::ConvTranspose2dOptions;
pub use ops::conv1d::Conv1dOptions;
pub use ops::conv2d::Conv2dOptions;
pub use ops::conv3d::Conv3dOptions;
pub use ops::cross_entropy::CrossEntropyOptions;
pub use ops::gaussian_nll_loss::GaussianNllOptions;
pub use ops::interpolate::{Interpolation, Resize};
pub use ops::max_pool2d::MaxPool2dOptions;
pub use ops::multi_head_attention::{AttentionProjections, MultiHeadAttentionOptions};
pub use ops::multi_margin_loss::MultiMarginOptions;
pub use ops::nll_loss::NllLossOptions;
pub use ops::pad::Padding;
pub use ops::poisson_nll_loss::PoissonNllOptions;
pub use ops::scaled_dot_product_attention::AttentionOptions;
pub use ops::scatter_reduce::ScatterReduction;
pub use ops::sigmoid_focal_loss::FocalOptions;
pub use ops::split::Sections;
pub use ops::triplet_margin_loss::TripletMarginOptions;
pub use ops::unfold2d::Unfold2dOptions;
pub use random::{Rng, RngState, default_rng, manual_seed};
pub use recurrent::{Nonlinearity, RecurrentOptions, RecurrentWeights};
pub use reduction::Reduction;
pub use rerun::is_rerun;
pub use roots::{Backward, backward_all};
pub use tensor::Tensor;

pub use ndarray;
pub use tapegrad_kernels::{
    DType, Element, cached_bytes, isa,
    pool::{num_threads, parallel_jobs, set_num_threads},
    set_cache_limit, trim_cache,
};
