//! Elements are moved, repeated or joined.

use tapegrad::{Padding, Tensor};

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("broadcast_to", |x, a| vec![x[0].broadcast_to(a.sizes("shape"))]),
    ("cat", |x, a| vec![Tensor::cat(x, a.axis("dim"))]),
    ("chunk", |x, a| x[0].chunk(a.size("chunks"), a.axis("dim"))),
    ("flatten", |x, a| {
        vec![if a.has("start") { x[0].flatten_dims(a.axis("start"), a.axis("end")) } else { x[0].flatten() }]
    }),
    ("permute", |x, a| vec![x[0].permute(a.axes("dims"))]),
    ("reshape", |x, a| vec![x[0].reshape(a.axes("shape"))]),
    ("split", |x, a| match a.sizes("sizes")[..] {
        [size] => x[0].split(size, a.axis("dim")),
        ref sizes => x[0].split(sizes.to_vec(), a.axis("dim")),
    }),
    ("squeeze", |x, a| vec![if a.has("dim") { x[0].squeeze_dim(&a.axes("dim")[..]) } else { x[0].squeeze() }]),
    ("stack", |x, a| vec![Tensor::stack(x, a.axis("dim"))]),
    ("transpose", |x, a| vec![x[0].transpose(a.axis("a"), a.axis("b"))]),
    ("unbind", |x, a| x[0].unbind(a.axis("dim"))),
    ("unsqueeze", |x, a| vec![x[0].unsqueeze(a.axis("dim"))]),
    ("diag", |x, a| vec![x[0].diag(a.axis("offset"))]),
    ("diag_embed", |x, a| vec![x[0].diag_embed(a.axis("offset"))]),
    ("diagonal", |x, a| vec![x[0].diagonal(a.axis("offset"), a.axis("a"), a.axis("b"))]),
    ("flip", |x, a| vec![x[0].flip(&a.axes("dims")[..])]),
    ("hstack", |x, _| vec![Tensor::hstack(x)]),
    ("meshgrid", |x, _| Tensor::meshgrid(x)),
    ("movedim", |x, a| vec![x[0].movedim(a.axis("a"), a.axis("b"))]),
    ("pad", |x, a| {
        let padding = match a.text("mode") {
            "reflect" => Padding::Reflect,
            "replicate" => Padding::Replicate,
            "circular" => Padding::Circular,
            _ => Padding::Constant(a.float("value")),
        };
        vec![x[0].pad(-1, a.size("before"), a.size("after"), padding)]
    }),
    ("repeat", |x, a| vec![x[0].repeat(a.sizes("counts"))]),
    ("repeat_interleave", |x, a| {
        vec![match x.get(1) {
            Some(counts) => x[0].repeat_interleave_by(counts, a.axis("dim")),
            None => x[0].repeat_interleave(a.size("count"), a.axis("dim")),
        }]
    }),
    ("roll", |x, a| vec![x[0].roll(a.axis("shift"), a.axis("dim"))]),
    ("rot90", |x, a| vec![x[0].rot90(a.axis("turns"), a.axis("a"), a.axis("b"))]),
    ("tile", |x, a| vec![x[0].tile(a.sizes("counts"))]),
    ("tril", |x, a| vec![x[0].tril(a.axis("offset"))]),
    ("triu", |x, a| vec![x[0].triu(a.axis("offset"))]),
    ("unflatten", |x, a| vec![x[0].unflatten(a.axis("dim"), a.axes("sizes"))]),
    ("unfold", |x, a| vec![x[0].unfold(a.axis("dim"), a.size("size"), a.size("step"))]),
    ("vstack", |x, _| vec![Tensor::vstack(x)]),
];
