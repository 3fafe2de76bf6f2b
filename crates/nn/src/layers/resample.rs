//! Images and sequences at another size.

use crate::{Forward, Module};
use tapegrad_core::{Interpolation, Resize, Tensor};

/// `[N, C, L]` or `[N, C, H, W]` at another size: a `usize` or an array of them are lengths, an `f64` or an array of them are
/// factors. The nearest place unless [`linear`](Self::linear). See [`Tensor::interpolate`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Upsample};
/// let x = Tensor::ones([1, 3, 4, 5]);
/// assert_eq!(Upsample::new(2.0).call(&x).shape(), [1, 3, 8, 10]);
/// assert_eq!(Upsample::new([7, 7]).linear().call(&x).shape(), [1, 3, 7, 7]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Upsample {
    /// The lengths, or the factors.
    pub to: Resize,
    /// How what lies between places is found.
    pub mode: Interpolation,
}

impl Upsample {
    /// To these lengths, or by these factors.
    pub fn new(to: impl Into<Resize>) -> Self {
        Upsample { to: to.into(), mode: Interpolation::Nearest }
    }

    /// On straight lines between places; along two axes, PyTorch's "bilinear".
    #[must_use]
    #[doc(alias = "bilinear")]
    pub fn linear(self) -> Self {
        Upsample { mode: Interpolation::Linear { align_corners: false }, ..self }
    }

    /// As [`linear`](Self::linear), with the first and last places of input and result on each other.
    #[must_use]
    #[doc(alias = "align_corners")]
    pub fn linear_aligned(self) -> Self {
        Upsample { mode: Interpolation::Linear { align_corners: true }, ..self }
    }
}

impl Forward for Upsample {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.interpolate(self.to.clone(), self.mode)
    }
}

macro_rules! shuffle {
    ($(#[$doc:meta])* $name:ident, $op:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// The side of a pixel's square.
            pub factor: usize,
        }

        impl $name {
            /// Squares of `factor` by `factor` pixels.
            pub fn new(factor: usize) -> Self {
                $name { factor }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(self.factor)
            }
        }
    };
}

shuffle! {
    /// `[.., C r^2, H, W]` as `[.., C, H r, W r]`. See [`Tensor::pixel_shuffle`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Forward, PixelShuffle};
    /// assert_eq!(PixelShuffle::new(2).call(&Tensor::ones([1, 8, 2, 3])).shape(), [1, 2, 4, 6]);
    /// ```
    PixelShuffle, pixel_shuffle
}

shuffle! {
    /// `[.., C, H r, W r]` as `[.., C r^2, H, W]`. See [`Tensor::pixel_unshuffle`].
    PixelUnshuffle, pixel_unshuffle
}
