//! Convolutions and their transposes.

use super::linear::default_init;
use super::per_axis::PerAxis;
use crate::{Forward, Module, Param};
use tapegrad_core::{
    Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions, Tensor, fail,
};

/// A kernel `[first, second / groups, window..]` and a bias of `outputs`, uniform within the root of 1 over the product of all the
/// kernel's lengths but the first, as PyTorch has it.
#[track_caller]
fn start(channels: [usize; 2], window: &[usize], groups: usize, outputs: usize) -> (Param, Param) {
    let [first, second] = channels;
    if groups == 0 || ![first, second].iter().all(|channels| channels.is_multiple_of(groups)) {
        fail!("conv: {groups} groups do not divide {first} and {second} channels");
    }
    let shape: Vec<usize> = [first, second / groups].into_iter().chain(window.iter().copied()).collect();
    let (weight, bias) = (Param::new(Tensor::zeros(&shape)), Param::new(Tensor::zeros([outputs])));
    default_init(shape[1..].iter().product(), [&weight, &bias]);
    (weight, bias)
}

macro_rules! conv {
    (
        $(#[$doc:meta])*
        $name:ident, $op:ident, $Options:ident, $axes:literal, $lengths:ty, $shape:literal,
        |$in:ident, $out:ident| $order:expr, $outputs_axis:literal $(, $output_padding:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            #[doc = $shape]
            pub weight: Param,
            /// `[out]`.
            pub bias: Option<Param>,
            /// Stride, padding, dilation, groups.
            pub options: $Options,
        }

        impl $name {
            /// From `inputs` channels to `outputs`, with windows of `kernel` places.
            ///
            /// # Panics
            /// If the kernel does not fit the address space.
            #[track_caller]
            pub fn new(inputs: usize, outputs: usize, kernel: impl PerAxis<[usize; $axes]>) -> Self {
                let ($in, $out) = (inputs, outputs);
                let (weight, bias) = start($order, &kernel.per_axis(), 1, outputs);
                $name { weight, bias: Some(bias), options: $Options::default() }
            }

            /// The same without bias.
            #[must_use]
            pub fn without_bias(self) -> Self {
                $name { bias: None, ..self }
            }

            /// The steps of the window.
            #[must_use]
            pub fn stride(mut self, stride: impl PerAxis<$lengths>) -> Self {
                self.options.stride = stride.per_axis();
                self
            }

            /// What the op takes as padding.
            #[must_use]
            pub fn padding(mut self, padding: impl PerAxis<$lengths>) -> Self {
                self.options.padding = padding.per_axis();
                self
            }

            /// The steps within the window.
            #[must_use]
            pub fn dilation(mut self, dilation: impl PerAxis<$lengths>) -> Self {
                self.options.dilation = dilation.per_axis();
                self
            }

            $(
                /// Places added at the end of the output.
                #[must_use]
                pub fn $output_padding(mut self, places: impl PerAxis<$lengths>) -> Self {
                    self.options.$output_padding = places.per_axis();
                    self
                }
            )?

            /// Channels in that many groups, convolved apart. The kernel is drawn anew, since it then has fewer channels.
            ///
            /// # Panics
            /// If they do not divide the channels.
            #[must_use]
            #[track_caller]
            pub fn groups(mut self, groups: usize) -> Self {
                let old = self.options.groups;
                let (first, second) = (self.weight.shape()[0], self.weight.shape()[1] * old);
                let outputs = if $outputs_axis == 0 { first } else { second };
                let (weight, bias) = start([first, second], &self.weight.shape()[2..], groups, outputs);
                self.options.groups = groups;
                $name { weight, bias: self.bias.is_some().then_some(bias), ..self }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(&self.weight, self.bias.as_deref(), &self.options)
            }
        }
    };
}

conv! {
    /// A convolution along one axis: `[N, in, L]` or `[in, L]`. See [`Tensor::conv1d`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Conv1d, Forward};
    /// let layer = Conv1d::new(2, 4, 3).padding(1);
    /// assert_eq!(layer.call(&Tensor::ones([1, 2, 8])).shape(), [1, 4, 8]);
    /// ```
    Conv1d, conv1d, Conv1dOptions, 1, usize, "`[out, in / groups, k]`.", |i, o| [o, i], 0
}

conv! {
    /// A convolution of images: `[N, in, H, W]` or `[in, H, W]`. See [`Tensor::conv2d`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Conv2d, Forward};
    /// let layer = Conv2d::new(3, 8, 3).stride(2).padding(1);
    /// assert_eq!(layer.call(&Tensor::ones([1, 3, 8, 8])).shape(), [1, 8, 4, 4]);
    /// assert_eq!(Conv2d::new(4, 8, [3, 5]).groups(2).weight.shape(), [8, 2, 3, 5]);
    /// ```
    Conv2d, conv2d, Conv2dOptions, 2, [usize; 2], "`[out, in / groups, h, w]`.", |i, o| [o, i], 0
}

conv! {
    /// A convolution of volumes: `[N, in, D, H, W]` or `[in, D, H, W]`. See [`Tensor::conv3d`].
    Conv3d, conv3d, Conv3dOptions, 3, [usize; 3], "`[out, in / groups, d, h, w]`.", |i, o| [o, i], 0
}

conv! {
    /// A transposed convolution along one axis: `[N, in, L]` or `[in, L]`. See [`Tensor::conv_transpose1d`].
    ConvTranspose1d, conv_transpose1d, ConvTranspose1dOptions, 1, usize, "`[in, out / groups, k]`.", |i, o| [i, o], 1,
    output_padding
}

conv! {
    /// A transposed convolution of images: `[N, in, H, W]` or `[in, H, W]`. See [`Tensor::conv_transpose2d`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{ConvTranspose2d, Forward};
    /// let layer = ConvTranspose2d::new(8, 3, 2).stride(2);
    /// assert_eq!(layer.call(&Tensor::ones([1, 8, 4, 4])).shape(), [1, 3, 8, 8]);
    /// ```
    ConvTranspose2d, conv_transpose2d, ConvTranspose2dOptions, 2, [usize; 2], "`[in, out / groups, h, w]`.", |i, o| [i, o], 1,
    output_padding
}
