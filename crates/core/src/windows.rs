//! The windows that pooling looks at, as a view of the padded image.

use crate::fail;
use crate::ops::pad::Padding;
use crate::ops::prelude::*;
use crate::ops::unfold::Walk;

/// Windows over the last two axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
    pub(crate) dilation: [usize; 2],
    pub(crate) ceil_mode: bool,
}

impl Windows {
    /// The number of windows along both axes of an image.
    #[track_caller]
    pub(crate) fn count(&self, op: &str, shape: &[usize]) -> [usize; 2] {
        if !(3..=4).contains(&shape.len()) {
            fail!("{op}: input {shape:?}, expected [C, H, W] or [N, C, H, W]");
        }
        let image = &shape[shape.len() - 2..];
        let mut counts = [0, 0];
        for k in [0, 1] {
            let (kernel, stride, padding) = (self.kernel[k], self.stride[k], self.padding[k]);
            if kernel == 0 || stride == 0 || self.dilation[k] == 0 || 2 * padding > kernel {
                fail!(
                    "{op}: kernel {:?}, stride {:?}, padding {:?}, dilation {:?}: expected positive numbers and a padding of at most \
                     half the kernel",
                    self.kernel,
                    self.stride,
                    self.padding,
                    self.dilation
                );
            }
            let (length, span) = (image[k] + 2 * padding, self.dilation[k] * (kernel - 1) + 1);
            let Some(rest) = length.checked_sub(span) else {
                fail!("{op}: windows of {span} along an axis of {length} of {shape:?}, padding included");
            };
            let count = if self.ceil_mode { rest.div_ceil(stride) } else { rest / stride } + 1;
            // The last window begins inside the image or the padding before it.
            let beyond = self.ceil_mode && (count - 1) * stride >= image[k] + padding;
            counts[k] = count - usize::from(beyond);
        }
        counts
    }

    /// All windows, `[.., OH, OW, KH * KW]`, of an image around which `value` stands.
    #[track_caller]
    pub(crate) fn of(&self, op: &str, x: &Tensor, value: f64) -> Tensor {
        let count = self.count(op, x.shape());
        let lead = x.ndim() - 2;
        let mut padded = x.clone();
        for k in [0, 1] {
            let reach = (count[k] - 1) * self.stride[k] + self.dilation[k] * (self.kernel[k] - 1) + 1;
            let (before, length) = (self.padding[k], x.shape()[lead + k]);
            let after = reach.saturating_sub(before + length);
            if before + after > 0 {
                padded = padded.pad((lead + k) as isize, before, after, Padding::Constant(value));
            }
        }
        let (n, shape) = (x.ndim(), padded.shape());
        let along = |axis: usize, step: usize| -> Dims { (0..n).map(|a| if a == axis { step } else { 0 }).collect() };
        let mut axes: Vec<(usize, Dims)> = (0..lead).map(|a| (shape[a], along(a, 1))).collect();
        axes.extend([0, 1].map(|k| (count[k], along(lead + k, self.stride[k]))));
        axes.extend([0, 1].map(|k| (self.kernel[k], along(lead + k, self.dilation[k]))));
        let walk = Walk { name: "windows", of: Dims::from_slice(shape), start: Dims::from_elem(0, n), axes };
        walk.apply(&[&padded]).flatten_dims(-2, -1)
    }
}
