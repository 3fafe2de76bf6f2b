//! The largest element of each window.

use super::max_unpool2d::max_unpool2d;
use super::prelude::*;
use crate::windows::{Pooling, described};
use tapegrad_kernels::pooling::{self, Windows};

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

    #[track_caller]
    fn windows(&self, x: &Tensor) -> Windows {
        let stride = self.stride.unwrap_or(self.kernel);
        let MaxPool2dOptions { kernel, padding, dilation, ceil_mode, .. } = *self;
        Pooling { kernel, stride, padding, dilation, ceil_mode }.of("max_pool2d", x)
    }
}

/// The largest elements, and where they are in their images.
#[derive(Debug)]
struct MaxPool2d(Windows);

impl Op for MaxPool2d {
    fn name(&self) -> &'static str {
        "max_pool2d"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        described(&self.0)
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (values, indices) = pooling::max(&inputs[0].value(), &self.0);
        smallvec![Tensor::constant(values), Tensor::constant(indices)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(max_unpool2d(ctx.g(), &ctx.constant_output(1), self.0.image))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
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
        self.max_pool2d_with_indices(options).0
    }

    /// As [`Tensor::max_pool2d`], with the place of each largest element in its image, row by row (I64), for
    /// [`Tensor::max_unpool2d`].
    ///
    /// # Panics
    /// As [`Tensor::max_pool2d`].
    #[must_use]
    #[track_caller]
    pub fn max_pool2d_with_indices(&self, options: &MaxPool2dOptions) -> (Tensor, Tensor) {
        let mut outputs = MaxPool2d(options.windows(self)).apply_all(&[self]);
        let indices = outputs.swap_remove(1);
        (outputs.swap_remove(0), indices)
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
