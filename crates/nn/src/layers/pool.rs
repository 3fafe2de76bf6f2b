//! Pooling: windows become one element each.

use super::per_axis::PerAxis;
use crate::{Forward, Module};
use tapegrad_core::{AvgPool2dOptions, MaxPool2dOptions, Tensor};

macro_rules! pool1d {
    ($(#[$doc:meta])* $name:ident, $op:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// The window's length.
            pub kernel: usize,
            /// The steps between windows.
            pub stride: usize,
            /// Places added on either side.
            pub padding: usize,
        }

        impl $name {
            /// Windows of `kernel` places side by side.
            pub fn new(kernel: usize) -> Self {
                $name { kernel, stride: kernel, padding: 0 }
            }

            /// The steps between windows, in place of the kernel.
            #[must_use]
            pub fn stride(self, stride: usize) -> Self {
                $name { stride, ..self }
            }

            /// Places added on either side, at most half the kernel.
            #[must_use]
            pub fn padding(self, padding: usize) -> Self {
                $name { padding, ..self }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(self.kernel, self.stride, self.padding)
            }
        }
    };
}

pool1d! {
    /// The largest of each window along the last axis. See [`Tensor::max_pool1d`].
    MaxPool1d, max_pool1d
}

pool1d! {
    /// The mean of each window along the last axis, with zeros for padding. See [`Tensor::avg_pool1d`].
    AvgPool1d, avg_pool1d
}

macro_rules! pool2d {
    ($(#[$doc:meta])* $name:ident, $op:ident, $Options:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// What the op takes.
            pub options: $Options,
        }

        impl $name {
            /// Windows of `kernel` places side by side.
            pub fn new(kernel: impl PerAxis<[usize; 2]>) -> Self {
                $name { options: $Options::new(kernel.per_axis()) }
            }

            /// The steps between windows, in place of the kernel.
            #[must_use]
            pub fn stride(mut self, stride: impl PerAxis<[usize; 2]>) -> Self {
                self.options.stride = Some(stride.per_axis());
                self
            }

            /// Places added on either side, at most half the kernel.
            #[must_use]
            pub fn padding(mut self, padding: impl PerAxis<[usize; 2]>) -> Self {
                self.options.padding = padding.per_axis();
                self
            }

            /// A window may reach beyond the padding at the end.
            #[must_use]
            pub fn ceil_mode(mut self) -> Self {
                self.options.ceil_mode = true;
                self
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(&self.options)
            }
        }
    };
}

pool2d! {
    /// The largest of each window of an image. See [`Tensor::max_pool2d`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Forward, MaxPool2d};
    /// let layer = MaxPool2d::new(3).stride(2).padding(1);
    /// assert_eq!(layer.call(&Tensor::ones([1, 2, 8, 8])).shape(), [1, 2, 4, 4]);
    /// ```
    MaxPool2d, max_pool2d, MaxPool2dOptions
}

impl MaxPool2d {
    /// The steps within the window.
    #[must_use]
    pub fn dilation(mut self, dilation: impl PerAxis<[usize; 2]>) -> Self {
        self.options.dilation = dilation.per_axis();
        self
    }
}

pool2d! {
    /// The mean of each window of an image. See [`Tensor::avg_pool2d`].
    AvgPool2d, avg_pool2d, AvgPool2dOptions
}

impl AvgPool2d {
    /// The zeros around the image do not count in the mean.
    #[must_use]
    pub fn exclude_pad(mut self) -> Self {
        self.options.count_include_pad = false;
        self
    }

    /// Sums are divided by this number.
    #[must_use]
    pub fn divisor(mut self, divisor: usize) -> Self {
        self.options.divisor = Some(divisor);
        self
    }
}

macro_rules! adaptive {
    ($(#[$doc:meta])* $name:ident, $op:ident, $lengths:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(library)]
        pub struct $name {
            /// How many windows there are.
            pub size: $lengths,
        }

        impl $name {
            /// As many windows as asked for, of whatever length.
            pub fn new(size: impl PerAxis<$lengths>) -> Self {
                $name { size: size.per_axis() }
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$op(self.size)
            }
        }
    };
}

adaptive! {
    /// Means along the last axis. See [`Tensor::adaptive_avg_pool1d`].
    AdaptiveAvgPool1d, adaptive_avg_pool1d, usize
}

adaptive! {
    /// Means of parts of an image. See [`Tensor::adaptive_avg_pool2d`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{AdaptiveAvgPool2d, Forward};
    /// assert_eq!(AdaptiveAvgPool2d::new(1).call(&Tensor::ones([2, 3, 7, 5])).shape(), [2, 3, 1, 1]);
    /// ```
    AdaptiveAvgPool2d, adaptive_avg_pool2d, [usize; 2]
}

adaptive! {
    /// The largest elements of parts of an image. See [`Tensor::adaptive_max_pool2d`].
    AdaptiveMaxPool2d, adaptive_max_pool2d, [usize; 2]
}

/// The largest elements of parts of the last axis: [`Tensor::adaptive_max_pool2d`] of rows.
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct AdaptiveMaxPool1d {
    /// How many windows there are.
    pub size: usize,
}

impl AdaptiveMaxPool1d {
    /// As many windows as asked for, of whatever length.
    pub fn new(size: usize) -> Self {
        AdaptiveMaxPool1d { size }
    }
}

impl Forward for AdaptiveMaxPool1d {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.unsqueeze(-2).adaptive_max_pool2d([1, self.size]).squeeze_dim(-2)
    }
}
