//! Convolutions over one to three axes, their adjoint, and their derivative by the weight. Each is one call, and each is the
//! derivative of the other two.
//!
//! No matrix of patches is made. An image, or a band of it that stays in cache, is copied once with its padding
//! (`source`) such that every tap of the kernel reads adjacent elements (`plan`); the register tiles (`tile`) then read it
//! at an offset for each tap. Elements are summed in an order that follows from the shapes alone.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod by_weight;
mod columns;
mod gather;
mod plan;
mod source;
mod strips;
mod tile;

pub use columns::{fold, unfold};
use plan::{Axis, Extent};

use crate::array::{Array, Dims};
use crate::strided::contiguous;
use crate::with_type;

/// How a convolution moves over its axes; each array has a number for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// From one place of the kernel to the next.
    pub stride: Dims,
    /// Zeros on either side.
    pub padding: Dims,
    /// From one element of the kernel to the next.
    pub dilation: Dims,
    /// In how many groups channels are convolved apart.
    pub groups: usize,
}

impl Window {
    /// How many places there are along an axis, or `None` if the kernel does not fit.
    pub fn output(&self, axis: usize, input: usize, kernel: usize) -> Option<usize> {
        let span = self.dilation[axis].checked_mul(kernel.checked_sub(1)?)?;
        Some(self.padding[axis].checked_mul(2)?.checked_add(input)?.checked_sub(span + 1)? / self.stride[axis] + 1)
    }

    /// Three axes, those that are not there of length 1. `input` and `kernel` are the lengths beside batch and channels.
    fn extents(&self, input: &[usize], kernel: &[usize]) -> [Extent; 3] {
        let missing = 3 - input.len();
        std::array::from_fn(|a| match a.checked_sub(missing) {
            None => Extent { input: 1, output: 1, kernel: 1, stride: 1, padding: 0, dilation: 1 },
            Some(a) => Extent {
                input: input[a],
                output: self.output(a, input[a], kernel[a]).expect("the kernel fits"),
                kernel: kernel[a],
                stride: self.stride[a],
                padding: self.padding[a],
                dilation: self.dilation[a],
            },
        })
    }
}

/// Channels of a convolution's groups.
#[derive(Clone, Copy, Debug)]
struct Channels {
    groups: usize,
    /// Of the source, in a group.
    from: usize,
    /// Of the result, in a group.
    to: usize,
}

fn forward(extents: [Extent; 3]) -> [Axis; 3] {
    extents.map(Extent::forward)
}

/// `x` of `[N, C, ..]` under `weight` of `[O, C / groups, ..]`, plus `bias` of `[O]`: `[N, O, ..]`.
///
/// # Panics
/// If shapes do not fit.
pub fn conv(x: &Array, weight: &Array, bias: Option<&Array>, window: &Window) -> Array {
    let (xs, ws) = (x.shape(), weight.shape());
    let extents = window.extents(&xs[2..], &ws[2..]);
    let channels = Channels { groups: window.groups, from: ws[1], to: ws[0] / window.groups };
    assert!(xs[1] == channels.from * channels.groups, "conv: {xs:?} under {ws:?}");
    let mut shape = Dims::from_slice(&[xs[0], ws[0]]);
    shape.extend(extents[5 - xs.len()..].iter().map(|extent| extent.output));
    gather::gather(x, weight, false, bias, channels, &forward(extents), &shape)
}

/// The adjoint of [`conv`] by x: from `g` of `[N, O, ..]` and `weight` of `[O, C / groups, ..]` to `[N, C, input ..]`, plus
/// `bias` of `[C]`.
///
/// # Panics
/// If shapes do not fit.
pub fn conv_transpose(g: &Array, weight: &Array, bias: Option<&Array>, window: &Window, input: &[usize]) -> Array {
    let (gs, ws) = (g.shape(), weight.shape());
    let extents = window.extents(input, &ws[2..]);
    let channels = Channels { groups: window.groups, from: ws[0] / window.groups, to: ws[1] };
    assert!(gs[1] == ws[0], "conv_transpose: {gs:?} under {ws:?}");
    let mut shape = Dims::from_slice(&[gs[0], ws[1] * window.groups]);
    shape.extend_from_slice(input);
    gather::gather(g, weight, true, bias, channels, &extents.map(Extent::adjoint), &shape)
}

/// The adjoint of [`conv`] by the weight: from `x` of `[N, C, ..]` and `g` of `[N, O, ..]` to `[O, C / groups, kernel ..]`.
///
/// # Panics
/// If shapes do not fit.
pub fn conv_by_weight(x: &Array, g: &Array, window: &Window, kernel: &[usize]) -> Array {
    let (xs, gs) = (x.shape(), g.shape());
    let extents = window.extents(&xs[2..], kernel);
    let channels = Channels { groups: window.groups, from: xs[1] / window.groups, to: gs[1] / window.groups };
    let outputs = extents[5 - xs.len()..].iter().map(|extent| extent.output);
    assert!(xs[0] == gs[0] && outputs.eq(gs[2..].iter().copied()), "conv_by_weight: {xs:?} and {gs:?}");
    let mut shape = Dims::from_slice(&[gs[1], channels.from]);
    shape.extend_from_slice(kernel);
    let (x, g) = (contiguous(x), contiguous(g));
    with_type!(float x.dtype(), T => Array::build::<T>(&shape, |out| {
        let (x, g) = (x.as_slice::<T>().expect("contiguous"), g.as_slice::<T>().expect("contiguous"));
        by_weight::by_weight(x, g, channels, &forward(extents), xs[0], out);
    }))
}
