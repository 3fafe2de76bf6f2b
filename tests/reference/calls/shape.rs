//! Elements are moved, repeated or joined.

use tapegrad::Tensor;

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
];
