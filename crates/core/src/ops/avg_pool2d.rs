//! The mean of each window.

use super::prelude::*;
use crate::windows::{Pooling, described};
use tapegrad_kernels::pooling::{self, Divisor, Windows};

/// The options of [`Tensor::avg_pool2d`].
#[derive(Clone, Debug)]
pub struct AvgPool2dOptions {
    /// The window's height and width.
    pub kernel: [usize; 2],
    /// The steps between windows; the kernel without.
    pub stride: Option<[usize; 2]>,
    /// Zeros around the image; at most half the kernel.
    pub padding: [usize; 2],
    /// Whether a window may reach beyond the padding at the end.
    pub ceil_mode: bool,
    /// Whether these zeros count in the mean.
    pub count_include_pad: bool,
    /// A number to divide sums by, in place of the number of places.
    pub divisor: Option<usize>,
}

impl AvgPool2dOptions {
    /// Windows side by side.
    pub fn new(kernel: [usize; 2]) -> Self {
        let (stride, padding) = (None, [0, 0]);
        AvgPool2dOptions { kernel, stride, padding, ceil_mode: false, count_include_pad: true, divisor: None }
    }
}

impl Tensor {
    /// The mean of each window over the last two axes, `[N, C, H, W]` or `[C, H, W]`.
    ///
    /// ```
    /// use tapegrad_core::{AvgPool2dOptions, tensor};
    /// let y = tensor![[[1.0, 2.0], [3.0, 0.0]]].avg_pool2d(&AvgPool2dOptions::new([2, 2]));
    /// assert_eq!(y.item(), 1.5);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has other axes, the padding is more than half the kernel, a number that must be positive
    /// is 0, or the image is smaller than a window.
    #[must_use]
    #[track_caller]
    pub fn avg_pool2d(&self, options: &AvgPool2dOptions) -> Tensor {
        let AvgPool2dOptions { kernel, stride, padding, ceil_mode, count_include_pad, divisor } = *options;
        let pooling = Pooling { kernel, stride: stride.unwrap_or(kernel), padding, dilation: [1, 1], ceil_mode };
        let windows = pooling.of("avg_pool2d", self);
        let divisor = match divisor {
            Some(0) => fail!("avg_pool2d: the divisor is 0"),
            Some(divisor) => Divisor::Given(divisor),
            None if count_include_pad => Divisor::Padded,
            None => Divisor::Image,
        };
        AvgPool2d { windows, divisor }.apply(&[self])
    }
}

/// The sums of windows, divided.
#[derive(Clone, Debug)]
struct AvgPool2d {
    windows: Windows,
    divisor: Divisor,
}

impl AvgPool2d {
    fn described(&self) -> Vec<(&'static str, String)> {
        let mut attributes = described(&self.windows);
        attributes.push(("divisor", format!("{:?}", self.divisor)));
        attributes
    }
}

impl Op for AvgPool2d {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(pooling::mean(&inputs[0].value(), &self.windows, self.divisor))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(Spread(self.clone()).apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Its adjoint: g, divided, in all places of its window.
#[derive(Debug)]
struct Spread(AvgPool2d);

impl Op for Spread {
    fn name(&self) -> &'static str {
        "avg_pool2d_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(pooling::spread(&inputs[0].value(), &self.0.windows, self.0.divisor))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(self.0.clone().apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "avg_pool2d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the mean of x over each window",
    derivative: "g / number, added up over the windows",
    kind: Derivative::Linear,
    samples: || {
        let options = AvgPool2dOptions::new;
        vec![
            Sample::new("plain", [spread([2, 1, 4, 4], -2.0, 2.0)], move |x| x[0].avg_pool2d(&options([2, 2]))),
            Sample::new("padding", [spread([1, 4, 3], -2.0, 2.0)], move |x| {
                x[0].avg_pool2d(&AvgPool2dOptions { stride: Some([1, 2]), padding: [1, 0], ..options([3, 2]) })
            }),
            Sample::new("without padding in the mean", [spread([1, 4, 3], -2.0, 2.0)], move |x| {
                let options = AvgPool2dOptions { padding: [1, 1], count_include_pad: false, ..options([2, 2]) };
                x[0].avg_pool2d(&options)
            }),
            Sample::new("divisor", [spread([1, 4, 4], -2.0, 2.0)], move |x| {
                x[0].avg_pool2d(&AvgPool2dOptions { divisor: Some(3), ..options([2, 2]) })
            }),
            Sample::new("size 1", [spread([1, 1, 1], -2.0, 2.0)], move |x| x[0].avg_pool2d(&options([1, 1]))),
            Sample::new("size 0", [spread([0, 1, 2, 2], -2.0, 2.0)], move |x| x[0].avg_pool2d(&options([2, 2]))),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 2]).avg_pool2d(&AvgPool2dOptions::new([2, 2])),
                "avg_pool2d: input [2, 2], expected"
            ),
            misuse!(
                Tensor::zeros([1, 2, 2]).avg_pool2d(&AvgPool2dOptions::new([3, 3])),
                "avg_pool2d: windows of 3 along"
            ),
        ]
    },
    kinks: no_kinks,
};
