//! Convolutions and the patches they are made of.

use tapegrad::{
    Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions, Unfold2dOptions,
};

use crate::Call;
use crate::attributes::Attributes;

fn patches(a: &Attributes) -> Unfold2dOptions {
    Unfold2dOptions { stride: a.each("stride", 1), padding: a.each("padding", 0), dilation: a.each("dilation", 1) }
}

fn groups(a: &Attributes) -> usize {
    if a.has("groups") { a.size("groups") } else { 1 }
}

pub const CALLS: &[(&str, Call)] = &[
    ("conv1d", |x, a| {
        let ([stride], [padding], [dilation]) = (a.each("stride", 1), a.each("padding", 0), a.each("dilation", 1));
        vec![x[0].conv1d(&x[1], x.get(2), &Conv1dOptions { stride, padding, dilation, groups: groups(a) })]
    }),
    ("conv2d", |x, a| {
        let (stride, padding, dilation) = (a.each("stride", 1), a.each("padding", 0), a.each("dilation", 1));
        vec![x[0].conv2d(&x[1], x.get(2), &Conv2dOptions { stride, padding, dilation, groups: groups(a) })]
    }),
    ("conv3d", |x, a| {
        let (stride, padding, dilation) = (a.each("stride", 1), a.each("padding", 0), a.each("dilation", 1));
        vec![x[0].conv3d(&x[1], x.get(2), &Conv3dOptions { stride, padding, dilation, groups: groups(a) })]
    }),
    ("conv_transpose1d", |x, a| {
        let ([stride], [padding], [dilation]) = (a.each("stride", 1), a.each("padding", 0), a.each("dilation", 1));
        let [output_padding] = a.each("output_padding", 0);
        let options = ConvTranspose1dOptions { stride, padding, output_padding, dilation, groups: groups(a) };
        vec![x[0].conv_transpose1d(&x[1], x.get(2), &options)]
    }),
    ("conv_transpose2d", |x, a| {
        let (stride, padding, dilation) = (a.each("stride", 1), a.each("padding", 0), a.each("dilation", 1));
        let output_padding = a.each("output_padding", 0);
        let options = ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups: groups(a) };
        vec![x[0].conv_transpose2d(&x[1], x.get(2), &options)]
    }),
    ("fold2d", |x, a| vec![x[0].fold2d(a.each("size", 0), a.each("kernel", 0), &patches(a))]),
    ("unfold2d", |x, a| vec![x[0].unfold2d(a.each("kernel", 0), &patches(a))]),
];
