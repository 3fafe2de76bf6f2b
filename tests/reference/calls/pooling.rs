//! Windows become one element each.

use tapegrad::{AvgPool2dOptions, MaxPool2dOptions};

use crate::{Call, pair};

pub const CALLS: &[(&str, Call)] = &[
    ("adaptive_avg_pool1d", |x, a| vec![x[0].adaptive_avg_pool1d(a.size("size"))]),
    ("adaptive_avg_pool2d", |x, a| vec![x[0].adaptive_avg_pool2d(a.each("size", 0))]),
    ("adaptive_max_pool2d", |x, a| vec![x[0].adaptive_max_pool2d(a.each("size", 0))]),
    ("avg_pool1d", |x, a| vec![x[0].avg_pool1d(a.size("kernel"), a.size("stride"), a.size("padding"))]),
    ("avg_pool2d", |x, a| {
        let options = AvgPool2dOptions {
            kernel: a.each("kernel", 0),
            stride: a.has("stride").then(|| a.each("stride", 0)),
            padding: a.each("padding", 0),
            ceil_mode: a.flag("ceil_mode"),
            count_include_pad: !a.has("count_include_pad") || a.flag("count_include_pad"),
            divisor: a.has("divisor_override").then(|| a.size("divisor_override")),
        };
        vec![x[0].avg_pool2d(&options)]
    }),
    ("max_pool1d", |x, a| vec![x[0].max_pool1d(a.size("kernel"), a.size("stride"), a.size("padding"))]),
    ("max_pool2d", |x, a| {
        let options = MaxPool2dOptions {
            kernel: a.each("kernel", 0),
            stride: a.has("stride").then(|| a.each("stride", 0)),
            padding: a.each("padding", 0),
            dilation: a.each("dilation", 1),
            ceil_mode: a.flag("ceil_mode"),
        };
        pair(x[0].max_pool2d_with_indices(&options))
    }),
    ("max_unpool2d", |x, a| vec![x[0].max_unpool2d(&x[1], a.each("size", 0))]),
];
