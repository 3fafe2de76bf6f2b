//! The largest element of each window.

use super::prelude::*;
use crate::windows::Windows;

/// The options of [`Tensor::max_pool2d`].
#[derive(Clone, Debug)]
pub struct MaxPool2dOptions {
    /// The window's height and width.
    pub kernel: [usize; 2],
    /// The steps between windows; the kernel without.
    pub stride: Option<[usize; 2]>,
    /// Places around the image that are never the largest; at most half the kernel.
    pub padding: [usize; 2],
    /// The steps between the places of a window.
    pub dilation: [usize; 2],
    /// Whether a window may reach beyond the padding at the end.
    pub ceil_mode: bool,
}

impl MaxPool2dOptions {
    /// Windows side by side.
    pub fn new(kernel: [usize; 2]) -> Self {
        MaxPool2dOptions { kernel, stride: None, padding: [0, 0], dilation: [1, 1], ceil_mode: false }
    }

    fn windows(&self) -> Windows {
        let stride = self.stride.unwrap_or(self.kernel);
        let MaxPool2dOptions { kernel, padding, dilation, ceil_mode, .. } = *self;
        Windows { kernel, stride, padding, dilation, ceil_mode }
    }
}

impl Tensor {
    /// The largest element of each window over the last two axes, `[N, C, H, W]` or `[C, H, W]`. NaN counts as the largest; the
    /// gradient goes to the first of equals.
    ///
    /// ```
    /// use tapegrad_core::{MaxPool2dOptions, tensor};
    /// let y = tensor![[[1.0, 2.0], [3.0, 0.0]]].max_pool2d(&MaxPool2dOptions::new([2, 2]));
    /// assert_eq!(y.item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has other axes, the padding is more than half the kernel, a number that must be positive
    /// is 0, or the image is smaller than a window.
    #[must_use]
    #[track_caller]
    pub fn max_pool2d(&self, options: &MaxPool2dOptions) -> Tensor {
        check_float("max_pool2d", self);
        options.windows().of("max_pool2d", self, f64::NEG_INFINITY).max_dim(-1).0
    }

    /// As [`Tensor::max_pool2d`], with the place of each largest element in its image, row by row (I64), for
    /// [`Tensor::max_unpool2d`].
    ///
    /// # Panics
    /// As [`Tensor::max_pool2d`].
    #[must_use]
    #[track_caller]
    pub fn max_pool2d_with_indices(&self, options: &MaxPool2dOptions) -> (Tensor, Tensor) {
        check_float("max_pool2d", self);
        let windows = options.windows();
        let (values, place) = windows.of("max_pool2d", self, f64::NEG_INFINITY).max_dim(-1);
        let count = windows.count("max_pool2d", self.shape());
        let along = |k: usize, within: Tensor| {
            let first = Tensor::arange(0, count[k] as i64) * windows.stride[k] as i64 - windows.padding[k] as i64;
            within * windows.dilation[k] as i64 + if k == 0 { first.unsqueeze(1) } else { first }
        };
        let width = windows.kernel[1] as i64;
        let (row, column) = (along(0, place.floor_divide(width)), along(1, place.remainder(width)));
        (values, row * self.shape()[self.ndim() - 1] as i64 + column)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "max_pool2d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the largest x of each window",
    derivative: "g added up at the largest places",
    kind: Derivative::Linear,
    samples: || {
        let options = MaxPool2dOptions::new;
        vec![
            Sample::new("plain", [spread([2, 1, 4, 4], -2.0, 2.0)], move |x| x[0].max_pool2d(&options([2, 2]))),
            Sample::new("overlapping", [spread([1, 4, 3], -2.0, 2.0)], move |x| {
                x[0].max_pool2d(&MaxPool2dOptions { stride: Some([1, 2]), padding: [1, 0], ..options([3, 2]) })
            }),
            Sample::new("dilation, ceil_mode", [spread([1, 1, 6, 5], -2.0, 2.0)], move |x| {
                x[0].max_pool2d(&MaxPool2dOptions { dilation: [2, 1], ceil_mode: true, ..options([2, 2]) })
            }),
            Sample::new("indices", [spread([1, 1, 4, 4], -2.0, 2.0)], move |x| {
                x[0].max_pool2d_with_indices(&options([2, 2])).0
            }),
            Sample::new("size 1", [spread([1, 1, 1], -2.0, 2.0)], move |x| x[0].max_pool2d(&options([1, 1]))),
            Sample::new("size 0", [spread([0, 1, 2, 2], -2.0, 2.0)], move |x| x[0].max_pool2d(&options([2, 2]))),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 2]).max_pool2d(&MaxPool2dOptions::new([2, 2])),
                "max_pool2d: input [2, 2], expected"
            ),
            misuse!(
                Tensor::zeros([1, 2, 2]).max_pool2d(&MaxPool2dOptions::new([3, 3])),
                "max_pool2d: windows of 3 along"
            ),
            misuse!(Tensor::zeros([1, 2, 2]).max_pool2d(&MaxPool2dOptions::new([0, 1])), "max_pool2d: kernel [0, 1]"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "equals",
            inputs: vec![Tensor::from([[[1.0, 1.0], [0.0, 1.0]]])],
            call: |x| x[0].max_pool2d(&MaxPool2dOptions::new([2, 2])),
            gradients: vec![vec![1.0, 0.0, 0.0, 0.0]],
        }]
    },
};
