//! Images are resized and rearranged.

use tapegrad::Interpolation;

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("channel_shuffle", |x, a| vec![x[0].channel_shuffle(a.size("groups"))]),
    ("interpolate", |x, a| {
        let how = match a.text("mode") {
            "nearest" => Interpolation::Nearest,
            _ => Interpolation::Linear { align_corners: a.flag("align_corners") },
        };
        vec![if a.has("size") {
            x[0].interpolate(&a.sizes("size")[..], how)
        } else {
            x[0].interpolate(&a.floats("scale")[..], how)
        }]
    }),
    ("pixel_shuffle", |x, a| vec![x[0].pixel_shuffle(a.size("factor"))]),
    ("pixel_unshuffle", |x, a| vec![x[0].pixel_unshuffle(a.size("factor"))]),
];
