//! The activations as layers, with PyTorch's defaults: `ReLU::new()`, `LeakyReLU::default()`, `ELU::new(0.5)`.

use crate::{Forward, Module, Param};
use tapegrad_core::Tensor;

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident => $op:ident;)*) => {$(
        $(#[$doc])*
        #[doc = concat!("See [`Tensor::", stringify!($op), "`].")]
        #[derive(Clone, Copy, Debug, Default, Module)]
        #[module(library)]
        pub struct $name {
            /// Modules are told apart by their addresses, which need a place.
            place: u8,
        }

        impl $name {
            /// The layer.
            pub fn new() -> Self {
                $name::default()
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op()
            }
        }
    )*};
}

activations! {
    /// max(x, 0).
    ReLU => relu;
    /// min(max(x, 0), 6).
    ReLU6 => relu6;
    /// ELU that keeps mean 0 and variance 1.
    SELU => selu;
    /// x sigmoid(x).
    SiLU => silu;
    /// x tanh(softplus(x)).
    Mish => mish;
    /// 1 / (1 + e^-x).
    Sigmoid => sigmoid;
    /// log(sigmoid(x)).
    LogSigmoid => log_sigmoid;
    /// The sigmoid by straight lines.
    Hardsigmoid => hardsigmoid;
    /// SiLU by straight lines.
    Hardswish => hardswish;
    /// The hyperbolic tangent.
    Tanh => tanh;
    /// x / (1 + |x|).
    Softsign => softsign;
    /// x - tanh(x).
    Tanhshrink => tanhshrink;
}

macro_rules! with_numbers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $t:ty $(= $default:expr)?),+ } => $op:ident;)*) => {$(
        $(#[$doc])*
        #[doc = concat!("See [`Tensor::", stringify!($op), "`].")]
        #[derive(Clone, Copy, Debug, Module)]
        #[module(library)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $t,)+
        }

        impl $name {
            /// With these numbers.
            pub fn new($($field: $t),+) -> Self {
                $name { $($field),+ }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op($(self.$field),+)
            }
        }

        with_numbers!(@default $name $($field $(= $default)?),+);
    )*};
    (@default $name:ident $($field:ident = $default:expr),+) => {
        /// With PyTorch's numbers.
        impl Default for $name {
            fn default() -> Self {
                $name { $($field: $default),+ }
            }
        }
    };
    (@default $name:ident $($field:ident),+) => {};
}

with_numbers! {
    /// x above 0, else slope x.
    LeakyReLU {
        /// The slope below 0, 0.01.
        slope: f64 = 0.01
    } => leaky_relu;
    /// x above 0, else alpha (e^x - 1).
    ELU {
        /// The limit below, 1.
        alpha: f64 = 1.0
    } => elu;
    /// x above 0, else alpha (e^(x / alpha) - 1).
    CELU {
        /// The limit below, 1.
        alpha: f64 = 1.0
    } => celu;
    /// x within bounds, else the bound.
    Hardtanh {
        /// The lower bound, -1.
        min: f64 = -1.0,
        /// The upper bound, 1.
        max: f64 = 1.0
    } => hardtanh;
    /// log(1 + e^(beta x)) / beta.
    Softplus {
        /// How sharp the bend is, 1.
        beta: f64 = 1.0,
        /// Where beta x is above, it is x; 20.
        threshold: f64 = 20.0
    } => softplus_with;
    /// x moved towards 0 by lambda, 0 in between.
    Softshrink {
        /// By how much, 0.5.
        lambda: f64 = 0.5
    } => softshrink;
    /// x, but 0 from -lambda to lambda.
    Hardshrink {
        /// Up to where, 0.5.
        lambda: f64 = 0.5
    } => hardshrink;
    /// x above a threshold, else a value.
    Threshold {
        /// Above which x stays.
        threshold: f64,
        /// What stands for the rest.
        value: f64
    } => threshold;
    /// The first half of an axis times the sigmoid of the second.
    GLU {
        /// The axis, the last.
        axis: isize = -1
    } => glu;
    /// e^x over its sum along an axis.
    Softmax {
        /// The axis.
        axis: isize
    } => softmax;
    /// The softmax of -x.
    Softmin {
        /// The axis.
        axis: isize
    } => softmin;
    /// The logarithm of the softmax.
    LogSoftmax {
        /// The axis.
        axis: isize
    } => log_softmax;
}

/// x times the distribution function of the normal distribution. See [`Tensor::gelu`].
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(library)]
pub struct GELU {
    /// Whether it is computed by tanh, approximately.
    pub tanh: bool,
}

impl GELU {
    /// By the error function.
    pub fn new() -> Self {
        GELU { tanh: false }
    }

    /// By tanh, approximately: [`Tensor::gelu_tanh`].
    pub fn tanh() -> Self {
        GELU { tanh: true }
    }
}

impl Forward for GELU {
    fn forward(&self, x: &Tensor) -> Tensor {
        if self.tanh { x.gelu_tanh() } else { x.gelu() }
    }
}

/// x above 0, else a learned slope times x. See [`Tensor::prelu`].
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_nn::{Forward, PReLU};
/// assert_eq!(PReLU::new(1).call(&tensor![-2.0, 3.0]).to_vec::<f32>().unwrap(), [-0.5, 3.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct PReLU {
    /// The slope: `[1]` or `[channels]`, a quarter at first.
    pub weight: Param,
}

impl PReLU {
    /// One slope (`1`), or one for each channel, which is axis 1.
    #[track_caller]
    pub fn new(channels: usize) -> Self {
        PReLU { weight: Param::new(Tensor::full([channels], 0.25)) }
    }
}

/// With one slope.
impl Default for PReLU {
    fn default() -> Self {
        PReLU::new(1)
    }
}

impl Forward for PReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.prelu(&self.weight)
    }
}
