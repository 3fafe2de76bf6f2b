//! The options of pooling, checked, and the windows that follow from them.

use crate::fail;
use crate::ops::prelude::*;
use tapegrad_kernels::pooling::Windows;

/// Windows over the last two axes, as asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pooling {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) padding: [usize; 2],
    pub(crate) dilation: [usize; 2],
    pub(crate) ceil_mode: bool,
}

impl Pooling {
    /// The windows on the images of x.
    #[track_caller]
    pub(crate) fn of(&self, op: &str, x: &Tensor) -> Windows {
        check_float(op, x);
        let shape = x.shape();
        if !(3..=4).contains(&shape.len()) {
            fail!("{op}: input {shape:?}, expected [C, H, W] or [N, C, H, W]");
        }
        let image = [shape[shape.len() - 2], shape[shape.len() - 1]];
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
        let &Pooling { kernel, stride, padding, dilation, .. } = self;
        Windows { image, count: counts, kernel, stride, padding, dilation }
    }
}

/// What drawings tell of windows.
pub(crate) fn described(windows: &Windows) -> Vec<(&'static str, String)> {
    let Windows { kernel, stride, padding, dilation, .. } = windows;
    let lists = [("kernel", kernel), ("stride", stride), ("padding", padding), ("dilation", dilation)];
    lists.map(|(name, list)| (name, format!("{list:?}"))).to_vec()
}
