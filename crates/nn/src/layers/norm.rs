//! Mean 0 and variance 1 within each sample.

use crate::{Forward, Module, Param};
use tapegrad_core::{DType, Tensor, fail};

macro_rules! affine {
    ($name:ident) => {
        impl $name {
            /// The same without weight and bias.
            #[must_use]
            pub fn without_affine(self) -> Self {
                $name { weight: None, bias: None, ..self }
            }

            /// What is added to the variance.
            #[must_use]
            pub fn eps(self, eps: f64) -> Self {
                $name { eps, ..self }
            }
        }
    };
}

/// A weight of ones and a bias of zeros.
#[track_caller]
pub(crate) fn unit(shape: &[usize]) -> (Option<Param>, Option<Param>) {
    (Some(Param::new(Tensor::ones(shape))), Some(Param::new(Tensor::zeros(shape))))
}

/// Over the last axes, of lengths `shape`. See [`Tensor::layer_norm`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, LayerNorm};
/// let y = LayerNorm::new([64]).call(&Tensor::randn([2, 10, 64]));
/// assert!(y.mean().item().abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct LayerNorm {
    /// `shape`, ones at first.
    pub weight: Option<Param>,
    /// `shape`, zeros at first.
    pub bias: Option<Param>,
    /// The lengths of the axes that are normalised.
    pub shape: Vec<usize>,
    /// What is added to the variance.
    pub eps: f64,
}

impl LayerNorm {
    /// With an `eps` of 1e-5.
    #[track_caller]
    pub fn new(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let (weight, bias) = unit(&shape);
        LayerNorm { weight, bias, shape, eps: 1e-5 }
    }

    /// The same without bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        LayerNorm { bias: None, ..self }
    }
}
affine!(LayerNorm);

impl Forward for LayerNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(&self.shape, self.weight.as_deref(), self.bias.as_deref(), self.eps)
    }
}

/// Root mean square 1 over the last axes, of lengths `shape`. See [`Tensor::rms_norm`].
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct RMSNorm {
    /// `shape`, ones at first.
    pub weight: Option<Param>,
    /// The lengths of the axes that are normalised.
    pub shape: Vec<usize>,
    /// What is added to the mean square; the precision of the input's type if it is not given.
    pub eps: Option<f64>,
}

impl RMSNorm {
    /// With the precision of the input's type for `eps`.
    #[track_caller]
    pub fn new(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        RMSNorm { weight: unit(&shape).0, shape, eps: None }
    }

    /// The same without weight.
    #[must_use]
    pub fn without_affine(self) -> Self {
        RMSNorm { weight: None, ..self }
    }

    /// What is added to the mean square.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        RMSNorm { eps: Some(eps), ..self }
    }
}

impl Forward for RMSNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        let precision = if x.dtype() == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
        x.rms_norm(&self.shape, self.weight.as_deref(), self.eps.unwrap_or(precision))
    }
}

/// Over the channels of each group, and all places. See [`Tensor::group_norm`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, GroupNorm};
/// assert_eq!(GroupNorm::new(2, 6).call(&Tensor::randn([1, 6, 4, 4])).shape(), [1, 6, 4, 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct GroupNorm {
    /// `[channels]`, ones at first.
    pub weight: Option<Param>,
    /// `[channels]`, zeros at first.
    pub bias: Option<Param>,
    /// The groups of channels.
    pub groups: usize,
    /// What is added to the variance.
    pub eps: f64,
}

impl GroupNorm {
    /// With an `eps` of 1e-5.
    ///
    /// # Panics
    /// If the groups do not divide the channels.
    #[track_caller]
    pub fn new(groups: usize, channels: usize) -> Self {
        if !channels.is_multiple_of(groups) || groups == 0 {
            fail!("GroupNorm: {groups} groups do not divide {channels} channels");
        }
        let (weight, bias) = unit(&[channels]);
        GroupNorm { weight, bias, groups, eps: 1e-5 }
    }
}
affine!(GroupNorm);

impl Forward for GroupNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.group_norm(self.groups, self.weight.as_deref(), self.bias.as_deref(), self.eps)
    }
}

macro_rules! instance_norm {
    ($(#[$doc:meta])* $name:ident, $axes:literal, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// `[channels]`, ones at first; none without [`affine`](Self::affine).
            pub weight: Option<Param>,
            /// `[channels]`, zeros at first.
            pub bias: Option<Param>,
            /// The channels.
            pub channels: usize,
            /// What is added to the variance.
            pub eps: f64,
        }

        impl $name {
            /// Without weight and bias, with an `eps` of 1e-5.
            pub fn new(channels: usize) -> Self {
                $name { weight: None, bias: None, channels, eps: 1e-5 }
            }

            /// With a weight and a bias for each channel.
            #[must_use]
            pub fn affine(self) -> Self {
                let (weight, bias) = unit(&[self.channels]);
                $name { weight, bias, ..self }
            }

            /// What is added to the variance.
            #[must_use]
            pub fn eps(self, eps: f64) -> Self {
                $name { eps, ..self }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                if x.ndim() != $axes || x.shape()[1] != self.channels {
                    fail!(concat!(stringify!($name), ": input {:?}, expected ", $form, " of {} channels"), x.shape(), self.channels);
                }
                x.instance_norm(self.weight.as_deref(), self.bias.as_deref(), self.eps)
            }
        }
    };
}

instance_norm! {
    /// Over the places of each channel of each sequence, `[N, C, L]`. See [`Tensor::instance_norm`].
    InstanceNorm1d, 3, "[N, C, L]"
}

instance_norm! {
    /// Over the places of each channel of each image, `[N, C, H, W]`. See [`Tensor::instance_norm`].
    InstanceNorm2d, 4, "[N, C, H, W]"
}

/// Each element divided by a power of the mean square of its neighbours among the channels: `x / (k + alpha m)^beta`, m over a
/// window of `size` channels of `[N, C, ..]`. See [`Tensor::local_response_norm`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, LocalResponseNorm};
/// let layer = LocalResponseNorm::new(1).alpha(1.0).beta(1.0).k(0.0);
/// assert_eq!(layer.call(&Tensor::full([1, 1, 1], 2.0)).item(), 0.5);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct LocalResponseNorm {
    /// The window's length.
    pub size: usize,
    /// What the mean square is multiplied by.
    pub alpha: f64,
    /// The power.
    pub beta: f64,
    /// What is added.
    pub k: f64,
}

impl LocalResponseNorm {
    /// Windows of `size` channels, with alpha = 1e-4, beta = 0.75 and k = 1.
    pub fn new(size: usize) -> Self {
        LocalResponseNorm { size, alpha: 1e-4, beta: 0.75, k: 1.0 }
    }

    /// What the mean square is multiplied by.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        LocalResponseNorm { alpha, ..self }
    }

    /// The power.
    #[must_use]
    pub fn beta(self, beta: f64) -> Self {
        LocalResponseNorm { beta, ..self }
    }

    /// What is added.
    #[must_use]
    pub fn k(self, k: f64) -> Self {
        LocalResponseNorm { k, ..self }
    }
}

impl Forward for LocalResponseNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.local_response_norm(self.size, self.alpha, self.beta, self.k)
    }
}
