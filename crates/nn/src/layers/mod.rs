//! The layers, one family to a file.

mod activation;
mod attention;
mod batch_norm;
mod bilinear;
mod conv;
mod dropout;
mod embedding;
mod func;
mod linear;
mod norm;
mod per_axis;
mod pool;
mod positions;
mod recurrent;
mod resample;
mod sequential;
mod shape;
mod transformer;

pub use activation::{
    CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax, Mish, PReLU,
    ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
};
pub use attention::{AttentionMasks, MultiheadAttention};
pub use batch_norm::{BatchNorm1d, BatchNorm2d};
pub use bilinear::Bilinear;
pub use conv::{Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d};
pub use dropout::{AlphaDropout, Dropout, Dropout2d};
pub use embedding::Embedding;
pub use func::Func;
pub use linear::Linear;
pub use norm::{GroupNorm, InstanceNorm1d, InstanceNorm2d, LayerNorm, LocalResponseNorm, RMSNorm};
pub use per_axis::PerAxis;
pub use pool::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, MaxPool1d,
    MaxPool2d,
};
pub use positions::{LearnedPositions, RotaryPositions, SinusoidalPositions};
pub use recurrent::{GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell, RecurrentSet, Sequences};
pub use resample::{PixelShuffle, PixelUnshuffle, Upsample};
pub use sequential::Sequential;
pub use shape::{Flatten, Identity, Unflatten};
pub use transformer::{TransformerDecoderLayer, TransformerEncoderLayer};
